"""The desk: Django's admin, arranged for officers."""

from __future__ import annotations

from django.contrib import admin


class SeamAdminSite(admin.AdminSite):
    site_header = "SEAM desk"
    site_title = "SEAM desk"
    index_title = "Your day"
