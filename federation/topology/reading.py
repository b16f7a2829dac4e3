"""A cluster folder read file by file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from federation.topology.files import (
    DEFAULT_START,
    FILES,
    FOLDERS,
    ClusterFile,
    Folder,
    Located,
    OrdersFile,
)
from federation.topology.flow_model import ConwipSpec
from federation.topology.hire import CapacityHireSpec
from federation.topology.model import (
    Currency,
    CustomerSpec,
    ExchangeRateSpec,
    FeederSpec,
    GensetHireSpec,
    LinkSpec,
    MaterialSpec,
    OrderSpec,
    WeekStart,
)
from federation.topology.money import convert
from federation.topology.problems import Loc, Problem, nearest
from federation.topology.product_model import ProductSpec
from federation.topology.validation import validate
from federation.topology.yaml_source import YamlDocument, read_yaml
from twins.spec import SiteSpec

T = TypeVar("T", bound=BaseModel)


def read_folder(path: Path) -> Folder:
    """Read all files of a cluster folder; what is wrong stands in ``problems``."""
    folder = Folder(path)
    _strangers(folder)
    head_path = path / "cluster.yaml"
    head = _document(folder, head_path) if head_path.exists() else None
    if head is not None:
        _head(folder, head)
    folder.sites += _files(folder, "site", SiteSpec)
    folder.products += _files(folder, "product", ProductSpec)
    if not folder.known("site") and not folder.problems:
        what = "the cluster has no site"
        remedy = (
            "add a file sites/<name>.yaml; docs/reference/cluster-files.md shows one of ten lines"
        )
        folder.problems.append(Problem("sites", None, "", "no-site", what, remedy))
    orders = path / "orders.yaml"
    document = _document(folder, orders) if orders.exists() else None
    if document is not None:
        _orders(folder, document)
    return folder


def _files(folder: Folder, kind: str, model: type[T]) -> Iterator[Located[T]]:
    """The objects of the files in one folder, by name of file."""
    for path in sorted((folder.path / f"{kind}s").glob("*.yaml")):
        document = _document(folder, path)
        if document is None:
            continue
        _note_id(folder, kind, document, ())
        spec = _read(folder, model, document)
        if spec is not None:
            yield Located(spec, document, ())


def _document(folder: Folder, path: Path) -> YamlDocument | None:
    """Read a file and turn its amounts into the reporting currency."""
    document, problems = read_yaml(path, path.relative_to(folder.path).as_posix())
    folder.problems += problems
    if document is not None and path.name != "cluster.yaml":
        _convert(folder, document)
    return document


def _convert(folder: Folder, document: YamlDocument) -> None:
    start = (folder.head.start or DEFAULT_START).date()
    folder.problems += convert(document, folder.head.currency, folder.head.exchange_rates, start)


def _read(folder: Folder, model: type[T], document: YamlDocument) -> T | None:
    spec, problems = validate(model, document)
    folder.problems += problems
    return spec


class _MoneyHead(BaseModel):
    """The keys of ``cluster.yaml`` that other amounts are converted with."""

    currency: Currency = "USD"
    exchange_rates: tuple[ExchangeRateSpec, ...] = ()
    start: WeekStart | None = None


def _head(folder: Folder, document: YamlDocument) -> None:
    money, _ = validate(_MoneyHead, document)
    if money is not None:
        values = {name: getattr(money, name) for name in money.model_fields_set}
        folder.head = ClusterFile(**values)
    _convert(folder, document)
    head = _read(folder, ClusterFile, document)
    folder.head = head or folder.head
    folder.customers += _items(folder, "customer", "customers", CustomerSpec, document)
    folder.links += _items(folder, "link", "links", LinkSpec, document)
    folder.materials += _items(folder, "material", "materials", MaterialSpec, document)
    folder.feeders += _items(folder, "feeder", "feeders", FeederSpec, document)
    folder.genset_hire += _items(folder, "genset hire", "genset_hire", GensetHireSpec, document)
    offers = _items(folder, "capacity hire", "capacity_hire", CapacityHireSpec, document)
    folder.capacity_hire += offers
    folder.conwip += _items(folder, "limit", "conwip", ConwipSpec, document)


def _items(
    folder: Folder, kind: str, key: str, model: type[T], document: YamlDocument
) -> Iterator[Located[T]]:
    """The entries of a list that are right; the problems of the others are told already."""
    items = document.at((key,))
    for number in range(len(items) if isinstance(items, list) else 0):
        _note_id(folder, kind, document, (key, number))
        spec, _ = validate(model, document, (key, number))
        if spec is not None:
            yield Located(spec, document, (key, number))


def _orders(folder: Folder, document: YamlDocument) -> None:
    book = _read(folder, OrdersFile, document)
    own = {} if book is None else book.model_dump(include={"source", "assumption", "notes"})
    for entry in _items(folder, "order", "orders", OrderSpec, document):
        spec = entry.spec
        if book is not None and not (spec.source or spec.assumption):
            spec = spec.model_copy(update={**own, "notes": {**own["notes"], **spec.notes}})
        folder.orders.append(Located(spec, document, entry.loc))


def _note_id(folder: Folder, kind: str, document: YamlDocument, loc: Loc) -> None:
    """Remember an id, and report it when it is taken."""
    name = document.at((*loc, "id"))
    if not isinstance(name, str):
        return
    ids = folder.ids.setdefault(kind, {})
    if name in ids:
        other, place = ids[name]
        file, line = other.file, other.line(place)
        what = f"the {kind} '{name}' is there already ({file}:{line})"
        at = (*loc, "id")
        folder.problems.append(document.problem(at, "duplicate-id", what, "give each its own id"))
        return
    ids[name] = (document, (*loc, "id"))


def _strangers(folder: Folder) -> None:
    """YAML files that nobody would read: a wrong suffix, a wrong folder, a slip in the name."""
    for path in sorted(folder.path.rglob("*.y*ml")):
        inside = path.relative_to(folder.path)
        if path.suffix not in {".yaml", ".yml"} or any(part[0] == "." for part in inside.parts):
            continue
        name, remedy = inside.as_posix(), ""
        if path.suffix == ".yml":
            remedy = f"rename it to {inside.with_suffix('.yaml').as_posix()}"
        elif len(inside.parts) == 1 and name not in FILES:
            close = nearest(name, FILES)
            remedy = f"did you mean {close}?" if close else "a site belongs into the folder sites/"
        elif len(inside.parts) == 2 and inside.parts[0] not in FOLDERS:
            close = nearest(inside.parts[0], FOLDERS)
            remedy = f"did you mean {close}/?" if close else f"known folders: {', '.join(FOLDERS)}"
        elif len(inside.parts) > 2:
            remedy = "files lie directly in sites/, products/ and scenarios/"
        if remedy:
            what = "this file is not read"
            folder.problems.append(Problem(name, None, "", "stray-file", what, remedy))
