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
        return len(list(scan.plan_files()))

    return plan


def spark_planner(folder):
    session = spark_session()

    def plan(condition):
        frame = session.read.format('iceberg').load(folder)
        return len((frame.where(condition) if condition else frame).inputFiles())

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
            files = plan(query['filter'])
            seconds.append(time.monotonic() - started)
        answers.append({'name': query['name'], 'files': files, 'seconds': round(statistics.median(seconds), 3)})
    print(json.dumps(answers))


main()
