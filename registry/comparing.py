"""What differs between two versions of an instrument, as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.choices import label
from registry.domain.differences import Difference, differences
from registry.models import EnforcementVersion, InstrumentVersion
from registry.wording import country_names, mineral_names

#: Parts of a version's JSON that say nothing to a person who compares.
_SILENT = {"instrument_id", "record_id", "rests_on", "measure_id", "version", "basis", "key", "sha256", "row",
           "judgement", "flag"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What differs, in words; empty words: nothing was or is there."""

    what: str
    old: str
    new: str


class Words:
    """Codes of countries and minerals as names, read once a page."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        """``names`` by code, where a page has read them already."""
        self.names = names if names is not None else {**country_names(), **mineral_names()}

    def of(self, value: Any) -> str:
        """A value of a column or a version as a person says it; empty where there is none."""
        if value is None or value in ("", [], {}):
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(self.of(item) for item in value)
        if isinstance(value, dict):
            return self._of_object(value)
        text = str(value)
        return self.names.get(text) or (label(text) if text.replace("_", "").islower() and " " not in text else text)

    def _of_object(self, value: dict[str, Any]) -> str:
        if "date" in value and "basis" in value:
            return str(value["date"])
        if "status" in value:
            return f"{label(value['status'])} {self.of(value.get('since')) or 'at a time not stated'}"
        if "role" in value and "sha256" in value:
            return f"{label(value['role'])}: {value['name']}"
        if "kind" in value and "instrument_id" in value:
            return f"{label(value['kind'])} {value['title']}"
        if "code" in value:
            parts = [label(value["code"]), self.of(value.get("minerals")), self.of(value.get("hs"))]
            return ", ".join(part for part in parts if part)
        return str(value.get("title") or ", ".join(f"{label(key)}: {self.of(item)}" for key, item in value.items()))


def contents_of(version: InstrumentVersion | EnforcementVersion) -> dict[str, Any]:
    """All that a version says, as one object."""
    return {**version.content, "details": version.details}


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any], words: Words) -> list[ChangeLine]:
    """What differs between the contents of two versions, in words."""
    return [_change_line(found, words) for found in differences(dict(old), dict(new)) if not _SILENT & set(found.path)]


def _change_line(found: Difference, words: Words) -> ChangeLine:
    return ChangeLine(_path_words(found.path), words.of(found.old), words.of(found.new))


def _path_words(path: Sequence[str]) -> str:
    names = {
        "events": "status",
        "hs": "HS codes",
        "date": "",
        "details": "",
        "start": "in force from",
        "until": "last day",
    }
    parts = [names.get(part, label(part).lower()) for part in path]
    said = ", ".join(part for part in parts if part)
    said = said.replace("measures, ", "measure ").replace("status, ", "status ")
    return said[:1].upper() + said[1:]
