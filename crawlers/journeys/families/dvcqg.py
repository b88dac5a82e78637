"""Cổng Dịch vụ công quốc gia: an app over a JSON API that is asked by POST."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    search="tra-cuu-thu-tuc/danh-sach?keyword={query}",
    results="a[href*='/thu-tuc-hanh-chinh/']",
    reading=(
        "/configuring/citizen/department/list-with-location",
        "/submitting/formality/list-department-url-by-citizen",
        "/configuring/formality/get-formality-form-by-citizen",
        "/submitting/preview-attachment",
    ),
)
