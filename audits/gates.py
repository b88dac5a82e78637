"""The questions that come before any comparison: is there a counterpart, and may this record be held against it at all?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.kept import kept
from audits.matching.papers import plain_text
from audits.matching.procedures import MatchKind
from audits.procedure import Sentence, Skip
from audits.reading.text import fold
from crawlers.service_visits import Outcome

if TYPE_CHECKING:
    from audits.pair import Pair
    from audits.visited import Visited

_ARCHIVED = re.compile(
    r"hết hiệu lực|bãi bỏ|lưu trữ|ngừng (?:áp dụng|tiếp nhận)|inactive|archived|thay thế|chuyển tiếp"
)
_INTERNAL = re.compile(r"\bnội bộ\b|internal", re.IGNORECASE)
_DECISION = re.compile(r"(?:quyết định|qđ)(?: công bố)?(?: số)?:? ?\d*/qđ-|nghị quyết(?: số)?:? ?\d+/\d{4}/nq-hđnd")
_LINKED = re.compile(r"\bliên thông\b")

_WORD = re.compile(r"\w+")

UNCERTAIN = "chưa xác định chắc thủ tục tương ứng, cần người xem (gần nhất: {candidates})"


@kept
def is_archived(pair: Pair) -> bool:
    """Tell whether the source itself marks the procedure as no longer offered."""
    status = pair.published.status
    return bool(status) and _ARCHIVED.search(fold(status or "")) is not None


def is_internal(pair: Pair) -> bool:
    """Tell whether the record says that it is an internal procedure, which never faces citizens."""
    texts = (pair.published.name, pair.published.sector or "", pair.published.kind or "")
    return any(_INTERNAL.search(fold(text)) for text in texts)


def is_linked(pair: Pair) -> bool:
    """Tell whether the record is a linked procedure (liên thông), made of several official ones."""
    return _LINKED.search(fold(pair.published.name)) is not None


def cites_decision(pair: Pair) -> bool:
    """Tell whether the record's legal bases name a publishing decision or a council resolution, which a person must read."""
    return any(_DECISION.search(fold(basis)) for basis in pair.published.legal_bases or ())


@kept
def not_comparable(pair: Pair) -> Skip | None:
    """Return why this record cannot be compared with an official procedure; None: it can."""
    if is_archived(pair):
        return Skip(Sentence("nguồn ghi rõ thủ tục đã hết hiệu lực hoặc chỉ lưu trữ"))
    match pair.match.kind:
        case MatchKind.OFFICIAL:
            return None
        case MatchKind.REPEALED:
            return Skip(Sentence("thủ tục đã bị bãi bỏ, không còn nội dung để đối chiếu"))
        case MatchKind.SPECIFIC:
            decision = pair.match.specific.decision if pair.match.specific else ""
            return Skip(Sentence("thủ tục đặc thù của địa phương theo {decision}", {"decision": decision}))
        case MatchKind.UNKNOWN:
            return Skip(Sentence("không có thủ tục quốc gia tương ứng để đối chiếu"))
        case MatchKind.UNCERTAIN:
            return Skip(Sentence(UNCERTAIN, {"candidates": ", ".join(pair.match.candidates) or "không có"}))


@kept
def no_documents(pair: Pair) -> Skip | None:
    """Return why the papers of this record cannot be compared; None: they can."""
    if reason := not_comparable(pair):
        return reason
    if pair.published.documents is None:
        return Skip(Sentence("nguồn không công khai thành phần hồ sơ"))
    if not pair.official or not pair.official.documents:
        return Skip(Sentence("danh mục quốc gia không nêu thành phần hồ sơ (lỗi của danh mục, không phải của đơn vị)"))
    return None


def repeats_catalogue(pair: Pair, name: str) -> bool:
    """Tell whether a published line stands word for word in one official paper, as a piece of it or whole.

    What the office copies from the catalogue, be it under another paper's number, is the catalogue's to answer for.
    """
    words = _words(name)
    official = pair.official.documents or () if pair.official else ()
    return words.count(" ") > 2 and any(f" {words} " in f" {_words(paper.name)} " for paper in official)


def _words(name: str) -> str:
    return " ".join(_WORD.findall(plain_text(name)))


def not_tried(visited: Visited) -> Skip | None:
    """Return why nothing may be said of a visited service, whatever the rule; None: it may be judged.

    In this order: the service could not be seen, its failure was not repeated, the failure is of a national system, the
    source itself says that the procedure is no longer offered.
    """
    visit = visited.visit
    why = {"why": visit.why.strip().rstrip(".")}
    match visit.outcome:
        case Outcome.BLOCKED:
            return Skip(Sentence("không kiểm tra được: không xem được đến nơi ({why})", why))
        case Outcome.MAINTENANCE:
            return Skip(Sentence("không kiểm tra được: dịch vụ đang báo bảo trì ({why})", why))
        case Outcome.TIMEOUT:
            return Skip(Sentence("không kiểm tra được: quá thời gian chờ ({why})", why))
    if not visit.confirmed:
        return Skip(Sentence("lỗi mới gặp một lần, chưa lặp lại ở lần thử thứ hai nên chưa tính"))
    if visit.attributed_to == "national":
        return Skip(
            Sentence(
                "lỗi ở hệ thống dùng chung của quốc gia: kiến nghị cơ quan chủ quản hệ thống, không tính cho đơn vị"
            )
        )
    if is_archived(visited.pair):
        return Skip(Sentence("nguồn ghi rõ thủ tục đã hết hiệu lực hoặc chỉ lưu trữ"))
    return None


def no_papers_asked(visited: Visited) -> Skip | None:
    """Return why the papers that an e-form asks to attach cannot be compared; None: they can."""
    if reason := not_tried(visited) or not_comparable(visited.pair):
        return reason
    if visited.visit.uploads is None:
        return Skip(Sentence("chưa vào được biểu mẫu điện tử nên không thấy giấy tờ phải đính kèm"))
    if visited.uploads is None:
        return Skip(Sentence("danh mục quốc gia không nêu thành phần hồ sơ (lỗi của danh mục, không phải của đơn vị)"))
    return None
