"""One engine, which does what lines of JSON ask and answers with lines of JSON: engine_session.py ENGINE

{"do": "read", "states": [{"table": folder, "snapshot": id or null}], "out": path}
    writes a list of lists of rows, or of {"error": text}, in the same order, and answers {"done": true}.
{"do": "loop", "table": folder}
    answers each look with {"saw": text, "from": ms, "to": ms}, until {"do": "stop"}: the last look begins after it. Then {"done": true}.
{"do": "plan", "table": folder, "questions": [{"name": text, "filter": SQL}]}
    answers {"planned": [{"name", "files", "first", "seconds"}]}: the first plan, and the median of the next five.
{"do": "ask", "table": folder, "questions": [{"name": text, "sql": SQL with {table}}]}
    answers {"asked": [{"name", "rows", "first", "seconds", "bytes"}]}: what the last of six reads, and the median seconds of all but the first.
{"do": "rewrite", "table": folder, "warehouse": folder, "partitions": [column]}
    lets Spark write the rows of the table into a table of its own, with the defaults of Iceberg's writer, and answers {"folder": of it}.
"""
import collections
import decimal
import json
import os
import queue
import statistics
import sys
import threading
import time

from askers import ASKERS
from planners import PLANNERS
from readers import READERS, plain
from rewriting import rewrite

TIMES = 5


def read_states(read, request, answer):
    found = []
    for state in request['states']:
        try:
            found.append([plain(row) for row in read(state['table'], state['snapshot'])])
        except Exception as error:  # Each state is judged for itself.
            found.append({'error': '%s: %s' % (type(error).__name__, str(error)[:2000])})
    with open(request['out'], 'w', encoding='utf-8') as file:
        json.dump(found, file)
    answer({'done': True})


def look(read, folder):
    """Rows and sum of each day, in the order of the days: `12:200:9.50 13:150:7.25`."""
    rows = collections.Counter()
    sums = collections.defaultdict(decimal.Decimal)
    for row in read(folder, None):
        rows[row['day']] += 1
        sums[row['day']] += row['amount'] or 0
    return ' '.join('%s:%d:%s' % (day, rows[day], format(sums[day], '.2f')) for day in sorted(rows))


def look_on(read, request, requests, answer):
    while True:
        is_last = not requests.empty()
        started = time.time()
        try:
            saw = look(read, request['table'])
        except Exception as error:  # What a reader may meet is the point of the test.
            saw = 'error: %s: %s' % (type(error).__name__, str(error)[:500].replace('\n', ' '))
        answer({'saw': saw, 'from': started * 1000, 'to': time.time() * 1000})
        if is_last:
            if requests.get() is None:
                sys.exit()
            answer({'done': True})
            return


def timed(act):
    """What the last of six calls answers, and the seconds of the first and the median of the others."""
    seconds = []
    for _ in range(TIMES + 1):
        started = time.monotonic()
        result = act()
        seconds.append(time.monotonic() - started)
    return result, {'first': round(seconds[0], 3), 'seconds': round(statistics.median(seconds[1:]), 3)}


def plan_questions(planner, request, answer):
    plan = planner(request['table'])
    planned = []
    for question in request['questions']:
        count, seconds = timed(lambda: plan(question['filter']))
        planned.append({'name': question['name'], 'files': count(), **seconds})
    answer({'planned': planned})


def ask_questions(asker, request, answer):
    ask = asker(request['table'])
    asked = []
    for question in request['questions']:
        (rows, read), seconds = timed(lambda: ask(question['sql']))
        asked.append({'name': question['name'], 'rows': rows, 'bytes': read, **seconds})
    answer({'asked': asked})


def main():
    # Whatever engines print must not be taken for an answer.
    answers = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    os.dup2(2, 1)

    def answer(message):
        answers.write(json.dumps(message) + '\n')
        answers.flush()

    engine = sys.argv[1]
    requests = queue.Queue()

    def listen():
        for line in sys.stdin:
            requests.put(json.loads(line))
        requests.put(None)

    threading.Thread(target=listen, daemon=True).start()
    read = None
    asker = None
    while (request := requests.get()) is not None:
        if request['do'] == 'plan':
            plan_questions(PLANNERS[engine], request, answer)
            continue
        if request['do'] == 'ask':
            asker = asker or ASKERS[engine]()
            ask_questions(asker, request, answer)
            continue
        if request['do'] == 'rewrite':
            answer({'folder': rewrite(request['table'], request['warehouse'], request['partitions'])})
            continue
        read = read or READERS[engine]()
        if request['do'] == 'read':
            read_states(read, request, answer)
        else:
            look_on(read, request, requests, answer)


main()
