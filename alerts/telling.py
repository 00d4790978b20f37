"""Says in a reader's language what an item tells. What the register wrote itself, in English, is kept apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from alerts.domain.items import Item, Kind
from alerts.languages import ENGLISH, Tongue
from registry.domain.dates import PartialDate

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GateSaid:
    """A gate that flipped; ``rule`` and ``because`` are the register's own words."""

    gate: str
    before: str
    after: str
    rule: str
    because: str


@dataclass(frozen=True, slots=True)
class Said:
    """An item in one language. ``register``: what the register says of it in its own words, which are English;
    ``checkpoint``: a signed head of the log, letter by letter.
    """

    title: str
    sentence: str
    register: str
    cause: str
    confidence: str
    country: str
    old: str
    new: str
    follows: str
    gates: tuple[GateSaid, ...]
    instrument: str
    checkpoint: str

    @property
    def sentence_html(self) -> SafeString:
        """The sentence with the act's title marked as the register's."""
        quoted = escape(f"“{self.instrument}”")
        text = escape(self.sentence)
        marked = text.replace(quoted, f'<span lang="en">{quoted}</span>') if self.instrument else text
        return mark_safe(marked)


def said(item: Item, tongue: Tongue) -> Said:
    """All that a message says of an item, besides its links. An item without `data` is told as it was kept."""
    score = item.kind is Kind.SCORE and bool(item.data)
    sentence, register = _sentence(item, tongue)
    if tongue is ENGLISH:
        sentence, register = " ".join(part for part in (sentence, register) if part), ""
    return Said(
        title=title(item, tongue),
        sentence=sentence,
        register=register,
        cause=tongue.say("causes", item.cause) if item.cause else "",
        confidence=confidence(item.data["new"], tongue) if score else item.confidence,
        country=tongue.country(item.country) if item.country else "",
        old=level_text(item.data["old"], tongue) if score else item.old,
        new=level_text(item.data["new"], tongue) if score else item.new,
        follows=overall(item.data["old"], item.data["new"], tongue) if score else " ".join(item.follows),
        gates=tuple(_gate(gate, tongue) for gate in item.gates),
        instrument=item.instrument,
        checkpoint=item.data.get("checkpoint", ""),
    )


def title(item: Item, tongue: Tongue) -> str:
    """The subject: what changed."""
    if not item.data:
        return item.title
    return _TITLES[item.kind](item, tongue)


def level_text(score: Data | None, tongue: Tongue = ENGLISH) -> str:
    """A level, a range where facts are missing, or that there is none."""
    if not score or score.get("low") is None:
        return tongue.say("scores", "none")
    return str(score["level"]) if score["level"] is not None else f"{score['low']}–{score['high']}"


def confidence(score: Data | None, tongue: Tongue) -> str:
    """How sure a level is: decided by the facts, or a range that they leave open."""
    if not score or score.get("low") is None:
        return tongue.say("confidence", "none")
    if score["level"] is not None:
        return tongue.say("confidence", "decided")
    return tongue.say("confidence", "open", low=score["low"], high=score["high"])


def overall(old: Data | None, new: Data | None, tongue: Tongue) -> str:
    """What else moved with a score: the country's overall and its rank; empty where it did not."""
    was, now = (old or {}).get("overall"), (new or {}).get("overall")
    if was == now:
        return ""
    rank = (new or {}).get("rank")
    texts = [tongue.number(each) if each else tongue.say("scores", "open") for each in (was, now)]
    return tongue.say("scores", "overall_rank" if rank else "overall", old=texts[0], new=texts[1], rank=rank)


def measure_text(measure: Data, tongue: Tongue) -> str:
    """Such as: export licence, rare earths, HS 2846, from 23 Nov 2026."""
    parts = [tongue.measure(measure["code"]), *map(tongue.mineral, measure["minerals"])]
    if measure["hs"]:
        parts.append(f"HS {', '.join(measure['hs'])}")
    for key, name in (("start", "from"), ("until", "until")):
        if measure[key]:
            parts.append(tongue.say("acts", name, date=_date(measure[key], tongue)))
    return ", ".join(parts)


def short_text(measures: list[Data], tongue: Tongue) -> str:
    """The first measure for a subject: export licence, rare earths. Empty without a measure."""
    if not measures:
        return ""
    return ", ".join([tongue.measure(measures[0]["code"]), *map(tongue.mineral, measures[0]["minerals"])])


# ------------------------------------------------------------------ titles


def _score_title(item: Item, tongue: Tongue) -> str:
    data, short = item.data, short_text(item.data["measures"], tongue)
    old, new = level_text(data["old"], tongue), level_text(data["new"], tongue)
    country, domain = tongue.country(item.country), tongue.domain(item.domain)
    words = tongue.say("scores", "title", country=country, domain=domain, old=old, new=new)
    return f"{words} ({short})" if short else words


def _instrument_title(item: Item, tongue: Tongue) -> str:
    key = "title_unmoved" if item.data["is_unmoved"] else "title"
    what = _what(item.data["what"], tongue)
    return tongue.say("acts", key, country=tongue.country(item.country), title=item.instrument, what=what)


def _effect_title(item: Item, tongue: Tongue) -> str:
    what, date = _step(item.data["what"], tongue), _date(item.data["day"], tongue)
    country = tongue.country(item.country)
    return tongue.say("days", "title", country=country, title=item.instrument, what=what, date=date)


def _finding_title(item: Item, tongue: Tongue) -> str:
    count = item.data["count"]
    lot = item.lots[0] if len(item.lots) == 1 else tongue.say("findings", "lots", count=len(item.lots))
    what = tongue.finding(item.data["code"]) if count == 1 else tongue.say("findings", "several", count=count)
    return tongue.say("findings", "title", lot=lot, what=what)


