"""How well news is classified: precision, recall, F2 and slots with 95 % intervals, overall and per language.

`make bench-watch`. The sets lie in tests/data/news: ``seen`` items helped to write the rules, ``unseen`` ones did not.
What an item must outweigh is the one number that could be fitted: it is chosen anew on nine tenths of the items and
tried on the tenth left out, so that no item is fitted and tried at once.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.domain.news import Classification, NewsItem, classify
from registry.domain.news.verdicts import wilson

DATA = Path(__file__).resolve().parent.parent / "data" / "news"
SEEN, UNSEEN = ("news_dev", "headlines_dev", "labelled", "later"), ("unseen",)
GOALS = {"recall": 0.90, "precision": 0.80, "countries": 0.95, "minerals": 0.95, "measure": 0.85, "change kind": 0.75}
_FOLDS = 10
_SHIFTS = [step / 4 for step in range(-6, 7)]


@dataclass(frozen=True)
class Case:
    lang: str
    expect: dict[str, Any]
    got: Classification

    @property
    def wanted(self) -> bool:
        return bool(self.expect["should_flag"])


def load(names: Iterable[str]) -> list[Case]:
    """Classify each set by itself, as one stream, so that repeats find what they repeat."""
    cases = []
    for name in names:
        items = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["items"]
        results = classify([NewsItem.from_json(item) for item in items])
        cases += [Case(item["lang"], item["expect"], got) for item, got in zip(items, results, strict=True)]
    return cases


def _day(text: str | None) -> str:
    """A year or month may be written as its first day."""
    return (text + "-01-01"[len(text) - 4 :]) if text and len(text) < 10 else text or ""


SLOTS: dict[str, Callable[[Case], bool]] = {
    "countries": lambda case: set(case.got.countries) == set(case.expect["countries"]),
    "minerals": lambda case: set(case.got.minerals) == set(case.expect["minerals"]),
    "measure": lambda case: case.got.measure == case.expect["measure"],
    "change kind": lambda case: case.got.change_kind == case.expect["change_kind"],
    "effective": lambda case: (
        case.expect["change_kind"] == "proposed" or _day(case.got.effective) == _day(case.expect["effective"])
    ),
}


@dataclass(frozen=True)
class Quality:
    """Hits and totals of each figure."""

    figures: dict[str, tuple[int, int]]

    def share(self, name: str) -> float:
        hits, of = self.figures[name]
        return hits / of if of else 0.0

    @property
    def f2(self) -> float:
        precision, recall = self.share("precision"), self.share("recall")
        return 5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0


def judge(cases: Sequence[Case], flagged: Sequence[bool]) -> Quality:
    true = [case for case, flag in zip(cases, flagged, strict=True) if flag and case.wanted]
    figures = {"precision": (len(true), sum(flagged)), "recall": (len(true), sum(case.wanted for case in cases))}
    figures |= {name: (sum(map(right, true)), len(true)) for name, right in SLOTS.items()}
    return Quality(figures)


def _margin(case: Case) -> float | None:
    """By how much an item clears the bar (below 0: fails it); None where a part of the triple is missing."""
    weights = [reason.weight for reason in case.got.reasons if reason.rule != "repeat"]
    total = sum(w for w in weights if w > 0) + sum(r.weight for r in case.got.reasons if "outweigh" in r.rule)
    total += max(-7.0, sum(r.weight for r in case.got.reasons if r.weight < 0 and "outweigh" not in r.rule))
    return total if abs(1 / (1 + math.exp(-total)) - case.got.score) < 1e-3 else None


def _above(case: Case, shift: float) -> bool:
    margin = _margin(case)
    return margin is not None and margin >= shift and case.got.duplicate_of is None


def cross_validated(cases: Sequence[Case]) -> Quality:
    """Choose the bar by F2 on the other folds (the shipped one where it is as good), try it on each fold."""
    order = list(range(len(cases)))
    random.Random(7).shuffle(order)
    flagged = [False] * len(cases)
    for fold in range(_FOLDS):
        test = set(order[fold::_FOLDS])
        train = [case for at, case in enumerate(cases) if at not in test]
        best = max(_SHIFTS, key=lambda s: (judge(train, [_above(c, s) for c in train]).f2, -abs(s)))
        for at in test:
            flagged[at] = _above(cases[at], best)
    return judge(cases, flagged)


def _line(title: str, quality: Quality, count: int) -> str:
    parts = [f"{title:<34} n={count:<4} F2 {quality.f2:.3f}"]
    for name, (hits, of) in quality.figures.items():
        low, high = wilson(hits, of)
        parts.append(f"    {name:<12} {hits:>3}/{of:<3} {quality.share(name):.3f}  [{low:.3f}, {high:.3f}]")
    return "\n".join(parts)


def _short(title: str, quality: Quality, count: int) -> str:
    shares = "  ".join(f"{name} {quality.share(name):.2f}" for name in quality.figures)
    return f"  {title:<5} n={count:<4} F2 {quality.f2:.3f}  {shares}"


def as_shipped(cases: Sequence[Case]) -> Quality:
    return judge(cases, [case.got.flag for case in cases])


def joined(cases: Sequence[Case]) -> tuple[int, int]:
    """How many repeats joined the very item they repeat."""
    repeats = [case for case in cases if case.expect.get("duplicate_of")]
    return sum(case.got.duplicate_of == case.expect["duplicate_of"] for case in repeats), len(repeats)


def main() -> int:
    seen, unseen = load(SEEN), load(UNSEEN)
    every = seen + unseen
    print(_line("never seen by the rules", as_shipped(unseen), len(unseen)))
    print(_line("seen while the rules were written", as_shipped(seen), len(seen)))
    print(_line(f"all, bar cross-validated ({_FOLDS} folds)", crossed := cross_validated(every), len(every)))
    print("repeats joined to what they repeat: {}/{}".format(*joined(every)))
    for lang, count in Counter(case.lang for case in every).most_common():
        print(_short(lang, as_shipped([case for case in every if case.lang == lang]), count))
    missed = [
        f"{name} {quality.share(name):.3f} < {goal}"
        for quality in (as_shipped(unseen), crossed)
        for name, goal in GOALS.items()
        if quality.share(name) < goal
    ]
    print(
        "goal missed: " + "; ".join(missed)
        if missed
        else "goals met: " + ", ".join(f"{k} ≥ {v}" for k, v in GOALS.items())
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
