"""What a message tells: one item for each thing that changed, as it stood when the change had settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an item tells of; each is watched by its own topics."""

    SCORE = "score"
    INSTRUMENT = "instrument"
    EFFECT = "effect"
    FINDING = "finding"
    FLAG = "flag"
    HEAD = "head"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that changed. Texts are English, for people; ``page`` and ``proof`` are paths of the site.

    ``step``: by how many levels a score moved; None where levels do not apply. ``minerals`` and ``lots`` empty: not
    stated, read as all, for minerals; none, for lots.
    ``reaches``: what its measures cover, as ``[{country, hs, minerals, materials}]``, to find the lots they touch.
    ``data``: what title and sentence are made of, to say them in the reader's language (`alerts.telling`).
    """

    kind: Kind
    key: str
    title: str
    sentence: str
    country: str = ""
    country_name: str = ""
    domain: str = ""
    old: str = ""
    new: str = ""
    step: int | None = None
    minerals: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    cause: str = ""
    confidence: str = ""
    gates: tuple[Mapping[str, Any], ...] = ()
    follows: tuple[str, ...] = ()
    instrument: str = ""
    source: Mapping[str, Any] | None = None
    drafted_by: str = ""
    approved_by: str = ""
    entry: int | None = None
    recorded_at: str = ""
    page: str = ""
    why: str = ""
    reaches: tuple[Mapping[str, Any], ...] = ()
    is_demo: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `from_json` gives back an equal item."""
        return {**asdict(self), "kind": self.kind.value}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Item:
        """Read what `to_json` wrote; KeyError or ValueError where it is no item. Unknown keys are left out."""
        known = {each.name for each in fields(cls)}
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
        chosen: dict[str, Any] = {name: values[name] for name in known & values.keys()}
        return cls(**{**chosen, "kind": Kind(plain["kind"])})
