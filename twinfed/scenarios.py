"""The scenarios of a cluster: by file, by id, or as objects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from twinfed.errors import UnknownNameError

if TYPE_CHECKING:
    from analytics.scenario import Scenario
    from federation.topology.model import ClusterSpec


def scenario_files(folder: Path | None) -> Mapping[str, Path]:
    """Scenario id to its file, for the scenarios that travel with a cluster."""
    if folder is None:
        return {}
    return {path.stem: path for path in sorted((folder / "scenarios").glob("*.yaml"))}


def find_scenario(
    given: Scenario | Path | str, cluster: ClusterSpec, folder: Path | None = None
) -> Scenario:
    """The scenario that ``given`` means, checked against the cluster.

    Parameters
    ----------
    given
        A scenario, the path of its file, or the id of one that travels with the cluster.
    cluster
        Must have all that the edits name.
    folder
        The cluster's folder, where it has one.

    Raises
    ------
    UnknownNameError
        When there is no such scenario.
    ClusterError
        When its file is wrong.
    ScenarioError
        When it names what the cluster does not have.
    """
    from analytics.scenario import Scenario, load_scenario

    if isinstance(given, Scenario):
        given.check(cluster)
        return given
    files = scenario_files(folder)
    path = files.get(str(given)) or Path(given)
    if not path.is_file():
        known = ", ".join(files) or "the cluster brings none"
        raise UnknownNameError(
            f"there is no scenario '{given}'",
            remedy=f"name a file, or one of those that travel with the cluster: {known}",
        )
    return load_scenario(path, cluster)
