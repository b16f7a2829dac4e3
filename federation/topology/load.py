"""A cluster from its folder: every file is read, and everything that is wrong is told at once."""

from __future__ import annotations

from pathlib import Path

from federation.topology.capability import CapabilityIndex
from federation.topology.check_closed import closed_problems
from federation.topology.check_flow import limit_problems, loop_problems, share_problems
from federation.topology.check_hire import hire_problems
from federation.topology.files import Folder
from federation.topology.magnitude import book_problems, magnitude_problems
from federation.topology.makeable import makeable_problems
from federation.topology.model import ClusterSpec
from federation.topology.orderbook import order_problems
from federation.topology.people import people_problems
from federation.topology.problems import ClusterError, Problem
from federation.topology.provenance import note_problems
from federation.topology.reading import read_folder
from federation.topology.references import reference_problems
from federation.topology.supply import supply_problems

__all__ = ["ClusterError", "Problem", "load_cluster"]


def load_cluster(path: str | Path) -> ClusterSpec:
    """Read a cluster folder.

    Parameters
    ----------
    path
        A folder with ``sites/*.yaml``, and, where wanted, ``cluster.yaml``, ``products/*.yaml`` and
        ``orders.yaml``. Scenarios are read by ``analytics.scenario``.

    Returns
    -------
    ClusterSpec
        Sites and products in the order of their file names, all else as written.

    Raises
    ------
    ClusterError
        When there is no such folder, or its files are wrong: with all that is wrong.
    """
    root = Path(path)
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        remedy = "name the folder that holds sites/, for instance configs/harmattan"
        raise ClusterError(root, [Problem(str(root), None, "", "no-folder", what, remedy)])
    folder = read_folder(root)
    problems = [*folder.problems, *reference_problems(folder), *order_problems(folder)]
    problems += [*limit_problems(folder), *closed_problems(folder)]
    problems += [*hire_problems(folder), *supply_problems(folder)]
    for entry in folder.entries():
        problems += [*note_problems(entry), *magnitude_problems(entry)]
    problems += [*book_problems(folder), *people_problems(folder)]
    cluster = folder.spec() if folder.sites else None
    if cluster is not None and _whole(folder, problems):
        index = CapabilityIndex(cluster)
        problems += makeable_problems(folder, cluster, index)
        problems += loop_problems(folder, cluster, index)
        problems += share_problems(folder, cluster, index)
    if problems or cluster is None:
        raise ClusterError(root, problems)
    return cluster


def _whole(folder: Folder, problems: list[Problem]) -> bool:
    """Whether sites, products, links and customers can be judged together.

    A step that no site can make may only be the echo of a site that could not be read.
    """
    echoing = ("sites/", "products/", "cluster.yaml")
    return bool(folder.sites) and not any(problem.file.startswith(echoing) for problem in problems)
