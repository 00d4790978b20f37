"""Addresses below /api/v1/log/."""

from __future__ import annotations

from django.urls import path

from ledger.api import views

urlpatterns = [
    path("", views.HeadView.as_view(), name="api-log"),
    path("heads/", views.HeadsView.as_view(), name="api-log-heads"),
    path("consistency/", views.ConsistencyView.as_view(), name="api-log-consistency"),
    path("entries/<int:number>/", views.EntryView.as_view(), name="api-log-entry"),
]
