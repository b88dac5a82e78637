"""A service that is called fully online needs neither paper nor presence and has its form online."""

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

TITLE = "Sai mức độ cung cấp"
REMEDY = "Cung cấp đúng mức toàn trình, hoặc công bố lại là một phần kèm lý do và quy định của pháp luật chuyên ngành."
SEVERITY = Severity.MEDIUM
VERSION = 1
CITATIONS = (Citation("nd-42-2022", "Điều 11"), Citation("nd-224-2026", "Điều 14"))


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict for the visit; a way in that is broken says nothing of the level."""
    visit = visited.visit
    if reason := not_tried(visited):
        yield reason
    elif visited.level is None:
        yield Skip(Sentence("nguồn không nêu mức độ cung cấp dịch vụ công trực tuyến"))
    elif visited.level is not ServiceLevel.FULL or visit.outcome in ARRIVED:
        yield Pass()
    elif visit.outcome in {Outcome.PAPER_DEMANDED, Outcome.NOT_ONLINE}:
        yield Fail(
            expected="Toàn trình: không phải nộp giấy, không phải đến nơi, có biểu mẫu trực tuyến",
            found=visit.why,
            where="outcome",
            why=Sentence(
                "Thủ tục “{name}” được công bố là “{level}” nhưng không làm được toàn trình: {why}",
                {"name": visited.pair.published.name.strip(), "level": visited.claimed, "why": visit.why.strip()},
            ),
        )
    else:
        yield Skip(Sentence("đường nộp trực tuyến không hoạt động nên không xét được mức độ cung cấp"))
