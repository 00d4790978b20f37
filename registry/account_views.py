"""One's own account: another password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.urls import reverse

from ledger.domain.actor import Door
from registry.models import User
from registry.services.people import set_password


class OwnPasswordForm(PasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        """By the service, so that the log has it; it never has the password."""
        person: User = self.user
        password = self.cleaned_data["new_password1"]
        set_password(person=person, password=password, by=person.actor(Door.WEB), reason="by its holder")
        return person


class PasswordView(PasswordChangeView):
    """Other sessions of the person end with the change; this one goes on."""

    form_class = OwnPasswordForm
    template_name = "registry/password.html"

    def get_success_url(self) -> str:
        return f"{reverse('password')}?done=1"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "is_done": "done" in self.request.GET}