def _flag_title(item: Item, tongue: Tongue) -> str:
    country = tongue.country(item.country) if item.country else tongue.say("flags", "no_country")
    what = tongue.measure(item.measures[0]) if item.measures else tongue.say("flags", "no_measure")
    return tongue.say("flags", "title", country=country, what=what)


def _head_title(item: Item, tongue: Tongue) -> str:
    return tongue.say("heads", "title", size=f"{item.data['size']:,}")


def _note_title(item: Item, tongue: Tongue) -> str:
    return tongue.say("ways", "title", name=item.data["url"] or tongue.say("ways", "address"))


_TITLES = {
    Kind.SCORE: _score_title,
    Kind.INSTRUMENT: _instrument_title,
    Kind.EFFECT: _effect_title,
    Kind.FINDING: _finding_title,
    Kind.FLAG: _flag_title,
    Kind.HEAD: _head_title,
    Kind.NOTE: _note_title,
}


# ------------------------------------------------------------------ sentences: the reader's words, the register's words


def _sentence(item: Item, tongue: Tongue) -> tuple[str, str]:
    if not item.data:
        return ("", item.sentence)
    return _SENTENCES[item.kind](item, tongue)


def _score_sentence(item: Item, tongue: Tongue) -> tuple[str, str]:
    """Gates stand beside it with their own words, so the register's sentence is given in English alone."""
    count, own = item.data["count"], item.data["sentence"]
    if tongue is ENGLISH and count == 1:
        return "", own
    steps = f" {tongue.say('scores', 'steps', count=count)}" if count > 1 else ""
    return f"{_movement(item, tongue)}{steps}", own if tongue is ENGLISH else ""


def _movement(item: Item, tongue: Tongue) -> str:
    old, new = item.data["old"] or {}, item.data["new"] or {}
    if new.get("low") is None:
        key = "gone"
    elif old.get("low") is None:
        key = "first"
    elif old["level"] is None or new["level"] is None:
        key = "moves"
    else:
        key = "rises" if new["level"] > old["level"] else "falls"
    texts = {"old": level_text(old, tongue), "new": level_text(new, tongue)}
    return tongue.say("scores", key, country=tongue.country(item.country), domain=tongue.domain(item.domain), **texts)


def _instrument_sentence(item: Item, tongue: Tongue) -> tuple[str, str]:
    data = item.data
    key = {"on_record": "told_new", "taken_off": "told_taken_off", "corrected": "told_corrected"}
    stages = "; ".join(_stage(status, since, tongue) for status, since in data["events"]) or tongue.say(
        "acts", "no_status"
    )
    measures = "; ".join(measure_text(measure, tongue) for measure in data["measures"])
    says = tongue.say("acts", "says", measures=measures) if measures else tongue.say("acts", "says_nothing")
    told = tongue.say("acts", key.get(data["what"], "told_moved"), title=item.instrument, stages=stages, says=says)
    if data["is_unmoved"] and tongue is not ENGLISH:
        told = f"{told} {tongue.say('acts', 'unmoved')}"
    return told, data["because"]


def _effect_sentence(item: Item, tongue: Tongue) -> tuple[str, str]:
    what, date = _step(item.data["what"], tongue), _date(item.data["day"], tongue)
    return tongue.say("days", "told", title=item.instrument, what=what, date=date), ""


def _finding_sentence(item: Item, tongue: Tongue) -> tuple[str, str]:
    more = item.data["more"]
    return tongue.say("findings", "more", count=more) if more else "", " ".join(item.data["messages"])


def _flag_sentence(item: Item, tongue: Tongue) -> tuple[str, str]:
    data = item.data
    return tongue.say("flags", "told", entry=data["entry"], feed=data["feed"], score=tongue.number(data["score"])), ""


def _head_sentence(item: Item, tongue: Tongue) -> tuple[str, str]:
    return tongue.say("heads", "told", size=f"{item.data['size']:,}", root=item.data["root"][:16]), ""


def _note_sentence(item: Item, tongue: Tongue) -> tuple[str, str]:
    return tongue.say("ways", "told", name=item.data["url"] or tongue.say("ways", "address")), item.data["reason"]


_SENTENCES = {
    Kind.SCORE: _score_sentence,
    Kind.INSTRUMENT: _instrument_sentence,
    Kind.EFFECT: _effect_sentence,
    Kind.FINDING: _finding_sentence,
    Kind.FLAG: _flag_sentence,
    Kind.HEAD: _head_sentence,
    Kind.NOTE: _note_sentence,
}


# ------------------------------------------------------------------ what they share


def _gate(gate: Data, tongue: Tongue) -> GateSaid:
    states = tongue.catalogue["scores"]["states"]
    before, after = (states.get(gate.get(side), "–") for side in ("from", "to"))
    return GateSaid(gate["gate"], before, after, gate.get("rule", ""), gate.get("because", ""))


def _what(code: str, tongue: Tongue) -> str:
    return tongue.say("acts", code) if code in ("on_record", "taken_off", "corrected") else tongue.status(code)


def _step(code: str, tongue: Tongue) -> str:
    """A dated step: the start of a measure, an end, or a status that is reached."""
    return tongue.say("days", code) if code in ("start", "end") else tongue.status(code)


def _stage(status: str, since: str | None, tongue: Tongue) -> str:
    if not since:
        return tongue.say("acts", "since_unknown", status=tongue.status(status))
    return tongue.say("acts", "since", status=tongue.status(status), date=_date(since, tongue))


def _date(text: str, tongue: Tongue) -> str:
    return tongue.date(dt.date.fromisoformat(text) if len(text) == 10 else PartialDate.parse(text))
