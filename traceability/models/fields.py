"""A number stored as it was written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class ExactDecimalField(models.Field):  # type: ignore[type-arg]
    """A Decimal without loss: `numeric` on PostgreSQL, text on SQLite, whose own numbers keep 15 digits only.

    Not for comparing inside the database: text sorts as text.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if value is None or connection.vendor == "postgresql":
            return value
        return exact_text(value)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def value_to_string(self, obj: Any) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else exact_text(value)


class RowKeyField(models.OneToOneField):  # type: ignore[type-arg]
    """A primary key that is another table's: on SQLite the row's own number, so that no second index leads to it."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


def derived_key(to: type[models.Model], related_name: str = "+", *, db_index: bool = False) -> Any:
    """A foreign key of a derived row. The database does not check it: what it names is never deleted, and the row is
    worked out from what names it."""
    return models.ForeignKey(to, models.PROTECT, related_name=related_name, db_index=db_index, db_constraint=False)


def exact_text(value: Decimal) -> str:
    """A plain decimal without exponent."""
    return format(value, "f")
