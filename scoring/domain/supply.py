"""What a country has in the ground and mines of one mineral: reserves, production, rank, development."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from registry.domain.facts import Fact
from scoring.domain.inputs import Kind, Known, Reading, lower_limit, texts
from scoring.domain.methodology import Methodology
from scoring.domain.trace import Finding, Ignored, State, at_least, at_most, not_stated

NONE, LIMITED, SIGNIFICANT, ABUNDANT = range(4)
_BAND_WORDS = ("no", "limited", "significant", "abundant")
_SHARE = "share of the world's mine output"
_RANK = "rank among the world's producers"
_ESTIMATE = "an estimate does not count under this methodology"


@dataclass(frozen=True, slots=True)
class Band:
    """How large reserves are: at least ``low``, at most ``high`` on the scale none, limited, significant, abundant."""

    low: int
    high: int
    facts: tuple[str, ...]
    ignored: tuple[Ignored, ...]

    def reaches(self, band: int) -> Finding:
        """Whether reserves are in this band or above."""
        if self.low >= band:
            return Finding(State.PASS, f"{_BAND_WORDS[self.low]} reserves", self.facts, self.ignored)
        if self.high < band:
            return Finding(State.FAIL, f"{_BAND_WORDS[self.high]} reserves", self.facts, self.ignored)
        return not_stated("size of reserves", self.facts, self.ignored)


class Supply:
    """Conditions on one mineral of one country; ``mineral`` None stands for the country as a whole."""

    def __init__(
        self, known: Known, methodology: Methodology, country: str, others: Sequence[str], mineral: str | None
    ) -> None:
        self.known = known
        self.rules = methodology
        self.limits = methodology.parameters
        self.country = country
        self.others = others
        self.mineral = mineral
        self.band = self._band()

    def _read(self, kind: Kind) -> Reading:
        return self.known.read(self.country, kind, self.mineral)

    # --- reserves

    def _band(self) -> Band:
        share = self._band_by_share()
        if share:
            return share
        words = self._band_by_words()
        ranks = self._read(Kind.RESERVE_RANK)
        quantity = self._read(Kind.RESERVE_QUANTITY)
        presence = self._read(Kind.RESERVE_PRESENCE)
        ignored = (*words.ignored, *ranks.ignored, *quantity.ignored, *presence.ignored)
        rank = ranks.figure
        if rank and rank.high is not None and rank.high <= self.limits.leading_rank:
            return Band(ABUNDANT, ABUNDANT, (*words.facts, *ranks.ids), (*ignored, *_no_total(quantity)))
        ignored = (*ignored, *ranks.aside(ranks.facts, "a rank behind the first few says nothing of the size"))
        if words.facts:
            return Band(words.low, words.high, words.facts, (*ignored, *_no_total(quantity)))
        return self._band_by_presence(quantity, presence, ignored)

    def _band_by_share(self) -> Band | None:
        """A number decides where there is one: the stated share, or the quantity against a world total (J35)."""
        stated = self._read(Kind.RESERVE_WORLD_SHARE)
        quantity = self._read(Kind.RESERVE_QUANTITY).figure
        world = self.known.regional(Kind.RESERVE_QUANTITY, self.mineral).figure if self.mineral else None
        aside = self._read(Kind.RESERVE_CLASS)
        ignored = (*stated.ignored, *aside.aside(aside.facts, "a figure goes before a word"))
        figure = stated.figure
        if figure and (pct := figure.low if figure.low is not None else figure.high) is not None:
            return Band(*self._capped(self._band_of(pct), figure.reserve_kind), (figure.fact_id,), ignored)
        if quantity and world and quantity.unit == world.unit and quantity.low and world.high:
            band = self._capped(self._band_of(quantity.low / world.high * 100), quantity.reserve_kind)
            return Band(*band, (quantity.fact_id, world.fact_id), ignored)
        return None

    def _band_of(self, pct: Decimal) -> int:
        if pct >= self.limits.abundant_pct:
            return ABUNDANT
        if pct >= self.limits.significant_pct:
            return SIGNIFICANT
        return LIMITED if pct > 0 else NONE

    def _capped(self, band: int, reserve_kind: str | None) -> tuple[int, int]:
        """An estimate or a deposit that is not proven as a reserve never counts above significant."""
        capped = min(band, SIGNIFICANT) if reserve_kind in self.rules.classes.capped_reserve_kinds else band
        return capped, capped

    def _counts(self, reserve_kind: str | None) -> bool:
        return self.limits.estimates_count or reserve_kind not in self.rules.classes.estimated_reserve_kinds

    def _band_by_words(self) -> Band:
        """Of several words the higher holds (J33)."""
        reading = self._read(Kind.RESERVE_CLASS)
        words = self.rules.classes.reserves
        counted = [fact for fact in reading.saying(words) if self._counts(fact.reserve_kind)]
        estimates = [fact for fact in reading.facts if not self._counts(fact.reserve_kind)]
        ignored = reading.aside(estimates, _ESTIMATE)
        bands = [self._capped(words[fact.fact_class or ""], fact.reserve_kind)[0] for fact in counted]
        band = max(bands, default=NONE)
        return Band(band, band, tuple(fact.fact_id for fact in counted), ignored)

    def _band_by_presence(self, quantity: Reading, presence: Reading, ignored: tuple[Ignored, ...]) -> Band:
        """A quantity without a world total, or resources that are merely there: some, how much is not stated."""
        counted = [fact for fact in quantity.facts if self._counts(fact.reserve_kind)]
        estimates = [fact for fact in quantity.facts if not self._counts(fact.reserve_kind)]
        ignored = (*ignored, *(Ignored(fact.fact_id, _ESTIMATE) for fact in estimates))
        facts = (*counted, *presence.facts)
        some_there = any(fact.kind == Kind.RESERVE_PRESENCE or (fact.low or 0) > 0 for fact in facts)
        kinds = {fact.reserve_kind for fact in facts}
        high = SIGNIFICANT if facts and kinds <= self.rules.classes.capped_reserve_kinds else ABUNDANT
        return Band(LIMITED if some_there else NONE, high, tuple(fact.fact_id for fact in facts), ignored)

    # --- production

    def produced(self) -> Finding:
        """Whether the mineral is mined at all, by any statement on its production."""
        present = [self._read(kind) for kind in (Kind.PRODUCTION_PRESENCE, Kind.PRODUCTION_RANK)]
        shares, classes = self._read(Kind.PRODUCTION_SHARE), self._read(Kind.PRODUCTION_CLASS)
        facts = (*present[0].ids, *present[1].ids, *shares.ids, *classes.ids)
        ignored = tuple(item for reading in (*present, shares, classes) for item in reading.ignored)
        figure = shares.figure
        said = classes.truth(self.rules.classes.production["some"])
        if any(reading.facts for reading in present) or (figure and figure.high != 0) or said:
            return Finding(State.PASS, "produced", facts, ignored)
        if figure or said is False:
            return Finding(State.FAIL, "not produced", facts, ignored)
        if self.band.high == NONE:
            return Finding(State.FAIL, "no reserves, so no production", facts, ignored)
        return not_stated("production", facts, ignored)

    def share(self, pct: Decimal, threshold: str) -> Finding:
        """Whether the share of the world's mine output reaches ``pct`` percent."""
        shares, classes = self._read(Kind.PRODUCTION_SHARE), self._read(Kind.PRODUCTION_CLASS)
        words = self.rules.classes.production[threshold]
        ignored = (*shares.ignored, *classes.ignored)
        if figure := shares.figure:
            return self._share_by_figure(figure, shares, classes, pct)
        said = classes.truth(words)
        if said is not None:
            saying = classes.saying(words)
            return Finding(State.of(said), f"production {texts(saying)}", tuple(f.fact_id for f in saying), ignored)
        if self.band.high == NONE:
            return Finding(State.FAIL, "no reserves, so no production", classes.ids, ignored)
        return self._ceiling(pct, not_stated(_SHARE, classes.ids, ignored))

    def _share_by_figure(self, figure: Fact, shares: Reading, classes: Reading, pct: Decimal) -> Finding:
        older = [fact for fact in shares.facts if fact is not figure]
        ignored = (
            *shares.aside(older, "a newer figure is on record"),
            *classes.aside(classes.facts, "a figure goes before a word"),
        )
        state = at_least(figure.low, figure.high, pct)
        missing = (_SHARE,) if state is State.UNKNOWN else ()
        return Finding(state, f"{figure.text} of the world's mine output", (figure.fact_id,), ignored, missing)

    def _ceiling(self, pct: Decimal, unknown: Finding) -> Finding:
        """No country mines more than the others leave of the region's total (J31)."""
        total = self.known.production.get(self.mineral) if self.mineral else None
        if total is None or not self.limits.use_ceiling:
            return unknown
        readings = (self.known.read(other, Kind.PRODUCTION_SHARE, self.mineral) for other in self.others)
        figures = [figure for reading in readings if (figure := reading.figure)]
        taken = sum((lower_limit(figure, self.limits.about_slack) for figure in figures), Decimal(0))
        left = max(total.share_pct - taken, Decimal(0))
        facts = (*unknown.facts, total.total_id, *(figure.fact_id for figure in figures))
        because = f"at most {left:f} percent of the world's mine output, as the rest of the region leaves it"
        if left < pct:
            return Finding(State.FAIL, because, facts, unknown.ignored)
        return Finding(State.UNKNOWN, f"{unknown.because} ({because})", facts, unknown.ignored, unknown.missing)

    def rank(self) -> Finding:
        """Whether the country is among the first producers of the world."""
        ranks, classes = self._read(Kind.PRODUCTION_RANK), self._read(Kind.PRODUCTION_CLASS)
        if figure := ranks.figure:
            ignored = (*ranks.ignored, *classes.aside(classes.facts, "a rank goes before a word"))
            state = at_most(figure.low, figure.high, Decimal(self.limits.leading_rank))
            missing = (_RANK,) if state is State.UNKNOWN else ()
            return Finding(state, f"{figure.text} among producers", ranks.ids, ignored, missing)
        ignored = (*ranks.ignored, *classes.ignored)
        if classes.truth(self.rules.classes.production["leading"]):
            return Finding(State.PASS, f"production {texts(classes.facts)}", classes.ids, ignored)
        return not_stated(_RANK, classes.ids, ignored)

    def developed(self) -> Finding:
        """Whether deposits are worked; production proves it where nothing is stated."""
        reading = self._read(Kind.DEVELOPED)
        said = reading.truth(self.rules.classes.developed)
        if said is not None:
            return Finding(State.of(said), texts(reading.facts), reading.ids, reading.ignored)
        produced = self.produced()
        return replace(produced, ignored=(*reading.ignored, *produced.ignored))


def _no_total(quantity: Reading) -> tuple[Ignored, ...]:
    return quantity.aside(quantity.facts, "no world total on record to compare it with")
