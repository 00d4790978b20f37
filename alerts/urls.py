"""Addresses of alerts."""

from __future__ import annotations

from django.urls import path

from alerts import feeds, views

app_name = "alerts"
urlpatterns = [
    path("subscribe/", views.subscribe, name="subscribe"),
    path("subscribe/confirm/<str:token>/", views.confirm, name="confirm"),
    path("subscribe/stop/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("feeds/scores.atom", feeds.ScoresFeed(), name="scores-feed"),
    path("feeds/instruments.atom", feeds.InstrumentsFeed(), name="instruments-feed"),
    path("calendar.ics", feeds.calendar, name="calendar"),
]
