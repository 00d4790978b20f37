"""Addresses of the register's public pages."""

from __future__ import annotations

from django.urls import path

from registry import enforcement_views, log_views, views

app_name = "registry"
urlpatterns = [
    path("instruments/", views.instrument_list, name="instrument-list"),
    path("instruments/<str:instrument_id>/", views.instrument_detail, name="instrument-detail"),
    path("enforcement/", enforcement_views.enforcement, name="enforcement"),
    path("enforcement/<str:record_id>/", enforcement_views.enforcement_detail, name="enforcement-detail"),
    path("facilities/<str:facility_id>/", enforcement_views.facility, name="facility"),
    path("data-notes/", views.notes, name="notes"),
    path("programmes/", views.programmes, name="programmes"),
    path("documents/<str:sha256>/", views.document, name="document"),
    path("minerals/", views.mineral_list, name="mineral-list"),
    path("minerals/<str:code>/", views.mineral_detail, name="mineral-detail"),
    path("facts/<str:fact_id>/", views.fact_detail, name="fact-detail"),
    path("search/", views.search, name="search"),
    path("log/", log_views.log, name="log"),
    path("log/<int:number>/", log_views.log_entry, name="log-entry"),
    path("log/checkpoint", log_views.checkpoint, name="log-checkpoint"),
    path("log/consistency/", log_views.consistency, name="log-consistency"),
    path("feeds/heads.atom", log_views.heads_atom, name="log-heads"),
]
