"""Cổng Dịch vụ công quốc gia to early 2026: the search box asks the gateway by POST, which the platform declares as reading."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    search_page="p/home/dvc-tthc-thu-tuc-hanh-chinh.html",
    results="a[href*='dvc-chi-tiet-thu-tuc']",
)
