"""An as-of scorecard over 1,000,000 rows of the past against django-simple-history's `as_of()` over as many rows.

50 times faster, and within 3 times of itself over 10,000 rows. 1,000 facts stand on both sides, with 10 or 1,000
versions each; simple-history has as many instruments with as many edits, and only reads them, where the card is worked
out as well. The card is asked at five instants, each first and then again. On SQLite, by CPU time of this process.
`ROWS=100000` in the environment makes it smaller.
"""

from __future__ import annotations

import os
import sys

from tests.bench.scratch import for_each_database, fresh, verdict, workplace

ROWS = int(os.environ.get("ROWS", "1000000"))
RATIO_GOAL, FLAT_GOAL = 50, 3


def main() -> int:
    if len(sys.argv) < 2:
        return for_each_database("tests.bench.bench_scores_as_of")
    kind = sys.argv[1]
    with workplace(kind), fresh("as_of"):
        from tests.bench.score_pasts import FEW, measure

        found = measure(ROWS)
    print(f" {kind}: as-of card {found.few * 1000:.0f} ms over {FEW:,} rows, {found.many * 1000:.0f} ms over {ROWS:,}"
          f" and {found.again * 1000:.1f} ms asked again")  # fmt: skip
    print(f" the facts known alone {found.known * 1000:.0f} ms; simple-history's as_of() {found.theirs:.2f} s")
    kept = [
        verdict("simple-history's as_of() / as-of card first asked", found.theirs / found.many, RATIO_GOAL),
        verdict("simple-history's as_of() / as-of card asked again", found.theirs / found.again, RATIO_GOAL),
        verdict("as-of card first asked, all rows / few", found.many / found.few, FLAT_GOAL, at_most=True),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
