"""Why a line that is like no official paper may be one all the same: then nobody is accused by it, and a person must look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.matching.papers import FORM_NUMBER, VAGUE, Paper, Segment
from audits.matching.similarity import MATCHED, Question, Vocabulary, similarities

if TYPE_CHECKING:
    from audits.matching.official import OfficialPapers

HELD = 0.66
"""Share of what a line says beside the procedure's name from which an official paper that says as much may be the one."""
TOUCHED = 0.34
"""Share of the same up to which a paper has nothing to do with a line that is of a kind of its own."""
SHORTEST = 5
"""Words that are left at least of a name that was shortened."""
OWN = 0.75
"""Share of an application's words that name the procedure from which it is the procedure's own."""
# What an application is called besides what it asks for.
_ASKING = frozenset("đơn xin đề nghị giấy tờ khai yêu cầu mẫu văn bản đăng ký công phiếu thông báo trình".split())  # noqa: SIM905 - a list of words reads best as words
# Words that only say that a line is a paper, a copy, or proves something.
EMPTY = frozenset(
    "giấy tờ văn bản tài liệu hồ sơ bản sao chụp chính gốc photo photocopy kê chứng minh thực công nhận xác hợp lệ pháp theo mẫu người cá nhân tổ chức cơ quan thông tin cũ mới giá trị hiệu lực hạn sử dụng điện tử".split()  # noqa: SIM905
)
# What an authority does with any paper, an applicant with any, and what points to papers named elsewhere.
_MADE = frozenset(
    "cấp lập ban hành phát nộp kèm gửi xuất trình nêu mục điểm khoản điều dưới liệt kê bộ cần chuẩn bị tải đây file biểu đối thành mang trường hợp luật riêng chung lý".split()  # noqa: SIM905
)
_PROVES_A_CASE = re.compile(
    r"(?:giấy tờ|tài liệu)[^.;]{0,20} chứng minh (?:thuộc )?(?:một trong )?(?:các |những )?(?:trường hợp|đối tượng)\b"
)
# Concepts whose papers stand for each other: one proves as well as another who somebody is or whose a thing became.
EXCHANGEABLE = frozenset({"=identity", "=transfer", "=portrait", "=draft", "=dwelling"})
# Kinds that tell by themselves what a paper is.
_SELF = frozenset({"identity", "photo", "health", "judicial", "biography", "charter"})
# Kinds that offices never write for another one: a contract, a receipt or a picture is called nothing else.
_DISTINCT = frozenset(
    {"bank", "biography", "commitment", "contract", "health", "judicial", "minutes", "photo", "receipt"}
)
# Kinds whose official papers are never meant to be any of the kind, however short their names.
_MANY = VAGUE | {"application", "certificate", "confirmation", "decision"}
# Many papers under one roof, none of them named: "Giấy tờ chứng minh …", "Các tài liệu về …".
_UMBRELLA = re.compile(
    r"(?:các |những |một trong các )?(?:loại )?(?:giấy tờ|tài liệu|bằng chứng|chứng cứ|minh chứng|thông tin)\b"
)
# Who shows a paper of identity says who he is; it does not join the dossier.
_SHOWN = re.compile(r"\b(?:xuất trình|trình (?:bản|giấy tờ|hộ chiếu|thẻ|căn cước)|mang theo|đối chiếu)\b")
_ACT = re.compile(r"\d+/20\d\d")


def may_stand_for(line: Paper, official: OfficialPapers) -> list[int]:
    """Return the official papers that a line, though it is not near any, may still stand for: nobody is accused by such a one.

    Such a paper says nearly all that the line says beside the procedure's name, speaks of the same concept, is handed in on the
    form of the same number, is near and of the same kind as long as the procedure's own words count in full (unless the line is
    of a kind of its own), is unnamed as the line is ("Giấy tờ chứng minh …"), or is whatever proves the procedure's case.
    """
    if any(segment.kind == "residence" for segment in line.segments):
        return []  # a household book is nothing but itself
    apart = is_apart(line, official)
    ((undimmed,),) = similarities([Question([line], official.different)], official.vocabulary)
    meant = {
        paper.text
        for paper, score in zip(official.different, undimmed, strict=True)
        if _holds(line, paper, official)
        or _on_same_form(line, paper)
        or _under_one_roof(line, paper)
        or _proves_the_case(line, paper)
        or _is_shortened(line, paper)
        or (not apart and score >= MATCHED and _akin(line, paper))
    }
    return [index for index, paper in enumerate(official.papers) if paper.text in meant]


