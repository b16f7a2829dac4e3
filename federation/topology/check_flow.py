"""The flow of lots: limits that name nothing, loops of buffers that must jam, shares of nobody."""

from __future__ import annotations

from collections.abc import Iterator

from federation.topology.capability import CapabilityIndex
from federation.topology.files import Folder, Located
from federation.topology.flow_model import ConwipSpec
from federation.topology.lots import lot_size_of
from federation.topology.model import ClusterSpec
from federation.topology.problems import Loc, Problem, did_you_mean
from federation.topology.product_model import PartSpec, ProductSpec
from federation.topology.references import parts_of
from federation.topology.requirements import can_work
from twins.flow_spec import KanbanSpec
from twins.spec import MachineSpec


def limit_problems(folder: Folder) -> Iterator[Problem]:
    """CONWIP limits and kanban cards of unknown or repeated parts."""
    for site in folder.sites:
        for number, machine in enumerate(site.spec.machines):
            seen: set[tuple[str, str | None]] = set()
            for place, kanban in enumerate(machine.kanban):
                loc: Loc = ("machines", number, "kanban", place)
                yield from _part_problems(folder, site, loc, kanban)
                if (kanban.product, kanban.part) in seen:
                    what = f"a second kanban loop for {kanban.product} at {machine.id}"
                    yield site.problem(loc, "duplicate-limit", what, "keep one of them")
                seen.add((kanban.product, kanban.part))
    limited: dict[tuple[str, str | None, str | None], None] = {}
    for entry in folder.conwip:
        spec = entry.spec
        yield from _part_problems(folder, entry, (), spec)
        if spec.site is not None and spec.site not in folder.known("site"):
            what = f"'{spec.site}' is not a site of this cluster"
            remedy = did_you_mean(spec.site, folder.known("site"))
            yield entry.problem(("site",), "unknown-site", what, remedy)
        key = (spec.product, spec.part, spec.site)
        if key in limited:
            what = f"a second limit for {spec.product}"
            yield entry.problem((), "duplicate-limit", what, "keep one of them")
        limited[key] = None
    yield from _nested(folder)
    yield from _owners(folder)


def _owners(folder: Folder) -> Iterator[Problem]:
    """Owners of rework that do not exist, or cannot do the operation it begins with."""
    machines = {
        (site.spec.id, machine.id): machine
        for site in folder.sites
        for machine in site.spec.machines
    }
    for product in folder.products:
        for part, loc in parts_of(product.spec):
            for at, operation in enumerate(part.operations):
                rework = operation.rework
                if rework is None or rework.site is None or rework.work_centre is None:
                    continue
                place: Loc = (*loc, "operations", at, "rework")
                if rework.site not in folder.known("site"):
                    what = f"'{rework.site}' is not a site of this cluster"
                    remedy = did_you_mean(rework.site, folder.known("site"))
                    yield product.problem((*place, "site"), "unknown-site", what, remedy)
                    continue
                owner = machines.get((rework.site, rework.work_centre))
                able = [name for (site, name) in machines if site == rework.site]
                again = next(other for other in part.operations if other.id == rework.to)
                if owner is None or not can_work(owner, again):
                    what = f"{rework.site}/{rework.work_centre} cannot do '{rework.to}' again"
                    remedy = f"name a machine for {again.process}: {', '.join(able)}"
                    place = (*place, "work_centre")
                    yield product.problem(place, "rework-owner", what, remedy)
                elif again.alternatives:
                    what = f"'{rework.to}' has alternatives, one of which did it before"
                    remedy = "remove site and work_centre of the rework, or the alternatives"
                    yield product.problem(place, "rework-owner", what, remedy)


def _part_problems(
    folder: Folder,
    entry: Located,  # type: ignore[type-arg]
    loc: Loc,
    limit: KanbanSpec | ConwipSpec,
) -> Iterator[Problem]:
    product = limit.product
    known = folder.known("product")
    if product not in known:
        what = f"'{product}' is not a product of this cluster"
        remedy = did_you_mean(product, known)
        yield entry.problem((*loc, "product"), "unknown-product", what, remedy)
    for other in folder.products:
        parts = [part.id for part in other.spec.parts]
        if other.spec.id == product and limit.part is not None and limit.part not in parts:
            what = f"the product {product} has no part '{limit.part}'"
            remedy = did_you_mean(limit.part, parts)
            yield entry.problem((*loc, "part"), "unknown-part", what, remedy)


