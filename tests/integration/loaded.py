"""The reference data, loaded once a module: each test works on it in a savepoint that is taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from jobs.services import drain
from ledger.domain.actor import COMMAND
from ledger.services import seal_all
from registry.services.reference import load_reference


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from django.conf import settings

    kept, folder = settings.DATA_DIR, tmp_path_factory.mktemp("loaded")
    settings.DATA_DIR = folder
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        load_reference(by=COMMAND)
        drain()
        seal_all()
        settings.DATA_DIR = kept
    yield folder
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture
def reference(loaded: Path, own_data_dir: None, db: None) -> None:
    """Each test has its own data folder; what the log keeps there, such as its key, comes along."""
    from django.conf import settings

    shutil.copytree(loaded, settings.DATA_DIR, dirs_exist_ok=True)
