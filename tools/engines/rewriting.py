"""Lets Spark write the rows of a table of ours, as people would who have no use for this project."""
from spark_session import spark_session


def rewrite(folder, warehouse, partitions):
    session = spark_session()
    session.conf.set('spark.sql.catalog.rewritten', 'org.apache.iceberg.spark.SparkCatalog')
    session.conf.set('spark.sql.catalog.rewritten.type', 'hadoop')
    session.conf.set('spark.sql.catalog.rewritten.warehouse', warehouse)
    rows = session.read.format('iceberg').load(folder)
    rows.writeTo('rewritten.lake.rows').partitionedBy(*[rows[name] for name in partitions]).create()
    return '%s/lake/rows' % warehouse
