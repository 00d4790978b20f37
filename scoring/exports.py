"""The scorecard of a day as files: CSV, workbook, and the snapshot that can be cited."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse

from registry.days import with_day
from registry.domain.asked import AskedDay
from scoring.arguments import Point
from scoring.day import Day
from scoring.domain.by_mineral import card_by_mineral
from scoring.selectors import card_json
from scoring.snapshots import Snapshot, get_snapshot
from scoring.workbooks import CARD_HEAD, MINERAL_HEAD, card_lines, mineral_lines, workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@with_day
def scorecard_csv(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    response = _file("text/csv; charset=utf-8", f"seam-scorecard-{asked.on}.csv")
    writer = csv.writer(response)
    writer.writerow(CARD_HEAD)
    writer.writerows(card_lines(card_json(Day(asked).card, as_of=asked.as_of or asked.now)["countries"]))
    return response


@with_day
def by_mineral_csv(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    response = _file("text/csv; charset=utf-8", f"seam-scores-by-mineral-{asked.on}.csv")
    day = Day(asked)
    writer = csv.writer(response)
    writer.writerow(MINERAL_HEAD)
    writer.writerows(mineral_lines(card_by_mineral(day.card, day.rules)))
    return response


@with_day
def scorecard_xlsx(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    response = _file(_XLSX, f"seam-scorecard-{asked.on}.xlsx")
    response.write(workbook(_snapshot(asked)))
    return response


@with_day
def snapshot_json(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    snapshot = _snapshot(asked)
    response = _file("application/json", snapshot.name)
    response["ETag"] = f'"{snapshot.sha256}"'
    response.write(snapshot.text)
    return response


def _snapshot(asked: AskedDay) -> Snapshot:
    return get_snapshot(Point(asked.on, asked.as_of), now=asked.now)


def _file(content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
