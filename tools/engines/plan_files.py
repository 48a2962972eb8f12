"""Plans queries of an Iceberg table with an engine, and counts the files it would open: plan_files.py ENGINE TABLE QUERIES.json

QUERIES is a list of {"name": text, "filter": SQL}. Prints a list of {"name", "files", "seconds"} as JSON; the seconds are the median of five.
"""
import json
import statistics
import sys
import time

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


PLANNERS = {'pyiceberg': pyiceberg_planner, 'spark': spark_planner}


def main():
    engine, folder, queries = sys.argv[1:]
    plan = PLANNERS[engine](folder)
    answers = []
    for query in json.loads(queries):
        plan(query['filter'])
        seconds = []
        for _ in range(5):
            started = time.monotonic()
            count = plan(query['filter'])
            seconds.append(time.monotonic() - started)
        answers.append({'name': query['name'], 'files': count(), 'seconds': round(statistics.median(seconds), 3)})
    print(json.dumps(answers))


main()
