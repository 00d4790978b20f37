"""The desk's view of alerts: subscriptions without addresses, deliveries with their log, and what was given up."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from alerts.choices import DeliveryState
from alerts.models import Attempt, Bulletin, Delivery, Endpoint, Subscription
from alerts.scopes import scope_text
from alerts.services import owners
from alerts.services.sending import replay
from ledger.domain.actor import Door
from registry.admin.base import ReadOnlyAdmin, instant_column


class AttemptInline(admin.TabularInline):
    model = Attempt
    extra = 0
    can_delete = False
    verbose_name_plural = "what did not go as it should"
    fields = readonly_fields = ("at", "outcome", "detail")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Every message, by the reader's public id. What was given up can be sent again, under its old id."""

    list_display = ("delivery_id", "way", "told", "state", "attempts", "repeats", "created", "sent", "last_error")
    list_filter = ("state", "endpoint__way")
    search_fields = ("=delivery_id", "=endpoint__contact__contact_id", "=key")
    list_select_related = ("endpoint__contact", "bulletin")
    ordering = ("-pk",)
    actions = ("send_again",)  # type: ignore[assignment]  # the desk has none by default
    inlines = (AttemptInline,)
    created, sent = instant_column("created_at", "made"), instant_column("sent_at", "sent")
    fields = readonly_fields = (
        "delivery_id", "way", "reader", "told", "state", "attempts", "repeats", "created_at", "due_at", "sent_at",
        "last_error",
    )  # fmt: skip

    @admin.display(description="by")
    def way(self, delivery: Delivery) -> str:
        return delivery.endpoint.get_way_display()

    @admin.display(description="reader")
    def reader(self, delivery: Delivery) -> str:
        return delivery.endpoint.contact.contact_id

    @admin.display(description="tells")
    def told(self, delivery: Delivery) -> str:
        if delivery.bulletin is None:
            return delivery.key
        return delivery.bulletin.items[0]["title"] if delivery.bulletin.items else delivery.bulletin.thread

    @admin.action(description="Send again what was given up", permissions=["replay"])
    def send_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        given_up = rows.filter(state=DeliveryState.DEAD.value)
        count = replay(deliveries=list(given_up), by=request.user.actor(Door.DESK))  # type: ignore[union-attr]
        messages.success(request, f"{count} of {rows.count()} go out again under their old ids.")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("alerts.replay_delivery"))


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("subscription_id", "words", "endpoint", "cadence", "confirmed", "stopped")
    list_filter = ("topic", "cadence", "country")
    search_fields = ("=subscription_id", "=contact__contact_id")
    list_select_related = ("contact", "endpoint")
    confirmed, stopped = instant_column("confirmed_at", "confirmed"), instant_column("stopped_at", "stopped")
    exclude = ("lots", "scope")

    @admin.display(description="asks for")
    def words(self, subscription: Subscription) -> str:
        return scope_text(subscription)


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    """Ways, without their secrets and addresses; one that was disabled can be used again."""

    plural = "Ways to reach readers"
    list_display = ("endpoint_id", "way", "contact", "disabled", "disabled_reason")
    list_filter = ("way", ("disabled_at", admin.EmptyFieldListFilter))
    search_fields = ("=endpoint_id", "=contact__contact_id")
    list_select_related = ("contact",)
    disabled = instant_column("disabled_at", "disabled")
    exclude = ("secrets", "url")
    actions = ("enable",)  # type: ignore[assignment]

    @admin.action(description="Use again what was disabled", permissions=["replay"])
    def enable(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        for endpoint in rows.filter(disabled_at__isnull=False):
            owners.enable(endpoint=endpoint, by=request.user.actor(Door.DESK))  # type: ignore[union-attr]
        messages.success(request, "They are used again.")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("alerts.replay_delivery"))


@admin.register(Bulletin)
class BulletinAdmin(ReadOnlyAdmin):
    """Each change as it was told."""

    list_display = ("bulletin_id", "title", "readers", "happened", "settled")
    ordering = ("-pk",)
    happened, settled = instant_column("happened_at", "happened"), instant_column("settled_at", "settled")

    @admin.display(description="tells")
    def title(self, bulletin: Bulletin) -> str:
        return bulletin.items[0]["title"] if bulletin.items else f"{bulletin.thread}: came back, nobody was told"
