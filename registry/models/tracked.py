"""Rows whose every change has its history: what would pass it by is refused."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class NoHistory(TypeError):
    """A way of writing that leaves no history of the rows it changes."""


class TrackedQuerySet(models.QuerySet[Any]):
    """Reads as any other. Writing many rows at once leaves no history: services save them one by one."""

    def _refuse(self, way: str) -> NoReturn:
        raise NoHistory(f"{self.model.__name__} rows keep a history, which {way} would pass by: use a service.")

    def update(self, **kwargs: Any) -> NoReturn:
        self._refuse("update()")

    def delete(self) -> NoReturn:
        self._refuse("delete()")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse("bulk_create()")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse("bulk_update()")


TrackedManager = models.Manager.from_queryset(TrackedQuerySet)
