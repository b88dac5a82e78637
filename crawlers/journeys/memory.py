"""Memory that was let go of goes back to the system: what a page or a picture takes for a moment is not kept for the next."""

from __future__ import annotations

import ctypes

LARGE = 131_072
"""Bytes from which on a block is a mapping of its own; glibc begins with that, and goes up to 32 MiB as large blocks are freed."""
ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": str(LARGE),
    "MALLOC_MMAP_THRESHOLD_": str(LARGE),
}
"""Says so to a program that is started."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h


def keep_little() -> None:
    """Say so to this process, where its C library hears it (glibc)."""
    say = getattr(ctypes.CDLL(None), "mallopt", None)
    if say is not None:
        say(_TRIM_THRESHOLD, LARGE)
        say(_MMAP_THRESHOLD, LARGE)
