"""Forms of the auditor's pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from traceability.choices import DOCUMENT_KINDS
from traceability.domain.documents import About, DocumentKind
from traceability.services.documents import Paper


def _day_field(label: str, text: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "in-t"})
    return forms.DateField(label=label, required=False, widget=widget, help_text=text)


def _words(label: str, *, required: bool = False, most: int = 200, **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "in-t"})
    return forms.CharField(label=label, required=required, max_length=most, widget=widget, **kwargs)


class RiskListForm(forms.Form):
    """A version of a list of risks, its entries as a CSV file."""

    code = forms.SlugField(
        label="Short name",
        max_length=60,
        widget=forms.TextInput(attrs={"class": "in-t"}),
        help_text="The same for all versions of the list, such as cahra.",
    )
    title = _words("Title", required=True)
    published_on = forms.DateField(
        label="Published on",
        widget=forms.DateInput(attrs={"type": "date", "class": "in-t"}),
        help_text="By its source.",
    )
    source_title = _words("Source", required=True, most=300, help_text="Who says so: body, document, section.")
    source_url = forms.URLField(
        label="Address of the source",
        required=False,
        max_length=1000,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "in-t"}),
    )
    file = forms.FileField(label="Entries, as CSV", widget=forms.FileInput(attrs={"class": "in-t", "accept": ".csv"}))


class DocumentForm(forms.Form):
    """A file, or the address and SHA-256 of one that lies elsewhere."""

    about = forms.ChoiceField(label="About", widget=forms.Select(attrs={"class": "in-t"}))
    kind = forms.ChoiceField(label="Kind", choices=DOCUMENT_KINDS, widget=forms.Select(attrs={"class": "in-t"}))
    title = _words("Title", required=True, help_text="As it is written on it.")
    number = _words("Number", most=100)
    issuer = _words("Issued by")
    valid_from = _day_field("Valid from", "Empty: not stated.")
    valid_until = _day_field("Valid until", "The last day that counts; empty: no end stated.")
    file = forms.FileField(
        label="File",
        required=False,
        widget=forms.ClearableFileInput(attrs={"class": "in-t"}),
        help_text="PDF, PNG, JPEG, XLSX, DOCX or text. Its SHA-256 is kept and checked each time it is read.",
    )
    url = forms.URLField(
        label="or its address",
        required=False,
        max_length=1000,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "in-t"}),
        help_text="For a document that stays where it is.",
    )
    sha256 = _words("and its SHA-256", most=64, help_text="With an address: so that anyone can tell if it changes.")

    def __init__(self, *args: Any, subjects: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField)
        about.choices = list(subjects)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("file")) == bool(given.get("url")):
            raise forms.ValidationError("Choose a file, or write its address and SHA-256; one of the two.")
        if given.get("url") and not given.get("sha256"):
            self.add_error("sha256", "An address needs the SHA-256 of what lies there.")
        return given

    @property
    def paper(self) -> Paper:
        about, _, about_id = str(self.cleaned_data["about"]).partition(":")
        days: dict[str, dt.date | None] = {name: self.cleaned_data[name] for name in ("valid_from", "valid_until")}
        return Paper(
            about=About(about),
            about_id=about_id,
            kind=DocumentKind(self.cleaned_data["kind"]),
            title=self.cleaned_data["title"],
            number=self.cleaned_data["number"],
            issuer=self.cleaned_data["issuer"],
            **days,
        )

    @property
    def upload(self) -> UploadedFile[Any] | None:
        found: UploadedFile[Any] | None = self.cleaned_data["file"] or None
        return found
