"""Addresses of the public pages of scores."""

from __future__ import annotations

from django.urls import path

from scoring import dossier_views, exports, views
from scoring import exploring_views as exploring

app_name = "scoring"
urlpatterns = [
    path("", views.front, name="front"),
    path("countries/", views.country_list, name="country-list"),
    path("countries/<str:code>/", views.country, name="country"),
    path("countries/<str:code>/<str:domain>/", views.why, name="why"),
    path("countries/<str:code>/<str:domain>/dossier/", dossier_views.score_dossier, name="score-dossier"),
    path("scorecard.csv", exports.scorecard_csv, name="scorecard-csv"),
    path("scores-by-mineral.csv", exports.by_mineral_csv, name="by-mineral-csv"),
    path("scorecard.xlsx", exports.scorecard_xlsx, name="scorecard-xlsx"),
    path("snapshot.json", exports.snapshot_json, name="snapshot"),
    path("changes/", views.changes, name="changes"),
    path("what-if/", exploring.what_if, name="what-if"),
    path("compare/", exploring.compare, name="compare"),
    path("time/", exploring.time, name="time"),
    path("methodology/paper/", views.paper, name="paper"),
    path("methodology/", views.methodology, name="methodology"),
]
