"""An office asks for no more sets, originals or copies of a paper than the official procedure does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.facts import plain_papers
from audits.gates import no_documents
from audits.matching.documents import SURE, LineKind
from audits.matching.papers import read_paper
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.quantities import quantity_in_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Quantity, RequiredDocument, Verdict

TITLE = "Vượt số bộ, số bản"
REMEDY = "Giảm số bộ, số bản phải nộp về đúng số lượng trong danh mục quốc gia."
SEVERITY = Severity.MEDIUM
VERSION = 4
CITATIONS = (Citation("nd-63-2010", "điểm d khoản 2 Điều 8"), Citation("nd-63-2010", "khoản 6 Điều 18"))


_COUNTED = re.compile(r"\d+ (?:\([^)]*\) )?(?:bản|bộ)\b(?: (?:chính|gốc|sao))?", re.IGNORECASE)
_CALLED = frozenset({"giấy", "tờ"})
"""What a paper is called that only says what it proves, be it written or not."""
_COUNT = re.compile(r"(\d+) (?:bản|bộ)\b", re.IGNORECASE)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict a line that was taken for official papers and states how many are asked for; one skip when none does."""
    if reason := no_documents(pair):
        yield reason
        return
    compared = False
    for document, line in zip(pair.published.documents or (), pair.lines, strict=True):
        if line.kind is not LineKind.MATCHED or line.score < SURE:
            continue
        asked = total(document.quantity)
        if asked is None or _counts_several(document):
            continue
        compared = True
        yield _compared(pair, document, asked)
    if not compared:
        yield Skip(Sentence("không có số lượng đọc được của giấy tờ nào để so sánh"))


def _compared(pair: Pair, document: RequiredDocument, asked: int) -> Verdict:
    papers = pair.official_documents(document.index)
    stated = [total(paper.quantity) or 0 for paper in papers]
    if stated and all(stated) and asked <= max(stated):
        return Pass()  # their names could only allow more
    allowed = [_allowed(paper) for paper in papers]
    counts = [count for count in allowed if count]
    if not counts or len(counts) < len(allowed):
        return Skip(Sentence("danh mục quốc gia không nêu số lượng của giấy tờ này"))
    most = max(counts)
    if asked <= most or asked <= _named_likewise(pair, document):
        return Pass()
    return _fail(document, asked, most, papers)


def _counts_several(document: RequiredDocument) -> bool:
    """Tell whether the count was read from a name that counts several papers, each by itself."""
    return document.quantity.raw == document.name and len(_COUNT.findall(document.name)) > 1


def _named_likewise(pair: Pair, document: RequiredDocument) -> int:
    """Return the most that any official paper takes which the line's words may mean too, be it of another case; 0: none."""
    assert pair.official is not None  # noqa: S101 - no_documents has seen to it
    line = read_paper(_COUNTED.sub("", document.name))
    if not line.segments:
        return 0
    own = frozenset(line.segments[0].words)
    # What stands in no official text can be in no official paper, save for pairs of words and for concepts.
    written = [word for word in own if " " not in word and "=" not in word and word not in _CALLED]
    likewise = [
        paper
        for paper, text in zip(pair.official.documents or (), plain_papers(pair.official), strict=True)
        if all(word in text for word in written) and own <= read_paper(paper.name).words
    ]
    named = (sum(map(int, _COUNT.findall(paper.name))) for paper in likewise)
    return max((*filter(None, map(_allowed, likewise)), *named), default=0)


def _allowed(paper: RequiredDocument) -> int | None:
    """Return how many pieces the official paper takes: its number, or the one its name states where that is larger."""
    counts = [count for count in (total(paper.quantity), total(quantity_in_name(paper.name))) if count]
    return max(counts, default=None)


def total(quantity: Quantity) -> int | None:
    """Return how many pieces of paper are asked for in all, originals and copies; None: not stated."""
    if quantity.originals is None and quantity.copies is None:
        return quantity.pieces if quantity.pieces is not None else quantity.sets
    return ((quantity.originals or 0) + (quantity.copies or 0)) * (quantity.sets or 1)


def written(quantity: Quantity) -> str:
    """Return a quantity as people write it."""
    parts = (
        (quantity.originals, "bản chính"),
        (quantity.copies, "bản sao"),
        (quantity.pieces, "bản"),
        (quantity.sets, "bộ"),
    )
    return ", ".join(f"{count:02d} {name}" for count, name in parts if count)


def _fail(document: RequiredDocument, asked: int, allowed: int, papers: tuple[RequiredDocument, ...]) -> Fail:
    return Fail(
        expected=written(papers[0].quantity),
        found=document.quantity.raw or written(document.quantity),
        where=f"documents[{document.index}].quantity",
        document=document.index,
        why=Sentence(
            "Đơn vị yêu cầu {asked} bản của “{paper}”, nhiều hơn {allowed} bản theo danh mục quốc gia.",
            {"asked": f"{asked:02d}", "allowed": f"{allowed:02d}", "paper": document.name.strip()},
        ),
    )
