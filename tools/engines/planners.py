"""How each engine plans a question: a function of its condition in SQL ('' asks for all), which answers with how to count the files it would open."""
import re

from readers import duckdb_connection, scan_of
from spark_session import spark_session


def pyiceberg_planner(folder):
    from pyiceberg.table import StaticTable

    def plan(condition):
        table = StaticTable.from_metadata(folder)
        scan = table.scan(row_filter=condition) if condition else table.scan()
        files = list(scan.plan_files())
        return lambda: len(files)

    return plan


def spark_planner(folder):
    session = spark_session()

    def plan(condition):
        frame = session.read.format('iceberg').load(folder)
        frame = frame.where(condition) if condition else frame
        # The tasks of Iceberg's scan: `inputFiles` only knows Spark's own formats.
        scan = frame._jdf.queryExecution().sparkPlan().collectLeaves().head()
        groups = scan.inputPartitions()
        return lambda: sum(groups.apply(index).taskGroup().tasks().size() for index in range(groups.size()))

    return plan


def duckdb_planner(folder):
    connection = duckdb_connection()

    def plan(condition):
        sql = 'SELECT count(*) FROM %s%s' % (scan_of(folder, None), ' WHERE ' + condition if condition else '')
        connection.execute('EXPLAIN ' + sql).fetchall()

        def count():
            # It says how many files it opened; to open all of them would take minutes.
            if not condition:
                return connection.execute("SELECT count(*) FROM iceberg_metadata('%s')" % folder.replace("'", "''")).fetchone()[0]
            told = connection.execute('EXPLAIN ANALYZE ' + sql).fetchall()[0][1]
            return int(re.search(r'Total Files Read: *(\d+)', told).group(1))

        return count

    return plan


PLANNERS = {'pyiceberg': pyiceberg_planner, 'duckdb': duckdb_planner, 'spark': spark_planner}
