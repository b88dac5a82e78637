"""“/nop-ho-so” eForm: a table with a button a row, and a window “Thông tin chung” whose “Xác nhận” only confirms the choice before the login."""

from __future__ import annotations

from crawlers.journeys.families import By, Journey

_CHOICE = r"^\W*xác nhận\W*$"

JOURNEY = Journey(
    search="danh-sach-thu-tuc?vneid=1&MaTTHC={query}",
    results="table a[href], main a[href]",
    way_in=(By(role="link", name=_CHOICE), By(role="button", name=_CHOICE)),
    confirms=(By(role="button", name=_CHOICE),),
)
