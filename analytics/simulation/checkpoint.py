"""Checkpoint: a complete state with the hash of its model; it resumes bit for bit anywhere."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import STATE_TYPES
from twins.errors import TwinfedError


class CheckpointError(TwinfedError, ValueError):
    """A checkpoint cannot be read, or belongs to another model."""


@dataclass(frozen=True)
class Checkpoint:
    """A state and the hash of the model it belongs to.

    Parameters
    ----------
    model_hash
        ``SimModel.hash`` of the run, with its seed, replication and timed changes.
    state
        A copy of the state; the run it was taken from goes on without changing it.
    """

    model_hash: str
    state: SimState

    @classmethod
    def take(cls, model: SimModel, state: SimState) -> Checkpoint:
        """A checkpoint of a run as it stands."""
        return cls(model.hash, state.copy())

    def resume(self, model: SimModel) -> SimState:
        """A state of its own to go on with under the same model.

        Raises
        ------
        CheckpointError
            When ``model`` is not the one the checkpoint was taken under.
        """
        if model.hash != self.model_hash:
            raise CheckpointError(
                f"the checkpoint belongs to the model {self.model_hash[:12]}, not to "
                f"{model.hash[:12]}",
                remedy="compile the same snapshot with the same edits, seed and replication",
            )
        return self.state.copy()

    def to_bytes(self) -> bytes:
        """The checkpoint as one block of bytes (a zip of ``.npy`` arrays)."""
        buffer = io.BytesIO()
        model_hash = np.frombuffer(self.model_hash.encode(), np.uint8)
        np.savez(buffer, allow_pickle=False, model_hash=model_hash, **self.state.arrays())
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Checkpoint:
        """Read ``to_bytes``.

        Raises
        ------
        CheckpointError
            When the bytes are not a whole checkpoint.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
            model_hash = found.pop("model_hash").tobytes().decode()
            for name, kind in STATE_TYPES.items():
                if isinstance(kind, np.dtype):  # a file forgets that the records are aligned
                    found[name] = found[name].view(kind)
            return cls(model_hash, SimState(**found))
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise CheckpointError(
                f"this is not a whole checkpoint ({error})", remedy="take it again"
            ) from error

    def write(self, path: Path) -> None:
        """Write to a file, whole or not at all."""
        partial = path.with_suffix(path.suffix + ".part")
        partial.write_bytes(self.to_bytes())
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read a file that ``write`` wrote."""
        return cls.from_bytes(path.read_bytes())
