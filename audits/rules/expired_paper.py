"""An office no longer asks for papers that the law has done away with."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from audits.facts import folded_papers, plain_papers
from audits.gates import no_documents, no_papers_asked
from audits.matching.documents import LineKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.text import Guarded, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict
    from audits.visited import Visited

TITLE = "Giấy tờ không còn giá trị"
REMEDY = "Bỏ giấy tờ đã hết giá trị khỏi thành phần hồ sơ và tự khai thác thông tin thay thế trong Cơ sở dữ liệu quốc gia về dân cư."
SEVERITY = Severity.HIGH
VERSION = 3
CITATIONS = (Citation("nd-104-2022", "Điều 14"),)

# The paper, and the first day on which it may no longer be asked for (Luật Cư trú 2020, khoản 3 Điều 38; NĐ 104/2022).
PAPERS = (
    (
        Guarded(
            r"sổ (?:đăng ký )?hộ khẩu|hộ khẩu (?:gia đình|thường trú)|bản (?:sao|chụp|chính|photo)(?: (?:có )?(?:công chứng|chứng thực))? hộ khẩu|^\W*hộ khẩu\b",
            "hộ khẩu",
        ),
        date(2023, 1, 1),
    ),
    (Guarded(r"sổ (?:đăng ký )?tạm trú", "tạm trú"), date(2023, 1, 1)),
)
_NOT_ASKED = re.compile(r"không (?:phải |cần )?(?:yêu cầu|nộp|xuất trình|sử dụng)|thay (?:cho|thế)|bãi bỏ|bỏ yêu cầu")


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one fail a line that asks for an expired paper; one pass when no line does."""
    if reason := no_documents(pair):
        yield reason
        return
    clean = True
    texts = plain_papers(pair.published)
    for document, line, text in zip(pair.published.documents or (), pair.lines, texts, strict=True):
        for paper, since in PAPERS:
            found = paper.search(text)
            if found is None or pair.on < since or line.kind is LineKind.NOTE or _NOT_ASKED.search(text):
                continue
            clean = False
            if _in_catalogue(pair, paper):
                yield Skip(
                    Sentence("danh mục quốc gia cũng còn ghi giấy tờ này (kiến nghị với Bộ, không phải lỗi của đơn vị)")
                )
            else:
                yield Fail(
                    expected="; ".join(paper.name for paper in pair.official_documents(document.index)),
                    found=document.name,
                    where=f"documents[{document.index}].name",
                    document=document.index,
                    why=Sentence(
                        "Đơn vị vẫn yêu cầu “{paper}”, giấy tờ không còn giá trị sử dụng từ ngày {since}.",
                        {"paper": found[0], "since": since.strftime("%d/%m/%Y")},
                    ),
                )
            break
    if clean:
        yield Pass()


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one fail an expired paper that the e-form says must be attached; one pass when it asks for none."""
    if reason := no_papers_asked(visited):
        yield reason
        return
    pair = visited.pair
    told = {fold(document.name) for document in pair.published.documents or ()}
    clean = True
    for index, upload in enumerate(visited.visit.uploads or ()):
        text = fold(upload.name)
        for paper, since in PAPERS:
            found = paper.search(text)
            if not upload.required or found is None or pair.on < since or _NOT_ASKED.search(text):
                continue
            clean = False
            if _in_catalogue(pair, paper):
                yield Skip(
                    Sentence("danh mục quốc gia cũng còn ghi giấy tờ này (kiến nghị với Bộ, không phải lỗi của đơn vị)")
                )
            elif text in told:
                yield Skip(Sentence("giấy tờ này đã là một dấu hiệu ở thành phần hồ sơ công khai"))
            else:
                yield Fail(
                    expected="; ".join(each.name for each in (pair.official and pair.official.documents) or ()),
                    found=upload.name,
                    where=f"uploads[{index}].name",
                    paper=upload.name,
                    why=Sentence(
                        "Biểu mẫu điện tử vẫn bắt buộc đính kèm “{paper}”, giấy tờ không còn giá trị sử dụng từ ngày {since}.",
                        {"paper": found[0], "since": since.strftime("%d/%m/%Y")},
                    ),
                )
            break
    if clean:
        yield Pass()


def _in_catalogue(pair: Pair, paper: Guarded) -> bool:
    return pair.official is not None and paper.search(" ; ".join(folded_papers(pair.official))) is not None
