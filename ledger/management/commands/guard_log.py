"""Put the guards of append-only tables in place, and take a database role's rights to change those tables."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection

from ledger import guards
from ledger.commands import SeamCommand


class Command(SeamCommand):
    help = "Puts back the guards of append-only tables; --role takes UPDATE, DELETE and TRUNCATE on them from a role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", help="the PostgreSQL role that web and worker run as; another one migrates")

    def work(self, **options: Any) -> Any:
        role = options["role"]
        if role and connection.vendor != "postgresql":
            raise CommandError("Roles are PostgreSQL's; SQLite has none: there the guards alone stand.")
        if role and not re.fullmatch(r"\w{1,63}", role):
            raise CommandError(f"{role!r} is no name of a role.")
        missing = guards.missing()
        guards.install()
        return {"put_back": missing, "tables": guards.revoke(role) if role else [], "role": role}

    def text(self, result: Any) -> str:
        lines = [f"guards put back: {', '.join(result['put_back']) or 'none was missing'}"]
        if result["role"]:
            lines.append(f"{result['role']} may only add to: {', '.join(result['tables'])}")
        return "\n".join(lines)
