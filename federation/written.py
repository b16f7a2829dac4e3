"""A cluster as it was written: what nobody wrote is left out, so that defaults stay defaults.

A specification that is told in full comes back with every figure set, and nobody could tell any
more which of them somebody wrote and which are the defaults of the format.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from federation.topology.model import ClusterSpec


def as_written(cluster: ClusterSpec) -> dict[str, Any]:
    """The keys and values of a cluster that somebody set, ready for JSON.

    ``ClusterSpec.model_validate`` makes the same cluster of it, with the same provenance, as long
    as ``defaults_hash`` is the same.
    """
    return cluster.model_dump(mode="json", exclude_unset=True)


@lru_cache(maxsize=1)
def defaults_hash() -> str:
    """SHA-256 of all defaults of the cluster's specification, as hex: they fill what was left out.

    Defaults that are made anew for each object are empty and do not count.
    """
    schema = ClusterSpec.model_json_schema()
    models = {**schema["$defs"], "": schema}
    found = {
        name: {
            key: entry["default"]
            for key, entry in model.get("properties", {}).items()
            if "default" in entry
        }
        for name, model in models.items()
    }
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
