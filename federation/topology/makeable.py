"""Every routing step needs a site that can and may do it, its material there, and a way on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from federation.topology.capability import CapabilityIndex, Refusal
from federation.topology.dangerous import dangerous_parts
from federation.topology.files import Folder, Located
from federation.topology.model import ClusterSpec, OrderSpec
from federation.topology.problems import Loc, Problem, nearest
from federation.topology.product_model import OperationSpec, PartSpec, ProductSpec
from federation.topology.references import parts_of
from federation.topology.requirements import REQUIREMENTS, Requirement

Reach = Mapping[str, frozenset[str]]


def reach(cluster: ClusterSpec, *, dangerous: bool = False) -> Reach:
    """For each place those that can be reached from it over links, itself among them.

    ``dangerous``: over links that do not forbid dangerous goods. Expedited links do not count:
    nothing may depend on what a response sends.
    """
    onward: dict[str, set[str]] = {site.id: set() for site in cluster.sites}
    for customer in cluster.customers:
        if customer.at_site is None:
            onward.setdefault(customer.id, set())
    for link in cluster.links:
        if link.expedited or (dangerous and link.dangerous_goods == "forbidden"):
            continue
        onward.setdefault(link.start, set()).add(link.end)
        if link.two_way:
            onward.setdefault(link.end, set()).add(link.start)
    back: dict[str, set[str]] = {place: set() for place in onward}
    for place, following in onward.items():
        for end in following:
            back.setdefault(end, set()).add(place)
    found: dict[str, frozenset[str]] = {}
    for place in onward:
        if place not in found:
            ahead = _from(place, onward)
            # those that lead here and are led to from here get as far as here
            found.update(dict.fromkeys(ahead & _from(place, back) & onward.keys(), ahead))
    return found


def _from(place: str, onward: Mapping[str, set[str]]) -> frozenset[str]:
    """The place and what is behind it, step by step."""
    seen, waiting = {place}, [place]
    while waiting:
        more = onward.get(waiting.pop(), set()) - seen
        seen |= more
        waiting += more
    return frozenset(seen)


def makeable_problems(
    folder: Folder, cluster: ClusterSpec, index: CapabilityIndex
) -> Iterator[Problem]:
    """Routing steps that no permitted site can make, materials not kept there, and missing ways."""
    usual, careful = reach(cluster), reach(cluster, dangerous=True)
    dangerous = dangerous_parts(cluster)
    kept = {site.id: {stock.key for stock in site.stock} for site in cluster.sites}
    ordered: dict[str, list[Located[OrderSpec]]] = {}
    for order in folder.orders:
        ordered.setdefault(order.spec.product, []).append(order)
    for entry in folder.products:
        finishing: dict[str, frozenset[str]] = {}
        for part, loc in parts_of(entry.spec):
            found = list(_steps(cluster, index, entry, part, loc))
            yield from found
            yield from _stock(kept, index, entry, part, loc)
            able = all(finishing.get(component.id) for component in part.components)
            if found or not able:
                continue
            ways = careful if (entry.spec.id, part.id) in dangerous else usual
            sites, missing = _chain(index, ways, entry.spec, part, finishing)
            finishing[part.id] = sites
            if missing is not None:
                what = (
                    f"no link leads from where {part.id} comes from to a site that can do this step"
                )
                remedy = "add a link in cluster.yaml, or a permission at a site that can be reached"
                yield entry.problem((*loc, "operations", missing), "no-way", what, remedy)
        root = (entry.spec.id, entry.spec.root.id)
        ways = careful if root in dangerous else usual
        orders = ordered.get(entry.spec.id, [])
        yield from _deliveries(orders, cluster, ways, entry.spec, finishing)


def _steps(
    cluster: ClusterSpec,
    index: CapabilityIndex,
    entry: Located[ProductSpec],
    part: PartSpec,
    loc: Loc,
) -> Iterator[Problem]:
    product = entry.spec.id
    for number, step in enumerate(part.operations):
        if index.candidates(product, part.id, number):
            continue
        at: Loc = (*loc, "operations", number)
        processes = {machine.process for site in cluster.sites for machine in site.machines}
        if step.process not in processes:
            what = f"no machine of the cluster has the process '{step.process}'"
            close = nearest(step.process, sorted(processes))
            remedy = f"did you mean '{close}'?" if close else "add a machine that has it to a site"
            yield entry.problem((*at, "process"), "unknown-process", what, remedy)
            continue
        refusals = index.refusals(product, part.id, number)
        near = [refusal for refusal in refusals if refusal.requirement != "process"]
        what = f"no permitted site can make '{step.id}' of {product}/{part.id}: " + "; ".join(
            refusal.reason for refusal in near
        ).replace("; ", ", ")
        yield entry.problem(at, "no-site-can-make", what, _remedy(near, part, step))


def _remedy(refusals: list[Refusal], part: PartSpec, step: OperationSpec) -> str:
    """What the sites that come closest lack."""
    last = max((refusal.requirement for refusal in refusals), key=REQUIREMENTS.index)
    sites = " or ".join(refusal.site for refusal in refusals if refusal.requirement == last)
    remedies: dict[Requirement, str] = {
        "permission": f"add a permission for {part.id} at {sites}",
        "disclosure": f"add {sites} to disclosed_to",
        "calendar": f"give a pool of {sites} a shift in the hours of its site",
        "energy": f"give {sites} a stronger bus or source",
        "tool": f"list {step.tool} in the tools of {sites}",
        "skill": f"raise skill_level of a machine at {sites} and the skills of its people",
        "envelope": "correct size_mm, or add a machine that takes it to a permitted site",
    }
    return remedies.get(last, "add a machine that works the material to a permitted site")


def _stock(
    kept: Mapping[str, set[str]],
    index: CapabilityIndex,
    entry: Located[ProductSpec],
    part: PartSpec,
    loc: Loc,
) -> Iterator[Problem]:
    """A permitted site that can do a step must keep (``kept``) the material that it takes."""
    for number, step in enumerate(part.operations):
        sites = dict.fromkeys(c.site for c in index.candidates(entry.spec.id, part.id, number))
        for n, flow in enumerate(step.consumes):
            choices = {flow.material}
            if flow.substitute is not None:
                choices.add(flow.substitute.material)
            without = [site for site in sites if not choices & kept[site]]
            if without:
                what = (
                    f"{flow.material} is taken at {', '.join(without)}, "
                    "which may make this part but keeps none"
                )
                remedy = f"list {flow.material} in the stock of {' and '.join(without)}"
                at = (*loc, "operations", number, "consumes", n)
                yield entry.problem(at, "no-stock", what, remedy)


def _chain(
    index: CapabilityIndex,
    ways: Reach,
    product: ProductSpec,
    part: PartSpec,
    finishing: Mapping[str, frozenset[str]],
) -> tuple[frozenset[str], int | None]:
    """Sites where the part can be finished, and the first step that no link leads to."""
    before = [finishing[component.id] for component in part.components]
    for number in range(len(part.operations)):
        able = {c.site for c in index.candidates(product.id, part.id, number)}
        here = frozenset(
            site for site in able if all(any(site in ways[b] for b in origin) for origin in before)
        )
        if not here:
            return frozenset(), number
        before = [here]
    return before[0], None


def _deliveries(
    orders: Sequence[Located[OrderSpec]],
    cluster: ClusterSpec,
    ways: Reach,
    product: ProductSpec,
    finishing: Mapping[str, frozenset[str]],
) -> Iterator[Problem]:
    """Customers must be reachable from a site that can finish what they order of the product."""
    origins = finishing.get(product.root.id)
    if not origins:
        return
    gates = {customer.id: customer.at_site or customer.id for customer in cluster.customers}
    told: set[str] = set()
    for order in orders:
        place = gates.get(order.spec.customer)
        if place is None or place in told:
            continue
        if not any(place in ways[origin] for origin in origins):
            told.add(place)
            what = (
                f"no link leads to the customer '{order.spec.customer}' "
                f"from where {product.id} is finished ({', '.join(sorted(origins))})"
            )
            remedy = "add a link in cluster.yaml"
            yield order.problem(("customer",), "customer-unreachable", what, remedy)
