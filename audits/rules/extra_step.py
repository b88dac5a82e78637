"""An office sends nobody to the hamlet, the neighbours or the commune for a confirmation that the procedure does not ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.facts import folded_papers
from audits.gates import not_comparable
from audits.matching.documents import SURE, LineKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.text import Guarded, fold, has_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Procedure, Verdict

TITLE = "Thêm bước, thêm xác nhận"
REMEDY = "Bỏ yêu cầu xác nhận này; nếu cần thẩm tra thì cơ quan giải quyết tự thực hiện."
SEVERITY = Severity.HIGH
VERSION = 3
CITATIONS = (Citation("nd-63-2010", "khoản 6 Điều 18"),)

_NEIGHBOURHOOD = (
    r"(?<!nông )thôn|tổ dân phố|khu phố|khu dân cư|ấp|(?<!bán )buôn(?! bán| lậu)|khóm|bản làng|hộ liền kề|hàng xóm"
)
_NEIGHBOURS = rf"(?:(?:ban |đại diện |trưởng |tổ trưởng |lãnh đạo |các )*)(?:{_NEIGHBOURHOOD})\b"
_CONFIRMED = Guarded(
    rf"(?:có|xin|lấy|kèm|kèm theo|đề nghị|phải có|được) (?:giấy |văn bản |ý kiến )?(?:xác nhận|đồng ý|chữ ký)"
    rf"(?: và [^,;.]{{1,20}})? (?:của|từ|tại) {_NEIGHBOURS}"
    rf"|(?:phải (?:được|có)|có|được) {_NEIGHBOURS} (?:ký |cho )?(?:xác nhận|đồng ý|ý kiến)"
    rf"|(?:liên hệ|gặp|đến|qua|đưa) {_NEIGHBOURS} (?:để )?(?:ký |xin |lấy )?(?:xác nhận|chữ ký|ý kiến)",
    *(
        " thôn",
        " tổ dân phố",
        " khu phố",
        " khu dân cư",
        " ấp",
        " buôn",
        " khóm",
        " bản làng",
        " hộ liền kề",
        " hàng xóm",
    ),
)
# What the catalogue may mean by it: the hamlet itself, or a confirmation that somebody must bring.
_ANY_CONFIRMATION = re.compile(
    rf"\b(?:{_NEIGHBOURHOOD})\b[^.;]{{0,80}}(?:đồng ý|chữ ký|ý kiến|xác nhận)"
    rf"|(?:đồng ý|chữ ký|ý kiến|xác nhận)[^.;]{{0,80}}\b(?:{_NEIGHBOURHOOD})\b"
    r"|(?:có|xin|lấy|kèm|kèm theo|được|giấy|văn bản|bản|đơn) xác nhận|xác nhận (?:của|từ|tại|bởi)"
)
_OF_THE_AUTHORITY = re.compile(
    r"\b(?:ủy ban nhân dân|ubnd|(?<!cơ )sở|(?<!văn )phòng|cơ quan|công chức|cán bộ|bộ phận|trung tâm|đoàn kiểm tra|chi nhánh|văn phòng) [^.;]*$"
)
_NOT_ASKED = re.compile(r"không (?:phải|cần|yêu cầu|bắt buộc)|nếu có|\bbỏ\b|thay (?:cho|thế)")
_SENTENCE = re.compile(r"[.;](?:\s|$)")


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict a paper or text that asks for such a confirmation; one pass when none does.

    A whole paper that is not asked for is extra_document; here a listed paper, a step or a condition asks for more.
    """
    if reason := not_comparable(pair):
        yield reason
        return
    assert pair.official is not None  # noqa: S101 - not_comparable has seen to it
    found = list(_demands(pair))
    if not found:
        yield Pass()
        return
    official = _all_text(pair.official)
    for text, demand, where, document in found:
        if _ANY_CONFIRMATION.search(official):
            yield Skip(Sentence("danh mục quốc gia cũng nhắc tới việc xác nhận, cần người xem có đúng việc này không"))
        elif not official:
            yield Skip(Sentence("danh mục quốc gia không nêu hồ sơ và trình tự để đối chiếu"))
        else:
            yield Fail(
                expected="Không phải xin xác nhận này",
                found=text.strip(),
                where=where,
                document=document,
                why=Sentence(
                    "Đơn vị đòi “{demand}”, trong khi danh mục quốc gia không có bước hay giấy tờ xác nhận nào như vậy.",
                    {"demand": demand},
                ),
            )


def _demands(pair: Pair) -> Iterator[tuple[str, str, str, int | None]]:
    """Yield (text, demand, place, document) of every confirmation that the citizen must fetch."""
    texts = folded_papers(pair.published)
    for document, line, text in zip(pair.published.documents or (), pair.lines, texts, strict=False):
        if line.kind is LineKind.MATCHED and line.score >= SURE and (demand := _demand(text, paper=True)):
            yield document.name, demand, f"documents[{document.index}].name", document.index
    for field in ("steps", "conditions"):
        written = getattr(pair.published, field) or ""
        if written == getattr(pair.official, field):
            continue  # the catalogue's own words
        whole = fold(written)
        if not _may_demand(whole):
            continue
        # Line by line, for who acts in one line is not who acts in the next; whole, for a sentence may run over lines.
        for text in (*map(fold, written.splitlines()), whole):
            if demand := _demand(text):
                yield _sentence(text, demand), demand, field, None
                break


def _may_demand(folded: str) -> bool:
    """Tell whether a folded text has the words without which it demands nothing; hardly any has."""
    return has_any(folded, ("xác nhận", "đồng ý", "chữ ký")) and _CONFIRMED.may_match(folded)


def _demand(folded: str, *, paper: bool = False) -> str | None:
    """Return the first confirmation a folded text demands of the citizen; in a paper's name no authority acts."""
    if not _may_demand(folded):
        return None
    for found in _CONFIRMED.pattern.finditer(folded):
        sentence = _sentence(folded, found[0])
        before = folded[: found.start()]
        start = max((end.end() for end in _SENTENCE.finditer(before)), default=0)
        if not _NOT_ASKED.search(sentence) and (paper or not _OF_THE_AUTHORITY.search(before[start:])):
            return found[0]
    return None


def _sentence(text: str, part: str) -> str:
    place = text.index(part)
    start = max((end.end() for end in _SENTENCE.finditer(text, 0, place)), default=0)
    behind = _SENTENCE.search(text, place)
    return text[start : behind.start() if behind else len(text)]


def _all_text(official: Procedure) -> str:
    papers = (document.name for document in official.documents or ())
    return fold(" ; ".join((*papers, official.steps or "", official.conditions or "")).strip(" ;"))
