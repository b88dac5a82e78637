"""Cổng Dịch vụ công quốc gia: an app over a JSON API that is asked by POST (shared/portals.md, section 2.1)."""

from __future__ import annotations

from crawlers.journeys.families import By, Journey

JOURNEY = Journey(
    search="tra-cuu-thu-tuc/danh-sach?keyword={query}",
    results=(By(css="a[href*='/thu-tuc-hanh-chinh/']"),),
    reading=(
        "/configuring/citizen/department/list-with-location",
        "/submitting/formality/list-department-url-by-citizen",
        "/configuring/formality/get-formality-form-by-citizen",
        "/submitting/preview-attachment",
    ),
)
