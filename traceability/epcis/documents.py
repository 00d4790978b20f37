"""The bindings in the site's OpenAPI document. GS1's own describes every answer; here is what a reader needs."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from traceability.domain.epcis import query


class Described(AutoSchema):
    """An operation is named by its method and address: one view stands at several."""

    def get_operation_id(self) -> str:
        words = [part.strip("{}") for part in self.path.split("/") if part]
        return "_".join(["epcis", self.method.lower(), *words[2:]])


#: Refusals are `application/problem+json`.
PROBLEMS = dict.fromkeys((400, 404, 406), OpenApiTypes.OBJECT)
#: Of what needs an account.
CLOSED = {**PROBLEMS, **dict.fromkeys((401, 403), OpenApiTypes.OBJECT)}
PAGES = [
    OpenApiParameter("perPage", OpenApiTypes.INT, description="items a page, 30 if not given, at most 1000"),
    OpenApiParameter("nextPageToken", OpenApiTypes.STR, description="as the Link header of the page before has it"),
]
PARAMETERS = [*PAGES, *(OpenApiParameter(name, OpenApiTypes.STR) for name in query.PARAMETERS)]
