"""Addresses of the public pages of lots."""

from __future__ import annotations

from django.urls import path

from traceability import views

app_name = "traceability"
urlpatterns = [
    path("lots/", views.lot_list, name="lot-list"),
    path("lots/<str:lot_id>/", views.lot_detail, name="lot-detail"),
]
