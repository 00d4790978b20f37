"""Addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from scoring.api import views

urlpatterns = [
    path("scorecard/", views.ScorecardView.as_view(), name="api-scorecard"),
    path("scores/<str:country>/<str:domain>/explain/", views.ExplainView.as_view(), name="api-explain"),
    path("changes/", views.ChangesView.as_view(), name="api-changes"),
]
