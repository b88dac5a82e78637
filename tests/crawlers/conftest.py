from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawlers.crawl import crawl
from crawlers.settings import settings
from crawlers.targets import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crawlers.records import SourceReport


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Short patience for every crawl, and none of the developer's own settings."""
    monkeypatch.setenv("SOAT_TIMEOUT", "5")
    monkeypatch.setenv("SOAT_RETRIES", "0")
    monkeypatch.delenv("SOAT_CONTACT", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., SourceReport]:
    """Crawl one target into tmp_path (`published.jsonl`, `captures/`), and return its report."""

    def crawl_one(platform: str, url: str, **more: object) -> SourceReport:
        target = Target("h99", "UBND tỉnh Mẫu", "province", platform, url, **{"delay": 0.0, "parallel": 4, **more})  # type: ignore[arg-type]
        (report,) = crawl([target], published=tmp_path / "published.jsonl", captures=tmp_path / "captures")
        return report

    return crawl_one
