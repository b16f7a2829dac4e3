"""The JSON Schemas in the documentation are those of the models, and they accept the sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from federation.topology.schema import schemas, stale_schemas, write_schemas
from federation.topology.yaml_source import read_yaml

ROOT = Path(__file__).parents[3]
DIRECTORY = ROOT / "docs" / "reference" / "schemas"
FILES = sorted((ROOT / "configs").glob("*/*.yaml")) + sorted(
    (ROOT / "configs").glob("*/[sp][ir]*s/*.yaml")
)


def schema_for(path: Path) -> dict[str, Any]:
    name = path.stem if path.parent.name not in {"sites", "products"} else path.parent.name[:-1]
    found: dict[str, Any] = json.loads((DIRECTORY / f"{name}.schema.json").read_text())
    return found


def test_the_schemas_in_the_documentation_are_not_stale() -> None:
    remedy = 'run python -c "from pathlib import Path; from federation.topology import schema; '
    remedy += "schema.write_schemas(Path('docs/reference/schemas'))\""
    assert stale_schemas(DIRECTORY) == (), remedy


def test_a_changed_or_missing_schema_is_found_stale(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    assert stale_schemas(tmp_path) == ()
    (tmp_path / "site.schema.json").write_text("{}")
    (tmp_path / "orders.schema.json").unlink()
    assert stale_schemas(tmp_path) == ("site.schema.json", "orders.schema.json")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_sample_files_satisfy_the_schemas(path: Path) -> None:
    document, problems = read_yaml(path)
    assert document is not None
    assert problems == []
    jsonschema.Draft202012Validator(schema_for(path)).validate(document.data)


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    document, _ = read_yaml(ROOT / "configs" / "harmattan" / "sites" / "wa-kad.yaml")
    assert document is not None
    validator = jsonschema.Draft202012Validator(schema_for(Path("sites/x.yaml")))
    document.data["machines"][0]["run_kw"] = -4
    document.data["colour"] = "red"
    paths = {"/".join(map(str, error.path)) for error in validator.iter_errors(document.data)}
    assert paths == {"machines/0/run_kw", ""}


def test_fields_carry_their_descriptions_and_prices_may_name_a_currency() -> None:
    site = json.loads(schemas()["site.schema.json"])["$defs"]
    assert site["MachineSpec"]["properties"]["rewarm_min"]["description"].startswith("Time after")
    tariff = site["GridSpec"]["properties"]["tariff_per_kwh"]
    assert jsonschema.Draft202012Validator(tariff).is_valid("95 NGN")
    assert not jsonschema.Draft202012Validator(tariff).is_valid(-1)
