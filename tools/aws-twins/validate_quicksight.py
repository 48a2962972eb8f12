"""Checks requests of QuickSight against the model of the service that botocore has: what its client would refuse before it sends them."""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator

model = botocore.session.get_session().get_service_model("quicksight")
found = []
with open(sys.argv[1], encoding="utf-8") as file:
    for operation, parameters in json.load(file):
        shape = model.operation_model(operation).input_shape
        report = ParamValidator().validate(parameters, shape)
        if report.has_errors():
            found.append(f"{operation}: {report.generate_report()}")
print(json.dumps(found))
