"""A portal names a telephone number and a page for feedback, and both are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import not_tried
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.procedure import Verdict
    from audits.visited import Visited

TITLE = "Kênh phản ánh không hoạt động"
REMEDY = "Công khai số điện thoại và trang tiếp nhận phản ánh, kiến nghị trên cổng, bảo đảm cả hai đều hoạt động."
SEVERITY = Severity.MEDIUM
VERSION = 1
CITATIONS = (
    Citation("nd-20-2008", "quy định về tiếp nhận phản ánh, kiến nghị tại"),
    Citation("tt-02-2017-vpcp", "quy định về công khai địa chỉ tiếp nhận phản ánh, kiến nghị tại"),
)
OF_SITE = True


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict for the visit; only where the number and the page were both looked at."""
    feedback, hotline = visited.visit.checks.feedback, visited.visit.checks.hotline
    if reason := not_tried(visited):
        yield reason
        return
    if feedback is None or hotline is None or (feedback.found and feedback.alive is None):
        yield Skip(Sentence("chưa xem được cả đường dây nóng lẫn trang tiếp nhận phản ánh, kiến nghị"))
        return
    faults = []
    if not feedback.found:
        faults.append("không có trang tiếp nhận phản ánh, kiến nghị")
    elif not feedback.alive:
        answer = f"HTTP {feedback.status}" if feedback.status else "không trả lời"
        faults.append(f"trang tiếp nhận phản ánh, kiến nghị {feedback.url or ''} không hoạt động ({answer})")
    if not (hotline.number or "").strip():
        faults.append("không có số điện thoại đường dây nóng")
    if not faults:
        yield Pass()
        return
    told = "; ".join(faults)
    yield Fail(
        expected="Có số điện thoại và trang tiếp nhận phản ánh, kiến nghị đang hoạt động",
        found=told,
        where="checks.feedback" if not feedback.alive else "checks.hotline",
        why=Sentence("Cổng thiếu kênh phản ánh, kiến nghị hoạt động được: {faults}.", {"faults": told}),
    )
