"""Takes a picture of a report: `python -m tests.screenshot REPORT.html OUT.png [WIDTH HEIGHT]`; OUT.pdf prints it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser import chromium


def take(report: Path, out: Path, width: int = 1280, height: int = 900) -> None:
    """Write the top of the report as PNG at that window size in pixels, or, to a name ending in .pdf, print it whole."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(report.resolve().as_uri())
        if out.suffix == ".pdf":
            page.pdf(path=out, prefer_css_page_size=True)
        else:
            page.screenshot(path=out)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:5]))
