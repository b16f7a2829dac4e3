"""Ways between places: which link a lot takes next, by what it is and how it is sent."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from analytics.simulation.model import Ints, SimModel
from federation.routes import next_hops
from federation.topology.model import ClusterSpec


def way_table(model: SimModel, cluster: ClusterSpec, closed: Collection[int] = frozenset()) -> Ints:
    """``SimState.next_hop``: int64[places, blocks x places].

    One block where no lot is dangerous and no link expedited; else a second one for dangerous
    goods; with expedited links the same two again for lots that are sent by them.

    Parameters
    ----------
    model
        Its lots.
    cluster
        Places and links.
    closed
        Rows of the links' directions that cannot be used.
    """
    fast = any(link.expedited for link in cluster.links)
    careful = fast or bool(model.lot["dangerous"].any())
    blocks = [
        next_hops(cluster, closed, dangerous=dangerous, expedited=expedited)
        for expedited in ((False, True) if fast else (False,))
        for dangerous in ((False, True) if careful else (False,))
    ]
    return np.concatenate(blocks, axis=1)
