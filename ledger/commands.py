"""What every command of SEAM has in common: --format, exit codes, and settling what follows from it."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, DataError, IntegrityError
from django.utils import timezone

from jobs.services import drain, failing_derivations
from ledger.domain.canonical import plain
from ledger.exceptions import KeyNotAnnounced
from ledger.services import seal_all

#: How often a derivation is tried before a command gives up on it.
MOST_ATTEMPTS = 3


class Refused(Exception):
    """The work was refused; ``result`` says why, as JSON. The command exits with 1."""

    def __init__(self, message: str, result: Any = None) -> None:
        super().__init__(message)
        self.result = result if result is not None else {"error": message}


class Unsettled(Exception):
    """What follows from reports could not be worked out."""


class SeamCommand(BaseCommand):
    """Subclasses answer ``work(**options)`` with a plain-JSON result and ``text(result)`` with lines for people.

    Exit codes: 0 done, 1 refused (reasons on stdout too), 2 wrong usage. No traceback for what a user can cause.
    """

    #: What a user may cause; shown as a sentence.
    anticipated: tuple[type[Exception], ...] = ()
    #: Whether work may leave jobs behind that the command waits for.
    settles = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--format", choices=["text", "json"], default="text", help="how the result is printed")
        return parser

    def work(self, **options: Any) -> Any:
        raise NotImplementedError

    def text(self, result: Any) -> str:
        return json.dumps(result, indent=2, ensure_ascii=False)

    def failed(self, result: Any) -> bool:
        """Whether a result means exit code 1 though nothing was refused."""
        return False

    def handle(self, *args: Any, **options: Any) -> None:
        with _tracebacks_kept():
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        try:
            _check_text(options)
            result = self.work(**options)
            if self.settles:
                settle()
        except Refused as refused:
            self._print(refused.result, options, str(refused))
            raise SystemExit(1) from None
        except self._anticipated() as error:
            self._print({"error": str(error)}, options, str(error))
            raise SystemExit(1) from None
        except CommandError as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from None
        except Exception as error:
            sentence = _sentence_of(error)
            self._print({"error": sentence}, options, sentence)
            raise SystemExit(1) from None
        self._print(result, options, self.text(result) if options["format"] == "text" else "")
        if self.failed(result):
            raise SystemExit(1)

    def _anticipated(self) -> tuple[type[Exception], ...]:
        return (*self.anticipated, KeyNotAnnounced, Unsettled)

    def _print(self, result: Any, options: dict[str, Any], text: str) -> None:
        printed = json.dumps(result, ensure_ascii=False, default=plain) if options["format"] == "json" else text
        try:
            self.stdout.write(printed)
            self.stdout.flush()
        except OSError as error:
            # A full disk, or a reader that has left: Python would write what is left once more as it ends, and fail.
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
            self.stderr.write(f"The result cannot be printed: {error.strerror}.")
            raise SystemExit(1) from None


def _check_text(options: dict[str, Any]) -> None:
    """Raises Refused for words that are no UTF-8: nothing here is called that, and no database takes them."""
    for word in options.values():
        if isinstance(word, str) and not word.isascii():
            try:
                word.encode()
            except UnicodeEncodeError as error:
                raise Refused(f"{word!r} is no UTF-8 text; nothing here is called that.") from error


def read_json(path: Path) -> Any:
    """What a JSON file holds (UTF-8, a BOM is accepted). Raises Refused: what is wrong with it, and where."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 text (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise Refused(f"{path} is no JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except (RecursionError, ValueError) as error:
        raise Refused(f"{path} is nested too deeply, or holds a number too long, to be read.") from error


def _sentence_of(error: Exception) -> str:
    """What a user is told of an exception that nobody anticipated."""
    if isinstance(error, DatabaseError) and not isinstance(error, DataError | IntegrityError):
        return f"The database does not answer as it should ({error}). Is it set up? Run `manage.py migrate`."
    noted = _note_failure(traceback.format_exc())
    return f"Something broke that is not your fault; nothing was stored. What broke stands in {noted}."


@contextmanager
def _tracebacks_kept() -> Iterator[None]:
    """Tracebacks that are logged meanwhile go to the file of failures; what is printed is the line alone."""

    def keep(record: logging.LogRecord) -> bool:
        if record.exc_info:
            _note_failure("".join(traceback.format_exception(*record.exc_info)))
            record.exc_info = record.exc_text = None
        return True

    handlers = list(logging.getLogger().handlers)
    for handler in handlers:
        handler.addFilter(keep)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(keep)


def _note_failure(failure: str) -> Path:
    """Keep the traceback for who mends it, out of the sight of who runs the command."""
    path: Path = settings.DATA_DIR / "errors.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{timezone.now().isoformat()}\n{failure}\n")
    return path


def settle() -> None:
    """Do here and now what follows from a command's work, and seal it: it returns when all is derived.

    What fails, as where another process was in the way, is tried again a few times. Raises Unsettled where that did
    not help: nobody should take what is there for all there is.
    """
    drain()
    while (late := failing_derivations()) and all(job.attempts < MOST_ATTEMPTS for job in late):
        time.sleep(max(0.0, (late[0].due_at - timezone.now()).total_seconds()))
        drain()
    seal_all()
    if late:
        first = f"{late[0].kind}: {late[0].last_error}"
        raise Unsettled(
            f"What was reported is stored, but not all that follows from it could be worked out ({first}). "
            "It is tried again by a worker, which `serve` is too, and by the next command."
        )
