"""“/nop-ho-so” eForm: a table with a button a row, and a window “Thông tin chung” whose “Xác nhận” only confirms the choice before the login."""

from __future__ import annotations

from crawlers.journeys.families import By, Journey

JOURNEY = Journey(
    search="danh-sach-thu-tuc?vneid=1&MaTTHC={query}",
    results="table a[href], main a[href]",
    confirms=(By(role="button", name=r"^\W*xác nhận\W*$"),),
)