def _nested(folder: Folder) -> Iterator[Problem]:
    """A part and one of its components that are both released under a limit."""
    for product in folder.products:
        own = [entry for entry in folder.conwip if entry.spec.product == product.spec.id]
        for entry in own:
            part = entry.spec.part or product.spec.root.id
            below = {
                inner.id
                for outer in product.spec.parts
                if outer.id == part
                for inner in _below(outer)
            }
            for other in own:
                if other.spec.part in below:
                    what = f"{other.spec.part} is released with {part}, which has a limit too"
                    remedy = f"limit {part} or its components, not both"
                    yield other.problem(("part",), "nested-limit", what, remedy)


def _below(part: PartSpec) -> Iterator[PartSpec]:
    for component in part.components:
        yield component
        yield from _below(component)


def loop_problems(
    folder: Folder, cluster: ClusterSpec, index: CapabilityIndex
) -> Iterator[Problem]:
    """Routings that return to a work centre through work centres without any buffer.

    Two lots in such a loop block each other for good: each stands where the other has to go.
    """
    for entry in folder.products:
        for part, loc in parts_of(entry.spec):
            steps = range(len(part.operations))
            way = [_only(index, entry.spec, part, at) for at in steps]
            for end, last in enumerate(way):
                begin = next((at for at in range(end - 1) if last and way[at] == last), None)
                rework = part.operations[end].rework
                if begin is None and rework is not None:
                    begin = next(at for at in steps if part.operations[at].id == rework.to)
                if last is None or begin is None:
                    continue
                whole = way[begin : end + 1]
                loop = {step for step in whole if step}
                if None in whole or len({site for site, _ in loop}) > 1 or len(loop) < 2:
                    continue
                machines = [_machine(cluster, *step) for step in sorted(loop)]
                if any(machine.buffer_lots != 0 for machine in machines):
                    continue
                places = sum(machine.count for machine in machines)
                if _most(cluster, entry.spec, last[0]) < places:
                    continue
                names = ", ".join(name for _, name in sorted(loop))
                what = (
                    f"the routing of {part.id} comes back to {last[1]} through {names}, which have "
                    f"no buffer: {places} lots in the loop block each other"
                )
                remedy = f"give one of them buffer_lots, or {entry.spec.id} a conwip limit below it"
                yield entry.problem((*loc, "operations", end), "buffer-loop", what, remedy)
                break


def share_problems(
    folder: Folder, cluster: ClusterSpec, index: CapabilityIndex
) -> Iterator[Problem]:
    """Operations whose lots are never shared: too small, or no machines to share them."""
    for entry in folder.products:
        units = lot_size_of(entry.spec, cluster.lot_size)
        for part, loc in parts_of(entry.spec):
            for at, operation in enumerate(part.operations):
                least = operation.minimum_share_units
                if least is None:
                    continue
                where: Loc = (*loc, "operations", at, "minimum_share_units")
                able = [
                    _machine(cluster, one.site, one.work_centre)
                    for one in index.candidates(entry.spec.id, part.id, at)
                ]
                if 2 * least > units:
                    what = f"a lot of {units} units has no two shares of {least}"
                    remedy = "lower it, or raise lot_size"
                    yield entry.problem(where, "no-effect", what, remedy)
                elif not any(one.count > 1 and one.batch_capacity_units is None for one in able):
                    what = "no work centre that can do it has two machines that work lot by lot"
                    remedy = "raise the count of one, or remove it"
                    yield entry.problem(where, "no-effect", what, remedy)


def _only(
    index: CapabilityIndex, product: ProductSpec, part: PartSpec, at: int
) -> tuple[str, str] | None:
    """The one work centre that can do a step."""
    found = index.candidates(product.id, part.id, at)
    return (found[0].site, found[0].work_centre) if len(found) == 1 else None


def _machine(cluster: ClusterSpec, site: str, name: str) -> MachineSpec:
    return next(machine for machine in cluster.site(site).machines if machine.id == name)


def _most(cluster: ClusterSpec, product: ProductSpec, site: str) -> float:
    """Most lots of a product in process at a site, by its CONWIP limits."""
    limits = [
        entry.lots
        for entry in cluster.conwip
        if entry.product == product.id and entry.site in {None, site}
    ]
    return min(limits, default=float("inf"))
