"""A source lists each procedure once, or, in lawful variants, with the case or place each variant is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.facts import FIELDS
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import PublishedSource
    from audits.procedure import Verdict

TITLE = "Công khai trùng"
REMEDY = "Giữ một bản công khai đúng cho mỗi thủ tục, hoặc ghi rõ mỗi bản dành cho trường hợp, địa bàn nào."
SEVERITY = Severity.LOW
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "Điều 16"),)


def check_source(source: PublishedSource) -> Iterator[Verdict]:
    """Yield one fail a procedure listed twice with different content; one pass when there is none."""
    for repeated in source.repeated:
        fields = ", ".join(FIELDS[field][0] for field in repeated.fields)
        yield Fail(
            expected=repeated.first,
            found=repeated.other,
            where="",
            code=repeated.code,
            why=Sentence(
                "Nguồn công khai thủ tục “{name}” (mã {code}) nhiều lần với {fields} khác nhau mà không nêu trường hợp hay địa bàn áp dụng.",
                {"name": repeated.name.strip(), "code": repeated.code, "fields": fields},
            ),
        )
    if not source.repeated:
        yield (
            Pass()
            if source.published
            else Skip(Sentence("nguồn không công khai mã thủ tục nên không xét được việc công khai trùng"))
        )
