"""Cổng Dịch vụ công quốc gia: an app over a JSON API that is asked by POST; form files as well, by their id."""

from __future__ import annotations

from crawlers.journeys.families import Journey, Preview
from crawlers.platforms.dvcqg import DETAIL

JOURNEY = Journey(
    search="tra-cuu-thu-tuc/danh-sach?keyword={query}",
    results="a[href*='/thu-tuc-hanh-chinh/']",
    reading=(
        "/configuring/citizen/department/list-with-location",
        "/submitting/formality/list-department-url-by-citizen",
        "/configuring/formality/get-formality-form-by-citizen",
    ),
    preview=Preview(
        told=DETAIL,
        asked="/submitting/preview-attachment",
        field="fileId",
        files=("data", "executionCases", "profileComponents", "attachments"),
        code=("data", "code"),
    ),
)
