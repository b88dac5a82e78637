"""Which chromium is started, for whatever needs a browser: the system's own, else Playwright's."""

from __future__ import annotations

import os
import shutil
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

# No first-run pages, updates or background requests; no UDP and no look-up of names by the browser itself.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)


def launch_options(*flags: str) -> dict[str, Any]:
    """Return Playwright's options to launch a browser that asks for nothing but its pages, with further flags."""
    program = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    as_root = os.geteuid() == 0
    return {
        "executable_path": program,
        # A whole one: Playwright would take its shell, which has no switch against WebRTC's UDP and blocks no windows.
        "channel": "chromium" if program is None else None,
        "args": [*QUIET, *flags, *(["--no-sandbox"] if as_root else [])],
        "chromium_sandbox": not as_root,
        "timeout": 60_000,
    }
