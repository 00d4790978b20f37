"""Forms of the desk: what is typed is checked at its field, with a sentence that says how to mend it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from registry.choices import MATERIALS, STAGES
from registry.domain.dates import PartialDate
from registry.domain.documents import ENDINGS, LARGEST
from registry.domain.entering import read_date, read_hs
from registry.domain.instruments import Status
from registry.domain.instruments import StatusEvent as StatusStep
from registry.domain.lifecycle import illegal_steps
from registry.exceptions import BadInput
from registry.models import (
    Country,
    Facility,
    Instrument,
    InstrumentDocument,
    InstrumentRelation,
    Material,
    Measure,
    Mineral,
    Party,
    StatusEvent,
)
from registry.services.documents import fill
from registry.services.vocabularies import measure_words

DATE_HELP = "2026-11-23, 2026-11 or 2026; 2569 is read as 2026."


class PartialDateField(forms.CharField):
    """A day, a month or a year as one text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "help_text": DATE_HELP, **kwargs})
        self.widget.attrs.update({"class": "date-in", "inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        try:
            return read_date(super().clean(value))
        except ValueError as error:
            raise ValidationError(str(error), code="bad_value") from error


class HsField(forms.CharField):
    """HS codes as one text, kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        try:
            return read_hs(super().clean(value))
        except ValueError as error:
            raise ValidationError(str(error), code="bad_value") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class CodesField(forms.MultipleChoiceField):
    """Codes of a vocabulary, ticked; kept as a list in the vocabulary's order."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[str]:
        chosen = set(super().clean(value))
        return [code for code, _name in self.choices if code in chosen]  # type: ignore[union-attr]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(initial or [], data)


class MineralTicks(forms.CheckboxSelectMultiple):
    """Each mineral carries the HS codes it is traded under, which a script offers beside the codes' field."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-hs"] = ";".join(self._codes().get(str(value), ()))
        return option

    def _codes(self) -> dict[str, list[str]]:
        """``code description`` by mineral, read once a form."""
        if not hasattr(self, "_read"):
            self._read: dict[str, list[str]] = {}
            for row in Material.objects.order_by("hs_code"):
                self._read.setdefault(row.mineral_id, []).append(f"{row.hs_code} {row.description}")
        return self._read


class CountriesField(CodesField):
    """Countries and bodies as one list to choose several from; a script turns it into a box that searches."""

    widget = forms.SelectMultiple  # type: ignore[assignment]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=countries_by_nearness, **kwargs)
        self.widget.attrs.update({"class": "pick-many", "size": 5})


def minerals() -> list[tuple[str, str]]:
    return list(Mineral.objects.values_list("code", "name"))


def countries_by_nearness() -> list[tuple[str, str]]:
    """ASEAN's members and the bodies first, then all others by name."""
    rows = list(Country.objects.all())
    return [(row.code, row.name) for row in sorted(rows, key=lambda row: (not _near(row), row.name))]


def _near(country: Country) -> bool:
    return country.asean_from is not None or country.kind == "body"


class InstrumentForm(forms.ModelForm):
    counterparts = CountriesField(required=False, help_text="The other sides of an agreement.")
    until = PartialDateField(label="Last day", help_text="Only where one is stated.")
    reason = forms.CharField(
        label="Reason for the log",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="How you know, or what is mended. It stands in the log for good; name no persons.",
    )

    #: Names of the fields that were filled in from the news; they carry a coloured edge.
    prefilled: frozenset[str] = frozenset()

    class Meta:
        model = Instrument
        fields = ("title", "title_original", "country", "type", "number", "legal_force", "until", "review", "scope",
                  "pillar", "engagement_scope", "counterparts", "source", "quote", "note")  # fmt: skip
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2}),
            "quote": forms.Textarea(attrs={"rows": 3}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "title": "In the words of the act, in English. The original title goes below.",
            "title_original": "Leave empty if not stated: empty means unknown.",
            "scope": "Whether the act is about critical minerals by name.",
            "pillar": "Which part of a policy framework it belongs to; scores read this.",
            "engagement_scope": "For agreements only.",
            "quote": "The sentence the record rests on, word for word.",
        }

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"].strip()
        if not reason and self.instance.pk and self.instance.versions.exists():
            raise ValidationError("Say why: this record has been approved before, and its change stays in the log.")
        return reason


