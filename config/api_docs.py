"""The API's pages, written from its OpenAPI document: readable without a script, in the site's own look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

#: An address to try for each path that names something; the others stand as they are.
_EXAMPLES = {
    "country": "TH",
    "code": "TH",
    "domain": "governance",
    "lot": "TH-CMP-0007",
    "fact_id": "th.ree.reserves",
    "instrument_id": "id-nickel-ore-export-ban",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    where: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One way to ask. ``example`` is empty where the address needs something that only the reader knows or has."""

    anchor: str
    method: str
    path: str
    about: str
    parameters: tuple[Parameter, ...]
    fields: tuple[Field, ...]
    refusals: tuple[str, ...]
    example: str


@cache
def get_operations() -> dict[str, list[Operation]]:
    """Every operation by the part of the site it belongs to. Made once: the API changes with the code alone."""
    generator: Any = SchemaGenerator  # untyped upstream
    schema = generator().get_schema(request=None, public=True)
    groups: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, plain in methods.items():
            for tag in plain.get("tags", ["other"])[:1]:
                groups.setdefault(tag, []).append(_operation(path, method, plain, schema))
    return groups


def _operation(path: str, method: str, plain: Mapping[str, Any], schema: Mapping[str, Any]) -> Operation:
    parameters = tuple(sorted(map(_parameter, plain.get("parameters", ())), key=lambda each: each.where != "path"))
    needs = any(each.required and each.where == "query" for each in parameters)
    responses = plain.get("responses", {})
    return Operation(
        anchor=plain["operationId"],
        method=method.upper(),
        path=path,
        about=plain.get("description", ""),
        parameters=parameters,
        fields=tuple(_fields(responses.get("200", {}), schema)),
        refusals=tuple(sorted(status for status in responses if status >= "400")),
        example="" if method != "get" or needs or "401" in responses else _example(path),
    )


def _parameter(plain: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=plain["name"],
        where=plain["in"],
        kind=_kind(plain.get("schema", {})),
        required=bool(plain.get("required")),
        about=plain.get("description", ""),
    )


def _fields(response: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Field]:
    """The keys of an answer; of a list, those of its items."""
    content: Mapping[str, Any] = next(iter(response.get("content", {}).values()), {})
    shape = _resolved(content.get("schema", {}), schema)
    properties = shape.get("properties", {})
    if "results" in properties:
        properties = _resolved(properties["results"].get("items", {}), schema).get("properties", {})
    for name, each in properties.items():
        yield Field(name, _kind(each), each.get("description", ""))


def _resolved(plain: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = plain.get("$ref", "").rpartition("/")[2]
    return schema["components"]["schemas"][name] if name else plain


def _kind(plain: Mapping[str, Any]) -> str:
    if "enum" in plain:
        return " or ".join(str(each) for each in plain["enum"] if each is not None)
    if "$ref" in plain or "allOf" in plain or "oneOf" in plain:
        return "object"
    kind = str(plain.get("format") or plain.get("type") or "any")
    if plain.get("type") == "array":
        kind = f"list of {_kind(plain.get('items', {}))}"
    return f"{kind} or null" if plain.get("nullable") else kind


def _example(path: str) -> str:
    """The path with examples in the places of its names; empty where one has none."""
    for name, value in _EXAMPLES.items():
        path = path.replace(f"{{{name}}}", "rare_earths" if (name, "minerals" in path) == ("code", True) else value)
    return "" if "{" in path else path
