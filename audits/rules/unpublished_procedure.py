"""A unit publishes every procedure in force that is in its scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.codes import read_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import PublishedSource
    from audits.procedure import Verdict

TITLE = "Chưa công khai"
REMEDY = "Công khai đầy đủ thủ tục này theo nội dung của danh mục quốc gia."
SEVERITY = Severity.HIGH
VERSION = 3
CITATIONS = (Citation("nd-63-2010", "Điều 16"), Citation("nd-63-2010", "khoản 1 Điều 17"))


def check_source(source: PublishedSource) -> Iterator[Verdict]:
    """Yield one verdict a procedure of the unit's scope."""
    if source.scope is None:
        yield Skip(Sentence("chưa biết phạm vi thủ tục mà đơn vị phải công khai"))
        return
    if not source.whole:
        yield Skip(Sentence("chưa đọc được hết những gì nguồn công khai"))
        return
    for code in sorted(_national(raw) for raw in source.scope):
        official = source.catalogue.procedures.get(code)
        if official is None:
            yield Skip(Sentence("thủ tục trong phạm vi không có trong danh mục quốc gia tại ngày kiểm tra"))
        elif code in source.published:
            yield Pass()
        elif code in source.maybe:
            yield Skip(Sentence("có thể đã công khai dưới tên khác, cần người xem"))
        else:
            yield Fail(
                expected=official.name,
                found="",
                where="",
                code=code,
                why=Sentence(
                    "Thủ tục “{name}” (mã {code}) thuộc phạm vi của đơn vị nhưng không có trong các thủ tục đơn vị công khai.",
                    {"name": official.name, "code": code},
                ),
            )


def _national(raw: str) -> str:
    code = read_code(raw)
    return code.national if code else raw
