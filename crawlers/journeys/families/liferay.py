"""Liferay portlets: search and paging go by the portlet's own parameters, so the search box of its page is used."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    search_page="dich-vu-cong",
    results="li a[href*='p_p_id'], li div a[href]",
)
