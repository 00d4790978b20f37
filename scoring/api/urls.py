"""Addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from scoring.api import dossiers, exploring, views

urlpatterns = [
    path("scorecard/", views.ScorecardView.as_view(), name="api-scorecard"),
    path("scores/by-mineral/", views.ByMineralView.as_view(), name="api-by-mineral"),
    path("scores/<str:country>/<str:domain>/explain/", views.ExplainView.as_view(), name="api-explain"),
    path("scores/<str:country>/<str:domain>/dossier/", dossiers.DossierView.as_view(), name="api-score-dossier"),
    path("scores/<str:country>/series/", exploring.SeriesView.as_view(), name="api-series"),
    path("what-if/", exploring.WhatIfView.as_view(), name="api-what-if"),
    path("compare/", exploring.CompareView.as_view(), name="api-compare"),
    path("sensitivity/", exploring.SensitivityView.as_view(), name="api-sensitivity"),
    path("dependence/", exploring.DependenceView.as_view(), name="api-dependence"),
    path("changes/", views.ChangesView.as_view(), name="api-changes"),
]
