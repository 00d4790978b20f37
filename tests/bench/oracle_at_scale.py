"""The engine against the oracle on a large chain with every fault planted: no benchmark, a longer check.

    python -m tests.bench.oracle_at_scale sqlite 20000 40       lots, imports
    python -m tests.bench.oracle_at_scale postgres 100000 16

It takes minutes, most of them the oracle's, which works in fractions, and says how far it has come. Ends with an error
where a finding is missing or stands besides, or a share is off by more than the contract allows.
"""

from __future__ import annotations

import sys
import time

from tests.bench.scratch import fresh, workplace

SEED = 7


def main(kind: str, lots: int, count: int) -> None:
    from tests.lot_generator import generate, spoil

    began = time.monotonic()
    with workplace(kind), fresh("oracle"):
        from tests.lot_checks import check_chain

        tables = spoil(generate(SEED, lots), SEED, share=0.02)
        sizes = ", ".join(f"{len(rows)} {name}" for name, rows in tables.items())
        print(f"{kind}, seed {SEED}: {sizes}; {count} imports", flush=True)
        check_chain(
            tables, SEED, count=count, tell=lambda step: print(f"{time.monotonic() - began:7.0f} s  {step}", flush=True)
        )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
