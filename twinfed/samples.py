"""The sample clusters that come with the product, and clusters named by the user."""

from __future__ import annotations

from pathlib import Path

from twinfed.errors import UnknownNameError

# Beside the packages: the same place in a checkout, an editable install and a plain install.
_SAMPLES = Path(__file__).resolve().parent.parent / "configs"


def sample(name: str) -> Path:
    """Folder of a sample cluster.

    Parameters
    ----------
    name
        Such as ``harmattan``.

    Raises
    ------
    UnknownNameError
        When there is no such sample.
    """
    folder = _SAMPLES / name
    if name in sample_names():
        return folder
    known = ", ".join(sample_names()) or "none is installed"
    raise UnknownNameError(f"there is no sample '{name}'", remedy=f"samples: {known}")


def sample_names() -> tuple[str, ...]:
    """Names of the samples, sorted."""
    if not _SAMPLES.is_dir():
        return ()
    return tuple(sorted(path.name for path in _SAMPLES.iterdir() if (path / "sites").is_dir()))


def find_cluster(path: str | Path) -> Path:
    """The folder that ``path`` means: itself, or the sample of that name where it is no path."""
    folder = Path(path)
    name = str(path)
    if not folder.exists() and name in sample_names():
        return sample(name)
    return folder
