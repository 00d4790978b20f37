"""Filters of the desk's lists that read lists inside columns."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest

from registry.choices import MEASURE_CODES
from registry.models import Instrument, Measure, Mineral


class MineralFilter(admin.SimpleListFilter):
    title = "mineral"
    parameter_name = "mineral"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Mineral.objects.values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> QuerySet[Instrument]:
        code = self.value()
        if not code:
            return queryset
        # As text, since SQLite has no lookup inside JSON lists; codes are plain words in quotation marks.
        measures = Measure.objects.filter(instrument=OuterRef("pk")).annotate(listed=Cast("minerals", TextField()))
        return queryset.filter(Exists(measures.filter(listed__contains=f'"{code}"')))


class MeasureFilter(admin.SimpleListFilter):
    title = "measure"
    parameter_name = "measure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        used = set(Measure.objects.values_list("code", flat=True))
        return [(code, name) for code, name in MEASURE_CODES if code in used]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> QuerySet[Instrument]:
        code = self.value()
        if not code:
            return queryset
        return queryset.filter(Exists(Measure.objects.filter(instrument=OuterRef("pk"), code=code)))
