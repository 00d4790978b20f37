"""The borders on the path of a lot, and what measures say of each crossing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django.db.models import F

from registry.models import InstrumentVersion
from registry.parts import Link, ProofMark
from registry.paths import instrument_path
from registry.wording import measure_label
from traceability.chains import LotChain
from traceability.domain.borders import Crossing, worst
from traceability.domain.path_layout import Crossing as DrawnCrossing
from traceability.domain.vocabulary import Verdict
from traceability.models import BorderVerdict
from traceability.pages.lot import BorderRow, Mass
from traceability.pages.words import VERDICT_WORDS
from traceability.rows import among

#: An event and a lot in it, by their keys.
_Key = tuple[int, int]


class _Said(NamedTuple):
    """What a measure says of a crossing: since when that is known, and until when it was where it stands no more."""

    verdict: Verdict
    measure_id: str
    instrument_id: str
    version: int
    since: dt.datetime
    until: dt.datetime | None


class Borders:
    """The crossings of a path with their verdicts; each question is put to the database once."""

    def __init__(self, chain: LotChain, countries: Mapping[str, str]) -> None:
        self.chain, self.countries = chain, countries
        self.crossings = chain.crossings
        self._said = self._load(stands=True)
        self._worst = {key: worst([each.verdict for each in said]) for key, said in self._said.items()}

    def verdict(self, crossing: Crossing) -> Verdict:
        return self._worst.get(self._key(crossing), Verdict.CLEAR)

    @property
    def broken(self) -> int:
        """How many crossings broke a measure."""
        return sum(VERDICT_WORDS[self.verdict(crossing)][0] == "bad" for crossing in self.crossings)

    def rows(
        self,
        link: Callable[[str], Link],
        mass: Callable[[str, Decimal], Mass],
        entries: Mapping[str, int],
        most: int | None,
    ) -> Iterator[BorderRow]:
        """The first ``most`` crossings (None: all)."""
        shown = self.crossings[:most]
        titles = self._measure_links(shown)
        for crossing in shown:
            kind, words, _ = VERDICT_WORDS[self.verdict(crossing)]
            event, lot = crossing.event, crossing.lot
            said = self._said.get(self._key(crossing), [])
            touch = next(one for one in self.chain.chain.lives[lot.lot_id] if one.event.event_id == event.event_id)
            yield BorderRow(
                leaves=self.countries.get(crossing.leaves, crossing.leaves),
                reaches=self.countries.get(crossing.reaches, crossing.reaches),
                day=crossing.day,
                lot=link(lot.lot_id),
                material=lot.material.value.replace("_", " "),
                hs_code=lot.hs_code,
                kg=mass(lot.lot_id, touch.kg),
                measures=tuple(titles[each.measure_id, each.version] for each in said
                               if (each.measure_id, each.version) in titles),
                permit=event.permit_number or "",
                verdict=kind,
                words=words,
                proof=ProofMark(entries[event.event_id]),
                known_from=max((each.since for each in said), default=None),
                earlier=tuple(self._earlier(crossing)),
            )  # fmt: skip

    def marks(self) -> Iterator[DrawnCrossing]:
        """The crossings on the picture, each between two lots of the path."""
        for crossing in self.crossings:
            child = self.chain.child_in(crossing.lot.lot_id, crossing.reaches)
            if child is not None:
                kind, _, words = VERDICT_WORDS[self.verdict(crossing)]
                lines = (words, _day(crossing)) if kind != "none" else ("no measure", "on record")
                yield DrawnCrossing(crossing.lot.lot_id, child, kind, lines)

    def _earlier(self, crossing: Crossing) -> Iterator[tuple[str, dt.datetime, dt.datetime]]:
        """What measures said of a crossing before: the same word by a later version of one measure is told once."""
        rows = self._superseded.get(self._key(crossing), [])
        for (verdict, _measure), same in groupby(rows, key=lambda row: (row.verdict, row.measure_id)):
            stood = list(same)
            if stood[-1].until is not None:
                yield VERDICT_WORDS[verdict][1].lower(), stood[0].since, stood[-1].until

    @cached_property
    def _superseded(self) -> dict[_Key, list[_Said]]:
        """Verdicts that stand no more, the first recorded first."""
        return self._load(stands=False)

    def _load(self, *, stands: bool) -> dict[_Key, list[_Said]]:
        rows = BorderVerdict.objects.filter(lot__in=among(self.chain.keys.values()), superseded_entry__isnull=stands)
        found: dict[_Key, list[_Said]] = {}
        columns = ("event_id", "lot_id", "verdict", "measure_id", "instrument_id", "instrument_version", "since",
                   "until")  # fmt: skip
        timed = rows.annotate(since=F("recorded_entry__recorded_at"), until=F("superseded_entry__recorded_at"))
        for event, lot, verdict, *said in timed.order_by("measure_id", "recorded_entry").values_list(*columns):
            found.setdefault((event, lot), []).append(_Said(Verdict(verdict), *said))
        return found

    def _measure_links(self, crossings: Iterable[Crossing]) -> dict[tuple[str, int], tuple[Link, str]]:
        """The measures that verdicts name, as the version that was judged had them."""
        said = [each for crossing in crossings for each in self._said.get(self._key(crossing), ())]
        wanted = {each.instrument_id for each in said}
        versions = InstrumentVersion.objects.filter(instrument__instrument_id__in=wanted)
        found = {}
        for version in versions if wanted else ():
            for measure in version.content["measures"]:
                number = measure["measure_id"].rpartition(".")[2]
                href = f"{instrument_path(version.content['instrument_id'])}#measure-{number}"
                name = f"{measure_label(measure['code'])}: {version.content['title']}"
                since = (measure.get("start") or {}).get("date", "")
                found[measure["measure_id"], version.number] = (Link(name[:1].upper() + name[1:], href), since)
        return found

    def _key(self, crossing: Crossing) -> _Key:
        return self.chain.event_keys[crossing.event.event_id], self.chain.keys[crossing.lot.lot_id]


def _day(crossing: Crossing) -> str:
    return f"{crossing.day.day} {crossing.day:%b %Y}"
