"""A full recompute of 11 countries, 20 minerals, 3 domains and 5,000 facts against the same rules over naive ORM.

When every fact has a new version: 30 times faster; when one has: 100 times; under 15 queries. Both sides in one run on
one database, with equal levels; on SQLite, which works in this process, CPU time is compared, so that other work on the
machine does not count.
"""

from __future__ import annotations

import sys

from tests.bench.scratch import for_each_database, fresh, verdict, workplace

FACTS, ALL_GOAL, ONE_GOAL, MOST_QUERIES = 5_000, 30, 100, 15


def main() -> int:
    if len(sys.argv) < 2:
        return for_each_database("tests.bench.bench_scores")
    kind = sys.argv[1]
    with workplace(kind), fresh("scores"):
        from tests.bench.score_recompute import measure

        found = measure(FACTS)
    print(f" {kind}: naive {found.naive:.2f} s; all change {found.all_change * 1000:.0f} ms; "
          f"one changes {found.one_changes * 1000:.0f} ms; {found.queries} queries")  # fmt: skip
    kept = [
        verdict("naive ORM / all change", found.naive / found.all_change, ALL_GOAL),
        verdict("naive ORM / one changes", found.naive / found.one_changes, ONE_GOAL),
        verdict("queries of a recompute", found.queries, MOST_QUERIES - 1, at_most=True),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
