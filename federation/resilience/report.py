"""The resilience of a cluster: everything that is read off its graph, in one report."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pyarrow as pa

from federation.borders import closed_links
from federation.errors import NotInClusterError, ResilienceError
from federation.matching import SnapshotCircumstances
from federation.resilience.concentration import (
    ProcessConcentration,
    SingleStep,
    process_concentration,
    single_steps,
)
from federation.resilience.flows import Distances, Flow, scheduled, shortest
from federation.resilience.plan import Planner
from federation.resilience.shape import NetworkShape, network_shape
from federation.resilience.shop import Shop
from federation.resilience.survival import MOST_PAIRS, Loss, PairSurvey, Survey
from federation.resilience.throughput import Throughput, throughputs
from federation.resilience.value import (
    CountryImports,
    ProductSupply,
    SiteValue,
    Worth,
    country_imports,
    site_values,
    supply_distances,
)
from federation.resilience.variety import SiteVariety, changeovers, site_variety
from federation.resilience.zones import Ground
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec
from federation.topology.problems import did_you_mean

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ProductRisk:
    """One product.

    Parameters
    ----------
    product
        Its id.
    wanted, served
        Units a week: ordered, and of these delivered by the best plan for all products together.
    most
        Units a week if nothing else were made, and what limits them.
    sites, links
        Single points of failure: without any one of them nobody gets the product.
    """

    product: str
    wanted: float
    served: float
    most: Throughput
    sites: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Resilience:
    """What a cluster depends on, and what is left of it after losses.

    Parameters
    ----------
    cluster
        Its id.
    currency
        Of the values.
    product
        The one product that is judged, as if nothing else were made; ``None``: all.
    weeks
        Weeks of orders behind the weekly demand; 0: there are no orders.
    closed
        Links that were taken as closed.
    wanted, served
        Units a week, of all products.
    shape
        Of the network.
    processes
        Concentration of each.
    single_steps
        Steps that one site alone can do.
    products
        Throughput and single points of failure.
    losses
        N-1: every site, link and border, and all borders at once.
    pairs
        N-2; ``None`` unless asked for.
    values, imports, supply
        By the shared schedule, where there is one, and on the shortest ways.
    variety
        Of each site.
    changeovers
        Matrix of each work centre that is set up, see ``federation.resilience.schemas``.
    notes
        What the figures leave out, in a sentence each.
    """

    cluster: ClusterSpec
    product: str | None
    weeks: int
    closed: tuple[str, ...]
    wanted: float
    served: float
    shape: NetworkShape
    processes: tuple[ProcessConcentration, ...]
    single_steps: tuple[SingleStep, ...]
    products: tuple[ProductRisk, ...]
    losses: tuple[Loss, ...]
    pairs: PairSurvey | None
    values: tuple[SiteValue, ...]
    imports: tuple[CountryImports, ...]
    supply: tuple[ProductSupply, ...]
    variety: tuple[SiteVariety, ...]
    changeovers: pa.Table
    notes: tuple[str, ...]

    @property
    def basis(self) -> str:
        """``schedule`` where there is one, else ``shortest``."""
        return self.values[0].basis if self.values else "shortest"

    @property
    def import_dependence(self) -> float:
        """Imported value over sale value, of all countries together; 0 without a sale."""
        own = [row for row in self.imports if row.basis == self.basis]
        sold = sum(row.sale_value for row in own)
        return sum(row.imported_value for row in own) / sold if sold > 0.0 else 0.0

    def survived(self, kind: str) -> tuple[int, int]:
        """Events of a kind (``site``, ``link``, ``border``) that lose nothing, and all of them."""
        own = [loss for loss in self.losses if loss.events[0].kind == kind]
        return sum(1 for loss in own if loss.units == 0.0 and not loss.gone), len(own)

    @property
    def worst(self) -> Loss | None:
        """The single site, link or border that takes most away; ``None`` where none takes any."""
        alone = [loss for loss in self.losses if loss.events[0].kind != "all_borders"]
        found = max(alone, key=lambda loss: (loss.units, len(loss.gone)), default=None)
        return found if found is not None and (found.units > 0.0 or found.gone) else None


def resilience(
    snapshot: ClusterSnapshot,
    *,
    product: str | None = None,
    n2: bool = False,
    closed: Collection[str] = (),
    week: int | None = None,
    approved_only: bool = False,
    most_pairs: int = MOST_PAIRS,
    progress: Progress | None = None,
) -> Resilience:
    """The resilience of a cluster at the moment of a snapshot.

    Parameters
    ----------
    snapshot
        Specification, permissions of the moment, schedule.
    product
        Judge this product alone, as if nothing else were made.
    n2
        Survey pairs of sites and links too.
    closed
        Links that cannot be used: ids, or all over a border as ``NG:BJ``.
    week
        Demand of the orders released in this week, from 1; default: the mean week.
    approved_only
        Leave out sites that need a first article before they may make a part.
    most_pairs
        Pairs that are looked at; of a larger cluster those of its weightiest sites and links.
    progress
        Called with the losses worked out, and all that will be.

    Raises
    ------
    NotInClusterError
        When there is no such product, link or border.
    ResilienceError
        When no order is released in the week, or the network is too large.
    """
    cluster = _narrowed(snapshot.cluster, product)
    shut = closed_links(cluster, closed)
    permitted = SnapshotCircumstances(snapshot).status
    shop = Shop(cluster, permitted, approved_only=approved_only, week=week)
    if week is not None and shop.weeks == 0:
        weeks = sorted({(o.release - cluster.start).days // 7 + 1 for o in cluster.orders})
        known = f"weeks {weeks[0]} to {weeks[-1]} have orders" if weeks[1:] else "there are none"
        remedy = f"week {weeks[0]} has orders" if len(weeks) == 1 else known
        raise ResilienceError(f"no order is released in week {week}", remedy=remedy)
    planner = Planner(shop, Ground(cluster, shut))
    survey = Survey(planner)
    losses = _singles(survey, progress)
    pairs = survey.pairs(losses, most_pairs, progress) if n2 else None
    distances = Distances(planner, planner.ground.over(shut))
    by_schedule = scheduled(planner, snapshot)
    flows = [by_schedule] if by_schedule is not None else []
    flows.append(shortest(planner, distances, survey.base.plan.units))
    worth = Worth(shop)
    return Resilience(
        cluster=cluster,
        product=product,
        weeks=shop.weeks,
        closed=tuple(sorted(shut)),
        wanted=float(shop.wanted().sum()),
        served=survey.total,
        shape=network_shape(cluster, shut),
        processes=process_concentration(shop),
        single_steps=single_steps(shop),
        products=_products(survey, losses),
        losses=losses,
        pairs=pairs,
        values=tuple(row for flow in flows for row in site_values(shop, worth, flow)),
        imports=tuple(row for flow in flows for row in country_imports(shop, worth, flow)),
        supply=tuple(row for flow in flows for row in supply_distances(shop, distances, flow)),
        variety=site_variety(shop, by_schedule),
        changeovers=changeovers(shop),
        notes=_notes(shop, planner, survey, by_schedule, approved_only=approved_only),
    )


def _narrowed(cluster: ClusterSpec, product: str | None) -> ClusterSpec:
    """The cluster with one product alone."""
    if product is None:
        return cluster
    ids = [one.id for one in cluster.products]
    if product not in ids:
        what = f"the cluster has no product '{product}'"
        raise NotInClusterError(what, remedy=did_you_mean(product, ids))
    return cluster.model_copy(
        update={
            "products": (cluster.product(product),),
            "orders": tuple(order for order in cluster.orders if order.product == product),
        }
    )


def _singles(survey: Survey, progress: Progress | None) -> tuple[Loss, ...]:
    events = survey.events()
    found: list[Loss] = []
    for event in events:
        found.append(survey.loss(event))
        if progress is not None:
            progress(len(found), len(events))
    return tuple(found)


def _products(survey: Survey, losses: tuple[Loss, ...]) -> tuple[ProductRisk, ...]:
    shop = survey.planner.shop
    most = throughputs(survey.planner, list(range(len(shop.products))))
    points: dict[tuple[str, str], list[str]] = {}
    for loss in losses:
        for name in loss.gone:
            points.setdefault((loss.events[0].kind, name), []).append(loss.events[0].id)
    return tuple(
        ProductRisk(
            product=product.id,
            wanted=float(shop.wanted()[row]),
            served=float(survey.served[row]),
            most=most[row],
            sites=tuple(points.get(("site", product.id), ())),
            links=tuple(points.get(("link", product.id), ())),
        )
        for row, product in enumerate(shop.products)
    )


def _notes(
    shop: Shop, planner: Planner, survey: Survey, plan: Flow | None, *, approved_only: bool
) -> tuple[str, ...]:
    found = []
    if shop.weeks == 0:
        found.append("There are no orders, so no volume is lost: only what can still be made.")
    short = float(shop.wanted().sum()) - survey.total
    if short > 1e-6:
        found.append(
            f"With everything there, {short:,.1f} units a week cannot be made in regular hours."
        )
    if not approved_only and not planner.option_approved.all():
        found.append("Sites that need a first article count as able; approval takes its time.")
    if plan is not None and plan.left_out:
        found.append(f"The schedule does not place {plan.left_out} lots; they are left out of it.")
    if any(link.expedited for link in shop.cluster.links):
        found.append("Links that are kept for expedited lots do not count.")
    if planner.ground.limited:
        found.append("Capacities of links limit what is delivered, not the shortest plan.")
    return tuple(found)
