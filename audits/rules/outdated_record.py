"""A published record follows the official procedure as it stands today, not as it stood before its last change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.calendar import working_days_after
from audits.facts import FIELDS, as_published
from audits.gates import not_comparable
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.catalogue import Earlier
    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Nội dung chưa cập nhật"
REMEDY = "Cập nhật nội dung công khai theo phiên bản hiện hành của danh mục quốc gia."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "Điều 16"), Citation("nd-63-2010", "Điều 24"))
CLOCK = 5
"""Working days a province has to follow a change (NĐ 63 Điều 24 khoản 2)."""


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure: a fail only where a field equals an earlier version's and not today's."""
    if reason := not_comparable(pair):
        yield reason
        return
    assert pair.official is not None  # noqa: S101 - not_comparable has seen to it
    code = pair.official.code.national if pair.official.code else ""
    earlier = pair.catalogue.earlier.get(code, ())
    if not earlier:
        yield Skip(Sentence("chưa có phiên bản cũ hơn của thủ tục này trong danh mục đã nhập"))
        return
    outdated = next(((state, field) for state in earlier for field in FIELDS if _stands_as(pair, state, field)), None)
    if outdated is None:
        yield Pass()
        return
    state, field = outdated
    name, where, _ = FIELDS[field]
    until = working_days_after(state.replaced_on, CLOCK)
    if until is None or pair.on <= until:
        yield Skip(Sentence("còn trong thời hạn cập nhật sau khi danh mục quốc gia thay đổi"))
        return
    yield Fail(
        expected=as_published(pair.official, field),
        found=as_published(pair.published, field),
        where=where,
        why=Sentence(
            "Đơn vị vẫn công khai {field} theo phiên bản cũ của danh mục quốc gia, đã được thay thế từ ngày {day}.",
            {"field": name, "day": state.replaced_on.strftime("%d/%m/%Y")},
        ),
    )


def _stands_as(pair: Pair, state: Earlier, field: str) -> bool:
    """Tell whether the field is published as it stood then, and certainly not as it stands today."""
    _, _, read = FIELDS[field]
    published, then, today = (read(each) for each in (pair.published, state.procedure, pair.official or pair.published))
    if published is None or then is None or today is None or published != then:
        return False
    return published != today if field == "documents" else published.isdisjoint(today)
