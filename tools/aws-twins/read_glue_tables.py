"""Reads tables as any user of PyIceberg would: from the pointer in Glue to the files in S3.

The first argument is JSON: endpoint, database, tables. Prints, as JSON, the states of each table in their order: the summary of the snapshot,
and its rows as text, sorted by their columns.
"""

import json
import sys

from pyiceberg.catalog.glue import GlueCatalog

asked = json.loads(sys.argv[1])
access = {
    f"{service}.{name}": value
    for service in ("glue", "s3")
    for name, value in {
        "endpoint": asked["endpoint"],
        "region": "us-east-1",
        "access-key-id": "test",
        "secret-access-key": "test",
    }.items()
}
catalog = GlueCatalog("glue", **access)


def rows_of(table, snapshot_id):
    rows = table.scan(snapshot_id=snapshot_id).to_arrow().to_pylist()
    texts = [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]
    return sorted(texts, key=lambda row: json.dumps(list(row.values())))


def states_of(name):
    table = catalog.load_table((asked["database"], name))
    return [
        {"summary": dict(one.summary.additional_properties), "rows": rows_of(table, one.snapshot_id)}
        for one in table.snapshots()
    ]


print(json.dumps({name: states_of(name) for name in asked["tables"]}))
