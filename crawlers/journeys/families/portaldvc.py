"""portaldvc: the list of procedures has the search box, a procedure's page is /chi-tiet-thu-tuc/…."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    search_page="portaldvc/danh-muc-tthc",
    results="a[href*='chi-tiet-thu-tuc']",
)
