"""Addresses below /epcis/v2/. URIs stand in them percent-encoded, or as they are."""

from __future__ import annotations

from django.urls import path

from traceability.epcis import captures, events, queries, resources

app_name = "epcis"
urlpatterns = [
    path("", resources.TopView.as_view(), name="top"),
    path("events", events.EventsView.as_view(), name="events"),
    path("events/<path:event_id>", events.EventView.as_view(), name="event"),
    path("capture", captures.CaptureView.as_view(), name="capture"),
    path("capture/<str:capture_id>", captures.CaptureJobView.as_view(), name="capture-job"),
    path("queries", queries.QueriesView.as_view(), name="queries"),
    path("queries/<str:name>", queries.QueryView.as_view(), name="query"),
    path("queries/<str:name>/events", queries.QueryEventsView.as_view(), name="query-events"),
    path("queries/<str:name>/subscriptions", queries.SubscriptionsView.as_view()),
    path("queries/<str:name>/subscriptions/<path:subscription>", queries.SubscriptionsView.as_view()),
    path("nextPageToken/<path:token>", resources.TokenView.as_view(), name="token"),
]
for resource in (*resources.WORDS, *resources.THINGS):
    named = {"resource": resource}
    top = resources.WordsView if resource in resources.WORDS else resources.ThingsView
    urlpatterns += [
        path(resource, top.as_view(), named),
        path(f"{resource}/<path:member>/events", resources.MemberEventsView.as_view(), named),
        path(f"{resource}/<path:member>", resources.MemberView.as_view(), named),
    ]
urlpatterns.append(path("<path:rest>", resources.NothingView.as_view()))
