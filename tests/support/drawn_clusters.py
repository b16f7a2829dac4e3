"""Small clusters and disruptions, drawn by Hypothesis."""

from hypothesis import strategies as st

from analytics.simulation.layout import P_GRID_OFF, P_LINK_CLOSED, P_MACHINE_DOWN, P_SITE_DOWN
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import cluster_data

MACHINES, SITES, LINKS = 6, 3, 4


@st.composite
def clusters(draw):
    """A small cluster whose sites, stock, permissions and orders vary."""
    data = cluster_data(
        orders=draw(st.integers(1, 14)),
        quantity=draw(st.integers(1, 40)),
        gap_h=draw(st.sampled_from([0.0, 1.0, 5.0, 20.0])),
        lead_days=draw(st.integers(1, 10)),
        lateness=draw(st.sampled_from([0.0, 0.5, 20.0])),
        approval_h=draw(st.sampled_from([0.0, 4.0, 60.0])),
    )
    for site in data["sites"][:2]:
        site["machines"][1]["count"] = draw(st.integers(1, 2))
        site["machines"][1]["unattended"] = draw(st.booleans())
        site["machines"][1]["batch_capacity_units"] = draw(st.sampled_from([None, 8, 60]))
    data["sites"][1]["stock"] = [
        {
            "material": "sheet",
            "on_hand": draw(st.sampled_from([0, 30, 5000])),
            "weekly_receipt": draw(st.sampled_from([0, 40])),
        }
    ]
    permission = data["products"][0]["permissions"][2]
    if draw(st.booleans()):
        data["products"][0]["permissions"][2] = {
            "part": permission["part"],
            "site": permission["site"],
        }
    step = data["products"][0]["root"]["components"][0]["operations"][1]
    step["on_interruption"] = draw(st.sampled_from(["resume", "restart", "scrap"]))
    step["yield_fraction"] = draw(st.sampled_from([1.0, 0.8]))
    return ClusterSpec.model_validate(data)


@st.composite
def disruptions(draw):
    """Timed changes that begin and mostly end."""
    changes = []
    for _ in range(draw(st.integers(0, 3))):
        kind, entities = draw(
            st.sampled_from(
                [
                    (P_SITE_DOWN, SITES),
                    (P_MACHINE_DOWN, MACHINES),
                    (P_GRID_OFF, SITES),
                    (P_LINK_CLOSED, LINKS),
                ]
            )
        )
        entity = draw(st.integers(0, entities - 1))
        begin, length = draw(st.integers(0, 120)), draw(st.integers(1, 200))
        changes.append((begin, kind, entity, 1))
        if draw(st.integers(0, 4)):
            changes.append((begin + length, kind, entity, -1))
    return changes
