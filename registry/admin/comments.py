"""Comments on the page of a draft: shown to those who may see it, each button one service call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from registry import permissions
from registry.admin.base import DeskAdmin
from registry.exceptions import RegistryError
from registry.models import Comment
from registry.services.comments import comment, see, topic_of, withdraw_comment


class CommentsAdmin(DeskAdmin):
    """Adds the addresses to which comments on a row are sent."""

    def get_urls(self) -> list[URLPattern]:
        name = f"registry_{self.opts.model_name}"
        add, step = self.admin_site.admin_view(self.comment_view), self.admin_site.admin_view(self.comment_step_view)
        return [
            path("<int:pk>/comments/add/", add, name=f"{name}_comment"),
            path("<int:pk>/comments/<slug:comment_id>/<slug:name>/", step, name=f"{name}_comment_step"),
            *super().get_urls(),
        ]

    def _discussed(self, request: HttpRequest, pk: int) -> Any:
        row = self.get_object(request, str(pk))
        if row is None or not permissions.can_read_comments(request.user, row):  # type: ignore[arg-type]
            raise Http404("no such record")
        return row

    def comment_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self._discussed(request, pk)
        try:
            comment(row=row, page=self.page_of(row), text=request.POST.get("text", ""), by=request.user)  # type: ignore[arg-type]
        except RegistryError as error:
            self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(f"{self.page_of(row)}#comments")

    def comment_step_view(self, request: HttpRequest, pk: int, comment_id: str, name: str) -> HttpResponse:
        """``name`` is withdraw or seen."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self._discussed(request, pk)
        topic = topic_of(row)
        known = Comment.objects.filter(comment_id=comment_id, subject=topic.kind, subject_id=topic.public_id).first()
        if known is None or name not in {"withdraw", "seen"}:
            raise Http404("no such comment or step")
        try:
            (withdraw_comment if name == "withdraw" else see)(made=known, by=request.user)  # type: ignore[arg-type]
        except RegistryError as error:
            self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(f"{self.page_of(row)}#comments")

    def comments_of(self, request: HttpRequest, row: Any) -> dict[str, Any] | None:
        """What the page shows of comments; None where this person may not read them, or there is no row yet."""
        person: Any = request.user
        if row is None or not permissions.can_read_comments(person, row):
            return None
        name, topic = f"admin:registry_{self.opts.model_name}", topic_of(row)
        rows = [
            (
                each,
                reverse(f"{name}_comment_step", args=[row.pk, each.comment_id, "withdraw"])
                if each.by == person.public_id and not each.withdrawn_at
                else "",
                reverse(f"{name}_comment_step", args=[row.pk, each.comment_id, "seen"])
                if each.is_open and permissions.is_asked(person, each)
                else "",
            )
            for each in Comment.objects.filter(subject=topic.kind, subject_id=topic.public_id)
        ]
        may = permissions.can_comment(person, row)
        return {"rows": rows, "add": reverse(f"{name}_comment", args=[row.pk]) if may else ""}
