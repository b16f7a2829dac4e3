import pytest

from tests.support.site_telemetry import SITE
from twins.assets import Assets
from twins.signals import AssetClass

ASSETS = Assets.of(SITE)


@pytest.mark.parametrize(
    ("asset", "expected"),
    [
        ("site", AssetClass.SITE),
        ("laser", AssetClass.MACHINE),
        ("mill-1", AssetClass.MACHINE),
        ("mill-2", AssetClass.MACHINE),
        ("lot:ORD-1/01/enclosure", AssetClass.LOT),
        ("gate:pump/enclosure", AssetClass.GATE),
        ("material:steel sheet 2 mm", AssetClass.MATERIAL),
        ("pool:fitters", AssetClass.POOL),
        ("link:KAN-LOS/KAN", AssetClass.LINK),
    ],
)
def test_known_assets_have_a_class(asset, expected):
    assert ASSETS.classify(asset) is expected


@pytest.mark.parametrize(
    "asset",
    [
        "",
        "mill",
        "mill-3",
        "lot:",
        "lot: x",
        "material:a\n",
        "truck:7",
        "LOT:x",
        "gate:\x00",
        "pool:welders",
    ],
)
def test_others_are_unknown(asset):
    assert ASSETS.classify(asset) is None
