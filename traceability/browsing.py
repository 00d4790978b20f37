"""What the page of a lot reads: the lot with everything that is shown of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils import timezone

from ledger.models import Leaf
from registry.domain.dates import Certainty
from registry.domain.instruments import measure_in_force
from registry.models import Facility, InstrumentVersion, Party
from registry.parts import Link, ProofMark
from registry.paths import instrument_path, lot_path, mineral_path
from registry.selectors import get_instruments
from registry.wording import country_names, measure_label
from traceability.batches import batches
from traceability.chains import LotChain, holders, load_lot_chain, main_element
from traceability.claiming import masked_shares, shares_of
from traceability.diligence import flags_of
from traceability.domain.borders import JUDGED, Crossing, covers, worst
from traceability.domain.path_layout import Crossing as DrawnCrossing
from traceability.domain.path_layout import Remark
from traceability.domain.path_picture import path_picture
from traceability.domain.vocabulary import FindingState, Severity, Verdict
from traceability.exceptions import UnknownElement
from traceability.memory import collector_paused
from traceability.models import BorderVerdict, Event, Finding, Lot, LotState
from traceability.pages.claims import Shares
from traceability.pages.lot import (
    MASKED,
    BorderRow,
    FindingCard,
    HolderRow,
    HoldRow,
    LotPage,
    MadeRow,
    Mass,
    PathRow,
    origin_rows,
)
from traceability.pages.route import Route, route_of
from traceability.pages.words import (
    FINDING_TITLES,
    MASKED_WORDS,
    PLAIN_CODES,
    STATE_CHIPS,
    VERDICT_WORDS,
    element_name,
    finding_words,
)
from traceability.paperwork import documents_of, missing_of
from traceability.selectors.findings import findings_on
from traceability.selectors.holds import holds_over
from traceability.selectors.trace import get_trace
from traceability.selectors.visibility import get_lots, masked_lots
from traceability.timeline import moment_rows

_DRY = "dry"
_MOST_MADE = 50
#: Rows of each list at first; all of them are there for the asking.
_MOST_ROWS = 50


@collector_paused()
def get_lot_page(lot: Lot, user: Any, asked_element: str, *, most: int | None = _MOST_ROWS) -> LotPage:
    """Everything on a lot's page for an element (empty: the likeliest one, `dry`: dry mass), each list with the first
    ``most`` of its rows (None: all). Raises UnknownElement."""
    chain = load_lot_chain(lot, None)
    element = _element(chain, asked_element)
    if element is not None:
        chain = LotChain(lot, chain.chain, element)
    return _PageOf(chain, user, most).page()


def _element(chain: LotChain, asked: str) -> str | None:
    if asked == _DRY:
        return None
    if asked and asked not in chain.elements:
        raise UnknownElement(asked)
    return asked or main_element(chain)


class _PageOf:
    """Gathers what one page needs; each question is put to the database once."""

    def __init__(self, chain: LotChain, user: Any, most: int | None) -> None:
        self.chain, self.lot, self.user, self.most = chain, chain.lot, user, most
        self.countries = country_names()
        self.keys: dict[str, int] = {}
        self.visible: set[str] = set()
        for batch in batches(chain.lots):
            self.keys.update(Lot.objects.filter(lot_id__in=batch).values_list("lot_id", "pk"))
            self.visible.update(get_lots(user).filter(lot_id__in=batch).values_list("lot_id", flat=True))
        self.masked = masked_lots(self.keys.values(), user)
        self.entries: dict[str, int] = {}
        for batch in batches(chain.event_ids()):
            self.entries.update(Event.objects.filter(event_id__in=batch).values_list("event_id", "recorded_entry_id"))
        self.holders = holders(chain)
        named = {holder.party_id for holder in self.holders}
        self.parties = {party.party_id: party for party in Party.objects.filter(party_id__in=named)}

    def page(self) -> LotPage:
        lot, chain, state = self.lot, self.chain, self.lot.state
        facilities = {
            each.facility_id: (each.name, each.get_kind_display())
            for each in Facility.objects.filter(facility_id__in=chain.chain.facilities)
        }
        shares = chain.origins(lot.lot_id)
        origins, parts, patterns = origin_rows(
            shares, facilities, self.countries, self._mass(lot.lot_id, chain.mass(lot.lot_id))
        )
        borders = list(self._borders())
        moments = list(moment_rows(chain, self._link, self._mass, self.countries, self.entries, most=self.most))
        self.told = {moment.event_id for moment in moments}
        findings = list(self._findings())
        sealed = sum(Leaf.objects.filter(entry__in=batch).count() for batch in batches(self.entries.values()))
        return LotPage(
            lot_id=lot.lot_id,
            material=lot.get_material_display(),
            mineral=Link(lot.mineral.name, mineral_path(lot.mineral_id)),
            hs_code=lot.hs_code,
            custody_model=lot.get_custody_model_display(),
            holder=state.holder.name,
            place=state.place.name,
            country=self.countries.get(state.place.country, state.place.country),
            dry_kg=self._mass(lot.lot_id, state.born_kg),
            balance_kg=self._mass(lot.lot_id, state.balance_kg),
            element=chain.element,
            element_name=element_name(chain.element),
            element_kg=self._mass(lot.lot_id, chain.mass(lot.lot_id)),
            is_masked=bool(self.masked),
            tabs=tuple(self._tabs()),
            parts=parts,
            shares=self._shares(),
            origins=origins,
            known=sum((origin.share for origin in shares if origin.facility_id), Decimal(0)),
            picture=self._picture(patterns, findings),
            path=tuple(self._path()),
            lots=len(chain.lots),
            borders=tuple(borders),
            touched_by=tuple(self._touching()),
            findings=tuple(findings),
            holders=tuple(self._holders()),
            moments=tuple(moments),
            route=self._route({key: name for key, (name, _) in facilities.items()}),
            holds=tuple(self._holds()),
            flags=flags_of(chain, self.countries, self.user),
            documents=documents_of(chain, self.user),
            missing=tuple(missing_of(self.keys.values(), self.user)),
            made=tuple(self._made()),
            events=len(self.entries),
            proved=sealed,
            first_entry=min(self.entries.values(), default=None),
            most=self.most,
        )

    def _shares(self) -> Shares:
        shares = shares_of(self.chain, self.keys, self.user, self.countries)
        return masked_shares(shares) if self.lot.lot_id in self.masked else shares

    def _link(self, lot_id: str) -> Link:
        return Link(lot_id, lot_path(lot_id) if lot_id in self.visible else "")

    def _mass(self, lot_id: str, kg: Decimal | None) -> Mass:
        """A mass of a lot, unless its holder keeps it from this reader."""
        return MASKED if lot_id in self.masked else kg

    def _tabs(self) -> Iterator[tuple[str, str, bool]]:
        for element in self.chain.elements[:6]:
            yield element_name(element), f"?element={element}#origin", element == self.chain.element
        yield "Dry mass", f"?element={_DRY}#origin", self.chain.element is None

    def _path(self) -> Iterator[PathRow]:
        for lot_id in self.chain.lots[-self.most :] if self.most else self.chain.lots:
            traced = self.chain.walk.lots[lot_id]
            country = self.countries.get(traced.country or "", traced.country or "not stated")
            material = traced.material.replace("_", " ").capitalize()
            yield PathRow(
                self._link(lot_id),
                material,
                country,
                self._mass(lot_id, self.chain.mass(lot_id)),
                self._mass(lot_id, traced.kg),
            )

    def _picture(self, patterns: Mapping[str | None, str], findings: Collection[FindingCard]) -> Any:
        links = {lot_id: lot_path(lot_id) for lot_id in self.chain.lots}
        remarks = {
            card.lot.text: Remark(card.lot.text, card.chip, (card.title.lower(),))
            for card in findings
            if card.is_open and card.code in ("mass-gain", "mass-loss", "overdrawn", "custody-gap")
        }
        return path_picture(
            self.chain.path_lots(links, self.visible, self.masked),
            list(self.chain.path_links(patterns, self.masked)),
            self.lot.lot_id,
            list(self._marks()),
            list(remarks.values()),
            self.countries,
        )

    def _marks(self) -> Iterator[DrawnCrossing]:
        for crossing in self.chain.crossings:
            child = self.chain.child_in(crossing.lot.lot_id, crossing.reaches)
            if child is not None:
                kind, _, words = VERDICT_WORDS[self._verdict(crossing)]
                lines = (words, _day(crossing)) if kind != "none" else ("no measure", "on record")
                yield DrawnCrossing(crossing.lot.lot_id, child, kind, lines)

    def _verdict(self, crossing: Crossing) -> Verdict:
        found = self.verdicts.get((crossing.event.event_id, crossing.lot.lot_id), [])
        return worst([Verdict(each.verdict) for each in found])

    @property
    def verdicts(self) -> dict[tuple[str, str], list[BorderVerdict]]:
        if not hasattr(self, "_verdicts"):
            self._verdicts: dict[tuple[str, str], list[BorderVerdict]] = {}
            for batch in batches(self.keys.values()):
                rows = (
                    BorderVerdict.objects.current()
                    .filter(lot__in=batch)
                    .select_related("event", "lot", "recorded_entry")
                )
                for row in rows:
                    self._verdicts.setdefault((row.event.event_id, row.lot.lot_id), []).append(row)
        return self._verdicts

    def _borders(self) -> Iterator[BorderRow]:
        titles = self._measure_links()
        for crossing in self.chain.crossings:
            kind, words, _ = VERDICT_WORDS[self._verdict(crossing)]
            judged = self.verdicts.get((crossing.event.event_id, crossing.lot.lot_id), [])
            touch = next(
                touch
                for touch in self.chain.chain.lives[crossing.lot.lot_id]
                if touch.event.event_id == crossing.event.event_id
            )
            yield BorderRow(
                leaves=self.countries.get(crossing.leaves, crossing.leaves),
                reaches=self.countries.get(crossing.reaches, crossing.reaches),
                day=crossing.day,
                lot=self._link(crossing.lot.lot_id),
                material=crossing.lot.material.value.replace("_", " "),
                hs_code=crossing.lot.hs_code,
                kg=self._mass(crossing.lot.lot_id, touch.kg),
                measures=tuple(titles[each.measure_id, each.instrument_version] for each in judged
                               if (each.measure_id, each.instrument_version) in titles),
                permit=crossing.event.permit_number or "",
                verdict=kind,
                words=words,
                proof=ProofMark(self.entries[crossing.event.event_id]),
                known_from=max((each.recorded_entry.recorded_at for each in judged), default=None),
                earlier=tuple(self._earlier(crossing)),
            )  # fmt: skip

    def _earlier(self, crossing: Crossing) -> Iterator[tuple[str, dt.datetime, dt.datetime]]:
        """What measures said of a crossing before: the same word by a later version of one measure is told once."""
        rows = self.superseded.get((crossing.event.event_id, crossing.lot.lot_id), [])
        for (verdict, _measure), same in groupby(rows, key=lambda row: (row.verdict, row.measure_id)):
            stood = list(same)
            until = stood[-1].superseded_entry
            if until is not None:
                since = stood[0].recorded_entry.recorded_at
                yield VERDICT_WORDS[Verdict(verdict)][1].lower(), since, until.recorded_at

    @cached_property
    def superseded(self) -> dict[tuple[str, str], list[BorderVerdict]]:
        """Verdicts that stand no more, by event and lot, the first recorded first."""
        found: dict[tuple[str, str], list[BorderVerdict]] = {}
        for batch in batches(self.keys.values()):
            rows = BorderVerdict.objects.filter(lot__in=batch).exclude(superseded_entry=None)
            named = rows.select_related("event", "lot", "recorded_entry", "superseded_entry")
            for row in named.order_by("measure_id", "recorded_entry"):
                found.setdefault((row.event.event_id, row.lot.lot_id), []).append(row)
        return found

    def _measure_links(self) -> dict[tuple[str, int], tuple[Link, str]]:
        """The measures the verdicts name, as the version that was judged had them."""
        wanted = {(v.instrument_id, v.instrument_version) for rows in self.verdicts.values() for v in rows}
        versions = InstrumentVersion.objects.filter(instrument__instrument_id__in={name for name, _ in wanted})
        found = {}
        for version in versions.select_related("instrument"):
            for measure in version.content["measures"]:
                number = measure["measure_id"].rpartition(".")[2]
                href = f"{instrument_path(version.content['instrument_id'])}#measure-{number}"
                name = f"{measure_label(measure['code'])}: {version.content['title']}"
                since = (measure.get("start") or {}).get("date", "")
                found[measure["measure_id"], version.number] = (Link(name[:1].upper() + name[1:], href), since)
        return found

    def _findings(self) -> Iterator[FindingCard]:
        rows = [
            row for batch in batches(self.keys.values()) for row in findings_on(batch).select_related("event", "lot")
        ]
        measures = self._measures_of_findings(rows)
        order = {FindingState.OPEN.value: 0, FindingState.ACKNOWLEDGED.value: 1}

        def place(row: Finding) -> Any:
            return order.get(row.state, 2), row.severity != Severity.VIOLATION, row.lot_id != self.lot.pk, row.opened_at

        for row in sorted(rows, key=place):
            is_open = row.state == FindingState.OPEN.value
            severe = row.severity == Severity.VIOLATION.value
            chip = (("bad", "Violation") if severe else ("warn", "Warning")) if is_open else STATE_CHIPS[row.state]
            yield FindingCard(
                anchor=f"finding-{row.pk}",
                chip=chip[0],
                chip_words=chip[1],
                is_open=is_open,
                severity=row.severity,
                title=FINDING_TITLES[row.code],
                code=row.code,
                lot=self._link(row.lot.lot_id),
                event_id=row.event.event_id,
                event_href=f"#event-{row.event.event_id}" if row.event.event_id in self.told else "",
                message=self._words_of(row),
                evidence=tuple(measures[one] for one in _measure_ids(row) if one in measures),
                opened_at=row.opened_at,
                state_at=row.state_at,
                reason=row.reason,
                decided_by=row.decided_by,
                state=row.state,
                proof=ProofMark(row.recorded_entry_id),
            )

    def _words_of(self, row: Finding) -> str:
        """A finding's words; those of masses are kept back where a lot of the path is masked."""
        if self.masked and row.code not in PLAIN_CODES:
            return MASKED_WORDS
        return finding_words(row.code, row.message, row.evidence, self.countries)

    def _measures_of_findings(self, rows: Collection[Finding]) -> dict[str, Link]:
        """The measures that findings name as their evidence, by id, as their instruments stand now."""
        wanted = {measure_id for row in rows for measure_id in _measure_ids(row)}
        found = {}
        for instrument in get_instruments() if wanted else ():
            for measure in instrument.measures:
                if measure.measure_id in wanted:
                    name = f"{measure_label(measure.code)}: {instrument.title}"
                    href = (
                        f"{instrument_path(instrument.instrument_id)}#measure-{measure.measure_id.rpartition('.')[2]}"
                    )
                    found[measure.measure_id] = Link(name, href)
        return found

    def _holders(self) -> Iterator[HolderRow]:
        for each in self.holders:
            party = self.parties.get(each.party_id)
            holds = party is not None and party.pk == self.lot.state.holder_id
            yield HolderRow(
                name=party.name if party else each.party_id,
                country=self.countries.get(party.country, party.country) if party else "",
                since=each.since.date(),
                until=None if holds or each.until is None else each.until.date(),
                did=", ".join(each.did),
                kg=MASKED if self.masked else self.lot.state.balance_kg if holds else each.kg,
                holds=holds,
                proof=ProofMark(self.entries[each.first_event]),
            )

    def _touching(self) -> Iterator[tuple[Link, str, str]]:
        """Export measures in force today over lots of the path that are still held where they apply."""
        today = timezone.localdate()
        held: dict[str, list[str]] = {}
        for batch in batches(self.keys.values()):
            states = LotState.objects.filter(lot__in=batch, is_held=True).values_list("lot_name", "place__country")
            for lot_id, country in states:
                held.setdefault(country, []).append(lot_id)
        for instrument in get_instruments():
            for measure in instrument.measures:
                if measure.code not in JUDGED or measure_in_force(measure, instrument, today) is not Certainty.YES:
                    continue
                for lot_id in held.get(measure.country, ()):
                    if covers(measure, self.chain.chain.lots[lot_id], leaves=measure.country):
                        title = f"{measure_label(measure.code)}: {instrument.title}"
                        link = Link(title, instrument_path(instrument.instrument_id))
                        yield link, lot_id, self.countries.get(measure.country, measure.country)

    def _route(self, names: Mapping[str, str]) -> Route | None:
        route = route_of(self.chain, names, self.countries, self._verdict)
        return route if route.legs else None

    def _holds(self) -> Iterator[HoldRow]:
        for hold in holds_over(self.keys.values()):
            own = hold.lot.lot_id == self.lot.lot_id
            proof = ProofMark(hold.recorded_entry_id)
            yield HoldRow(hold.get_kind_display(), self._link(hold.lot.lot_id), own, hold.placed_at, hold.reason, proof)

    def _made(self) -> Iterator[MadeRow]:
        below = get_trace(lot_id=self.lot.lot_id, direction="down", element=self.chain.element)["lots"]
        visible: dict[str, int] = {}
        for batch in batches([one["lot"] for one in below]):
            visible.update(get_lots(self.user).filter(lot_id__in=batch).values_list("lot_id", "pk"))
        masked = masked_lots(visible.values(), self.user)
        for one in [each for each in below if each["lot"] in visible][:_MOST_MADE]:
            country = self.countries.get(one["country"] or "", one["country"] or "not stated")
            material = one["material"].replace("_", " ").capitalize()
            link = Link(one["lot"], lot_path(one["lot"]))
            kg = MASKED if one["lot"] in masked else Decimal(one["kg"])
            yield MadeRow(link, material, country, kg, Decimal(one["share"]))


def _measure_ids(row: Finding) -> list[str]:
    return [one for one in row.evidence.get("measures", "").split(", ") if one]


def _day(crossing: Crossing) -> str:
    return f"{crossing.day.day} {crossing.day:%b %Y}"