def is_asked_for_otherwise(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether a line that stands for no official paper may be asked for all the same, or asks for nothing."""
    return (
        _is_shown(line)
        or _says_no_more_than_the_procedure(line, official)
        or is_own_application(line, official)
        or _stands_in_a_heading(line, official)
    )


def _says_no_more_than_the_procedure(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether a line of no telling kind says hardly a word that the procedure's name has not: it names no other paper."""
    own = {word for segment in line.segments for word in segment.singles} - official.dimmed - EMPTY
    return all(word in _MADE or word.isdecimal() for word in own) and all(
        segment.kind in VAGUE for segment in line.segments
    )


def _stands_in_a_heading(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether the catalogue names the paper where it names the case ("Báo cáo đề xuất theo một trong các mẫu sau:")."""
    own = {word for segment in line.segments for word in segment.singles} - official.dimmed - EMPTY
    return len(own) >= 2 and any(_says(case.words, own, HELD, official.vocabulary) for case in official.cases)


def is_own_application(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether a line is an application for hardly more than the procedure is called, on the catalogue's list or not."""
    if line.kind != "application":
        return False
    words = set(line.segments[0].singles) - _ASKING
    return len(words & official.dimmed) >= OWN * len(words)


def is_apart(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether a line is of a distinct kind that no official paper is of or covers, and shares hardly more than the procedure's name.

    "Hợp đồng thuê tư vấn phương án đóng cửa mỏ" is no "phương án đóng cửa mỏ", however many words the two share.
    """
    if len(line.segments) != 1 or (kind := line.segments[0].kind) not in _DISTINCT:
        return False
    if any(
        _UMBRELLA.match(paper.text) or any(other.kind in {kind, "proof"} for other in paper.segments)
        for paper in official.different
    ):
        return False
    own = set(line.segments[0].singles) - official.dimmed - EMPTY
    return len(own) >= 2 and not any(
        _says(paper.words, own, TOUCHED, official.vocabulary) for paper in official.different
    )


def _is_shown(line: Paper) -> bool:
    """Tell whether a line only asks to show a paper of identity."""
    shown = _SHOWN.search(line.text) is not None
    return shown and all(segment.kind == "identity" or "=identity" in segment.words for segment in line.segments)


def _holds(line: Paper, paper: Paper, official: OfficialPapers) -> bool:
    """Tell whether a paper says nearly all that a segment of the line says, speaks of the same concept, or is of its bare kind."""
    dimmed, theirs = official.dimmed, paper.words
    for segment in line.segments:
        if not (EXCHANGEABLE.intersection(segment.words) & theirs) <= dimmed:
            return True
        if segment.kind not in _MANY and any(
            other.kind == segment.kind and len(name := other.name - EMPTY) >= 2 and name <= segment.name
            for other in paper.segments
        ):
            return True
        own = set(segment.singles) - dimmed - EMPTY
        if not own and segment.kind in _SELF and any(other.kind == segment.kind for other in paper.segments):
            return True
        if len(own) >= 2 and _says(_said_of(segment, paper), own, HELD, official.vocabulary):
            return True
    return False


def _said_of(segment: Segment, paper: Paper) -> frozenset[str]:
    """Return the words by which a paper may name a segment of a line: what an application is for is no paper that goes with it."""
    if segment.kind in VAGUE or segment.kind == "application":
        return paper.words
    applied_for = {word for other in paper.segments if other.kind == "application" for word in other.name}
    return paper.words - applied_for


def _says(said: frozenset[str], words: set[str], share: float, vocabulary: Vocabulary) -> bool:
    """Tell whether what is said has at least this share of what the words weigh."""
    whole = sum(map(vocabulary.weight, words))
    return sum(map(vocabulary.weight, words & said)) >= share * whole


def _is_shortened(line: Paper, paper: Paper) -> bool:
    """Tell whether the line's one name is left where words are struck out of one that the paper has, the kind being kept.

    "Quyết định thành lập văn phòng" is the "quyết định của hội đồng theo điều lệ về việc thành lập văn phòng".
    """
    if len(line.segments) != 1:
        return False
    segment = line.segments[0]
    own = segment.singles
    if len(own) < SHORTEST:
        return False
    for other in paper.segments:
        if other.kind == segment.kind or (other.kind in VAGUE and segment.kind in VAGUE):
            theirs = iter(other.singles)
            if all(word in theirs for word in own):
                return True
    return False


def _on_same_form(line: Paper, paper: Paper) -> bool:
    """Tell whether both are applications on a form of one number, of one act where both name it."""
    mine, theirs = FORM_NUMBER.search(line.text), FORM_NUMBER.search(paper.text)
    if mine is None or theirs is None or mine[1].strip(".") != theirs[1].strip("."):
        return False
    acts, others = set(_ACT.findall(line.text)), set(_ACT.findall(paper.text))
    applications = all(any(segment.kind == "application" for segment in one.segments) for one in (line, paper))
    return applications and (not acts or not others or not acts.isdisjoint(others))


def _under_one_roof(line: Paper, paper: Paper) -> bool:
    """Tell whether neither names its papers and both speak of one thing."""
    if not _UMBRELLA.match(line.text) or not _UMBRELLA.match(paper.text):
        return False
    words = [{word for segment in one.segments for word in segment.singles} for one in (line, paper)]
    return not (words[0] & words[1]) <= EMPTY


def _proves_the_case(line: Paper, paper: Paper) -> bool:
    """Tell whether a paper is anything that proves the applicant's case, and the line is what an authority attests."""
    attested = bool(line.segments) and line.segments[0].kind in {"certificate", "confirmation", "decision"}
    return attested and "chứng minh" in paper.text and _PROVES_A_CASE.search(paper.text) is not None


def _akin(line: Paper, paper: Paper) -> bool:
    """Tell whether a segment of the line is of the kind of one of the paper, or may be since that one is of no telling kind."""
    return any(
        one.kind == other.kind or (other.kind in VAGUE and one.kind != "application")
        for one in line.segments
        for other in paper.segments
    )
