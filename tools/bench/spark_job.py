"""Converts a file of records with Spark, as a job of its own: spark_job.py JOB.json. Prints the milliseconds of the work without the start.

The job is the one that people write: lines as text, one substring and cast for each column, write.partitionBy(…).parquet(…). Records of one
length without terminators are read with binaryRecords, and packed digits from the hexadecimal form of their bytes.
"""
import json
import os
import sys
import time

job = json.load(open(sys.argv[1]))
os.environ.setdefault('PYSPARK_PYTHON', sys.executable)

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

session = (
    SparkSession.builder.master(f"local[{job['threads']}]")
    .config('spark.driver.memory', '4g')
    .config('spark.driver.host', '127.0.0.1')
    .config('spark.driver.bindAddress', '127.0.0.1')
    .config('spark.local.dir', job['scratchDir'])
    .config('spark.ui.enabled', 'false')
    .config('spark.sql.session.timeZone', 'UTC')
    # decode() of EBCDIC needs the character sets of Java.
    .config('spark.sql.legacy.javaCharsets', 'true')
    # One open file for each partition instead of sorting each task's rows by partition: the faster of the two here.
    .config('spark.sql.maxConcurrentOutputFileWriters', '64')
    .getOrCreate()
)
session.sparkContext.setLogLevel('ERROR')


def binary_records(path, length):
    """One column `b`. Through Java alone, because rows that pass through Python take many times as long."""
    jvm = session._jvm
    records = session.sparkContext._jsc.binaryRecords(path, length)
    frame = session._jsparkSession.createDataset(records.rdd(), jvm.org.apache.spark.sql.Encoders.BINARY())
    return DataFrame(frame.toDF(), session).toDF('b')


def column(field):
    at, length = field['from'] + 1, field['length']
    if field['packed']:
        digits = f.substring(f.hex(f.substring('b', at, length)), 1, 2 * length - 1)
    elif job['recordBytes']:
        digits = text = f.decode(f.substring('b', at, length), job['charset'])
    else:
        digits = text = f.substring('l', at, length)
    kind = field['kind']
    if kind == 'string':
        kept = f.rtrim(text) if field['keepAll'] else f.translate(text, ' .-/', '')
        value = f.nullif(kept, f.lit(''))
    elif kind == 'integer':
        value = digits.cast('bigint')
    elif kind == 'decimal':
        precision, scale = field['precision'], field['scale']
        unit = f.expr(f"{10 ** -scale:.{scale}f}BD")
        value = (digits.cast('bigint').cast(f'decimal({precision},0)') * unit).cast(f'decimal({precision},{scale})')
    else:
        eight = f.substring(digits, 2, 8) if field['packed'] and length == 5 else digits
        value = f.to_date(eight, 'yyyyMMdd')
    return value.alias(field['name'])


began = time.perf_counter()
if job['recordBytes']:
    records = binary_records(job['path'], job['recordBytes'])
else:
    # The bytes of a line as they are, then the character set that they are in.
    records = session.read.text(job['path']).select(f.decode(f.col('value').cast('binary'), job['charset']).alias('l'))
    if job['match']:
        records = records.where(f.substring('l', job['match']['from'] + 1, job['match']['length']) == job['match']['text'])
writer = records.select([column(field) for field in job['fields']]).write.option('compression', 'snappy')
if job['partitionBy']:
    writer = writer.partitionBy(*job['partitionBy'])
writer.parquet(job['outDir'])
print(json.dumps({'workMs': (time.perf_counter() - began) * 1000}))
session.stop()
