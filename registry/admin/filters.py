"""Filters of the desk's lists that read lists inside columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest

from registry.choices import MEASURE_CODES, label
from registry.models import Country, Instrument, Measure, Mineral
from registry.wording import country_names, mineral_names


def _once(request: HttpRequest, name: str, load: Callable[[], list[Any]]) -> list[Any]:
    """What a filter offers, read once a request: Django builds every filter anew for each count beside a choice."""
    kept: dict[str, list[Any]] = request.__dict__.setdefault("_offered", {})
    if name not in kept:
        kept[name] = load()
    return kept[name]


class CountedTogether:
    """Counts beside the choices of a list's filters, in one query for all filters that are not in use."""

    used_parameters: dict[str, Any]

    def get_facet_queryset(self, changelist: Any) -> Any:
        if self._is_used():
            return super().get_facet_queryset(changelist)
        counts = changelist.__dict__.get("_counted") or self._count(changelist)
        stem = _stem(self)
        return {name.removeprefix(stem): number for name, number in counts.items() if name.startswith(stem)}

    def _is_used(self) -> bool:
        return any(value is not None for value in self.used_parameters.values())

    def _count(self, changelist: Any) -> dict[str, int]:
        rows = changelist.queryset.order_by()
        asked: dict[str, Any] = {}
        for spec in changelist.filter_specs:
            if isinstance(spec, CountedTogether) and not spec._is_used():
                counts = spec.get_facet_counts(changelist.pk_attname, rows)  # type: ignore[attr-defined]
                asked |= {f"{_stem(spec)}{name}": count for name, count in counts.items()}
        changelist._counted = rows.aggregate(**asked)
        counted: dict[str, int] = changelist._counted
        return counted


def _stem(spec: Any) -> str:
    return f"{spec.expected_parameters()[0]}::"


class CodeFilter(CountedTogether, admin.ChoicesFieldListFilter):
    """Codes of a column, counted with the others."""


class FlagFilter(CountedTogether, admin.BooleanFieldListFilter):
    """Yes or no, counted with the others."""


class CountryFilter(CountedTogether, admin.SimpleListFilter):
    """Countries and bodies of the records that a person sees."""

    title = "country"
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        seen = Country.objects.filter(instruments__in=model_admin.get_queryset(request).values("pk")).distinct()
        return _once(request, "countries", lambda: list(seen.values_list("code", "name")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> QuerySet[Instrument]:
        return queryset.filter(country=self.value()) if self.value() else queryset


class MineralFilter(CountedTogether, admin.SimpleListFilter):
    title = "mineral"
    parameter_name = "mineral"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return _once(request, "minerals", lambda: list(Mineral.objects.values_list("code", "name")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> QuerySet[Instrument]:
        code = self.value()
        if not code:
            return queryset
        # As text, since SQLite has no lookup inside JSON lists; codes are plain words in quotation marks.
        measures = Measure.objects.filter(instrument=OuterRef("pk")).annotate(listed=Cast("minerals", TextField()))
        return queryset.filter(Exists(measures.filter(listed__contains=f'"{code}"')))


class MeasureFilter(CountedTogether, admin.SimpleListFilter):
    title = "measure"
    parameter_name = "measure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        used = _once(
            request, "measures", lambda: list(Measure.objects.order_by().values_list("code", flat=True).distinct())
        )
        return [(code, name) for code, name in MEASURE_CODES if code in used]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> QuerySet[Instrument]:
        code = self.value()
        if not code:
            return queryset
        return queryset.filter(Exists(Measure.objects.filter(instrument=OuterRef("pk"), code=code)))


def named(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that hold codes of a country and a mineral as text, with the names that people read."""
    found: QuerySet[Any] = rows.annotate(
        country_name=Subquery(Country.objects.filter(pk=OuterRef("country")).values("name"))
    )
    if any(column.name == "mineral" for column in rows.model._meta.concrete_fields):
        found = found.annotate(mineral_name=Subquery(Mineral.objects.filter(pk=OuterRef("mineral")).values("name")))
    return found


class _NamedFilter(CountedTogether, admin.SimpleListFilter):
    """Values of a column that holds codes as text, by their names."""

    def names(self) -> dict[str, str]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        def load() -> list[Any]:
            rows = model_admin.get_queryset(request).order_by().values_list(self.parameter_name, flat=True).distinct()
            names = self.names()
            return sorted(((code, names.get(code) or label(code)) for code in rows if code), key=lambda each: each[1])

        return _once(request, self.parameter_name or "", load)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.parameter_name or "": self.value()}) if self.value() else queryset


class NamedCountryFilter(_NamedFilter):
    title = "country"
    parameter_name = "country"

    def names(self) -> dict[str, str]:
        return country_names()


class NamedMineralFilter(_NamedFilter):
    title = "mineral"
    parameter_name = "mineral"

    def names(self) -> dict[str, str]:
        return mineral_names()


class NamedKindFilter(_NamedFilter):
    title = "what is stated"
    parameter_name = "kind"

    def names(self) -> dict[str, str]:
        return {}
