"""Addresses of the public pages of scores."""

from __future__ import annotations

from django.urls import path

from scoring import exploring_views as exploring
from scoring import views

app_name = "scoring"
urlpatterns = [
    path("", views.front, name="front"),
    path("countries/", views.country_list, name="country-list"),
    path("countries/<str:code>/", views.country, name="country"),
    path("countries/<str:code>/<str:domain>/", views.why, name="why"),
    path("scorecard.csv", views.scorecard_csv, name="scorecard-csv"),
    path("changes/", views.changes, name="changes"),
    path("what-if/", exploring.what_if, name="what-if"),
    path("compare/", exploring.compare, name="compare"),
    path("time/", exploring.time, name="time"),
    path("methodology/", views.methodology, name="methodology"),
]
