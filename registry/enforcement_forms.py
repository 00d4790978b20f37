"""The form of an enforcement record: what happened, when, to whom, by which source."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from registry.domain.dates import PartialDate
from registry.forms import CodesField, CountriesField, PartialDateField, minerals
from registry.models import EnforcementRecord
from registry.services.enforcement import TOGETHER, check_whole


class EnforcementForm(forms.ModelForm):  # type: ignore[type-arg]
    since = PartialDateField(label="When")
    until = PartialDateField(label="Until", help_text="Last day, only where one is stated: a suspension lifted.")
    minerals = CodesField(choices=minerals, required=False, help_text="None ticked: not stated.")
    touches = CountriesField(
        label="Other countries touched", required=False, help_text="Where what happened was felt, besides this one."
    )
    reason = forms.CharField(
        label="Reason for the log",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="How you know, or what is mended. It stands in the log for good; name no persons.",
    )

    prefilled: frozenset[str] = frozenset()

    class Meta:
        model = EnforcementRecord
        fields = ("title", "kind", "country", "since", "basis", "until", "standing", "instrument", "facility", "area",
                  "party", "minerals", "touches", "amount", "currency", "quantity_t", "source", "section", "quote",
                  "note", "reading")  # fmt: skip
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2}),
            "quote": forms.Textarea(attrs={"rows": 3}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "title": "Such as: Licence of a tin mine in Perak revoked after a spill.",
            "standing": "As the source says it; whether an action is in effect follows from its dates.",
            "instrument": "The act it was taken under, if it is on record.",
            "area": "Such as Kachin State, or Sungai Perak.",
            "party": "A company or authority as the source names it. Of a person write the role: the log keeps it.",
            "amount": "Of a fine or damage, such as 250000.",
            "currency": "ISO 4217, such as IDR, MYR or USD.",
            "quantity_t": "Of ore seized or tailings spilled.",
            "section": "Section or page.",
            "quote": "The sentence the record rests on, word for word.",
            "reading": "Only where the source lets one say so of the whole country: gate G1 of governance reads it. "
            "Empty: the record moves no score.",
        }

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"].strip()
        if not reason and self.instance.pk and self.instance.versions.exists():
            raise ValidationError("Say why: this record has been approved before, and its change stays in the log.")
        return reason

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and PartialDate.parse(until).last < PartialDate.parse(since).first:
            self.add_error("until", f"The last day lies before {since}.")
        for name in ("amount", "quantity_t"):
            if (value := cleaned.get(name)) is not None and value <= 0:
                self.add_error(name, "Write a number above zero, or leave it empty: not stated.")
        if cleaned.get("amount") is not None and not cleaned.get("currency") and "currency" not in self.errors:
            # Told here, since the table's own constraint would say it of no field.
            self.add_error("currency", TOGETHER)
        return cleaned

    def _post_clean(self) -> None:
        """What no single field shows is told at its field, as the service would refuse it."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            check_whole(self.instance)
        except ValidationError as error:
            self.add_error(None, error)
