"""VNPT iGate 1: search by GET, a list of links, "Nộp trực tuyến" to the choice of a case."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    search="bothutuc/listThuTuc?co_quan_cha=&linh_vuc=&muc_do=&tukhoa={query}&per_page=50&page=1",
    results=".list-tthc li a.tthc-name",
)
