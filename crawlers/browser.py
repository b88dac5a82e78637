"""The download handler of crawls that need a browser; a module of its own, for only they import it."""

from __future__ import annotations

from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler  # type: ignore[import-untyped]

from crawlers.lenient import Lenient


class LenientBrowser(Lenient, ScrapyPlaywrightDownloadHandler):  # type: ignore[misc] # the base has no types
    """The handler with a browser, and beside it one that does not verify certificates."""
