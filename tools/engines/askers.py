"""How each engine answers SQL: a function of a table's folder that gives a function of a statement, in which {table} stands for the table; it
answers with the rows and with the bytes that the engine read of files (Linux: proc_pid_io(5))."""
import re

from readers import duckdb_connection, plain, scan_of
from spark_session import spark_session


def bytes_read(process):
    with open('/proc/%s/io' % process, encoding='ascii') as file:
        return int(re.search(r'^rchar: (\d+)$', file.read(), re.M).group(1))


def duckdb_asker():
    connection = duckdb_connection()
    connection.execute('SET threads = 2')

    def asker(folder):
        def ask(sql):
            before = bytes_read('self')
            rows = connection.execute(sql.replace('{table}', scan_of(folder, None))).fetchall()
            return [[plain(value) for value in row] for row in rows], bytes_read('self') - before

        return ask

    return asker


def spark_asker():
    session = spark_session()
    process = session._jvm.java.lang.ProcessHandle.current().pid()

    def asker(folder):
        session.read.format('iceberg').load(folder).createOrReplaceTempView('asked')

        def ask(sql):
            before = bytes_read(process)
            rows = session.sql(sql.replace('{table}', 'asked')).collect()
            return [[plain(value) for value in row] for row in rows], bytes_read(process) - before

        return ask

    return asker


ASKERS = {'duckdb': duckdb_asker, 'spark': spark_asker}
