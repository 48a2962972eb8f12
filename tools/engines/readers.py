"""How each engine reads a table: a function of its folder and a snapshot (None: the current one) that answers with rows, as dicts."""
import datetime
import decimal
import importlib
import os

from spark_session import spark_session


def plain(value):
    """A value as our own query writes it in JSON."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, decimal.Decimal):
        return format(value, 'f')
    if isinstance(value, datetime.datetime):
        text = value.strftime('%Y-%m-%d %H:%M:%S')
        return text + ('.%06d' % value.microsecond).rstrip('0') if value.microsecond else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex().upper()
    # Spark's rows are tuples too.
    if hasattr(value, 'asDict'):
        return {name: plain(field) for name, field in value.asDict().items()}
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    if isinstance(value, dict):
        return {name: plain(field) for name, field in value.items()}
    return value


def pyiceberg_reader():
    from pyiceberg.table import StaticTable

    def read(folder, snapshot):
        scan = StaticTable.from_metadata(folder).scan(snapshot_id=snapshot)
        return scan.to_arrow().to_pylist()

    return read


def duckdb_connection():
    import duckdb

    connection = duckdb.connect(config={'allow_unsigned_extensions': 'true'})
    for name in ('avro', 'iceberg'):
        package = importlib.import_module('duckdb_extension_' + name)
        for folder, _, files in os.walk(os.path.join(os.path.dirname(package.__file__), 'extensions')):
            for file in files:
                connection.execute("LOAD '%s'" % os.path.join(folder, file))
    return connection


def scan_of(folder, snapshot):
    at = '' if snapshot is None else ', snapshot_from_id = %d' % snapshot
    return "iceberg_scan('%s'%s)" % (folder.replace("'", "''"), at)


def duckdb_reader():
    connection = duckdb_connection()

    def read(folder, snapshot):
        result = connection.execute('SELECT * FROM ' + scan_of(folder, snapshot))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row)) for row in result.fetchall()]

    return read


def spark_reader():
    session = spark_session()

    def read(folder, snapshot):
        reader = session.read.format('iceberg')
        if snapshot is not None:
            reader = reader.option('snapshot-id', snapshot)
        return [row.asDict() for row in reader.load(folder).collect()]

    return read


READERS = {'pyiceberg': pyiceberg_reader, 'duckdb': duckdb_reader, 'spark': spark_reader}
