"""OpenCPS v2: the list of procedures has the search box, the app's links name the procedures."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    search_page="thu-tuc-hanh-chinh?page=1&agency=&domain=&level=",
    results="a[href*='/thu-tuc-hanh-chinh/'], a[href*='serviceinfo' i]",
)
