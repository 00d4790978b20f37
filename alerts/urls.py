"""Addresses of alerts."""

from __future__ import annotations

from django.urls import path

from alerts import calendar, feeds
from alerts.views import asking, following, managing

app_name = "alerts"
urlpatterns = [
    path("subscribe/", asking.subscribe, name="subscribe"),
    path("subscribe/confirm/<str:token>/", asking.confirm, name="confirm"),
    path("subscribe/stop/<str:token>/", asking.unsubscribe, name="unsubscribe"),
    path("subscribe/manage/", managing.manage, name="manage"),
    path("subscribe/manage/code/", managing.code, name="code"),
    path("alerts/", managing.portal, name="portal"),
    path("alerts/follow/", following.follow, name="follow"),
    path("alerts/start/", managing.start, name="start"),
    path("alerts/add/", managing.add, name="add"),
    path("alerts/heads/", managing.add_heads, name="heads"),
    path("alerts/stop/", managing.stop_all, name="stop-all"),
    path("alerts/preferences/", managing.preferences, name="preferences"),
    path("alerts/address/", managing.set_address, name="address"),
    path("alerts/webhook/", managing.add_webhook, name="webhook"),
    path("alerts/forget/", managing.forget, name="forget"),
    path("alerts/leave/", managing.leave, name="leave"),
    path("alerts/log/", managing.log, name="log"),
    path("alerts/log/<str:bulletin_id>/", managing.why, name="why"),
    path("alerts/inbox.json", managing.inbox, name="inbox"),
    path("alerts/health/", managing.health, name="health"),
    path("alerts/subscription/<str:public_id>/stop/", managing.stop, name="stop"),
    path("alerts/subscription/<str:public_id>/cadence/", managing.set_cadence, name="cadence"),
    *(
        path(f"alerts/way/<str:public_id>/{act}/", managing.act_on_endpoint, {"act": act}, name=act)
        for act in ("enable", "rotate", "test", "remove")
    ),
    path("feeds/scores.atom", feeds.scores_atom, name="scores-feed"),
    path("feeds/scores.json", feeds.scores_json, name="scores-json"),
    path("feeds/instruments.atom", feeds.instruments_atom, name="instruments-feed"),
    path("feeds/instruments.json", feeds.instruments_json, name="instruments-json"),
    path("calendar.ics", calendar.calendar, name="calendar"),
]
