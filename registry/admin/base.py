"""What all desk pages share: permissions with their object, writing through services alone, no deleting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.selectors import get_newest_entry
from registry.admin.history import get_logged_edits
from registry.admin.meanwhile import SEEN, ChangedMeanwhile, check_unchanged, newest_number
from registry.exceptions import RegistryError
from registry.templatetags.seam import instant


class ShowAgain(Exception):
    """Leaves the transaction of a POST, undoing what it did, and shows the form again as it was typed.

    ``shows_newest``: the page tells what stands now, so that saving again is meant.
    """

    def __init__(self, form: forms.ModelForm, formsets: Sequence[Any], *, shows_newest: bool = False) -> None:
        super().__init__()
        self.form, self.formsets, self.shows_newest = form, formsets, shows_newest


def instant_column(name: str, title: str) -> Any:
    """A column that shows an instant as pages do: 23 Nov 2026, 09:43 UTC."""

    @admin.display(description=title, ordering=name)
    def column(self: Any, row: Any) -> SafeString:
        return format_html('<span class="date">{}</span>', instant(getattr(row, name)))

    return column


class SearchedSelect(AutocompleteSelect):
    """Django looks up what was sent as it was sent; a value that is no key then is no choice instead of an error."""

    def optgroups(self, name: str, value: Sequence[Any], attrs: Any = None) -> Any:
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [each for each in value if not each or _is_key(key, each)], attrs)


def _is_key(key: models.Field[Any, Any], value: Any) -> bool:
    try:
        key.clean(value, None)
    except ValidationError:
        return False
    return True


class Searching(admin.options.BaseModelAdmin):
    """The fields of ``autocomplete_fields`` are shown as `SearchedSelect`."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request) and "widget" not in kwargs:
            kwargs["widget"] = SearchedSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class DeskAdmin(Searching, admin.ModelAdmin):
    """Permissions are asked with the object, so an officer's country counts; nothing is deleted at the desk."""

    actions = None
    #: What a list is called where its table's name says too little.
    plural = ""
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.ALWAYS
    empty_value_display = "not stated"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see rows of a kind sees all that `get_queryset` shows them; a country bars changing."""
        return self._may(request, "view") or self._may(request, "change")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may(self, request: HttpRequest, verb: str, obj: Any = None) -> bool:
        name = f"{self.opts.app_label}.{verb}_{self.opts.model_name}"
        return bool(request.user.has_perm(name, obj))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """An address typed without a scheme is read as https."""
        scheme = {"assume_scheme": "https"} if isinstance(db_field, models.URLField) else {}
        return super().formfield_for_dbfield(db_field, request, **scheme, **kwargs)

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet[Any, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Django looks the ticked rows up as they were sent; what is no key of a row is refused instead of raised."""
        try:
            return super().response_action(request, queryset, *args, **kwargs)
        except (ValueError, ValidationError):
            self.message_user(request, "No such rows: tick rows of the list and try again.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    # The ledger is the log of the desk: Django's own would keep names of persons beside it.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def page_of(self, obj: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])


class ReadOnlyAdmin(DeskAdmin):
    """What the desk shows and does not change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceAdmin(DeskAdmin):
    """Gathers form and inlines without saving them and makes one call to a service, in `write`."""

    #: The object type of the row's entries in the log, and the column that holds its id there: its history.
    logged_as = ""
    logged_by = ""
    object_history_template = "admin/registry/history.html"

    def write(self, request: HttpRequest, form: forms.ModelForm, formsets: Sequence[Any], change: bool) -> None:
        """Call the service. May raise RegistryError or ValidationError: the form is shown again with the sentence."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: models.Model, form: forms.ModelForm, change: bool) -> None:
        """Nothing is saved here: `write` hands the gathered rows to the service."""

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        for formset in formsets:
            formset.save(commit=False)
        try:
            if change and self.logged_by:
                check_unchanged(form.instance, self.logged_as, self.logged_by, request.POST)
            self.write(request, form, formsets, change)
        except ChangedMeanwhile as error:
            form.add_error(None, f"{error} Its history says what. What you typed is still here: saving again puts it "
                                 "in place of theirs.")  # fmt: skip
            raise ShowAgain(form, formsets, shows_newest=True) from error
        except (RegistryError, ValidationError) as error:
            _add_errors(form, error)
            if not change:
                _forget(form, formsets)
            raise ShowAgain(form, formsets) from error

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["history"] = bool(self.logged_by)
        if self.logged_by and context.get("original") is not None:
            posted = "" if context.get("shows_newest") else request.POST.get(SEEN, "")
            context["seen"] = posted or newest_number(self.logged_as, self._public_id(context["original"]))
        return super().render_change_form(request, context, *args, **kwargs)

    def _public_id(self, row: Any) -> str:
        return str(getattr(row, self.logged_by))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who changed what, when, why and through which door, as the log holds it."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404("no such row")
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        name = self._public_id(row)
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "opts": self.opts,
            "original": row,
            "edits": get_logged_edits(self.logged_as, name),
            "newest_entry": get_newest_entry(self.logged_as, name),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return ""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ShowAgain as again:
            return self._show_again(request, object_id, again, extra_context)

    def _show_again(
        self, request: HttpRequest, object_id: str | None, again: ShowAgain, extra_context: Any
    ) -> HttpResponse:
        """The page of a form that was gathered and not written, as ModelAdmin shows one that is not valid."""
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        inlines = self.get_inline_instances(request, obj)
        fieldsets: Any = self.get_fieldsets(request, obj)
        adminform = helpers.AdminForm(
            again.form, list(fieldsets), {}, self.get_readonly_fields(request, obj), model_admin=self
        )
        inline_formsets = self.get_inline_formsets(request, list(again.formsets), inlines, obj)
        media = self.media + adminform.media
        for inline_formset in inline_formsets:
            media += inline_formset.media
        context = {
            **self.admin_site.each_context(request),
            "title": f"{'Change' if obj else 'Add'} {self.opts.verbose_name}",
            "subtitle": str(obj) if obj else None,
            "adminform": adminform,
            "object_id": object_id,
            "original": obj,
            "is_popup": IS_POPUP_VAR in request.POST,
            "to_field": None,
            "media": media,
            "inline_admin_formsets": inline_formsets,
            "errors": helpers.AdminErrorList(again.form, again.formsets),
            "shows_newest": again.shows_newest,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        return self.render_change_form(request, context, add=obj is None, change=obj is not None, obj=obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, obj, post_url_continue)
        return self.after_saving(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        return self.after_saving(request, obj)

    def after_saving(self, request: HttpRequest, obj: Any) -> HttpResponse:
        self.message_user(request, f"Saved: {obj}.", messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(obj))


def _add_errors(form: forms.ModelForm, error: Exception) -> None:
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        for name, problems in error.error_dict.items():
            form.add_error(name if name in form.fields else None, problems)
    else:
        form.add_error(None, error if isinstance(error, ValidationError) else str(error))


def _forget(form: forms.ModelForm, formsets: Sequence[Any]) -> None:
    """Rows of an undone addition must not pass for stored ones when the form is shown again."""
    rows = [form.instance, *(row for formset in formsets for row in formset.new_objects)]
    for row in rows:
        row.pk, row._state.adding = None, True
