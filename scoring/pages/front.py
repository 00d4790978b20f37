"""The front page: the newest change, the map, the scorecard, where countries stand, what the region mines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from registry.domain.dates import PartialDate
from registry.domain.instruments import InstrumentState, Status, status_on
from registry.pages.minerals import Production
from registry.parts import Link
from registry.paths import country_path, instrument_path, why_path
from scoring.domain.card import Card, CountryScore, DomainScore, two_decimals
from scoring.domain.drawing import Fifth, Tile, fifths, tile
from scoring.domain.methodology import Domain
from scoring.pages.parts import NAMES, ChangeNote, ScoreCell, score_cell

CellKey = tuple[str, Domain]


@dataclass(frozen=True, slots=True)
class CardRow:
    """A country's row. ``rank`` is empty where a domain is open; ``overall`` then is a range."""

    code: str
    name: str
    href: str
    rank: str
    overall: str
    fifths: tuple[Fifth, ...]
    cells: tuple[ScoreCell, ...]


@dataclass(frozen=True, slots=True)
class MapTile:
    """A member on the map. ``mean`` is empty where a domain is open."""

    name: str
    href: str
    at: Tile
    is_scored: bool
    mean: str
    moved: str
    words: str


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """Where countries stand in a domain: five places, each with (code, name, address, moved)."""

    domain: str
    key: str
    mean: str
    places: tuple[tuple[tuple[str, str, str, bool], ...], ...]


@dataclass(frozen=True, slots=True)
class LevelMove:
    """A domain's level or range before and after; None where no facts decide one."""

    domain: str
    href: str
    before: tuple[int | None, int | None]
    after: tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Coming:
    """A date ahead or a proposal watched, and the levels it would move."""

    kind: str
    when: PartialDate | None
    instrument: Link
    country: Link
    words: str
    levels: tuple[LevelMove, ...]


@dataclass(frozen=True, slots=True)
class FrontPage:
    change: ChangeNote | None
    change_is_today: bool
    rows: tuple[CardRow, ...]
    unscored: tuple[Link, ...]
    tiles: tuple[MapTile, ...]
    ranges: tuple[tuple[str, int, int], ...]
    spread: tuple[SpreadRow, ...]
    production: tuple[Production, ...]
    coming: tuple[Coming, ...]

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def ranked(self) -> tuple[CardRow, ...]:
        return tuple(row for row in self.rows if row.rank)

    @property
    def highest(self) -> tuple[CardRow, ...]:
        """Those that share the first rank; nobody where fewer than two ranks are told apart."""
        ranked = self.ranked
        if not ranked or ranked[0].rank == ranked[-1].rank:
            return ()
        return tuple(row for row in ranked if row.rank == ranked[0].rank)

    @property
    def lowest(self) -> tuple[CardRow, ...]:
        return tuple(row for row in self.ranked if row.rank == self.ranked[-1].rank) if self.highest else ()


def front_page(
    card: Card,
    names: Mapping[str, str],
    *,
    query: str = "",
    change: ChangeNote | None = None,
    moved: Mapping[CellKey, str] | None = None,
    ranges: Mapping[str, tuple[int, int]] | None = None,
    production: Sequence[Production] = (),
    coming: Sequence[Coming] = (),
) -> FrontPage:
    """``moved`` says of cells that moved today what they were; ``ranges`` are ranks under other weights."""
    was = moved or {}
    scored = [country for country in card.countries if any(cell.low is not None for cell in country.domains)]
    rows = card_rows(card, names, query, was)
    bare = [country for country in card.countries if country not in scored]
    return FrontPage(
        change=change,
        change_is_today=change is not None and change.on == card.on,
        rows=rows,
        unscored=tuple(Link(names[each.country], country_path(each.country) + query) for each in bare),
        tiles=tuple(_tiles(card, names, query, was)),
        ranges=tuple((names[row.code], *(ranges or {})[row.code]) for row in rows if row.code in (ranges or {})),
        spread=tuple(_spread(scored, domain, names, query, was) for domain in Domain) if scored else (),
        production=tuple(production),
        coming=tuple(coming),
    )


def card_rows(
    card: Card, names: Mapping[str, str], query: str = "", moved: Mapping[CellKey, str] | None = None
) -> tuple[CardRow, ...]:
    """The scored countries by rank, those with an open domain after them, equal ranks by name."""
    scored = [country for country in card.countries if any(cell.low is not None for cell in country.domains)]
    scored.sort(key=lambda each: (each.rank is None, each.rank or 0, names[each.country]))
    ranks = [each.rank for each in scored]
    return tuple(_row(each, ranks, names, query, moved or {}) for each in scored)


