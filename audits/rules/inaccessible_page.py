"""A procedure's page can be used by people who see little, by keyboard and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import not_tried
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.procedure import Verdict
    from audits.visited import Visited

TITLE = "Khó tiếp cận"
REMEDY = "Sửa các lỗi tiếp cận nêu trong dấu hiệu và cho trang co vừa màn hình điện thoại."
SEVERITY = Severity.LOW
VERSION = 1
CITATIONS = (Citation("nd-224-2026", "điểm a, điểm b khoản 2 Điều 15"),)
OF_SITE = True

GRAVE = frozenset({"serious", "critical"})
"""What axe-core calls the impact of failures that keep people out."""


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict for the visit: a fail for grave failures of axe-core's rules, or where a phone cannot show the page."""
    axe, phone = visited.visit.checks.axe, visited.visit.checks.phone
    if reason := not_tried(visited):
        yield reason
        return
    faults = sorted({f"{one.help or one.id} ({one.id})" for one in axe or () if one.impact in GRAVE})
    where = "checks.axe"
    if phone is not None and (phone.scrolls or phone.way_in is False):
        where = where if faults else "checks.phone"
        faults += [f"ở bề rộng {phone.width} điểm ảnh trang phải cuộn ngang"] * phone.scrolls
        faults += [f"ở bề rộng {phone.width} điểm ảnh không thấy nút nộp"] * (phone.way_in is False)
    if faults:
        told = "; ".join(faults)
        yield Fail(
            expected="Trang thủ tục không có lỗi tiếp cận nghiêm trọng và dùng được trên điện thoại",
            found=told,
            where=where,
            why=Sentence("Trang thủ tục khó dùng với một bộ phận người dân: {faults}.", {"faults": told}),
        )
    elif axe is None or phone is None:
        yield Skip(Sentence("chưa kiểm tra được trang về khả năng tiếp cận hoặc trên điện thoại"))
    else:
        yield Pass()
