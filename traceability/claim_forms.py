"""Forms of a site's accounts."""

from __future__ import annotations

from typing import Any

from django import forms

from registry.models import Country


def _text(label: str, most: int, *, required: bool = True, text: str = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "in-t", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, help_text=text)


def _day(label: str, *, required: bool = True, text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "in-t"})
    return forms.DateField(label=label, required=required, widget=widget, help_text=text)


def _number(label: str, text: str = "") -> forms.DecimalField:
    widget = forms.TextInput(attrs={"class": "in-t", "inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(label=label, max_digits=20, decimal_places=9, widget=widget, help_text=text)


class BookForm(forms.Form):
    """Input of a period, to be booked in."""

    lot = _text(
        "Lot that was received here", 100, required=False, text="Empty for book and claim: a certificate alone."
    )
    country = forms.ChoiceField(label="It is from", required=False, widget=forms.Select(attrs={"class": "in-t"}))
    scheme = _text("or meets the scheme", 100, required=False, text="One of the two: a country or a scheme.")
    certificate = _text("Certificate", 100, required=False, text="Its number; a scheme and book and claim need one.")
    element = _text("Element", 2, required=False, text="A symbol such as Nd; empty: dry mass.")
    kg = _number("Booked in, kg", "Of the element, not of the goods.")
    first = _day("First day of the period")
    last = _day("Last day of the period")
    usable_until = _day(
        "Used until", required=False, text="Empty: the last day of the period, nothing is carried over."
    )
    factor = _number("Conversion factor", "Output for each kilogram of input, such as 0.92.")
    factor_source = _text("Where the factor is from", 300, text="Such as the plant’s recoveries of 2025, audited.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = Country.objects.exclude(kind="body").order_by("name").values_list("code", "name")
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *countries]


class WithdrawForm(forms.Form):
    """Why a credit or a claim is taken back."""

    reason = _text("Reason", 500)


class AssignForm(forms.Form):
    """Part of a credit, for a lot made here."""

    lot = _text("Lot", 100)
    kg = _number("kg")
