"""A lot's page: origin, path, borders, findings, custody, proof."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from registry.domain.drawing import Part, paint, share_bar
from registry.parts import Link, ProofMark
from traceability.domain.path_picture import PathPicture
from traceability.domain.trace import Origin
from traceability.pages.claims import Shares
from traceability.pages.diligence import FlagRow
from traceability.pages.documents import DocumentRow
from traceability.pages.route import Route

#: A mass, None where it is unknown, or `MASKED`.
Mass = Decimal | str | None
MASKED = "masked"


@dataclass(frozen=True, slots=True)
class OriginRow:
    """A place of origin: ``kg`` of the element asked for, None where its mass is unknown."""

    name: str
    country: str
    kind: str
    pattern: str
    share: Decimal
    kg: Mass


@dataclass(frozen=True, slots=True)
class PathRow:
    """A lot on the way: its mass of the element (None: unknown) and its dry mass at birth."""

    lot: Link
    material: str
    country: str
    kg: Mass
    dry_kg: Mass


@dataclass(frozen=True, slots=True)
class BorderRow:
    """A crossing with its verdict: since when that is known, and the verdicts before it, each with the time that it
    stood."""

    leaves: str
    reaches: str
    day: dt.date
    lot: Link
    material: str
    hs_code: str
    kg: Mass
    measures: tuple[tuple[Link, str], ...]
    permit: str
    verdict: str
    words: str
    proof: ProofMark
    known_from: dt.datetime | None = None
    earlier: tuple[tuple[str, dt.datetime, dt.datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class FindingCard:
    """A finding; ``chip`` and ``chip_words`` say its severity while open, else its state."""

    anchor: str
    chip: str
    chip_words: str
    is_open: bool
    severity: str
    title: str
    code: str
    lot: Link
    event_id: str
    event_href: str
    message: str
    evidence: tuple[Link, ...]
    opened_at: dt.datetime
    state_at: dt.datetime
    reason: str
    decided_by: str
    state: str
    proof: ProofMark


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """How many findings there are in all, and the open ones: ``gaps`` are those in custody."""

    total: int
    violations: int
    warnings: int
    gaps: int

    @property
    def closed(self) -> int:
        return self.total - self.violations - self.warnings


@dataclass(frozen=True, slots=True)
class HolderRow:
    name: str
    country: str
    since: dt.date
    until: dt.date | None
    did: str
    kg: Mass
    holds: bool
    proof: ProofMark


@dataclass(frozen=True, slots=True)
class MomentRow:
    """An event in the life of the material: ``lots`` with the role each had and its dry mass."""

    event_id: str
    day: dt.date
    title: str
    lots: tuple[tuple[Link, str, Mass], ...]
    place: str
    country: str
    party: str
    to: str
    permit: str
    reason: str
    corrects: str
    proof: ProofMark

    @property
    def anchor(self) -> str:
        return f"event-{self.event_id}"


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold or recall that reaches the lot: its own, or one of something it was made of."""

    kind: str
    lot: Link
    is_own: bool
    since: dt.datetime
    reason: str
    proof: ProofMark


@dataclass(frozen=True, slots=True)
class MadeRow:
    """A lot made of this one: how much of its element came from here."""

    lot: Link
    material: str
    country: str
    kg: Mass
    share: Decimal


@dataclass(frozen=True, slots=True)
class LotPage:
    """All that the page shows. Of ``path``, ``moments`` and the rest the first ``most`` rows are shown (None: all);
    ``lots``, ``events``, ``crossed`` (and how many of those broke a measure) and ``counts`` count what is in the whole
    path."""

    lot_id: str
    material: str
    mineral: Link
    hs_code: str
    custody_model: str
    holder: str
    place: str
    country: str
    dry_kg: Mass
    balance_kg: Mass
    element: str | None
    element_name: str
    element_kg: Mass
    is_masked: bool
    tabs: tuple[tuple[str, str, bool], ...]
    parts: tuple[Part, ...]
    shares: Shares
    origins: tuple[OriginRow, ...]
    known: Decimal
    picture: PathPicture | None
    path: tuple[PathRow, ...]
    lots: int
    borders: tuple[BorderRow, ...]
    crossed: int
    broken_borders: int
    touched_by: tuple[tuple[Link, str, str], ...]
    findings: tuple[FindingCard, ...]
    counts: FindingCounts
    holders: tuple[HolderRow, ...]
    moments: tuple[MomentRow, ...]
    route: Route | None
    holds: tuple[HoldRow, ...]
    flags: tuple[FlagRow, ...]
    documents: tuple[DocumentRow, ...]
    missing: tuple[tuple[str, str], ...]
    made: tuple[MadeRow, ...]
    events: int
    proved: int
    first_entry: int | None
    most: int | None = None

    @property
    def cut(self) -> str:
        """How templates slice a list of the page."""
        return ":" if self.most is None else f":{self.most}"

    @property
    def origin_words(self) -> str:
        return ", ".join(f"{row.name} {row.share * 100:.2f} per cent" for row in self.origins) or "unknown"


def origin_rows(
    origins: Sequence[Origin],
    facilities: Mapping[str, tuple[str, str]],
    countries: Mapping[str, str],
    kg: Mass,
) -> tuple[tuple[OriginRow, ...], tuple[Part, ...], dict[str | None, str]]:
    """The table, the bar, and the pattern that paints each origin. ``facilities`` gives (name, kind) by id."""
    named = [(origin.facility_id or "", origin.share, origin.facility_id is None) for origin in origins]
    shares = paint(named)
    patterns: dict[str | None, str] = {share.label: share.pattern for share in shares}
    painted = {origin.facility_id: patterns.get(origin.facility_id, "others") for origin in origins}
    painted[None] = "unknown"
    rows = tuple(
        OriginRow(
            name=facilities.get(origin.facility_id or "", ("Unknown", "–"))[0],
            country=countries.get(origin.country or "", origin.country or "unknown"),
            kind=facilities.get(origin.facility_id or "", ("", "–"))[1],
            pattern=painted[origin.facility_id],
            share=origin.share,
            kg=kg * origin.share if isinstance(kg, Decimal) else kg,
        )
        for origin in origins
    )
    return rows, share_bar(shares), painted
