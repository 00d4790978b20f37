"""Addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from registry.api import enforcement, views

urlpatterns = [
    path("countries/", views.CountriesView.as_view(), name="api-countries"),
    path("countries/<str:code>/", views.CountryView.as_view(), name="api-country"),
    path("minerals/", views.MineralsView.as_view(), name="api-minerals"),
    path("minerals/<str:code>/", views.MineralView.as_view(), name="api-mineral"),
    path("facts/", views.FactsView.as_view(), name="api-facts"),
    path("facts/<str:fact_id>/", views.FactView.as_view(), name="api-fact"),
    path("enforcement/", enforcement.EnforcementView.as_view(), name="api-enforcement"),
    path("enforcement/<str:record_id>/", enforcement.EnforcementRecordView.as_view(), name="api-enforcement-record"),
    path("instruments/", views.InstrumentsView.as_view(), name="api-instruments"),
    path("instruments/<str:instrument_id>/", views.InstrumentView.as_view(), name="api-instrument"),
]
