"""The next hop of all places at once is that of the best way of each pair, ties and all."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from federation.routes import legs, next_hops, place_ids
from federation.topology.model import ClusterSpec
from tests.support.small_cluster import small_cluster

COUNT = 5


@st.composite
def networks(draw):
    """Sites and links whose hours are so round that many ways are equal."""
    site = small_cluster().sites[1].model_dump(mode="json")
    ends = st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1))
    pairs = draw(st.lists(ends.filter(lambda pair: pair[0] != pair[1]), max_size=9))
    links = [
        {
            "id": f"L{number}",
            "start": f"S{start}",
            "end": f"S{end}",
            "two_way": draw(st.booleans()),
            "mode": "van",
            "distance_km": 1.0,
            "drive_h": draw(st.sampled_from([1.0, 2.0])),
            "border_h": draw(st.sampled_from([0.0, 1.0])),
            "dangerous_goods": draw(st.sampled_from(["allowed", "papers", "forbidden"])),
            "papers_h": draw(st.sampled_from([0.0, 1.0])),
            "dangerous_papers_h": draw(st.sampled_from([0.0, 2.0])),
            "expedited": draw(st.booleans()),
        }
        for number, (start, end) in enumerate(pairs)
    ]
    return ClusterSpec.model_validate(
        {
            "id": "net",
            "name": "Net",
            "start": "2027-03-01T00:00:00Z",
            "sites": [{**site, "id": f"S{number}"} for number in range(COUNT)],
            "links": links,
        }
    )


@given(networks(), st.booleans(), st.booleans(), st.data())
def test_each_next_hop_begins_the_best_way(cluster, dangerous, expedited, data):
    rows = legs(cluster)
    shut = data.draw(st.sets(st.integers(0, max(len(rows) - 1, 0))))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(place_ids(cluster))
    for row, leg in enumerate(rows):
        kept = leg.link.expedited and not expedited
        forbidden = dangerous and leg.link.dangerous_goods == "forbidden"
        if row not in shut and not kept and not forbidden:
            graph.add_edge(leg.start, leg.end, key=row)
    hops = next_hops(cluster, shut, dangerous=dangerous, expedited=expedited)
    for start, origin in enumerate(graph):
        for end, destination in enumerate(graph):
            ways = nx.all_simple_edge_paths(graph, origin, destination) if start != end else ()
            keys = [[row for *_, row in way] for way in ways]
            best = min(keys, key=lambda way: _key(rows, way, dangerous), default=[-1])
            assert hops[start, end] == best[0]


def _key(rows, way, dangerous):
    hours = sum(rows[row].travel_h + rows[row].papers_h(dangerous=dangerous) for row in way)
    return hours, len(way), way
