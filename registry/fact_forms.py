"""The form by which an officer proposes a fact."""

from __future__ import annotations

import re
import secrets
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from registry.choices import STAGES
from registry.domain.dates import PartialDate
from registry.domain.facts import Comparator, Fact, Period, Subject, Value
from registry.forms import PartialDateField, countries_by_nearness, minerals
from registry.models import FactVersion
from registry.reference import load_facts
from registry.services.facts import FactRow

_FIGURE = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
CONFIDENCES = [("", "not stated"), ("high", "High"), ("medium", "Medium"), ("low", "Low")]


def kinds() -> list[tuple[str, str]]:
    """Kinds of facts on record and of the reference, by name."""
    found = {*FactVersion.objects.values_list("kind", flat=True).distinct(), *(fact.kind for fact in load_facts())}
    return [(kind, kind.replace("_", " ").capitalize()) for kind in sorted(found - {"production_total"})]


def _or_none(rows: list[tuple[str, str]], words: str) -> list[tuple[str, str]]:
    return [("", words), *rows]


class FactForm(forms.ModelForm):  # type: ignore[type-arg]
    """A fact as an officer knows it: what is said, of what, since when, by which source."""

    kind = forms.ChoiceField(choices=kinds, label="What is stated")
    country = forms.ChoiceField(
        choices=lambda: _or_none(countries_by_nearness(), "the region or the world"), required=False
    )
    mineral = forms.ChoiceField(choices=lambda: _or_none(minerals(), "the country as a whole"), required=False)
    stage = forms.ChoiceField(choices=_or_none(list(STAGES), "not stated"), required=False)
    figure = forms.CharField(required=False, help_text="A number such as 55, or two limits such as 12-15.")
    unit = forms.CharField(required=False, max_length=40, help_text="percent, rank_world, t …")
    comparator = forms.ChoiceField(
        required=False, choices=[("", "as it stands"), *((c.value, c.value.replace("_", " ")) for c in Comparator)]
    )
    word = forms.CharField(
        required=False,
        max_length=60,
        label="Word",
        help_text="Where the source gives a word and no figure: abundant, under_control, foreign …",
    )
    valid_from = PartialDateField(label="Holds from")
    valid_until = PartialDateField(label="Holds until", help_text="Only where an end is stated.")
    section = forms.CharField(required=False, max_length=60, label="Where in the source")
    quote = forms.CharField(required=False, label="What the source says", widget=forms.Textarea(attrs={"rows": 3}))
    confidence = forms.ChoiceField(required=False, choices=CONFIDENCES)
    reason = forms.CharField(
        label="Reason for the log",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="How you know, or what is mended. It stands in the log for good; name no persons.",
    )

    class Meta:
        model = FactVersion
        fields = ("fact_id", "kind", "country", "mineral", "source")
        labels = {"fact_id": "Id"}
        help_texts = {"fact_id": "Of the fact that this one replaces; leave empty for a new fact."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "fact_id" in self.fields:
            self.fields["fact_id"].required = False
        if "source" in self.fields:
            self.fields["source"].required = True

    def clean_fact_id(self) -> str:
        given: str = self.cleaned_data["fact_id"].strip()
        if given and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}", given):
            raise ValidationError("Write letters, digits, dots and dashes.", code="bad_value")
        return given

    def clean_word(self) -> str:
        return str(self.cleaned_data["word"]).strip().lower().replace(" ", "_")

    def clean_figure(self) -> Value:
        text = self.cleaned_data["figure"].replace(",", "").strip()
        parts = [part.strip() for part in text.replace("–", "-").split("-")] if text else []
        if not parts:
            return None
        if len(parts) > len(("low", "high")) or not all(_FIGURE.fullmatch(part) for part in parts):
            raise ValidationError("Write a number such as 55 or 12-15.", code="bad_value")
        numbers = [Decimal(part) for part in parts]
        if len(numbers) == 1:
            return numbers[0]
        if numbers[0] > numbers[1]:
            raise ValidationError("The first limit is the smaller one.", code="bad_value")
        return numbers[0], numbers[1]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("figure") is None and not data.get("word") and not data.get("quote"):
            self.add_error("figure", "State a figure, a word, or what the source says.")
        return data

    def row(self) -> FactRow:
        """What is to be proposed."""
        data = self.cleaned_data
        country, mineral = data["country"], data["mineral"]
        name = ".".join(part for part in (country.lower() or "region", mineral, data["kind"]) if part)
        fact_id = data["fact_id"] or f"{name}.{secrets.token_hex(3)}"
        fact = Fact(
            fact_id=fact_id,
            kind=data["kind"],
            subject=Subject(
                country=country or None,
                region=None if country else "world",
                mineral=mineral or None,
                stage=data["stage"] or None,
            ),
            value=data["figure"],
            unit=data["unit"] or None,
            comparator=Comparator(data["comparator"]) if data["comparator"] else None,
            fact_class=data["word"] or None,
            period=Period(),
            section=data["section"] or None,
            source_key=data["source"].key,
            quote=data["quote"] or None,
            confidence=data["confidence"] or None,
            valid_from=PartialDate.parse(data["valid_from"]) if data["valid_from"] else None,
            valid_until=PartialDate.parse(data["valid_until"]) if data["valid_until"] else None,
        )
        return FactRow(fact_id, data["kind"], fact.to_json(), country, mineral, data["source"].key)
