"""Addresses of the public pages of lots."""

from __future__ import annotations

from django.urls import path

from traceability import (
    credential_views,
    dependence_views,
    document_views,
    dossier_views,
    finding_views,
    hold_views,
    importing_views,
    network_views,
    risk_views,
    sharing_views,
    site_views,
    views,
)

app_name = "traceability"
urlpatterns = [
    path("import/", importing_views.import_page, name="import"),
    path("import/template.xlsx", importing_views.template, name="import-template"),
    path("import/<str:upload_id>/", importing_views.upload, name="upload"),
    path("import/<str:upload_id>/errors.xlsx", importing_views.errors, name="upload-errors"),
    path("import/<str:upload_id>/store/", importing_views.store, name="upload-store"),
    path("lots/", views.lot_list, name="lot-list"),
    path("lots/<str:lot_id>/documents/", document_views.add, name="document-add"),
    path("lots/<str:lot_id>/hold/", hold_views.hold, name="hold"),
    path("dependence/", dependence_views.dependence, name="dependence"),
    path("due-diligence/", risk_views.risk_lists, name="risk-lists"),
    path("due-diligence/<slug:code>/", risk_views.risk_list, name="risk-list"),
    path("lots/<str:lot_id>/label/", sharing_views.label, name="label"),
    path("lots/<str:lot_id>/label.svg", sharing_views.label_svg, name="label-svg"),
    path("lots/<str:lot_id>/sharing/", sharing_views.sharing, name="sharing"),
    path("lots/<str:lot_id>/linkset/", sharing_views.linkset, name="linkset"),
    path("01/<str:gtin>/10/<str:lot_id>", sharing_views.resolve, name="digital-link"),
    path("lots/<str:lot_id>/graph/", network_views.graph, name="graph"),
    path("lots/<str:lot_id>/graph.json", network_views.graph_json, name="graph-json"),
    path("lots/<str:lot_id>/findings/", finding_views.decide_finding, name="finding-decide"),
    path("papers/<str:document_id>/", document_views.read, name="document"),
    path("papers/<str:document_id>/check/", document_views.check, name="document-check"),
    path("papers/<str:document_id>/withdraw/", document_views.withdraw, name="document-withdraw"),
    path("lots/<str:lot_id>/credentials/<str:kind>/", credential_views.lot_credential, name="lot-credential"),
    path("facilities/", site_views.sites, name="sites"),
    path("facilities/<str:facility_id>/record/", credential_views.facility_credential, name="facility-record"),
    path("facilities/<str:facility_id>/account/", site_views.site, name="site"),
    path(".well-known/did.json", credential_views.did, name="did"),
    path("lots/<str:lot_id>/dossier/", dossier_views.lot_dossier, name="lot-dossier"),
    path("lots/<str:lot_id>/", views.lot_detail, name="lot-detail"),
]
