"""Who looks for a procedure on the portal by its code, its name or its name without accents finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import not_tried
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.procedure import Verdict
    from audits.visited import Visited

TITLE = "Không tìm thấy khi tìm kiếm"
REMEDY = "Sửa ô tìm kiếm để tìm được thủ tục theo mã, theo tên và theo tên không dấu."
SEVERITY = Severity.LOW
VERSION = 1
CITATIONS = (Citation("qd-766-2022", "nhóm chỉ số cung cấp dịch vụ công trực tuyến,"),)

KINDS = ("code", "name", "unaccented")
"""The ways of asking that must not all fail; a name with a slip in it never counts."""


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict for the visit: a fail only where each of the three questions was asked and none had the procedure."""
    visit = visited.visit
    asked = {kind: [one for one in visit.search if one.kind == kind and one.asked] for kind in KINDS}
    if reason := not_tried(visited):
        yield reason
    elif any(one.rank is not None for questions in asked.values() for one in questions):
        yield Pass()
    elif not all(asked.values()):
        yield Skip(Sentence("chưa hỏi được ô tìm kiếm đủ cả ba cách: theo mã, theo tên, theo tên không dấu"))
    elif not visited.listed and visit.url is None:
        yield Skip(Sentence("chưa chắc cổng có công khai thủ tục này nên không xét việc tìm kiếm"))
    else:
        queries = [one.query for questions in asked.values() for one in questions]
        yield Fail(
            expected="Tìm theo mã, theo tên hoặc theo tên không dấu đều thấy thủ tục",
            found="; ".join(queries),
            where="search",
            why=Sentence(
                "Ô tìm kiếm của cổng không ra thủ tục “{name}” khi tìm theo mã, theo tên và theo tên không dấu.",
                {"name": visited.pair.published.name.strip()},
            ),
        )
