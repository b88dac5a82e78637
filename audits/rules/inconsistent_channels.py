"""A unit publishes the same limits and fees of a procedure in every place where it publishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.facts import FIELDS
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import PublishedSource
    from audits.procedure import Verdict

TITLE = "Không thống nhất giữa các kênh"
REMEDY = "Đối chiếu với danh mục quốc gia và công khai thống nhất một nội dung trên mọi kênh của đơn vị."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "Điều 16"), Citation("nd-63-2010", "khoản 1 Điều 17"))


def check_source(source: PublishedSource) -> Iterator[Verdict]:
    """Yield one fail a procedure that another place of the unit shows otherwise; one pass when there is none."""
    if source.across is None:
        yield Skip(Sentence("chỉ có một kênh công khai của đơn vị được kiểm tra"))
        return
    for differing in source.across:
        fields = ", ".join(FIELDS[field][0] for field in differing.fields)
        yield Fail(
            expected=differing.first,
            found=differing.other,
            where="",
            code=differing.code,
            why=Sentence(
                "Hai kênh của cùng một đơn vị công khai {fields} của thủ tục “{name}” (mã {code}) khác nhau: {first} và {other}.",
                {
                    "fields": fields,
                    "name": differing.name.strip(),
                    "code": differing.code,
                    "first": differing.first,
                    "other": differing.other,
                },
            ),
        )
    if not source.across:
        yield Pass()
