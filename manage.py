#!/usr/bin/env python
"""The commands of SEAM; `docs/commands.md` lists them."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import DatabaseError
    except ImportError:
        sys.exit(_refuse("The environment is not set up: run `make setup`, then .venv/bin/python manage.py …"))
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(_refuse(str(error)))
    except DatabaseError as error:
        sys.exit(_refuse(f"The database does not answer: {' '.join(str(error).split())}. See DATABASE_URL."))


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


if __name__ == "__main__":
    main()
