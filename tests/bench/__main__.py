"""Runs every benchmark of this folder, one after the other: `make bench`, or `python -m tests.bench NAME…` for some.

A benchmark is a module `bench_NAME.py` with `main() -> int`: it prints both sides, the ratio and the goal, and gives
1 below the goal.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main(wanted: list[str]) -> int:
    names = [path.stem for path in sorted(Path(__file__).parent.glob("bench_*.py"))]
    chosen = [name for name in names if not wanted or name.removeprefix("bench_") in wanted]
    failed = []
    for name in chosen:
        print(f"== {name.removeprefix('bench_')}", flush=True)
        # a process each: no benchmark warms another's caches
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode:
            failed.append(name.removeprefix("bench_"))
    print(f"below the goal: {', '.join(failed)}" if failed else f"{len(chosen)} at or above the goal")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
