"""Pages of the log: its head and checks, an entry with its proof, the signed head itself, and what links two heads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from ledger.exceptions import NoSuchProof
from ledger.models import Entry, TreeHead
from ledger.openness import open_entries
from ledger.reading import announced_keys
from ledger.selectors import get_check, get_consistency, get_head, get_root
from registry.pages.log import entry_page, entry_row

_NEWEST = 50


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    if asked := request.GET.get("entry", ""):
        return (
            redirect("registry:log-entry", number=int(asked))
            if asked.isdecimal() and len(asked) < 19
            else redirect("registry:log")
        )
    newest = list(Entry.objects.order_by("-pk").select_related("leaf")[:_NEWEST])
    readable = open_entries(newest, request.user)
    rows = [entry_row(entry, is_open=entry.pk in readable, sealed=hasattr(entry, "leaf")) for entry in newest]
    context = {
        "head": get_head(),
        "rows": rows,
        "entries": rows[0].number if rows else 0,
        "check": get_check(),
        "keys": announced_keys(),
    }
    return render(request, "registry/log.html", context)


@require_safe
def log_entry(request: HttpRequest, number: int) -> HttpResponse:
    entry = get_object_or_404(Entry, pk=number)
    page = entry_page(entry, get_head(), is_open=bool(open_entries([entry], request.user)))
    return render(request, "registry/log_entry.html", {"page": page})


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed head, or the one of `?size=`: a C2SP checkpoint that anyone may keep and witnesses may sign."""
    asked = request.GET.get("size", "")
    head = TreeHead.objects.filter(size=int(asked[:18])).first() if asked.isdecimal() else get_head()
    if head is None or not head.note:
        raise Http404("No head of this size was signed.")
    return HttpResponse(head.note, content_type="text/plain; charset=utf-8")


@require_safe
def consistency(request: HttpRequest) -> HttpResponse:
    """What shows that the log of today begins with the head that a reader kept."""
    context: dict[str, Any] = {"head": get_head(), "old": request.GET.get("size", "")}
    if context["old"] and context["head"]:
        try:
            old = int(context["old"][:18])
            context["path"] = get_consistency(old, context["head"].size)
            context["old_root"] = get_root(old)
        except (ValueError, NoSuchProof) as error:
            context["error"] = str(error) if isinstance(error, NoSuchProof) else "Write the size as a whole number."
    return render(request, "registry/log_consistency.html", context, status=400 if "error" in context else 200)


@require_safe
def heads_atom(request: HttpRequest) -> HttpResponse:
    """The newest signed heads, to be kept by whoever does not want to trust this site tomorrow."""
    site = settings.SITE_URL.rstrip("/")
    feed = Atom1Feed(
        title="Signed heads of the log of SEAM",
        link=f"{site}/log/",
        feed_url=f"{site}/feeds/heads.atom",
        description="Keep one: `verify_log --head` and /log/consistency/ show whether the log still begins with it.",
    )
    for head in TreeHead.objects.exclude(note="").order_by("-size")[:_NEWEST]:
        feed.add_item(
            title=f"{head.size:,} entries, root {head.root[:16]}…",
            link=f"{site}/log/checkpoint?size={head.size}",
            description=head.note,
            unique_id=f"{site}/log/checkpoint?size={head.size}",
            pubdate=head.sealed_at,
            updateddate=head.sealed_at,
            author_name="SEAM",
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
