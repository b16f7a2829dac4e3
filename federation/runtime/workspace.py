"""The directory of a federation: locked while it is in use, with the plan of its journals."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from federation.errors import FederationError, WorkspaceError
from federation.runtime.placement import HostPlan, place

_PLAN = "placement.json"


class Workspace:
    """A directory that one federation holds.

    Parameters
    ----------
    directory
        Made when missing. ``None``: a temporary one that is removed at the end.

    Raises
    ------
    WorkspaceError
        When another federation holds it, or it cannot be written.
    """

    def __init__(self, directory: Path | str | None) -> None:
        self._temporary = directory is None
        self.path = Path(tempfile.mkdtemp(prefix="twinfed-") if directory is None else directory)
        self._lock = FileLock(self.path / "federation.lock", blocking=False)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as error:
            raise WorkspaceError(
                f"{self.path} is in use by another federation; close it, or name another directory"
            ) from error
        except OSError as error:
            raise WorkspaceError(
                f"{self.path} cannot be written ({error.strerror or error}); name a directory that "
                "can"
            ) from error

    @property
    def ledger(self) -> Path:
        """The ledger's journal."""
        return self.path / "ledger.sqlite"

    @property
    def journals(self) -> Path:
        """Folder of the hosts' journals."""
        return self.path / "journals"

    def plans(self, sites: Sequence[str], cores: int, per_host: int | None) -> tuple[HostPlan, ...]:
        """Where the twins live. The sites of a host share a journal: a directory keeps its plan.

        Raises
        ------
        WorkspaceError
            When the directory was made for other sites, or another number of twins to a host.
        FederationError
            When its plan or its ledger is lost or damaged.
        """
        path = self.path / _PLAN
        if not path.exists():
            plans = place(sites, cores, per_host)
            draft = path.with_suffix(".tmp")
            draft.write_text(json.dumps({plan.name: plan.sites for plan in plans}, indent=2))
            draft.replace(path)
            return plans
        # The ledger is opened before any host opens its journal.
        kept = self.ledger.is_file() and self.ledger.stat().st_size > 0
        if not kept and any(self.journals.glob("*.sqlite")):
            raise FederationError(
                f"{self.path} holds journals of sites and no ledger: the orders, transports and "
                f"schedules of the cluster are lost; restore {self.ledger.name} from a backup, or "
                "name another directory"
            )
        try:
            recorded = json.loads(path.read_text())
            plans = tuple(HostPlan(name, tuple(own)) for name, own in recorded.items())
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise FederationError(
                f"{path} cannot be read ({error}); restore it: it tells which host has which site"
            ) from error
        held = [site for plan in plans for site in plan.sites]
        size = max((len(plan.sites) for plan in plans), default=0)
        if sorted(held) != sorted(sites) or per_host not in {None, size}:
            raise WorkspaceError(
                f"{self.path} holds the journals of {len(held)} sites, {size} to a host, and "
                f"{len(sites)} sites, {per_host or 'any number'} to a host, were asked for; name "
                "another directory, or open it with the cluster and twins_per_host it was made with"
            )
        return plans

    def close(self) -> None:
        """Let the next one in; safe to call twice."""
        self._lock.release()
        if self._temporary:
            shutil.rmtree(self.path, ignore_errors=True)
