"""twinfed: federated digital twins of microfactory clusters.

    >>> import twinfed as tf
    >>> fed = tf.open(tf.sample("harmattan"))

The names below are the public ones. They are looked up when first used, so that importing the
package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.rerouting.response import Response
    from analytics.result import StudyResult
    from analytics.scenario import Scenario, load_scenario
    from analytics.study import Study
    from federation.snapshot import ClusterSnapshot
    from federation.topology.load import load_cluster
    from twinfed.client import open_cluster as open  # noqa: A004 - tf.open() is the name people type
    from twinfed.remote import connect
    from twinfed.rerouting import reroute
    from twinfed.samples import sample
    from twins.errors import TwinfedError

__all__ = [
    "ClusterSnapshot",
    "Response",
    "Scenario",
    "Study",
    "StudyResult",
    "TwinfedError",
    "connect",
    "load_cluster",
    "load_scenario",
    "open",
    "reroute",
    "sample",
]

_PLACES = {
    "ClusterSnapshot": ("federation.snapshot", "ClusterSnapshot"),
    "Response": ("analytics.rerouting.response", "Response"),
    "Scenario": ("analytics.scenario", "Scenario"),
    "Study": ("analytics.study", "Study"),
    "StudyResult": ("analytics.result", "StudyResult"),
    "TwinfedError": ("twins.errors", "TwinfedError"),
    "connect": ("twinfed.remote", "connect"),
    "load_cluster": ("federation.topology.load", "load_cluster"),
    "load_scenario": ("analytics.scenario", "load_scenario"),
    "open": ("twinfed.client", "open_cluster"),
    "reroute": ("twinfed.rerouting", "reroute"),
    "sample": ("twinfed.samples", "sample"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        # Not at the top: it loads the parser of e-mail headers.
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("twinfed")
        except PackageNotFoundError:  # the sources on the path, not installed
            return "0+unknown"
    try:
        module, attribute = _PLACES[name]
    except KeyError:
        raise AttributeError(f"module 'twinfed' has no attribute '{name}'") from None
    found = getattr(import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
