"""JSON Schemas of the files of a cluster, generated from the models that read them."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from federation.topology.files import ClusterFile, OrdersFile
from federation.topology.money import AMOUNT, MONEY_FIELDS
from federation.topology.product_model import ProductSpec
from twins.spec import SiteSpec

FILES: Mapping[str, tuple[type[BaseModel], str]] = {
    "cluster": (ClusterFile, "cluster.yaml"),
    "site": (SiteSpec, "sites/*.yaml"),
    "product": (ProductSpec, "products/*.yaml"),
    "orders": (OrdersFile, "orders.yaml"),
}
"""Name of the schema: the model, and the files it describes."""


def schemas() -> dict[str, str]:
    """File name of every schema and its text."""
    return {f"{name}.schema.json": _text(*entry) for name, entry in FILES.items()}


def write_schemas(directory: Path) -> None:
    """Write all schemas into a folder, which is made when it is missing."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (directory / name).write_text(text, encoding="utf-8")


def stale_schemas(directory: Path) -> tuple[str, ...]:
    """Names of the schemas in a folder that are missing or do not match the models."""
    return tuple(
        name
        for name, text in schemas().items()
        if not (directory / name).is_file()
        or (directory / name).read_text(encoding="utf-8") != text
    )


def _text(model: type[BaseModel], files: str) -> str:
    schema = model.model_json_schema()
    described = {kind.__name__: _attribute_texts(kind) for kind in _models(model, set())}
    for name, node in [(model.__name__, schema), *schema.get("$defs", {}).items()]:
        for field, entry in node.get("properties", {}).items():
            text = described.get(name, {}).get(field)
            if text is not None and "description" not in entry:
                entry["description"] = text
            if field in MONEY_FIELDS:
                _allow_currency(entry)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": files,
    }
    return (
        json.dumps({**head, **{k: v for k, v in schema.items() if k != "title"}}, indent=2) + "\n"
    )


def _allow_currency(entry: dict[str, Any]) -> None:
    """A price may be a number, or a text like ``1200 NGN``."""
    amount = {"type": "string", "pattern": AMOUNT}
    if "anyOf" in entry:
        entry["anyOf"].append(amount)
        return
    number = {
        key: entry.pop(key)
        for key in ("type", "minimum", "exclusiveMinimum", "maximum")
        if key in entry
    }
    entry["anyOf"] = [number, amount]


def _models(annotation: Any, seen: set[Any]) -> Iterator[type[BaseModel]]:
    """A model and all models that occur in its fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in seen:
            return
        seen.add(annotation)
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation, seen)
    for inner in get_args(annotation):
        yield from _models(inner, seen)


def _attribute_texts(model: type[BaseModel]) -> dict[str, str]:
    """The texts under the attributes of a class and of the classes it is derived from."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if kind is BaseModel or not issubclass(kind, BaseModel):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for field, text in pairwise(statements):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                found[field.target.id] = " ".join(text.value.value.replace("``", "`").split())
    return found
