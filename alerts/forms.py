"""The forms of alerts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from alerts.choices import ACCOUNT_TOPICS, CADENCES, TOPICS, ZONES, Cadence, Topic
from alerts.languages import LANGUAGES
from alerts.models import Contact, Endpoint
from alerts.services.subscriptions import Asked
from registry.choices import MEASURE_CODES, STATUSES
from registry.models import Mineral
from registry.selectors import get_members
from scoring.models import DOMAINS

_LEAST = [("0", "Any change"), ("1", "1 level or more"), ("2", "2 levels or more"), ("3", "3 levels or more")]


class WishForm(forms.Form):
    """What is asked for; every field may stay as it is."""

    topic = forms.ChoiceField(label="What", required=False, choices=TOPICS)
    country = forms.ChoiceField(required=False)
    domain = forms.ChoiceField(label="Domain of the score", required=False, choices=[("", "All three"), *DOMAINS])
    least = forms.ChoiceField(label="Smallest change of a score", required=False, choices=_LEAST)
    mineral = forms.ChoiceField(required=False)
    measure = forms.ChoiceField(label="Kind of measure", required=False, choices=[("", "All kinds"), *MEASURE_CODES])
    status = forms.ChoiceField(label="Status reached", required=False, choices=[("", "Any"), *STATUSES])
    cadence = forms.ChoiceField(label="How often", required=False, choices=CADENCES)
    #: Shown before "Narrow it down".
    first: tuple[str, ...] = ("topic", "country", "cadence")

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("country", "All countries of the region", [(each.code, each.name) for each in get_members(on)])
        self._choose("mineral", "All minerals", list(Mineral.objects.values_list("code", "name")))

    def _choose(self, name: str, every: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", every), *choices]

    def main_fields(self) -> list[Any]:
        return [self[name] for name in self.first]

    def more_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.first]

    def asked(self) -> Asked:
        data = self.cleaned_data
        names = ("country", "domain", "mineral", "measure", "status")
        return Asked(
            topic=data["topic"] or Topic.CHANGES.value,
            cadence=data["cadence"] or Cadence.INSTANT.value,
            least=int(data["least"] or 0),
            lots=tuple(data.get("lots") or ()),
            **{name: data[name] for name in names},
        )


class SubscribeForm(WishForm):
    email = forms.EmailField(label="Mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    language = forms.ChoiceField(label="Language of the mails", required=False, choices=LANGUAGES)
    time_zone = forms.ChoiceField(label="Time zone", required=False, choices=ZONES)
    first = ("email", "topic", "country", "cadence", "language")


class ReaderWishForm(WishForm):
    """A further wish of a reader who is known: to which way it goes; with an account, lots and flags too."""

    endpoint = forms.ChoiceField(label="By")
    first = ("topic", "country", "cadence", "endpoint")

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.endpoints = {each.endpoint_id: each for each in contact.endpoints.filter(disabled_at=None)}
        field = self.fields["endpoint"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, each.url or each.get_way_display()) for key, each in self.endpoints.items()]
        if contact.person_id is not None:
            topic = self.fields["topic"]
            assert isinstance(topic, forms.ChoiceField)
            topic.choices = [*TOPICS, *ACCOUNT_TOPICS]
            self.fields["lots"] = forms.CharField(
                label="Lots watched", required=False, help_text="Ids with commas or lines between; none: all you see.",
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip

    def clean_lots(self) -> list[str]:
        text = self.cleaned_data["lots"].replace("\n", ",")
        return [word.strip() for word in text.split(",") if word.strip()][:500]

    def chosen_endpoint(self) -> Endpoint:
        return self.endpoints[self.cleaned_data["endpoint"]]


class AddressForm(forms.Form):
    email = forms.EmailField(label="Mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code", max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(choices=LANGUAGES)
    time_zone = forms.ChoiceField(label="Time zone", choices=ZONES)


class WebhookForm(forms.Form):
    url = forms.URLField(label="Address to post to", max_length=1000, assume_scheme="https")
