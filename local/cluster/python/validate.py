"""Holds Kubernetes objects against the schemas of the given versions.

Input: {"versions": [...], "objects": [...]}. Output: a list of sentences, one for each fault.
"""

import functools
import json
import sys

from kubernetes_validate import utils

# It reads a schema of two megabytes for each object otherwise.
utils.schema_contents = functools.lru_cache(None)(utils.schema_contents)

given = json.load(sys.stdin)
faults = []
for version in given["versions"]:
    for item in given["objects"]:
        title = f"{item['kind']} {item['metadata']['name']}"
        try:
            utils.validate(item, version, strict=True)
        except utils.ValidationError as error:
            where = ".".join(str(part) for part in error.path)
            faults.append(f"{title}, Kubernetes {version}: {where or 'it'}: {error.message[:300]}")
        except utils.SchemaNotFoundError as error:
            faults.append(f"{title}, Kubernetes {version}: {error.message}")
json.dump(faults, sys.stdout)
