"""ClusterSnapshot: one cut of all twins as Arrow tables, each site with its revision and age."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
from pydantic import ValidationError

from federation.canonical import table_digest
from federation.errors import SnapshotError
from federation.tables import KEYS, SCHEMAS
from federation.topology.model import ClusterSpec
from federation.written import as_written, defaults_hash

_FORMAT = "twinfed.snapshot/4"
_REMEDY = "take a new snapshot with fork() and write it again"


@dataclass(frozen=True, eq=False)
class ClusterSnapshot:
    """What is observable of a cluster at one moment.

    A cut is made site by site: each site stands at its own revision, and ``age_s`` says how old the
    youngest value of each was. Two snapshots are equal when their contents are.

    Parameters
    ----------
    cluster
        The specification, with the orders that came in since.
    taken_at
        Moment of the cut, UTC.
    revisions
        Journal position of each site; 0 where nothing was ever told.
    tables
        ``sites machines stock lots orders schedule declined proposals proposed approvals
        transports deliveries absences vehicles untold`` in the schemas of ``federation.tables``;
        the metadata of ``schedule`` hold its ``version``.
    warnings
        What was reported but has no place in the tables, in a sentence each. Not part of the hash.

    Raises
    ------
    SnapshotError
        When a table is missing or has another schema.
    """

    cluster: ClusterSpec
    taken_at: datetime
    revisions: Mapping[str, int]
    tables: Mapping[str, pa.Table]
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.taken_at.tzinfo is None:
            raise SnapshotError("the moment of the snapshot has no UTC offset; give it in UTC")
        for name, schema in SCHEMAS.items():
            if name not in self.tables:
                raise SnapshotError(f"the snapshot has no table '{name}'; {_REMEDY}")
            if not self.tables[name].schema.equals(schema):
                raise SnapshotError(
                    f"table '{name}' of the snapshot has other columns than this version writes; "
                    f"{_REMEDY}"
                )
        object.__setattr__(self, "taken_at", self.taken_at.astimezone(UTC))
        object.__setattr__(self, "revisions", MappingProxyType(dict(self.revisions)))
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes as Arrow IPC."""
        return (_rebuild, (self.to_ipc(),))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClusterSnapshot):
            return NotImplemented
        return self.content_hash == other.content_hash

    def __hash__(self) -> int:
        return hash(self.content_hash)

    @property
    def schedule_version(self) -> int:
        """Version of the shared schedule in this cut; 0: none was published."""
        return int((self.tables["schedule"].schema.metadata or {}).get(b"version", b"0"))

    def age_s(self, site: str) -> float:
        """Seconds from the youngest value of ``site`` to the cut; infinite when it never spoke.

        Raises
        ------
        KeyError
            When the cluster has no such site.
        """
        names = self.tables["sites"].column("site").to_pylist()
        if site not in names:
            raise KeyError(site)
        age = self.tables["sites"].column("age_s")[names.index(site)].as_py()
        return math.inf if age is None else float(age)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over specification, moment, revisions and the values of all tables, as hex.

        It does not depend on the machine, the Arrow version, or the order of rows.
        """
        digest = hashlib.sha256(self._head().encode())
        for name in sorted(SCHEMAS):
            digest.update(f"\n{name}\n".encode())
            digest.update(table_digest(self.tables[name], KEYS[name]))
        return digest.hexdigest()

    def _head(self) -> str:
        head = {
            "format": _FORMAT,
            "cluster": as_written(self.cluster),
            "defaults": defaults_hash(),
            "taken_at": self.taken_at.isoformat(timespec="microseconds"),
            "revisions": dict(self.revisions),
            "schedule_version": self.schedule_version,
        }
        return json.dumps(head, sort_keys=True, separators=(",", ":"))

    def to_ipc(self) -> bytes:
        """The snapshot as one Arrow IPC stream: a row per table, its own stream in ``body``."""
        names = sorted(SCHEMAS)
        metadata = {
            "head": self._head(),
            "warnings": json.dumps(self.warnings),
            "content_hash": self.content_hash,
        }
        envelope = pa.table(
            {"name": names, "body": [_stream(self.tables[name]) for name in names]}
        ).replace_schema_metadata(metadata)
        return _stream(envelope)

    @classmethod
    def from_ipc(cls, data: bytes) -> ClusterSnapshot:
        """The snapshot that ``to_ipc`` wrote.

        Raises
        ------
        SnapshotError
            When the bytes are cut short, changed or of another format.
        """
        try:
            envelope = _sound(pa.ipc.open_stream(data).read_all())
            metadata = envelope.schema.metadata or {}
            head = json.loads(metadata[b"head"])
            bodies = zip(
                envelope.column("name").to_pylist(),
                envelope.column("body").to_pylist(),
                strict=True,
            )
            tables = {
                name: _sound(pa.ipc.open_stream(pa.py_buffer(body)).read_all())
                for name, body in bodies
            }
            warnings = tuple(json.loads(metadata[b"warnings"]))
            recorded = metadata[b"content_hash"].decode()
        except (pa.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
            raise SnapshotError(f"these bytes hold no snapshot ({error}); {_REMEDY}") from error
        snapshot = cls._from_parts(head, tables, warnings)
        if snapshot.content_hash != recorded:
            raise SnapshotError(
                f"these bytes were changed on their way: the content hash is another; {_REMEDY}"
            )
        return snapshot

    def write(self, directory: Path | str) -> Path:
        """Write ``snapshot.json`` and an Arrow IPC file per table; returns the directory."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        for name in SCHEMAS:
            with pa.ipc.new_file(folder / f"{name}.arrow", self.tables[name].schema) as writer:
                writer.write_table(self.tables[name])
        manifest = {
            "content_hash": self.content_hash,
            "head": json.loads(self._head()),
            "warnings": list(self.warnings),
        }
        # The manifest comes last: a folder with one is whole.
        (folder / "snapshot.json").write_text(json.dumps(manifest, indent=2, sort_keys=True))
        return folder

    @classmethod
    def read(cls, directory: Path | str) -> ClusterSnapshot:
        """The snapshot that ``write`` left in ``directory``.

        Raises
        ------
        SnapshotError
            When a file is missing, cut short, or does not belong to the others.
        """
        folder = Path(directory)
        try:
            manifest = json.loads((folder / "snapshot.json").read_text())
            tables = {}
            for name in SCHEMAS:
                with pa.OSFile(str(folder / f"{name}.arrow")) as source:
                    tables[name] = _sound(pa.ipc.open_file(source).read_all())
            head, recorded = manifest["head"], manifest["content_hash"]
            warnings = tuple(manifest["warnings"])
        except (pa.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
            raise SnapshotError(
                f"{folder} holds no readable snapshot ({error}); {_REMEDY}"
            ) from error
        snapshot = cls._from_parts(head, tables, warnings)
        if snapshot.content_hash != recorded:
            raise SnapshotError(
                f"{folder}: the content hash is not the one in snapshot.json, a file was changed "
                f"or belongs to another snapshot; {_REMEDY}"
            )
        return snapshot

    @classmethod
    def _from_parts(
        cls, head: Mapping[str, object], tables: Mapping[str, pa.Table], warnings: tuple[str, ...]
    ) -> ClusterSnapshot:
        if head.get("format") != _FORMAT:
            raise SnapshotError(
                f"a snapshot of format '{head.get('format')}', this version reads '{_FORMAT}'; "
                f"{_REMEDY}"
            )
        if head.get("defaults") != defaults_hash():
            raise SnapshotError(
                "the snapshot was taken by a version in which other defaults of a cluster hold; "
                f"{_REMEDY}"
            )
        try:
            cluster = ClusterSpec.model_validate(head["cluster"])
            taken_at = datetime.fromisoformat(str(head["taken_at"]))
            revisions = head["revisions"]
        except (KeyError, ValueError, ValidationError) as error:
            raise SnapshotError(
                f"the head of the snapshot is damaged ({error}); {_REMEDY}"
            ) from error
        if not isinstance(revisions, dict):
            raise SnapshotError(f"the snapshot has no revisions; {_REMEDY}")
        return cls(cluster, taken_at, revisions, tables, warnings)


def _rebuild(data: bytes) -> ClusterSnapshot:
    return ClusterSnapshot.from_ipc(data)


def _sound(table: pa.Table) -> pa.Table:
    """A table that was read, after a look at its offsets: Arrow itself trusts them blindly."""
    table.validate(full=True)
    return table


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data
