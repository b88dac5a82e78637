"""An office names every paper it asks for; it does not reserve "other papers" or whatever an official may ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.gates import no_documents
from audits.matching.documents import LineKind, is_catch_all
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Yêu cầu giấy tờ chung chung"
REMEDY = "Bỏ dòng ghi chung chung và liệt kê đích danh từng giấy tờ phải nộp như danh mục quốc gia."
SEVERITY = Severity.HIGH
VERSION = 3
CITATIONS = (Citation("nd-63-2010", "khoản 1 Điều 8"),)

# How the catalogue reserves unnamed papers: more freely than an office is accused of, for then the fault is not the office's.
_RESERVED = re.compile(
    r"\b(?:giấy tờ|tài liệu|hồ sơ|văn bản|chứng từ)(?: \w+){0,2} (?:khác|liên quan|cần thiết)"
    r"(?: (?:có|kèm|cần|liên quan|khác|theo|hợp pháp|pháp lý|tương đương|để|do|mà)\b|\W|$)"
)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict a line that reserves unnamed papers; one pass when no line does."""
    if reason := no_documents(pair):
        yield reason
        return
    official = pair.official.documents or () if pair.official else ()
    clean = True
    for document, line in zip(pair.published.documents or (), pair.lines, strict=True):
        if line.kind is LineKind.NOTE or not is_catch_all(fold(document.name)):
            continue
        clean = False
        # "theo yêu cầu của cơ quan nhà nước" may be part of what the procedure is called.
        texts = [fold(pair.official.name) if pair.official else "", *(fold(paper.name) for paper in official)]
        if any(is_catch_all(text) or _RESERVED.search(text) for text in texts):
            yield Skip(
                Sentence("danh mục quốc gia cũng viết chung chung (kiến nghị với Bộ, không phải lỗi của đơn vị)")
            )
        else:
            yield Fail(
                expected="; ".join(paper.name for paper in official),
                found=document.name,
                where=f"documents[{document.index}].name",
                document=document.index,
                why=Sentence(
                    "Thành phần hồ sơ ghi chung chung “{paper}”, không nêu rõ giấy tờ phải nộp, trong khi danh mục quốc gia liệt kê đủ từng giấy tờ.",
                    {"paper": document.name.strip()},
                ),
            )
    if clean:
        yield Pass()
