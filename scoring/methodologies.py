"""Methodologies as published: read from their data files, one a version."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scoring.domain.methodology import Methodology
from scoring.exceptions import MethodologyError

DATA = Path(__file__).parent / "data" / "methodology"

#: The version that official scores follow.
CURRENT = "v1"


def codes() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in DATA.glob("*.yaml")))


@cache
def rules(code: str) -> Any:
    """A methodology's file, parsed. Raises MethodologyError where there is none of that code."""
    path = DATA / f"{code}.yaml"
    if code not in codes():
        raise MethodologyError(f"There is no methodology '{code}'; there are {', '.join(codes())}.")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def methodology(code: str = CURRENT) -> Methodology:
    return Methodology.from_dict(rules(code))
