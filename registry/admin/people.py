"""People and their roles, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from ledger.domain.actor import Door
from registry.admin.base import ServiceAdmin, instant_column
from registry.choices import ROLES
from registry.forms import countries_by_nearness
from registry.models import Membership, User
from registry.services.people import change_person, create_person, set_password


class NewPersonForm(forms.ModelForm):
    name = forms.CharField(label="Name", max_length=150, required=False, help_text="Kept here alone: the log has none.")
    password = forms.CharField(label="Password", strip=False, widget=forms.PasswordInput, help_text="12 signs or more.")
    role = forms.ChoiceField(choices=ROLES)
    country = forms.ChoiceField(choices=lambda: [("", "The whole region"), *countries_by_nearness()], required=False)

    class Meta:
        model = User
        fields = ("username",)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.instance)
        return password


class PersonForm(forms.ModelForm):
    new_password = forms.CharField(
        label="New password", strip=False, required=False, widget=forms.PasswordInput, help_text="Empty: it stays."
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "is_active")
        help_texts = {"is_active": "Accounts are never deleted; without the tick nobody can sign in with it."}

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1
    verbose_name = "role"
    verbose_name_plural = "roles"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(User)
class PersonAdmin(ServiceAdmin):
    logged_as, logged_by = "person", "public_id"
    plural = "People"
    list_display = ("username", "public_id", "does", "is_active", "seen")
    seen = instant_column("last_login", "last signed in")
    list_filter = ("is_active", "memberships__role", ("memberships__country", admin.RelatedOnlyFieldListFilter))
    search_fields = ("username", "first_name", "last_name", "=public_id")
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships__country")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = PersonForm if obj else NewPersonForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return (("Account", {"fields": ("username", "name", "password", "role", "country")}),)
        return (("Account", {"fields": ("first_name", "last_name", "email", "is_active", "new_password")}),)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [MembershipInline] if obj else []

    def write(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        by, data = request.user.actor(Door.DESK), form.cleaned_data  # type: ignore[union-attr]
        if not change:
            person = create_person(
                username=data["username"],
                password=data["password"],
                role=data["role"],
                country=data["country"] or None,
                by=by,
                name=data["name"],
            )
            form.instance.__dict__.update(person.__dict__)
            return
        change_person(person=form.instance, memberships=_roles(formsets), is_active=data["is_active"], by=by)
        if data["new_password"]:
            set_password(person=form.instance, password=data["new_password"], by=by)

    @admin.display(description="roles")
    def does(self, person: User) -> str:
        held = [f"{m.get_role_display()}, {m.country or 'the region'}" for m in person.memberships.all()]
        return "; ".join(held) or "none"


def _roles(formsets: Sequence[Any]) -> list[tuple[str, str | None]]:
    rows = [form for formset in formsets for form in formset.forms if form.cleaned_data.get("role")]
    return [(row.cleaned_data["role"], getattr(row.cleaned_data.get("country"), "pk", None))
            for row in rows if not row.cleaned_data.get("DELETE")]  # fmt: skip
