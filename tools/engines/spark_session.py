"""The session of Spark with which the scripts of this folder read Iceberg tables; ICEBERG_SPARK_JAR names Iceberg's own reader."""
import os


def spark_session():
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master('local[2]')
        .config('spark.jars', os.environ['ICEBERG_SPARK_JAR'])
        .config('spark.ui.enabled', 'false')
        .config('spark.driver.host', '127.0.0.1')
        .config('spark.driver.bindAddress', '127.0.0.1')
        .config('spark.sql.session.timeZone', 'UTC')
        .config('spark.sql.shuffle.partitions', '2')
        .getOrCreate()
    )
    session.sparkContext.setLogLevel('ERROR')
    return session
