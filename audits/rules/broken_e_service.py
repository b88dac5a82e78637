"""A service that is said to be online can be reached online, up to the login or the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import not_tried
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from crawlers.service_visits import ARRIVED, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.procedure import Verdict
    from audits.visited import Visited

TITLE = "Dịch vụ công không hoạt động"
REMEDY = "Khôi phục đường nộp hồ sơ trực tuyến của thủ tục này và kiểm tra lại từ trang thủ tục đến bước đăng nhập, điền tờ khai."
SEVERITY = Severity.HIGH
VERSION = 1
CITATIONS = (Citation("nd-42-2022", "Điều 12"), Citation("nd-224-2026", "Điều 15"))

_BROKEN = frozenset({Outcome.BROKEN, Outcome.LOGIN_LOOP, Outcome.NO_WAY_IN})


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict for the visit: a fail where the way in ended, twice, in an error, a loop or nothing."""
    visit = visited.visit
    if reason := not_tried(visited):
        yield reason
    elif visit.outcome in ARRIVED:
        yield Pass()
    elif visit.outcome not in _BROKEN:
        yield Skip(
            Sentence(
                "đường nộp không hỏng: trang không cung cấp nộp trực tuyến hoặc đòi hồ sơ giấy, xét ở quy tắc khác"
            )
        )
    elif not visited.claims_online:
        yield Skip(Sentence("thủ tục không được công bố là cung cấp trực tuyến"))
    else:
        yield Fail(
            expected="Nộp được hồ sơ trực tuyến: từ trang thủ tục tới bước đăng nhập hoặc tờ khai điện tử",
            found=visit.why,
            where="outcome",
            why=Sentence(
                "Dịch vụ công trực tuyến “{name}” không dùng được, đã thử lại vẫn vậy: {why}",
                {"name": visited.pair.published.name.strip(), "why": visit.why.strip()},
            ),
        )