def _row(
    country: CountryScore,
    ranks: Sequence[int | None],
    names: Mapping[str, str],
    query: str,
    moved: Mapping[CellKey, str],
) -> CardRow:
    code, rank = country.country, country.rank
    shared = "=" if rank is not None and ranks.count(rank) > 1 else ""
    return CardRow(
        code=code,
        name=names[code],
        href=country_path(code) + query,
        rank=f"{rank}{shared}" if rank is not None else "",
        overall=overall_text(country),
        # No boxes without a mean: empty ones would look like a measured nothing.
        fifths=fifths(country.overall) if country.overall is not None else (),
        cells=tuple(score_cell(code, cell, query, moved.get((code, cell.domain), "")) for cell in country.domains),
    )


def overall_text(country: CountryScore) -> str:
    """The mean with two decimals, a range where a domain is open, nothing without facts."""
    if country.overall is not None:
        return two_decimals(country.overall)
    if country.overall_low is None or country.overall_high is None:
        return ""
    return f"{two_decimals(country.overall_low)}–{two_decimals(country.overall_high)}"


def _tiles(card: Card, names: Mapping[str, str], query: str, moved: Mapping[CellKey, str]) -> Iterable[MapTile]:
    for country in card.countries:
        drawn = tile(country.country, [(cell.low, cell.high) for cell in country.domains])
        if drawn is None:
            continue
        mean = one_decimal(country.overall)
        is_scored = any(cell.low is not None for cell in country.domains)
        yield MapTile(
            name=names[country.country],
            href=country_path(country.country) + query,
            at=drawn,
            is_scored=is_scored,
            mean=mean,
            moved="moved" if any((country.country, cell.domain) in moved for cell in country.domains) else "",
            words=f"{names[country.country]}: {_levels_words(country.domains)}" if is_scored
            else f"{names[country.country]}: no facts recorded",
        )  # fmt: skip


def one_decimal(mean: Fraction | None) -> str:
    """Halves up, as the two decimals are."""
    return "" if mean is None else f"{float((mean * 10 + Fraction(1, 2)).__floor__()) / 10:.1f}"


def _levels_words(cells: Iterable[DomainScore]) -> str:
    return ", ".join(f"{NAMES[cell.domain].lower()} {_level_text(cell)}" for cell in cells)


def _level_text(cell: DomainScore) -> str:
    if cell.low is None:
        return "without facts"
    return str(cell.level) if cell.level is not None else f"{cell.low} to {cell.high}"


def _spread(
    scored: Sequence[CountryScore],
    domain: Domain,
    names: Mapping[str, str],
    query: str,
    moved: Mapping[CellKey, str],
) -> SpreadRow:
    decided = [(each.country, level) for each in scored if (level := each.domain(domain).level) is not None]
    places = tuple(
        tuple(
            (code, names[code], country_path(code) + query, (code, domain) in moved)
            for code, level in decided
            if level == place
        )
        for place in range(1, 6)
    )
    mean = two_decimals(Fraction(sum(level for _, level in decided), len(decided))) if decided else "open"
    return SpreadRow(NAMES[domain], domain.value, mean, places)


# --- what comes


def ends_ahead(instruments: Iterable[InstrumentState], on: dt.date) -> list[tuple[dt.date, InstrumentState]]:
    """Instruments that end after a day, soonest first, with the first day after their end."""
    ahead = [
        (each.until.last + dt.timedelta(days=1), each) for each in instruments if each.until and each.until.last > on
    ]
    return sorted(ahead, key=lambda pair: (pair[0], pair[1].instrument_id))


def proposals(instruments: Iterable[InstrumentState], on: dt.date) -> list[InstrumentState]:
    """Instruments that are proposed or talked about on a day, and no more than that."""
    watched = (Status.PROPOSED, Status.CONSIDERED, Status.IN_DISCUSSION)
    return [each for each in instruments if status_on(each, on) in watched]


def coming(
    kind: str,
    instrument: InstrumentState,
    when: PartialDate | None,
    before: Card,
    after: Card,
    names: Mapping[str, str],
    words: str,
) -> Coming:
    """One date or proposal with the levels it would move in its country."""
    code = instrument.country
    moves = []
    if any(country.country == code for country in after.countries):
        for domain in Domain:
            old, new = before.cell(code, domain), after.cell(code, domain)
            if (old.low, old.high) != (new.low, new.high):
                href = why_path(code, domain.value)
                moves.append(LevelMove(NAMES[domain].lower(), href, (old.low, old.high), (new.low, new.high)))
    title = instrument.title[:1].upper() + instrument.title[1:]
    return Coming(
        kind=kind,
        when=when,
        instrument=Link(title, instrument_path(instrument.instrument_id)),
        country=Link(names.get(code, code), country_path(code)),
        words=words,
        levels=tuple(moves),
    )