class UsualDirection(forms.Select):
    """The kinds of measures; a script fills in the direction that a kind usually has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        usual = {code: words["direction"] for code, words in measure_words().items() if words.get("direction")}
        self.attrs["data-usual"] = json.dumps(usual)


class MeasureForm(forms.ModelForm):
    minerals = CodesField(
        choices=minerals, required=False, widget=MineralTicks, help_text="None ticked: not stated, read as all."
    )
    materials = CodesField(choices=MATERIALS, required=False, help_text="None ticked: not stated, read as all.")
    stages = CodesField(choices=STAGES, required=False)
    hs = HsField(
        label="HS codes",
        required=False,
        max_length=2000,
        help_text="HS 2022, 2 to 8 digits each: 2846, 2805. A prefix covers all below it.",
    )
    destinations = CountriesField(required=False, help_text="None chosen: all destinations.")
    start = PartialDateField(label="In force from")
    until = PartialDateField(label="Last day in force", help_text="Empty: open.")

    prefilled: frozenset[str] = frozenset()

    class Meta:
        model = Measure
        fields = ("code", "direction", "minerals", "hs", "start", "until", "materials", "stages", "destinations",
                  "rate", "exemptions")  # fmt: skip
        widgets = {"code": UsualDirection, "exemptions": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"rate": "Such as 10 % or 50 000 t a year."}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        start, until = cleaned.get("start"), cleaned.get("until")
        if start and until and PartialDate.parse(until).last < PartialDate.parse(start).first:
            self.add_error("until", f"The last day lies before the first, {start}.")
        return cleaned


class StatusForm(forms.ModelForm):
    since = PartialDateField(label="Since", help_text=f"{DATE_HELP} Empty: not stated.")

    prefilled: frozenset[str] = frozenset()

    class Meta:
        model = StatusEvent
        fields = ("status", "since", "basis", "note")


class StatusFormSet(BaseInlineFormSet):
    """The life of an instrument: each step is one that the lifecycle knows."""

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if _stands(form) and form.cleaned_data.get("status")]
        steps = [StatusStep(Status(form.cleaned_data["status"]), _since(form)) for form in rows]
        for wrong in illegal_steps(steps):
            rows[wrong.index].add_error("since", wrong.sentence)


class RelationForm(forms.ModelForm):
    since = PartialDateField(label="Since", help_text="Empty: not stated.")

    prefilled: frozenset[str] = frozenset()

    class Meta:
        model = InstrumentRelation
        fields = ("kind", "other", "since", "note")
        help_texts = {"other": "The earlier act, of any country."}

    def clean_other(self) -> Instrument:
        other: Instrument = self.cleaned_data["other"]
        if self.instance.instrument_id and other.pk == self.instance.instrument_id:
            raise ValidationError("An act cannot act on itself: choose the earlier act.")
        return other


class DocumentForm(forms.ModelForm):
    """A file of the record. After an error it has to be chosen again: no browser sends it by itself."""

    file = forms.FileField(
        label="File",
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS), "class": "file-in"}),
        help_text=f"PDF, Word, Excel, text or a picture, up to {LARGEST // 1_000_000} MB; drop it here.",
    )

    url = forms.URLField(label="Where it was found", required=False, max_length=1000, assume_scheme="https")

    prefilled: frozenset[str] = frozenset()

    class Meta:
        model = InstrumentDocument
        fields = ("file", "role", "language", "url")

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"].strip().lower()
        if language and not language.replace("-", "").isalpha():
            raise ValidationError("Write the code of a language, such as en, id, ms, th or vi.")
        return language

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file is None and self.instance.pk is None and "file" not in self.errors:
            self.add_error("file", "Choose the file.")
        elif file is not None:
            self._read(file)
        return cleaned

    def _read(self, file: Any) -> None:
        if file.size > LARGEST:
            self.add_error("file", f"The file is larger than {LARGEST // 1_000_000} MB.")
            return
        try:
            fill(document=self.instance, name=file.name, content=file.read())
        except BadInput as error:
            self.add_error("file", str(error))


def _stands(form: forms.ModelForm) -> bool:
    data = getattr(form, "cleaned_data", None) or {}
    return bool(data) and not data.get("DELETE") and not form.errors


def _since(form: forms.ModelForm) -> PartialDate | None:
    text = form.cleaned_data.get("since")
    return PartialDate.parse(text) if text else None


class SourceForm(forms.ModelForm):
    date = PartialDateField(label="Date as printed")

    class Meta:
        fields = ("title", "publisher", "kind", "url", "date", "section", "is_demo")
        widgets = {"title": forms.Textarea(attrs={"rows": 2})}


class CorrectionForm(forms.ModelForm):
    """What officers correct of a row that an import or the paper brought. The service asks for the reason, and only
    where something changed."""

    country = forms.ChoiceField(required=False)
    reason = forms.CharField(
        label="Reason for the log",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="How you know: a licence register, a letter. It stands in the log for good; name no persons.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if country := self.fields.get("country"):
            known = [("", "Not stated"), *_countries()]
            here = self.instance.country
            unlisted = [] if here in dict(known) else [(here, here)]
            country.choices = [*known, *unlisted]  # type: ignore[attr-defined]


class PartyForm(CorrectionForm):
    class Meta:
        model = Party
        fields = ("name", "country")


class FacilityForm(CorrectionForm):
    country = forms.ChoiceField(required=False, help_text="Shipments are judged again when this changes.")

    class Meta:
        model = Facility
        fields = ("name", "kind", "country", "operator", "latitude", "longitude", "licence_number", "licence_from",
                  "licence_until", "capacity_t_per_year")  # fmt: skip
        labels = {"capacity_t_per_year": "Capacity, wet tonnes a year"}
        help_texts = {
            "licence_from": "First and last day belong to the licence; an empty one is open.",
            "capacity_t_per_year": "Empty: not stated, and nothing is compared with it.",
        }


def _countries() -> list[tuple[str, str]]:
    return list(Country.objects.exclude(kind="body").order_by("name").values_list("code", "name"))


class FeedForm(forms.ModelForm):
    class Meta:
        fields = (
            "title",
            "feed_id",
            "url",
            "publisher",
            "country",
            "language",
            "note",
            "is_enabled",
            "is_unverified",
            "shortest_interval_s",
            "is_demo",
        )
        help_texts = {
            "url": "The feed itself (RSS or Atom). Only its page is known? Find the feed by the page first.",
            "feed_id": "A short name for commands, such as ph-gazette.",
            "language": "Such as en, id, ms, vi, th; what the entries say of themselves and their words come first.",
            "shortest_interval_s": "900 is 15 minutes. Quiet feeds are looked at less often by themselves.",
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}


#: Why a flag is no change of policy, as an officer picks it; the words that follow say more.
DISMISSALS = (
    ("No change of policy", "No change of policy"),
    ("Already on record", "Already on record"),
    ("Duplicate of another flag", "Duplicate of another flag"),
    ("Other country or mineral", "Other country or mineral"),
    ("Other", "Other (say what)"),
)


class DismissForm(forms.Form):
    kind = forms.ChoiceField(label="Why", choices=DISMISSALS)
    words = forms.CharField(label="In your words", required=False, max_length=500)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == "Other" and not cleaned.get("words", "").strip():
            self.add_error("words", "Say why this is no policy change: the rules are measured by it.")
        return cleaned

    def reason(self) -> str:
        parts: Sequence[str] = (self.cleaned_data["kind"], self.cleaned_data["words"].strip())
        return ": ".join(part for part in parts if part)
