"""A synthetic cluster as a folder of files that ``load_cluster`` reads."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from federation.generator.equipment import draw_equipment
from federation.generator.parameters import GeneratorError, Parameters
from federation.generator.places import draw_places, link_files
from federation.generator.products import LOT_SIZE, START, draw_goods, stock_of

Progress = Callable[[int, int], None]
"""Called with the files that are written and the files in all."""


def draw_cluster(parameters: Parameters) -> dict[str, dict[str, Any]]:
    """The files of a cluster by their names, as they will be read."""
    random = np.random.Generator(np.random.PCG64(parameters.seed))
    places = draw_places(parameters, random)
    equipment = draw_equipment(parameters, places, random)
    goods = draw_goods(parameters, places, equipment, random)
    names = [site["id"] for site in equipment.files]
    per_site = parameters.daily_orders / parameters.sites
    for site, kept in zip(equipment.files, goods.kept, strict=True):
        site["stock"] = stock_of(kept, per_site)
    files: dict[str, dict[str, Any]] = {
        "cluster.yaml": {
            "id": parameters.id,
            "name": f"Synthetic cluster {parameters.id}, seed {parameters.seed}",
            "currency": "USD",
            "start": START.strftime("%Y-%m-%dT%H:%MZ"),
            "lot_size": LOT_SIZE,
            "assumption": "drawn by 'twinfed generate'; nothing of it exists",
            "customers": goods.customers,
            "links": link_files(places, names),
            "materials": goods.materials,
        },
        "orders.yaml": {"assumption": "drawn", "orders": goods.orders},
    }
    files |= {f"products/{one['id'].lower()}.yaml": one for one in goods.products}
    files |= {f"sites/{one['id'].lower()}.yaml": one for one in equipment.files}
    return files


def write_cluster(
    parameters: Parameters, directory: Path | str, progress: Progress | None = None
) -> str:
    """Draw a cluster and write its folder, whole or not at all.

    The files hold JSON, which is YAML too and is read twenty times as fast.

    Returns
    -------
    str
        SHA-256 over the names and bytes of all files: the same for the same parameters.

    Raises
    ------
    GeneratorError
        When the folder is not empty or cannot be written.
    """
    target = Path(directory)
    if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
        raise GeneratorError(
            "the folder is not empty", where=str(directory), remedy="name a new or an empty folder"
        )
    files = draw_cluster(parameters)
    digest = hashlib.sha256()
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".twinfed-", dir=target.absolute().parent))
        try:
            draft.chmod(0o755)
            for count, (name, text) in enumerate(_texts(files), start=1):
                path = draft / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(text)
                digest.update(name.encode() + b"\0" + text + b"\0")
                if progress is not None:
                    progress(count, len(files))
            if target.exists():
                target.rmdir()
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise GeneratorError(
            f"the cluster cannot be written ({reason})",
            where=str(directory),
            remedy="name a folder that you may write, on a disk with space",
        ) from error
    return digest.hexdigest()


def _texts(files: dict[str, dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    for name, content in sorted(files.items()):
        yield name, _text(content).encode()


def _text(content: dict[str, Any]) -> str:
    """JSON with a line for each entry of a long list, so that people can read it too."""
    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = ",\n".join(f"  {json.dumps(entry)}" for entry in value)
            lines.append(f"{json.dumps(key)}: [\n{inner}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
