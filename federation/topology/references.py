"""Names in the files of a cluster must lead somewhere: sites, places, materials, buses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set

from federation.topology.files import Folder, Located
from federation.topology.model import CustomerSpec, LinkSpec
from federation.topology.problems import Loc, Problem, did_you_mean, nearest
from federation.topology.processes import PROCESSES
from federation.topology.product_model import OperationSpec, PartSpec, ProductSpec
from federation.topology.requirements import can_work
from twins.spec import SiteSpec


def reference_problems(folder: Folder) -> Iterator[Problem]:
    """Names that lead nowhere, and objects that contradict each other; orders apart."""
    for site in folder.sites:
        yield from _site(folder, site)
    for customer in folder.customers:
        yield from _customer(folder, customer)
    places = folder.known("site") | folder.known("customer")
    gates = {c.spec.id: c.spec.at_site for c in folder.customers if c.spec.at_site is not None}
    for link in folder.links:
        yield from _link(folder, link, places, gates)
    machines = [machine for site in folder.sites for machine in site.spec.machines]
    listed = {name for machine in machines for name in machine.materials_worked}
    worked = listed.union(folder.known("material"))
    owners = {site.spec.organisation for site in folder.sites if site.spec.organisation}
    for product in folder.products:
        yield from _permissions(folder, product)
        for part, loc in parts_of(product.spec):
            yield from _routing(folder, product, part, loc, worked)
            yield from _disclosed(folder, product, part, loc, owners)


def parts_of(product: ProductSpec) -> Iterator[tuple[PartSpec, Loc]]:
    """Every part of a product with its place in the file."""

    def visit(part: PartSpec, loc: Loc) -> Iterator[tuple[PartSpec, Loc]]:
        for number, component in enumerate(part.components):
            yield from visit(component, (*loc, "components", number))
        yield part, loc

    return visit(product.root, ("root",))


def unknown(entry: Located, loc: Loc, kind: str, name: str, known: Collection[str]) -> Problem:  # type: ignore[type-arg]
    """The problem of a name that leads nowhere."""
    article = "an" if kind[0] in "aeiou" else "a"
    whole = "site" if kind == "bus" else "cluster"
    what = f"'{name}' is not {article} {kind} of this {whole}"
    return entry.problem(loc, f"unknown-{kind}", what, did_you_mean(name, known))


def _site(folder: Folder, entry: Located[SiteSpec]) -> Iterator[Problem]:
    materials = folder.known("material")
    owner = entry.spec.organisation
    if owner is not None and owner != entry.spec.id and owner in folder.known("site"):
        what = f"a site is called '{owner}' too, and designs are disclosed to either by its name"
        yield entry.problem(("organisation",), "duplicate-id", what, "give each its own id")
    for number, stock in enumerate(entry.spec.stock):
        if stock.material not in materials:
            loc = ("stock", number, "material")
            yield unknown(entry, loc, "material", stock.material, materials)
        if stock.owner is not None and stock.owner not in folder.known("customer"):
            loc = ("stock", number, "owner")
            yield unknown(entry, loc, "customer", stock.owner, folder.known("customer"))
        hours = stock.supplier.hours if stock.supplier is not None else None
        if hours is not None and (hours.open >= hours.close or len(set(hours.closed_days)) == 7):
            what = "the supplier never opens"
            at: Loc = ("stock", number, "supplier", "hours")
            yield entry.problem(at, "never-open", what, "correct open, close or closed_days")
    for number, machine in enumerate(entry.spec.machines):
        if machine.process in PROCESSES:
            continue
        slip = nearest(machine.process, PROCESSES, cutoff=0.88)
        if slip is not None:
            what = f"'{machine.process}' is not a known process"
            remedy = f"did you mean '{slip}'? A process of your own needs a name less like it"
            yield entry.problem(("machines", number, "process"), "unknown-process", what, remedy)


def _customer(folder: Folder, entry: Located[CustomerSpec]) -> Iterator[Problem]:
    customer = entry.spec
    has_place = customer.latitude_deg is not None and customer.longitude_deg is not None
    has_part = customer.latitude_deg is not None or customer.longitude_deg is not None
    if customer.at_site is not None:
        if customer.at_site not in folder.known("site"):
            yield unknown(entry, ("at_site",), "site", customer.at_site, folder.known("site"))
        if has_part or "utc_offset_h" in customer.model_fields_set:
            what = "a customer at a site has that site's place and clock"
            remedy = "remove at_site, or the coordinates and utc_offset_h"
            yield entry.problem(("at_site",), "two-places", what, remedy)
        return
    if not has_place:
        what = f"the customer '{customer.id}' has no place"
        remedy = "give at_site, or latitude_deg and longitude_deg and a link that leads there"
        yield entry.problem((), "no-place", what, remedy)
    if customer.id in folder.known("site"):
        what = f"a site is called '{customer.id}' too, and both are places"
        yield entry.problem(("id",), "duplicate-id", what, "give each its own id, or use at_site")


def _link(
    folder: Folder, entry: Located[LinkSpec], places: Set[str], gates: Mapping[str, str]
) -> Iterator[Problem]:
    """``gates``: the site at which a customer collects."""
    link = entry.spec
    for end in ("start", "end"):
        name = getattr(link, end)
        if name in gates and name not in folder.known("site"):
            what = f"the customer '{name}' collects at {gates[name]} and has no place of its own"
            yield entry.problem((end,), "no-place", what, f"link the site {gates[name]}")
        elif name not in places:
            yield unknown(entry, (end,), "place", name, places)
    if link.start == link.end:
        what = f"the link begins and ends at {link.start}"
        yield entry.problem(("end",), "link-to-itself", what, "name another place")
    if link.customs is not None and link.customs.open >= link.customs.close:
        what = "the border post never opens: open is not before close"
        yield entry.problem(("customs", "open"), "never-open", what, "correct one of them")
    if link.customs is not None and len(set(link.customs.closed_days)) == 7:
        what = "the border post never opens: it is closed on every day"
        yield entry.problem(("customs", "closed_days"), "never-open", what, "remove a day")
    if link.customs is not None and link.border_h == 0.0:
        what = "customs hours without border_h have no effect"
        yield entry.problem(("customs",), "no-effect", what, "give border_h, or remove customs")
    given = link.model_fields_set
    if link.consolidation_h is not None and "departures" in given:
        what = "with consolidation_h nothing waits for departures"
        yield entry.problem(("departures",), "no-effect", what, "remove one of them")
    if link.vehicle_cost_per_h > 0.0 and link.vehicles is None:
        what = "without vehicles nobody is paid for them"
        yield entry.problem(("vehicle_cost_per_h",), "no-effect", what, "give vehicles")
    for key in ("dangerous_papers_h", "dangerous_cost"):
        if key in given and link.dangerous_goods != "papers":
            what = f"{key} has no effect where dangerous goods are {link.dangerous_goods}"
            remedy = f"write dangerous_goods: papers, or remove {key}"
            yield entry.problem((key,), "no-effect", what, remedy)
    if not link.departures:
        what = "nothing ever departs"
        yield entry.problem(("departures",), "empty", what, "give at least one time")


def _permissions(folder: Folder, entry: Located[ProductSpec]) -> Iterator[Problem]:
    sites = folder.known("site")
    seen: set[tuple[str, str]] = set()
    for number, permission in enumerate(entry.spec.permissions):
        loc: Loc = ("permissions", number)
        if permission.site not in sites:
            yield unknown(entry, (*loc, "site"), "site", permission.site, sites)
        if permission.approver is not None and permission.approver not in sites:
            what = f"the approver '{permission.approver}' is not a site of this cluster"
            remedy = did_you_mean(permission.approver, sites)
            yield entry.problem((*loc, "approver"), "unknown-approver", what, remedy)
        if (permission.part, permission.site) in seen:
            what = f"a second permission for {permission.part} at {permission.site}"
            yield entry.problem(loc, "duplicate-permission", what, "remove one of them")
        seen.add((permission.part, permission.site))
    names = [variant.id for variant in entry.spec.variants]
    for number, name in enumerate(names):
        if name in names[:number]:
            what = f"the variant '{name}' stands twice"
            yield entry.problem(
                ("variants", number, "id"), "duplicate-id", what, "remove one of them"
            )


def _routing(
    folder: Folder, entry: Located[ProductSpec], part: PartSpec, loc: Loc, worked: Set[str]
) -> Iterator[Problem]:
    """``worked``: materials of the cluster, and those that its machines name."""
    materials = folder.known("material")
    for number, step in enumerate(part.operations):
        at: Loc = (*loc, "operations", number)
        for key in ("consumes", "recovers"):
            for n, flow in enumerate(getattr(step, key)):
                if flow.material not in materials:
                    where = (*at, key, n, "material")
                    yield unknown(entry, where, "material", flow.material, materials)
        for n, used in enumerate(step.consumes):
            instead = used.substitute.material if used.substitute is not None else None
            where = (*at, "consumes", n, "substitute", "material")
            if instead is not None and instead not in materials:
                yield unknown(entry, where, "material", instead, materials)
            if instead == used.material:
                what = f"{instead} is its own substitute"
                yield entry.problem(where, "no-effect", what, "name another material")
        yield from _alternatives(folder, entry, step, at)
        material = step.material_worked
        if material is not None and material not in worked:
            yield unknown(entry, (*at, "material_worked"), "material", material, worked)
        if step.recovers and step.yield_fraction == 1.0:
            what = "no unit is rejected, so nothing is recovered"
            remedy = "give yield_fraction, or remove recovers"
            yield entry.problem((*at, "recovers"), "no-effect", what, remedy)


def _disclosed(
    folder: Folder, entry: Located[ProductSpec], part: PartSpec, loc: Loc, owners: Set[str]
) -> Iterator[Problem]:
    """``owners``: organisations of the sites that could be read."""
    sites = folder.known("site")
    named = part.disclosed_to or ()
    for number, name in enumerate(named):
        at = (*loc, "disclosed_to", number)
        if name in named[:number]:
            yield entry.problem(at, "listed-twice", f"{name} is listed twice", "list it once")
        # The organisation of a site that could not be read is not known.
        elif name not in sites | owners and len(folder.sites) == len(sites):
            what = f"'{name}' is neither a site nor an organisation of this cluster"
            yield entry.problem(at, "unknown-site", what, did_you_mean(name, sites | owners))


def _alternatives(
    folder: Folder, entry: Located[ProductSpec], step: OperationSpec, loc: Loc
) -> Iterator[Problem]:
    """Alternatives are work centres that have the process, each named once."""
    if not step.alternatives:
        return
    sites = {site.spec.id: site.spec for site in folder.sites}
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(step.alternatives):
        at: Loc = (*loc, "alternatives", number)
        if one.site not in sites:
            yield unknown(entry, (*at, "site"), "site", one.site, tuple(sites))
            continue
        machines = {machine.id: machine for machine in sites[one.site].machines}
        machine = machines.get(one.work_centre)
        if machine is None:
            what = f"{one.site} has no work centre '{one.work_centre}'"
            remedy = did_you_mean(one.work_centre, tuple(machines))
            yield entry.problem((*at, "work_centre"), "unknown-work-centre", what, remedy)
        elif not can_work(machine, step):
            what = f"{one.work_centre} at {one.site} cannot do {step.process} of this operation"
            yield entry.problem(
                at, "wrong-process", what, "name a work centre that has the process"
            )
        if (one.site, one.work_centre) in seen:
            what = f"{one.work_centre} at {one.site} stands twice"
            yield entry.problem(at, "duplicate-alternative", what, "remove one of them")
        seen.add((one.site, one.work_centre))
