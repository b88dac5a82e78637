"""An office names every paper it asks for; it does not reserve "other papers" or whatever an official may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.facts import folded_papers
from audits.gates import no_documents
from audits.kept import kept
from audits.matching.documents import LineKind, is_catch_all
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.text import Guarded, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Procedure, Verdict

TITLE = "Yêu cầu giấy tờ chung chung"
REMEDY = "Bỏ dòng ghi chung chung và liệt kê đích danh từng giấy tờ phải nộp như danh mục quốc gia."
SEVERITY = Severity.HIGH
VERSION = 3
CITATIONS = (Citation("nd-63-2010", "khoản 1 Điều 8"),)

# How the catalogue reserves unnamed papers: more freely than an office is accused of, for then the fault is not the office's.
_RESERVED = Guarded(
    r"\b(?:giấy tờ|tài liệu|hồ sơ|văn bản|chứng từ)(?: \w+){0,2} (?:khác|liên quan|cần thiết)"
    r"(?: (?:có|kèm|cần|liên quan|khác|theo|hợp pháp|pháp lý|tương đương|để|do|mà)\b|\W|$)",
    *(" khác", " liên quan", " cần thiết"),
)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict a line that reserves unnamed papers; one pass when no line does."""
    if reason := no_documents(pair):
        yield reason
        return
    assert pair.official is not None  # noqa: S101 - no_documents has seen to it
    clean = True
    texts = folded_papers(pair.published)
    for document, line, text in zip(pair.published.documents or (), pair.lines, texts, strict=True):
        if line.kind is LineKind.NOTE or not is_catch_all(text):
            continue
        clean = False
        if _reserves(pair.official):
            yield Skip(
                Sentence("danh mục quốc gia cũng viết chung chung (kiến nghị với Bộ, không phải lỗi của đơn vị)")
            )
        else:
            yield Fail(
                expected="; ".join(paper.name for paper in pair.official.documents or ()),
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


@kept
def _reserves(official: Procedure) -> bool:
    """Tell whether the catalogue itself asks for unnamed papers."""
    # "theo yêu cầu của cơ quan nhà nước" may be part of what the procedure is called.
    texts = [official.name, *(paper.name for paper in official.documents or ())]
    return any(is_catch_all(text) or _RESERVED.search(text) for text in map(fold, texts))
