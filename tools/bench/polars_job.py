"""Converts a file of lines with Polars, as a job of its own: polars_job.py JOB.json. Prints the milliseconds of the work without the start.

Lines as a column of one CSV, a slice and a cast for each column, a partitioned sink. ISO-8859-1 is read by read_csv alone, which decodes the
whole file in memory first; scan_lines over decoded bytes takes a third longer.
"""
import json
import os
import sys
import time

job = json.load(open(sys.argv[1]))
os.environ['POLARS_MAX_THREADS'] = str(job['threads'])

import polars as pl


def column(field):
    text = pl.col('l').str.slice(field['from'], field['length'])
    kind = field['kind']
    if kind == 'string':
        kept = text.str.strip_chars_end(' ') if field['keepAll'] else text.str.replace_all('[ ./-]', '')
        value = pl.when(kept != '').then(kept)
    elif kind == 'integer':
        value = text.cast(pl.Int64)
    elif kind == 'decimal':
        precision, scale = field['precision'], field['scale']
        unit = pl.lit(f'{10 ** -scale:.{scale}f}').cast(pl.Decimal(scale + 1, scale))
        value = (text.cast(pl.Int64).cast(pl.Decimal(38, 0)) * unit).cast(pl.Decimal(precision, scale))
    else:
        value = text.str.to_date('%Y%m%d')
    return value.alias(field['name'])


began = time.perf_counter()
lines = pl.read_csv(
    job['path'], encoding='iso-8859-1', has_header=False, separator='\x01', quote_char=None, schema={'l': pl.String}
).lazy()
if job['match']:
    match = job['match']
    lines = lines.filter(pl.col('l').str.slice(match['from'], match['length']) == match['text'])
target = job['outDir'] + '/all.parquet'
if job['partitionBy']:
    target = pl.PartitionBy(job['outDir'], key=job['partitionBy'], include_key=False)
lines.select(column(field) for field in job['fields']).sink_parquet(target, compression='snappy', mkdir=True)
print(json.dumps({'workMs': (time.perf_counter() - began) * 1000}))
