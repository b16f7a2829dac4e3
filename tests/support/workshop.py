"""A cluster of two metal shops on disk: the smallest that can be rerouted."""

from pathlib import Path

FILES = {
    "cluster.yaml": """\
id: workshop
name: Two metal shops
start: 2027-01-04T00:00:00Z
lot_size: 10
customers:
  - {id: town, name: Shop in town, country: NG, at_site: SHOP-A}
links:
  - id: A-B
    start: SHOP-A
    end: SHOP-B
    mode: van
    distance_km: 60
    drive_h: 1.5
    cost_per_t: 30
    minimum_charge: 10
    emission_kg_per_t: 20
materials:
  - {id: sheet, unit: kg, price: 1.2}
""",
    "sites/shop-a.yaml": """\
id: SHOP-A
name: Shop A
country: NG
region: north
latitude_deg: 10.5
longitude_deg: 7.4
machines:
  - {id: brake, process: bending, run_kw: 4}
  - {id: cell, process: mig_welding, run_kw: 5}
labour: {headcount: 2, wage_per_h: 2}
stock:
  - {material: sheet, on_hand: 2000}
energy:
  buses:
    - {id: main, base_load_kw: 0.5}
  grid: {limit_kw: 20, tariff_per_kwh: 0.2, emission_g_per_kwh: 500}
""",
    "sites/shop-b.yaml": """\
id: SHOP-B
name: Shop B
country: GH
region: south
latitude_deg: 6.7
longitude_deg: -1.6
machines:
  - {id: brake, process: bending, run_kw: 4}
  - {id: cell, process: mig_welding, run_kw: 5}
labour: {headcount: 2, wage_per_h: 3}
stock:
  - {material: sheet, on_hand: 2000}
energy:
  buses:
    - {id: main, base_load_kw: 0.5}
  grid: {limit_kw: 20, tariff_per_kwh: 0.3, emission_g_per_kwh: 400}
""",
    "products/frame.yaml": """\
id: FRAME
name: Frame
price: 40
lateness_cost_per_unit_day: 5
root:
  id: frame
  mass_kg: 8
  operations:
    - id: bend
      process: bending
      unit_time_min: 12
      consumes: [{material: sheet, quantity_per_unit: 9}]
    - {id: weld, process: mig_welding, unit_time_min: 15}
permissions:
  - {site: SHOP-A, part: frame, status: approved}
  - {site: SHOP-B, part: frame, status: approved}
""",
    "orders.yaml": """\
orders:
  - {id: O1, product: FRAME, customer: town, quantity: 30,
     release: 2027-01-04T07:00Z, due: 2027-01-08T17:00Z}
  - {id: O2, product: FRAME, customer: town, quantity: 40,
     release: 2027-01-05T07:00Z, due: 2027-01-09T17:00Z}
  - {id: O3, product: FRAME, customer: town, quantity: 20,
     release: 2027-01-06T07:00Z, due: 2027-01-11T17:00Z}
""",
    "scenarios/dark-north.yaml": """\
id: dark-north
title: Four days without the northern grid
fork_at: 2027-01-05T06:00:00Z
edits:
  - kind: grid_outage
    region: north
    start: 2027-01-05T08:00:00Z
    end: 2027-01-09T08:00:00Z
""",
}
FORK_AT = "2027-01-05T06:00Z"


def write_workshop(folder: Path, **changes: tuple[str, str]) -> Path:
    """Write the cluster; ``changes`` maps a file (``__`` for ``/``) to old and new text."""
    edits = {
        f"{name.replace('__', '/').replace('_', '-')}.yaml": edit for name, edit in changes.items()
    }
    for name, text in FILES.items():
        if name in edits:
            old, new = edits.pop(name)
            assert old in text, f"{name} has no {old!r}"
            text = text.replace(old, new)  # noqa: PLW2901
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert not edits
    return folder
