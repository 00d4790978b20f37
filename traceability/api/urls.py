"""Addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from traceability.api import views

urlpatterns = [
    path("lots/", views.LotsView.as_view(), name="api-lots"),
    path("lots/<str:lot>/", views.LotView.as_view(), name="api-lot"),
    path("lots/<str:lot>/trace/", views.TraceView.as_view(), name="api-trace"),
    path("exposure/", views.ExposureView.as_view(), name="api-exposure"),
]
