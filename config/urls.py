"""Addresses of the whole site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from config import views
from registry.account_views import PasswordView

handler404 = "config.problems.page_not_found"
handler500 = "config.problems.server_error"

urlpatterns = [
    path("", include("scoring.urls")),
    path("", include("registry.urls")),
    path("", include("traceability.urls")),
    path("", include("alerts.urls")),
    # Django's own page for it would pass the log by.
    path("admin/password_change/", RedirectView.as_view(pattern_name="password")),
    path("admin/", admin.site.urls),
    path("reports/mail/<slug:provider>/tracking/", views.mail_report, name="mail-report"),
    path("accounts/login/", auth.LoginView.as_view(template_name="registry/login.html"), name="login"),
    path("accounts/password/", PasswordView.as_view(), name="password"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("api/v1/log/", include("ledger.api.urls")),
    path("api/v1/", include("registry.api.urls")),
    path("api/v1/", include("traceability.api.urls")),
    path("api/v1/", include("scoring.api.urls")),
    path("epcis/v2/", include("traceability.epcis.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", views.api_docs, name="api-docs"),
    path("demo/feeds/<slug:name>.xml", views.demo_feed, name="demo-feed"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
