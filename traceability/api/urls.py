"""Addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from traceability.api import claims, views

urlpatterns = [
    path("lots/", views.LotsView.as_view(), name="api-lots"),
    path("lots/<str:lot>/", views.LotView.as_view(), name="api-lot"),
    path("lots/<str:lot>/trace/", views.TraceView.as_view(), name="api-trace"),
    path("lots/<str:lot>/claims/", claims.LotClaimsView.as_view(), name="api-lot-claims"),
    path("facilities/<str:facility>/credits/", claims.SiteCreditsView.as_view(), name="api-facility-credits"),
    path(
        "facilities/<str:facility>/credits/<str:credit>/claims/",
        claims.CreditClaimsView.as_view(),
        name="api-credit-claims",
    ),
    path(
        "facilities/<str:facility>/credits/<str:credit>/withdraw/",
        claims.WithdrawCreditView.as_view(),
        name="api-credit-withdraw",
    ),
    path(
        "facilities/<str:facility>/claims/<str:claim>/withdraw/",
        claims.WithdrawClaimView.as_view(),
        name="api-claim-withdraw",
    ),
    path("lot-dependence/", views.DependenceView.as_view(), name="api-lot-dependence"),
    path("exposure/", views.ExposureView.as_view(), name="api-exposure"),
]
