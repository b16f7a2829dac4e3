"""Models read from YAML documents, with errors that name the place and the remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from federation.topology.problems import ClusterError, Loc, Problem
from federation.topology.wording import problem_of
from federation.topology.yaml_source import YamlDocument, read_yaml

Model = TypeVar("Model", bound=BaseModel)


def validate(
    model: type[Model], document: YamlDocument, loc: Loc = ()
) -> tuple[Model | None, list[Problem]]:
    """Read the value at ``loc`` of a document as a model, strictly: a text is no number.

    Returns
    -------
    tuple
        The object, ``None`` when it is wrong, and what is wrong with it.
    """
    data = document.at(loc)
    if not isinstance(data, dict):
        what = f"expected keys and values, found {kind_of(data)}"
        return None, [document.problem(loc, "wrong-type", what, "write 'key: value' lines")]
    try:
        return model.model_validate_json(json.dumps(data), strict=True), []
    except ValidationError as error:
        found = []
        for detail in error.errors(include_url=False, include_context=True):
            if detail["type"] == "too_short" and detail["input"]:
                continue  # only the echo of entries that are wrong
            where, rule, what, remedy = problem_of(model, detail)
            found.append(document.problem((*loc, *where), rule, what, remedy))
        return None, found


def load_model(model: type[Model], path: Path) -> tuple[Model, YamlDocument]:
    """Read one file as one model, for files that stand alone.

    Raises
    ------
    ClusterError
        With everything that is wrong in the file.
    """
    document, problems = read_yaml(path)
    found: Model | None = None
    if document is not None:
        found, more = validate(model, document)
        problems += more
    if found is None or document is None or problems:
        raise ClusterError(path, problems)
    return found, document


def kind_of(value: Any) -> str:
    """What a value is, in plain words."""
    if value is None:
        return "nothing"
    names = {dict: "keys and values", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")
