"""What the log costs: writing entries with a capture, proofs in a tree a thousand times as large, walking all of it.

Each figure is a ratio of two times of this process on its processor, in one run. LEAVES sets the size of the large
tree, WALKED that of the log walked.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256

FOLDER = tempfile.TemporaryDirectory(prefix="seam-bench-")
os.environ["DATA_DIR"] = FOLDER.name
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LEAVES = int(os.environ.get("LEAVES", 10_000_000))
SMALL = 10_000
WALKED = int(os.environ.get("WALKED", 1_000_000))
LOTS = 4_000


def main() -> int:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return max(capture(), walk(), proofs())


def said(what: str, ours: str, theirs: str, ratio: float, goal: float) -> int:
    print(f"{what}\n  ours {ours}, against {theirs}: ratio {ratio:.2f}, goal at most {goal}")
    return int(ratio > goal)


# --- what entries cost in a capture


def capture() -> int:
    """The time spent in the recording helper, of the whole of an import with all that follows from it."""
    from django.utils import timezone

    from jobs.services import drain
    from ledger.domain.actor import COMMAND
    from ledger.services import seal_all
    from traceability.services.importing import import_lots

    spent = _watched()
    started = time.process_time()
    import_lots(sheets=list(_sheets()), by=COMMAND, now=timezone.now(), reason="bench")
    drain()
    whole = time.process_time() - started
    started = time.process_time()
    sealed = seal_all()
    print(f"  (sealing afterwards, by the sequencer: {(time.process_time() - started) / sealed * 1e6:.0f} µs an entry)")
    return said(f"recording in a capture of {LOTS} lots", f"{spent[0]:.2f} s", f"{whole:.2f} s", spent[0] / whole, 0.25)


def _watched() -> list[float]:
    """Measures the recording helper wherever a service took it in hand."""
    from ledger.services import recording

    spent, honest = [0.0], recording.record_many

    def timed(**arguments: object) -> object:
        started = time.process_time()
        try:
            return honest(**arguments)  # type: ignore[arg-type]
        finally:
            spent[0] += time.process_time() - started

    for module in list(sys.modules.values()):
        if getattr(module, "record_many", None) is honest:
            module.record_many = timed  # type: ignore[attr-defined]
    return spent


def _sheets() -> object:
    from traceability.domain.importing.reading import Sheet

    def sheet(name: str, header: str, rows: list[list[str]]) -> Sheet:
        return Sheet(f"{name}.csv", header.split(), list(enumerate(rows, start=2)))

    lots, events, lines, assays = [], [], [], []
    for n in range(LOTS):
        born = n % 4 == 3
        lots.append([f"L{n}", "rare_earths", "mixed_compound" if born else "ore", "253090", "mass_balance"])
        events.append(
            [f"E{n}", "transform" if born else "commission", f"2026-01-{1 + n % 28:02}T08:00:00+07:00", "F1", "P1"]
        )
        assays.append([f"A{n}", f"L{n}", "2026-01-01", "dry", "Nd2O3", "1.5"])
        if born:
            lines += [[f"E{n}", "input", f"L{m}", "900", "KGM", "dry"] for m in (n - 3, n - 2, n - 1)]
        lines.append([f"E{n}", "output", f"L{n}", "2600" if born else "1000", "KGM", "dry"])
    yield sheet("parties", "party_id name country", [["P1", "Party", "VN"]])
    yield sheet("facilities", "facility_id name kind country", [["F1", "Mine", "mine", "VN"]])
    yield sheet("lots", "lot_id mineral material hs_code custody_model", lots)
    yield sheet("assays", "assay_id lot_id sampled_on basis analyte grade_pct", assays)
    yield sheet("events", "event_id kind occurred_at facility_id party_id", events)
    yield sheet("event_lines", "event_id role lot_id quantity unit basis", lines)


# --- proofs in a large tree


def proofs() -> int:
    """The median of inclusion and consistency proofs, read from tables of both sizes; hashes are random."""
    small, large = _proof_time(SMALL), _proof_time(LEAVES)
    return said(
        f"a proof among {LEAVES:,} entries, against one among {SMALL:,}",
        f"{large * 1e3:.2f} ms", f"{small * 1e3:.2f} ms", large / small, 2.0,
    )  # fmt: skip


def _proof_time(size: int) -> float:
    from ledger.domain import nodes
    from ledger.reading import read_nodes

    _fill(size)
    chance = random.Random(7)
    times = []
    for _ in range(300):
        index, older = chance.randrange(size), chance.randrange(1, size)
        started = time.process_time()
        nodes.inclusion_path(read_nodes, index, size)
        nodes.consistency_path(read_nodes, older, size)
        times.append((time.process_time() - started) / 2)
    return statistics.median(times)


def _fill(size: int) -> None:
    """Leaves and kept nodes of a tree of random hashes, by one statement a level, past the guards and foreign keys."""
    from django.db import connection

    series = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
    with connection.cursor() as cursor:
        _unguarded(cursor)
        cursor.execute(
            f'INSERT INTO ledger_leaf ("index", entry_id, hash) {series}'
            " SELECT i, i, lower(hex(randomblob(32))) FROM n",
            [size - 1],
        )
        level = 4
        while size >> level:
            cursor.execute(
                f'INSERT INTO ledger_node (level, "index", hash) {series}'
                f" SELECT {level}, i, lower(hex(randomblob(32))) FROM n",
                [(size >> level) - 1],
            )
            level += 4


def _unguarded(cursor: object) -> None:
    for statement in (
        "PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF",
        *(f"DROP TRIGGER IF EXISTS {table}_no_delete" for table in ("ledger_leaf", "ledger_node", "ledger_entry",
                                                                    "ledger_treehead")),
        "DELETE FROM ledger_leaf", "DELETE FROM ledger_node", "DELETE FROM ledger_treehead",
    ):  # fmt: skip
        cursor.execute(statement)  # type: ignore[attr-defined]


# --- walking the whole log


def walk() -> int:
    """From the rows of the database to the root: writing each entry out, hashing it, joining the tree, comparing.

    Against hashlib over the same leaves and nodes. How long the database takes to give the rows is said beside.
    """
    from ledger.checking import _check_leaves, _Tree
    from ledger.walking import read, stretch

    texts = _written(WALKED)
    whole = _best(lambda: _check_leaves(WALKED))
    rows = list(read(WALKED))

    def verify() -> None:
        tree = _Tree()
        for some in rows:
            tree.take(stretch(some))

    ours, theirs = _best(verify), _best(lambda: _hashed(texts))
    print(f"  (with reading the rows from SQLite: {whole:.2f} s, {whole / theirs:.1f} times)")
    return said(f"verifying {WALKED:,} entries", f"{ours:.2f} s", f"hashlib {theirs:.2f} s", ours / theirs, 3.0)


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(2):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def _hashed(texts: list[bytes]) -> None:
    """The named baseline: SHA-256 of each leaf, then of each pair of nodes, level by level, with nothing around it."""
    row = [sha256(b"\x00" + text).digest() for text in texts]
    while len(row) > 1:
        row = [sha256(b"\x01" + row[n] + row[n + 1]).digest() for n in range(0, len(row) - 1, 2)]


def _written(count: int) -> list[bytes]:
    """A log of events as an import writes them, with its leaves and nodes as the sequencer makes them."""
    from django.db import connection

    from ledger.domain.nodes import Growth
    from ledger.walking import stretch

    after = ('{"corrects_event_id":null,"facility_id":"MY-PLANT-1","kind":"ship","lines":[{"basis":"dry","lot_id":"%d",'
             '"quantity":"1650","role":"item","unit":"KGM"}],"occurred_at":"2026-01-20T09:00:00+08:00"}')  # fmt: skip
    entries = [
        (n, "2026-11-25 09:00:00.000000", "p-1", "import", "report", "event", f"EV-{n}", "null", after % n, "bench")
        for n in range(1, count + 1)
    ]
    rows = [
        (n - 1, "", n, n, "2026-11-25T09:00:00.000000Z", actor, door, action, kind, name, before, state, reason)
        for n, _at, actor, door, action, kind, name, before, state, reason in entries
    ]
    texts = [str(text).encode() for text in stretch(rows).texts]
    hashed = [sha256(b"\x00" + text).digest() for text in texts]
    nodes = Growth(0, lambda wanted: {}).extend(hashed)
    with connection.cursor() as cursor:
        _unguarded(cursor)
        cursor.execute("DELETE FROM ledger_pending")
        cursor.execute("DELETE FROM ledger_entry")
        cursor.executemany(f"INSERT INTO ledger_entry VALUES ({','.join(['%s'] * 10)})", entries)
        leaves = [(n, one.hex(), n + 1) for n, one in enumerate(hashed)]
        cursor.executemany('INSERT INTO ledger_leaf ("index", hash, entry_id) VALUES (%s, %s, %s)', leaves)
        kept = [(level, index, node.hex()) for (level, index), node in nodes]
        cursor.executemany('INSERT INTO ledger_node (level, "index", hash) VALUES (%s, %s, %s)', kept)
    return texts


if __name__ == "__main__":
    sys.exit(main())
