"""What a person may do: their roles, in their countries."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from registry.choices import Role
from registry.models import User

_EDITED = ("instrument", "measure", "statusevent", "instrumentrelation", "instrumentdocument", "source", "feed",
           "enforcementrecord")  # fmt: skip
_SEEN = (*_EDITED, "flag", "feedentry", "fetchattempt", "factversion", "party", "facility", "country", "mineral",
         "material", "instrumentversion", "historicalinstrument", "historicalmeasure",
         "historicalstatusevent", "enforcementversion", "historicalenforcementrecord")  # fmt: skip
#: What imports and the paper bring, and officers correct.
_CORRECTED = {"registry.change_party", "registry.change_facility"}
_PEOPLE = {f"registry.{verb}_{name}" for name in ("user", "membership") for verb in ("view", "add", "change")}
_VIEW = {f"registry.view_{name}" for name in _SEEN}
_EDIT = {f"registry.{verb}_{name}" for name in _EDITED for verb in ("add", "change")}
_EDIT |= {f"registry.delete_{name}" for name in _EDITED[1:5]} | {"registry.change_flag", "registry.decide_flag"}
#: Subscribers by public id alone, their deliveries, and sending again what was given up.
_ALERTS = {f"alerts.view_{name}" for name in ("delivery", "subscription", "endpoint", "bulletin")}
_ALERTS |= {"alerts.replay_delivery"}
_FACTS = {"registry.add_factversion", "registry.decide_fact"}
_READ = {"traceability.view_lot", "scoring.export_dossier"}
_SUBMIT = {"registry.submit_instrument", "registry.submit_enforcementrecord"}
_APPROVE = {"registry.approve_instrument", "registry.approve_enforcementrecord", "registry.accept_fact"}
_OFFICER = _VIEW | _EDIT | _CORRECTED | _FACTS | _ALERTS | _READ | _SUBMIT
_AUDITOR = _READ | {"traceability.import_lots", "traceability.view_finding", "ledger.view_entry"}
#: What officers and auditors both do with lots.
_LOTS = {
    f"traceability.{name}"
    for name in ("add_document", "place_hold", "change_risklist", "change_sharing", "decide_finding", "record_claim")
}

#: What each role may do. Names without one of Django's verbs are SEAM's own.
PERMISSIONS: dict[str, frozenset[str]] = {
    Role.OFFICER.value: frozenset(_OFFICER | _LOTS),
    Role.REVIEWER.value: frozenset(_OFFICER | _LOTS | _APPROVE),
    Role.AUDITOR.value: frozenset(_AUDITOR | _LOTS | {"registry.view_party", "registry.view_facility"}),
    Role.ADMINISTRATOR.value: frozenset(_VIEW | _EDIT | _ALERTS | _PEOPLE),
    Role.VIEWER.value: frozenset(_VIEW),
}


def memberships_of(user: Any) -> list[tuple[str, str | None]]:
    """Roles of a person, each with its country (None: the region); read once, as each request loads its user."""
    if not isinstance(user, User):
        return []
    held: list[tuple[str, str | None]] | None = getattr(user, "_memberships", None)
    if held is None:
        held = list(user.memberships.values_list("role", "country_id"))
        user._memberships = held  # type: ignore[attr-defined]
    return held


class MembershipBackend(ModelBackend):
    """Signs in by name and password; answers permissions from memberships.

    With an object that has a country, only memberships of that country or the whole region count.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        if user_obj.is_superuser:
            return True
        country = getattr(obj, "country_id", None)
        return any(
            perm in PERMISSIONS[role]
            for role, where in memberships_of(user_obj)
            if country is None or where is None or where == country
        )

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(
            perm.startswith(f"{app_label}.") for role, _where in memberships_of(user_obj) for perm in PERMISSIONS[role]
        ) or bool(getattr(user_obj, "is_superuser", False))

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return {perm for role, _where in memberships_of(user_obj) for perm in PERMISSIONS[role]}
