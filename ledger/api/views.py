"""Heads, entries and proofs, as JSON; read-only. Proofs are open to all, an entry's words to those who may read it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ledger.domain.canonical import instant_text
from ledger.exceptions import NoSuchProof
from ledger.models import Entry, TreeHead
from ledger.openness import open_entries
from ledger.reading import announced_keys, entry_text
from ledger.selectors import get_check, get_consistency, get_head, get_inclusion, get_root

_OBJECT = OpenApiTypes.OBJECT
_PAGE = 100
_SIZE = OpenApiParameter("size", OpenApiTypes.INT, description="of the head to prove under; default the newest")


class HeadView(APIView):
    """The newest signed head, the keys that were announced, and what the last walk over the whole log found."""

    @extend_schema(responses={200: _OBJECT, 404: _OBJECT}, operation_id="log_head")
    def get(self, request: Request) -> Response:
        check = get_check()
        return Response(
            {
                **_head(_asked_head(None)),
                "keys": [{"entry": number, "key": str(key)} for number, key in announced_keys()],
                "checked": check and {"at": instant_text(check.ran_at), "ok": check.ok, "faults": check.faults},
            }
        )


class HeadsView(APIView):
    """Signed heads by size, 100 a page; `?after=` the last size goes on."""

    @extend_schema(
        parameters=[
            OpenApiParameter("after", OpenApiTypes.INT, description="size of the last head of the page before")
        ],
        responses={200: _OBJECT, 400: _OBJECT},
        operation_id="log_heads",
    )
    def get(self, request: Request) -> Response:
        after = _number(request, "after") or 0
        heads = list(TreeHead.objects.filter(size__gt=after).order_by("size")[:_PAGE])
        last = heads[-1].size if len(heads) == _PAGE else None
        return Response({"results": [_head(head) for head in heads], "after": last})


class EntryView(APIView):
    """An entry's inclusion proof under a head; its canonical JSON for those who may read it."""

    @extend_schema(parameters=[_SIZE], responses={200: _OBJECT, 400: _OBJECT, 404: _OBJECT}, operation_id="log_entry")
    def get(self, request: Request, number: int) -> Response:
        entry = Entry.objects.filter(pk=number).first()
        if entry is None:
            raise NotFound(f"The log has no entry {number}.")
        head = _asked_head(_number(request, "size"))
        try:
            proof = get_inclusion(entry, head)
        except NoSuchProof as error:
            raise NotFound(str(error)) from error
        is_open = bool(open_entries([entry], request.user))
        return Response({**proof.to_json(), "checkpoint": head.note, "leaf": entry_text(entry) if is_open else None})


class ConsistencyView(APIView):
    """What shows that the tree of `to` entries begins with that of `from` (RFC 6962, 2.1.2)."""

    @extend_schema(
        parameters=[
            OpenApiParameter("from", OpenApiTypes.INT, required=True, description="size of the head that you kept"),
            OpenApiParameter("to", OpenApiTypes.INT, description="size of a later head; default the newest"),
        ],
        responses={200: _OBJECT, 400: _OBJECT, 404: _OBJECT},
        operation_id="log_consistency",
    )
    def get(self, request: Request) -> Response:
        old = _number(request, "from")
        if old is None:
            raise ValidationError("Say from which size: ?from=1234.")
        head = _asked_head(_number(request, "to"))
        try:
            path = get_consistency(old, head.size)
        except NoSuchProof as error:
            raise ValidationError(str(error)) from error
        return Response(
            {"from": old, "from_root": get_root(old), "to": head.size, "to_root": head.root, "path": path,
             "checkpoint": head.note}
        )  # fmt: skip


def _asked_head(size: int | None) -> TreeHead:
    head = get_head() if size is None else TreeHead.objects.filter(size=size).first()
    if head is None:
        raise NotFound("Nothing was sealed yet." if size is None else f"No head of {size} entries was signed.")
    return head


def _head(head: TreeHead) -> dict[str, Any]:
    return {
        "size": head.size,
        "root": head.root,
        "sealed_at": instant_text(head.sealed_at),
        "checkpoint": head.note,
    }


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise ValidationError(f"'{text[:40]}' is no whole number; write ?{name}=1234.")
    return int(text)
