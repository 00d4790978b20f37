"""Days in news text as the region writes them: dates, months, years, weekdays, relative words, Buddhist years."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from registry.domain.news.lexicon import Concept, read
from registry.domain.news.text import Sentence

_BUDDHIST = 543
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
#: A month without day or year is one only behind these.
_BEFORE_A_MONTH = (
    "from ",
    "until ",
    "in ",
    "since ",
    "starting ",
    "by ",
    "end-",
    "mid-",
    "early ",
    "late ",
    "bulan ",
    "mulai ",
    "for ",
    "to ",
    "เดือน",
    "ngayong ",
    "sa ",
    "simula ",
    "till ",
)
#: A day and month without a year lies at most this far back, else the next year is meant.
_BACK = 150


@dataclass(frozen=True, slots=True)
class Found:
    """A day found in a sentence: ISO at the text's precision, the relative word if it is one, or a weekday.

    ``yearless``: the text gives no year; the one chosen is the nearest.
    """

    start: int
    end: int
    value: str
    word: str = ""
    weekday: bool = False
    yearless: bool = False


def find(part: Sentence, lang: str, today: dt.date | None) -> Iterator[Found]:
    """Find every day of a sentence; ``today`` None leaves relative ones out."""
    yield from _written(part, lang, today)
    yield from _years(part, lang)
    if today is not None:
        yield from _relative(part, lang, today)
        yield from _weekdays(part, lang, today)


@cache
def _months(lang: str) -> dict[str, int]:
    table = read("dates")["months"]
    names = {
        name: number
        for key in {"en", lang} & set(table)
        for number, group in enumerate(table[key], 1)
        for name in group
    }
    return dict(sorted(names.items(), key=lambda pair: -len(pair[0])))


@cache
def _patterns(lang: str) -> tuple[re.Pattern[str], ...]:
    month = "(?P<m>" + "|".join(map(re.escape, _months(lang))) + r")(?:\.|(?!\w))"
    month = month if lang not in ("th", "my") else "(?P<m>" + "|".join(map(re.escape, _months(lang))) + ")"
    year = r"(?P<y>\d{4})(?!\d)"
    forms = [
        rf"(?<![\d/])(?P<d>\d{{1,2}})(?:st|nd|rd|th|hb)?\.?\s*(?:of\s+|ng\s+|-\s*)?{month}(?:,?\s*(?:tahun\s+|"
        rf"năm\s+|พ\.ศ\.\s*|ng\s+)?{year})?",
        rf"(?<!\w){month}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d,.]*\d)(?:,?\s+{year})?",
        rf"(?<!\w){month},?\s*(?:of\s+|ng\s+|พ\.ศ\.\s*)?{year}",
        r"(?<!\d)(?P<y>\d{4})-(?P<n>\d{2})-(?P<d>\d{2})(?!\d)",
        rf"(?<![\d/])(?P<d>\d{{1,2}})[/.-](?P<n>\d{{1,2}})[/.-]{year}",
    ]
    if lang == "vi":
        forms += [
            rf"(?P<d>\d{{1,2}})\s+tháng\s+(?P<n>\d{{1,2}})(?:(?:\s+năm\s+|[/-]){year})?",
            rf"tháng\s+(?P<n>\d{{1,2}})(?:(?:\s+năm\s+|\s*[/-]\s*){year})?",
            r"(?<![\d/])(?P<d>\d{1,2})/(?P<n>\d{1,2})(?![\d/])",
            rf"(?<![\d/])(?P<n>\d{{1,2}})/{year}",
        ]
    if lang == "my":
        forms.append(rf"(?:(?P<y>\d{{4}})\s*ခုနှစ်[၊,\s]*)?{month}\s*(?:လ\s*)?(?:(?P<d>\d{{1,2}})\s*ရက်)")
    alone = "(?:" + "|".join(f"(?<={word})" for word in _BEFORE_A_MONTH) + ")"
    forms.append(rf"{alone}{month}")
    return tuple(re.compile(form) for form in forms)


def _written(part: Sentence, lang: str, today: dt.date | None) -> Iterator[Found]:
    for pattern in _patterns(lang):
        for match in pattern.finditer(part.low):
            groups = match.groupdict()
            if groups.get("m") == "may" and part.text[match.start("m")] != "M":
                continue
            number = _months(lang)[groups["m"]] if groups.get("m") else int(groups["n"])
            value = _value(groups.get("y"), number, groups.get("d"), today)
            if value:
                yield Found(match.start(), match.end(), value, yearless=not groups.get("y"))


def _value(year: str | None, month: int, day: str | None, today: dt.date | None) -> str | None:
    if not 1 <= month <= 12 or (year is None and today is None):
        return None
    known = _gregorian(int(year)) if year else None
    if year and known is None:
        return None
    number = known if known is not None else _near_year(month, int(day or 28), today or dt.date.min)
    if day is None:
        return f"{number:04d}-{month:02d}"
    if not 1 <= int(day) <= calendar.monthrange(number, month)[1]:
        return None
    return f"{number:04d}-{month:02d}-{int(day):02d}"


def _gregorian(year: int) -> int | None:
    year = year - _BUDDHIST if year >= _FIRST_YEAR + _BUDDHIST else year
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


def _near_year(month: int, day: int, today: dt.date) -> int:
    that = dt.date(today.year, month, min(day, 28))
    if (today - that).days > _BACK:
        return today.year + 1
    return today.year - 1 if (that - today).days > 365 - 60 else today.year


_YEAR = re.compile(
    r"(?:\b(?:from|in|since|until|till|to|by|for|through|of|mid-|early|late|end-|during|tahun|hingga|sampai|"
    r"sehingga|mulai|sejak|pada|untuk|bagi|năm|từ|đến|sa|hanggang|simula|"
    r"taong|mula)[\s-]*|ปี\s*|ตั้งแต่\s*|ถึง\s*|พ\.ศ\.\s*)(?:(?:the|early|mid|late|end|akhir|awal|cuối|đầu|"
    r"สิ้นปี|hết|năm|tahun|ปี|fiscal year|"
    r"calendar year|year of assessment|"
    r"tax year|year|tahun taksiran|taong)[\s-]*)?(?P<y>\d{4})(?![\d/]|[-–]\d|\s*(?:tonnes|tons|ton\b|people|jobs|ตัน|%))"
)
#: The year of a quota: "the 2028 export quota", "kuota ekspor timah 2029".
_QUOTA_YEAR = re.compile(
    r"\bthe (?P<y>20\d\d)\s+(?:[\w-]+\s+){0,4}?(?:quota|ceiling|allowance|limit|cap)|"
    r"\b(?:quota|kuota|hạn ngạch|โควตา)\s(?:[^\W\d]+\s){0,4}(?P<z>20\d\d|25\d\d)(?!\d)"
)
_YEAR_MY = re.compile(r"(?P<y>\d{4})\s*ခုနှစ်")
_NUMBERED = re.compile(r"(?:\d\s*(?:of|tahun|/|:)|order|act|decree|law|undang-undang|regulation)\s*$")


def _years(part: Sentence, lang: str) -> Iterator[Found]:
    for match in _QUOTA_YEAR.finditer(part.low):
        group = "y" if match["y"] else "z"
        yield Found(match.start(group), match.end(group), f"{_gregorian(int(match[group])):04d}")
    for match in (_YEAR_MY if lang == "my" else _YEAR).finditer(part.low):
        year = _gregorian(int(match["y"]))
        if year and not _NUMBERED.search(part.low[: match.start("y")]):
            yield Found(match.start("y"), match.end("y"), f"{year:04d}")


# ------------------------------------------------------------------ relative days


@cache
def _relatives() -> dict[str, Concept]:
    return {word: Concept(word, terms) for word, terms in read("dates")["relative"].items()}


def _relative(part: Sentence, lang: str, today: dt.date) -> Iterator[Found]:
    for word, concept in _relatives().items():
        for hit in concept.hits(part, lang):
            yield Found(hit.start, hit.end, _resolve(word, today), word)


def _resolve(word: str, today: dt.date) -> str:
    steps = {"tomorrow": 1, "yesterday": -1}
    if word == "next_month":
        return f"{today.year + today.month // 12:04d}-{today.month % 12 + 1:02d}"
    if word == "new_year":
        return f"{today.year + 1:04d}-01-01"
    if word in ("next_year", "this_year"):
        return f"{today.year + (word == 'next_year'):04d}"
    return (today + dt.timedelta(days=steps.get(word, 0))).isoformat()


@cache
def _weekday_names() -> tuple[dict[str, Concept], ...]:
    table = read("dates")["weekdays"]
    return tuple({lang: Concept(str(n), {lang: names[n]}) for lang, names in table.items()} for n in range(7))


def _weekdays(part: Sentence, lang: str, today: dt.date) -> Iterator[Found]:
    """A weekday is the latest one up to publication, until its role says that it lies ahead."""
    for number, names in enumerate(_weekday_names()):
        if lang in names:
            for hit in names[lang].hits(part, lang):
                back = (today.weekday() - number) % 7
                yield Found(hit.start, hit.end, (today - dt.timedelta(days=back)).isoformat(), weekday=True)
