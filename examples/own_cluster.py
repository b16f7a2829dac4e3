"""A cluster of your own: one site in ten lines, then a product and an order."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import twinfed as tf

SITE = """\
id: SHOP
name: My shop
country: GH
latitude_deg: 5.6
longitude_deg: -0.2
machines:
  - id: saw
    process: cutting
  - id: bench
    process: assembly
"""
PRODUCT = """\
id: STOOL
name: Stool
root:
  id: stool
  mass_kg: 3
  operations:
    - {id: cut, process: cutting, unit_time_min: 6}
    - {id: join, process: assembly, unit_time_min: 15}
permissions:
  - {site: SHOP, part: stool}
"""
ORDERS = """\
orders:
  - {id: O-1, product: STOOL, customer: gate, quantity: 40, release: 2027-01-04T07:00Z,
     due: 2027-01-06T17:00Z}
"""
CLUSTER = """\
customers:
  - {id: gate, name: At our gate, country: GH, at_site: SHOP}
"""

with tempfile.TemporaryDirectory() as place:
    folder = Path(place) / "my-shop"
    files = {
        "sites/shop.yaml": SITE,
        "products/stool.yaml": PRODUCT,
        "orders.yaml": ORDERS,
        "cluster.yaml": CLUSTER,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    with tf.open(folder) as fed:
        fed.emulate(datetime(2027, 1, 5, 12, tzinfo=UTC))
        lots = fed.fork().tables["lots"].to_pylist()
        print(f"{len(lots)} lots, {sum(lot['operation'] for lot in lots)} operations are done")
        for entry in fed.fork().tables["schedule"].to_pylist():
            print(
                f"{entry['lot']} {entry['work_centre']}: {entry['planned_start']:%a %H:%M} to "
                f"{entry['planned_finish']:%a %H:%M}"
            )
