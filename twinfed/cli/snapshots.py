"""The moment that a question about the network is asked of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from federation.snapshot import ClusterSnapshot


def cluster_snapshot(cluster: str, data_dir: Path | None) -> ClusterSnapshot:
    """The cluster as planned at its start, or a fork of the twins whose journals lie in a folder.

    Parameters
    ----------
    cluster
        Folder, or name of a sample.
    data_dir
        Folder of the journals.

    Raises
    ------
    UsageError
        When there is no such folder.
    """
    from federation.topology.load import load_cluster
    from twinfed.samples import find_cluster

    folder = find_cluster(cluster)
    spec = load_cluster(folder)
    if data_dir is None:
        from federation.cut import planned

        return planned(spec)
    from twinfed.client import LocalCluster
    from twinfed.errors import UsageError

    if not data_dir.is_dir():
        raise UsageError(
            "there is no such folder",
            where=f"--data-dir {data_dir}",
            remedy="name one that 'twinfed replay' or 'twinfed serve' filled, or leave it out",
        )
    with LocalCluster(spec, data_dir=data_dir, folder=folder) as fed:
        return fed.fork()
