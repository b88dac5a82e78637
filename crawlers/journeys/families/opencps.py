"""OpenCPS v2: the list of procedures has the search box, the app's links name the procedures."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    search_page="thu-tuc-hanh-chinh?page=1&agency=&domain=&level=",
    page=(r"/o/rest/v2/serviceinfos/(\d+).*$", r"/thu-tuc-hanh-chinh/\1"),
    results="a[href*='/thu-tuc-hanh-chinh/'], a[href*='serviceinfo' i]",
)
