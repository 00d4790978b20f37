"""The reference data, loaded once a module: each test works on it in a savepoint that is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from jobs.services import drain
from ledger.domain.actor import COMMAND
from ledger.services import seal_all
from registry.services.reference import load_reference


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    from django.conf import settings

    kept = settings.DATA_DIR
    settings.DATA_DIR = tmp_path_factory.mktemp("loaded")
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        load_reference(by=COMMAND)
        drain()
        seal_all()
        settings.DATA_DIR = kept
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
