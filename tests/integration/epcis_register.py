"""A register with the clean chain, and how tests ask the EPCIS bindings of it."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings

from ledger.domain.actor import COMMAND
from registry.models import User
from tests.cast import person
from tests.chains import as_rows, clean, write_folder
from tests.conformance import conformance
from traceability.models import Lot
from traceability.services.publishing import set_public

ROOT = "/epcis/v2"
SITE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def kept(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[User, Path]]:
    """Six lots, twelve events, all closed to the public, and an auditor; imported once a module."""
    folder, data = tmp_path_factory.mktemp("chain"), tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DATA_DIR=data):
            call_command("import_lots", str(write_folder(folder, as_rows(clean()))))
        yield person("auditor"), data
        transaction.set_rollback(True)


@pytest.fixture
def chain(kept: tuple[User, Path], own_data_dir: None, db: None) -> None:
    """What `kept` imported; each test works on it in a savepoint that is taken back."""
    shutil.copytree(kept[1], settings.DATA_DIR, dirs_exist_ok=True)


@pytest.fixture
def auditor(kept: tuple[User, Path], chain: None) -> Client:
    client = Client()
    client.force_login(kept[0])
    return client


def publish(*lots: str) -> None:
    set_public(lot_ids=lots or Lot.objects.values_list("lot_id", flat=True), is_public=True, by=COMMAND, reason="x")


def program(role: str, name: str = "") -> Client:
    """A program that signs in by HTTP Basic with each request."""
    user = person(role, name)
    word = base64.b64encode(f"{user.username}:correct horse battery".encode()).decode()
    return Client(headers={"Authorization": f"Basic {word}"})


def ask(client: Client, address: str, status: int = 200, **params: Any) -> Any:
    answer = client.get(f"{ROOT}/{address}", params)
    assert answer.status_code == status, answer.content[:1000]
    return answer.json()


def events(document: Any) -> list[Any]:
    found: list[Any] = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return found


def ids(document: Any) -> list[str]:
    """The events of an answer by their ids in the register."""
    return [event["seam:event"]["seam:id"] for event in events(document)]


@cache
def schema() -> Any:
    text = (conformance() / "gs1-epcis" / "EPCIS-JSON-Schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft7Validator(json.loads(text), format_checker=jsonschema.FormatChecker())


def is_refusal(answer: Any, status: int, name: str) -> str:
    """The sentence of a refusal that says what the standard wants it to say."""
    assert answer.status_code == status, answer.content[:1000]
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"epcisException:{name}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"].endswith((".", "?")), body
    return str(body["detail"])
