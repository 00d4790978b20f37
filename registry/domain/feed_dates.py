"""Dates of feed entries as the region writes them: its zones, Buddhist years, month names; unsure where guessed."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

_EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_AHEAD = dt.timedelta(days=2)
#: Hours ahead of UTC. "WIT" is eastern Indonesia; readers of mail dates take all of these for UTC.
_ZONES = {
    "WIB": 7, "WITA": 8, "WIT": 9, "ICT": 7, "MYT": 8, "SGT": 8, "PHT": 8, "PST8": 8, "MMT": 6.5, "BNT": 8, "TLT": 9,
    "GMT": 0, "UTC": 0, "UT": 0, "Z": 0, "JST": 9, "KST": 9, "CST8": 8, "HKT": 8, "IST": 5.5, "AEST": 10, "AWST": 8,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2,
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january enero มกราคม ม.ค.",
            "feb februari february pebruari pebrero กุมภาพันธ์ ก.พ.",
            "mar maret mac march marso มีนาคม มี.ค.",
            "apr april abril เมษายน เม.ย.",
            "may mei mayo พฤษภาคม พ.ค.",
            "jun juni june hunyo มิถุนายน มิ.ย.",
            "jul juli julai july hulyo กรกฎาคม ก.ค.",
            "aug agustus ogos agu agt agosto august สิงหาคม ส.ค.",
            "sep sept september setyembre กันยายน ก.ย.",
            "oct okt oktober october oktubre ตุลาคม ต.ค.",
            "nov november nopember nobyembre พฤศจิกายน พ.ย.",
            "dec des dis desember disember december disyembre ธันวาคม ธ.ค.",
        ),
        1,
    )
    for name in names.split()
}
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(am|pm)?", re.I)
_OFFSET = re.compile(r"(?:(?:GMT|UTC)\s*)?([+-])(\d{1,2}):?(\d{2})?\s*(?:\([^)]*\))?\s*$")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_YEAR_FIRST = re.compile(r"\b(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b")
_VIETNAMESE = re.compile(r"(\d{1,2})\s+(?:tháng|thg)\s*(\d{1,2})(?:,|\s+năm)?\s*(\d{4})", re.I)
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+([^\W\d][\w.\u0e00-\u0e7f]*?)[,.]?[\s-]+(\d{4}|\d{2})\b")
_NAMED_FIRST = re.compile(r"\b([^\W\d_]+)\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_BUDDHIST_FROM = 2443


def read_date(raw: str, now: dt.datetime, zone: float = 7.0) -> tuple[dt.datetime | None, bool]:
    """Read a feed's date. Returns the instant in UTC, or None, and whether it is unsure.

    ``zone`` is the offset in hours taken where the text has none (then unsure). What lies before 2000 or over
    two days ahead of ``now`` is unsure too and given as None.
    """
    text = " ".join(raw.split())
    if not text:
        return None, True
    day = _day(text)
    if day is None:
        return _mail_date(text, now)
    hours, sure = _zone(text, zone)
    clock, has_time = _clock(text)
    try:
        local = dt.datetime.combine(day, clock, tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    except ValueError:
        return None, True
    return _clamped(local, now, sure and has_time)


def _clamped(instant: dt.datetime, now: dt.datetime, sure: bool) -> tuple[dt.datetime | None, bool]:
    try:
        utc = instant.astimezone(dt.UTC)
    except OverflowError:
        return None, True
    return (utc, not sure) if _EARLIEST <= utc <= now + _AHEAD else (None, True)


def _mail_date(text: str, now: dt.datetime) -> tuple[dt.datetime | None, bool]:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None, True
    return _clamped(found if found.tzinfo else found.replace(tzinfo=dt.UTC), now, found.tzinfo is not None)


def _day(text: str) -> dt.date | None:
    if found := (_ISO.search(text) or _YEAR_FIRST.search(text)):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := (_VIETNAMESE.search(text) or _NUMERIC.search(text)):
        return _date(int(found[3]), int(found[2]), int(found[1]))
    if (found := _NAMED.search(text)) and (
        month := _MONTHS.get(found[2].lower()) or _MONTHS.get(found[2].lower() + ".")
    ):
        return _date(int(found[3]), month, int(found[1]))
    if (found := _NAMED_FIRST.search(text)) and (month := _MONTHS.get(found[1].lower())):
        return _date(int(found[3]), month, int(found[2]))
    return None


def _date(year: int, month: int, day: int) -> dt.date | None:
    year = year - 543 if year >= _BUDDHIST_FROM else year + 2000 if year < 100 else year
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _clock(text: str) -> tuple[dt.time, bool]:
    found = _TIME.search(_NUMERIC.sub(" ", text))
    if found is None:
        return dt.time(0, 0), False
    hour = int(found[1]) % 12 + (12 if found[4].lower() == "pm" else 0) if found[4] else int(found[1])
    try:
        return dt.time(hour, int(found[2]), int(found[3] or 0)), True
    except ValueError:
        return dt.time(0, 0), False


def _zone(text: str, default: float) -> tuple[float, bool]:
    time = _TIME.search(_NUMERIC.sub(" ", text))
    if time and (offset := _OFFSET.search(text)):
        hours = int(offset[2]) + int(offset[3] or 0) / 60
        if hours <= 14:
            return (hours if offset[1] == "+" else -hours), True
    for word in reversed(re.findall(r"[A-Za-z]+", text)):
        if word.upper() in _ZONES and word.lower() not in _MONTHS:
            return _ZONES[word.upper()], True
    return (0.0, True) if re.search(r"\dZ$", text) else (default, False)
