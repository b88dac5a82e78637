"""Where the real records lie, beside the checkout; tests and benchmarks that need them skip where they are not."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
