"""Where the schemas and instances of GS1 and UN/CEFACT lie."""

from __future__ import annotations

import os
from pathlib import Path


def conformance() -> Path:
    """CONFORMANCE_DIR, or the folder beside the clone that CI names."""
    return Path(os.environ.get("CONFORMANCE_DIR") or Path(__file__).parents[2] / "shared" / "conformance")
