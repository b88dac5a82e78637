"""Who files fully online is not ordered to hand in the same dossier on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import not_tried
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.visited import ServiceLevel
from crawlers.service_visits import ARRIVED, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.procedure import Verdict
    from audits.visited import Visited

TITLE = "Vẫn đòi hồ sơ giấy"
REMEDY = "Bỏ yêu cầu nộp hồ sơ giấy đối với hồ sơ nộp trực tuyến trên trang thủ tục và trong biểu mẫu điện tử."
SEVERITY = Severity.HIGH
VERSION = 1
CITATIONS = (Citation("nd-118-2025", "Điều 15", unverified=True),)


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict for the visit; a service that is only partly online may lawfully need paper."""
    visit = visited.visit
    if reason := not_tried(visited):
        yield reason
    elif visit.outcome in ARRIVED:
        yield Pass()
    elif visit.outcome is not Outcome.PAPER_DEMANDED:
        yield Skip(Sentence("không vào được bước nộp trực tuyến nên không thấy yêu cầu về hồ sơ giấy"))
    elif visited.level is not ServiceLevel.FULL:
        yield Skip(
            Sentence("dịch vụ không ghi là toàn trình, pháp luật chuyên ngành có thể cho phép đòi giấy, cần người xem")
        )
    else:
        yield Fail(
            expected="Hồ sơ nộp trực tuyến toàn trình không phải nộp lại bằng giấy",
            found=visit.why,
            where="outcome",
            why=Sentence(
                "Nộp trực tuyến thủ tục “{name}” vẫn bị đòi hồ sơ giấy: {why}",
                {"name": visited.pair.published.name.strip(), "why": visit.why.strip()},
            ),
        )
