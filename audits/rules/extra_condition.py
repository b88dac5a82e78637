"""An office sets no condition that the official procedure does not set."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from audits.gates import not_comparable
from audits.kept import kept
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.text import clean, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Procedure, Verdict

TITLE = "Thêm điều kiện"
REMEDY = "Bỏ điều kiện này khỏi nội dung công khai, chỉ giữ các yêu cầu, điều kiện của danh mục quốc gia."
SEVERITY = Severity.HIGH
VERSION = 3
CITATIONS = (Citation("nd-63-2010", "điểm h khoản 2 Điều 8"), Citation("nd-63-2010", "khoản 6 Điều 18"))
NO_COUNTERPART, COUNTERPART = 0.15, 0.5
"""Shares of a condition's pairs of words that the official procedure has: below, nothing like it; from, the same condition."""
SCATTERED = 0.3
"""Share below which there is nothing like it either, where no three telling words in a row are the official procedure's."""

_NONE = re.compile(r"(?:không(?: (?:có|quy định|yêu cầu|có thông tin))?|[\W_]*)\.?")
_STATUTE = re.compile(
    r"\b(?:điều|khoản|điểm) \d|\b(?:luật|bộ luật|nghị định|thông tư|nghị quyết|quyết định số|pháp lệnh|quy chuẩn|tiêu chuẩn)\b|theo quy định|pháp luật"
)
_DEMAND = re.compile(r"\b(?:phải|có|không|đủ|đã|chưa|được|là|thuộc)\b")
_BULLET = re.compile(r"^\s*(?:[-–+*•]|\(?\w{1,2}[.)])\s*")
_PART = re.compile(r"[\n;]+|\.\s+")
_WORD = re.compile(r"\w+")
_FEWEST_WORDS = 5
# Three of these in a row stand in any text ("trên địa bàn", "người đề nghị", "ít nhất hai", "đầy đủ các").
_COMMON = frozenset(
    "trên địa bàn tại nơi người đề nghị nộp yêu cầu ít nhất tối thiểu đầy đủ các khoản một hai ba đã có được là của và trong thời hạn hồ sơ cơ quan tổ chức cá nhân có thẩm quyền theo quy định".split()  # noqa: SIM905
)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure, naming the first condition that the official one certainly lacks."""
    if reason := not_comparable(pair):
        yield reason
        return
    assert pair.official is not None  # noqa: S101 - not_comparable has seen to it
    published, official = pair.published.conditions, (pair.official.conditions or "").strip()
    if published is None:
        yield Skip(Sentence("nguồn không công khai yêu cầu, điều kiện"))
    elif published == official or _NONE.fullmatch(fold(published)) or fold(published) == fold(official):
        yield Pass()
    elif not official:
        yield Skip(Sentence("danh mục quốc gia để trống yêu cầu, điều kiện nên không biết là không có hay chưa nhập"))
    elif _refers_elsewhere(pair.official):
        yield Skip(Sentence("danh mục quốc gia dẫn văn bản khác quy định yêu cầu, điều kiện"))
    else:
        yield _compared(published, pair.official)


def _compared(published: str, official: Procedure) -> Verdict:
    conditions = _spaced(fold(official.conditions or ""))
    known: frozenset[tuple[str, str]] | None = None
    uncertain = False
    for part in _PART.split(clean(published)):
        condition = _BULLET.sub("", part).strip(" .:")
        folded = fold(condition)
        if _spaced(folded) in conditions:
            continue
        words = _pairs(folded)
        if len(words) < _FEWEST_WORDS or _STATUTE.search(folded) or not _DEMAND.search(folded):
            continue
        known = known or _pairs(_all_text(official))
        share = len(words & known) / len(words)
        if share < NO_COUNTERPART or (share < SCATTERED and _runs(folded).isdisjoint(_runs(_all_text(official)))):
            return Fail(
                expected=official.conditions or "",
                found=condition,
                where="conditions",
                why=Sentence(
                    "Đơn vị đặt điều kiện “{condition}”, trong khi danh mục quốc gia không có điều kiện nào như vậy.",
                    {"condition": condition},
                ),
            )
        uncertain = uncertain or share < COUNTERPART
    if uncertain:
        return Skip(Sentence("có điều kiện diễn đạt khác danh mục quốc gia, cần người xem"))
    return Pass()


@kept
def _refers_elsewhere(official: Procedure) -> bool:
    return _STATUTE.search(fold(official.conditions or "")) is not None


def _all_text(official: Procedure) -> str:
    papers = (document.name for document in official.documents or ())
    texts = (
        official.name,
        official.conditions,
        official.steps,
        official.subjects,
        official.result,
        *official.cases,
        *papers,
    )
    return fold(" ; ".join(text for text in texts if text))


def _spaced(folded: str) -> str:
    """Return the words of a text with a space before and behind each."""
    return f" {' '.join(_WORD.findall(folded))} "


def _pairs(folded: str) -> frozenset[tuple[str, str]]:
    return frozenset(itertools.pairwise(_WORD.findall(folded)))


def _runs(folded: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(folded)
    return frozenset(run for run in zip(words, words[1:], words[2:], strict=False) if not _COMMON.issuperset(run))
