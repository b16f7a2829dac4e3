"""Prices in other currencies are converted by the dated rates and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from federation.topology.files import ClusterFile, OrdersFile
from federation.topology.load import load_cluster
from federation.topology.money import MONEY_FIELDS
from federation.topology.product_model import ProductSpec
from federation.topology.schema import _models
from twins.spec import SiteSpec

SITE = """\
id: A
name: Workshop A
country: NG
latitude_deg: 6.5
longitude_deg: 3.4
assumption: made up
machines: [{id: brake, process: bending}]
labour: {headcount: 2, wage_per_h: 2000 NGN, source: pay roll}
stock: [{material: steel, on_hand: 10}]
"""
CLUSTER = """\
start: 2027-01-04T00:00Z
exchange_rates:
  - {currency: NGN, rate: 0.0005, date: 2026-06-01}
  - {currency: NGN, rate: 0.00065, date: 2026-12-01}
  - {currency: NGN, rate: 0.1, date: 2027-02-01}
materials:
  - {id: steel, unit: kg, price: 1.5 USD}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "a.yaml").write_text(SITE)
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    return tmp_path


def test_the_newest_rate_before_the_start_converts_and_the_note_keeps_the_amount(
    folder: Path,
) -> None:
    cluster = load_cluster(folder)
    labour = cluster.sites[0].labour
    assert labour is not None
    assert labour.wage_per_h == pytest.approx(1.30)
    assert labour.notes["wage_per_h"] == (
        "source: pay roll (2000 NGN at 0.00065 USD of 2026-12-01)"
    )
    assert cluster.materials[0].price == 1.5


def test_a_text_that_is_no_amount_is_no_price(folder: Path) -> None:
    site = folder / "sites" / "a.yaml"
    site.write_text(SITE.replace("2000 NGN", "2000NGN"))
    with pytest.raises(ValueError, match=r"wage_per_h: expected a number, found '2000NGN'"):
        load_cluster(folder)


def test_every_field_that_is_named_like_money_is_treated_as_money() -> None:
    words = ("price", "cost", "wage", "tariff", "charge")
    physical = {"charge_kw", "charge_efficiency"}
    models = {
        model
        for top in (ClusterFile, OrdersFile, ProductSpec, SiteSpec)
        for model in _models(top, set())
    }
    fields = {name for model in models for name in model.model_fields}
    named = {
        name
        for name in fields
        if any(word in name.split("_") for word in words) and name not in physical
    }
    assert named == MONEY_FIELDS
