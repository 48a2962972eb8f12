"""Reads an Iceberg table with one engine until a file appears: loop_tables.py ENGINE TABLE STOP OUT

Each look adds a line to OUT: rows and sum of each day, or the error.
"""
import collections
import decimal
import os
import sys

from read_tables import READERS


def look(read, folder):
    """`{"12": [rows, sum]}` as text, in the order of the days."""
    rows = collections.Counter()
    sums = collections.defaultdict(decimal.Decimal)
    for row in read(folder, None):
        rows[row['day']] += 1
        sums[row['day']] += row['amount'] or 0
    return ' '.join('%s:%d:%s' % (day, rows[day], format(sums[day], '.2f')) for day in sorted(rows))


def main():
    engine, folder, stop, out = sys.argv[1:]
    read = READERS[engine]()
    while True:
        isLast = os.path.exists(stop)
        try:
            line = look(read, folder)
        except Exception as error:  # What a reader may meet is the point of the test.
            line = 'error: %s: %s' % (type(error).__name__, str(error)[:500].replace('\n', ' '))
        with open(out, 'a', encoding='utf-8') as file:
            file.write(line + '\n')
        if isLast:
            return


main()
