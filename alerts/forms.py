"""The form to subscribe."""

from __future__ import annotations

import datetime as dt

from django import forms

from registry.selectors import get_members
from scoring.models import DOMAINS


class SubscribeForm(forms.Form):
    email = forms.EmailField(label="Mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    country = forms.ChoiceField(required=False)
    domain = forms.ChoiceField(required=False, choices=[("", "All three domains"), *DOMAINS])

    def __init__(self, *args: object, on: dt.date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        members = [(country.code, country.name) for country in get_members(on)]
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", "All countries of the region"), *members]
