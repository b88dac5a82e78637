"""Which official papers each published line asks for, line by line, many to many, with the words the decision rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from audits.matching.papers import (
    KIND_WORDS,
    STOP,
    VAGUE,
    Paper,
    Segment,
    core_of,
    is_heading,
    paper_of,
    plain_text,
    read_paper,
    without_file_names,
    without_references,
)
from audits.matching.similarity import DIM, Question, Vocabulary, similarities
from audits.reading.spelling import may_be_a_syllable, meant_by
from audits.reading.text import Guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audits.procedure import RequiredDocument

MATCHED = 0.5
"""A line whose best score reaches this is taken for the official paper."""
UNNAMED = 0.3
"""How far an official paper called by nothing but its kind, or guidance, stands behind a paper that has a name."""
SURE = 0.7
"""From here the two are surely one paper, so that their numbers and copy forms may be held against each other."""
EXTRA = 0.42
"""A line whose best score stays below this has no counterpart; between the two a person must look."""
FAR = 0.3
"""A paper less alike than this is not shown to the person who must look."""
OWN = 0.75
"""Share of an application's words that name the procedure from which it is the procedure's own."""
WRITTEN_ALIKE = 0.9
"""Share of letters in place from which a line is an official paper misspelt."""
VOCABULARY = 2000
"""Words and pairs of words from which a catalogue is large enough for a word it never uses to be suspect."""
_LIKE = 0.1
"""What each further likeness adds where several official papers are about as near."""
HELD = 0.66
"""Share of what a line says beside the procedure's name from which an official paper that says as much may be the one."""
TOUCHED = 0.34
"""Share of the same up to which a paper has nothing to do with a line that is of a kind of its own."""
SHORTEST = 5
"""Words that are left at least of a name that was shortened."""
_WORD = re.compile(r"\w+")
# What is to be handed in as a copy is a paper, whatever its name.
_IS_A_COPY = re.compile(
    r"bản (?:sao|chụp|photo)(?: \([^)]*\))?(?: (?:có )?(?:công chứng|chứng thực))? (?:[^\W\d]+ ){3}"
)
# What an application is called besides what it asks for.
_ASKING = frozenset("đơn xin đề nghị giấy tờ khai yêu cầu mẫu văn bản đăng ký công phiếu thông báo trình".split())  # noqa: SIM905 - a list of words reads best as words
# Words that only say that a line is a paper, a copy, or proves something.
_EMPTY = frozenset(
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
_EXCHANGEABLE = frozenset({"=identity", "=transfer", "=portrait", "=draft", "=dwelling"})
# Kinds that tell by themselves what a paper is.
_SELF = frozenset({"identity", "photo", "health", "judicial", "biography", "charter"})
# Kinds that offices never write for another one: a contract, a receipt or a picture is called nothing else.
_DISTINCT = frozenset(
    {"bank", "biography", "commitment", "contract", "health", "judicial", "minutes", "photo", "receipt"}
)
# Kinds that a procedure seldom has twice, under names that offices choose freely.
_RENAMED = frozenset({"application", "report", "minutes", "receipt"})
# Kinds whose official papers are never meant to be any of the kind, however short their names.
_MANY = VAGUE | {"application", "certificate", "confirmation", "decision"}
# Many papers under one roof, none of them named: "Giấy tờ chứng minh …", "Các tài liệu về …".
_UMBRELLA = re.compile(
    r"(?:các |những |một trong các )?(?:loại )?(?:giấy tờ|tài liệu|bằng chứng|chứng cứ|minh chứng|thông tin)\b"
)
# Neither a whole dossier, which may be a heading, nor information is one paper.
_MANY_THINGS = re.compile(r"(?:hồ sơ(?! gốc)|thông tin)\b")
# Who shows a paper of identity says who he is; it does not join the dossier.
_SHOWN = re.compile(r"\b(?:xuất trình|trình (?:bản|giấy tờ|hộ chiếu|thẻ|căn cước)|mang theo|đối chiếu)\b")
_ACT = re.compile(r"\d+/20\d\d")
_FORM_NUMBER = re.compile(r"\bmẫu(?: đơn| biểu)?(?: số)? ?(\d+[\w./-]*|[a-z]{1,4}[-.]?\d+[\w./-]*)")


class LineKind(StrEnum):
    """What a published line was taken for."""

    MATCHED = "matched"
    NOTE = "note"
    CATCH_ALL = "catch_all"
    UNCERTAIN = "uncertain"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class LineMatch:
    """One published line: the (case, component) places it was taken for, how surely (0 to 1), and the shared words.

    An uncertain line has the nearest places, for a person to look at.
    """

    kind: LineKind
    components: tuple[tuple[int, int], ...] = ()
    score: float = 0.0
    shared: tuple[str, ...] = ()


class OfficialPapers:
    """The official papers of one procedure, and how its published lines are told to be one of them.

    They are weighed once, when they are first looked at.
    """

    def __init__(
        self, name: str, documents: Sequence[RequiredDocument], papers: Sequence[Paper], vocabulary: Vocabulary
    ) -> None:
        self.documents = tuple(documents)
        self.papers = tuple(papers)
        self.vocabulary = vocabulary
        self._name = name
        self._weights: dict[int, dict[str, int]] = {}
        self.by_core = _grouped(paper.core for paper in self.papers)
        self.by_text = {paper.text: self.by_core[paper.core] for paper in self.papers}

    @cached_property
    def dimmed(self) -> frozenset[str]:
        """The words of the procedure's own name, which tell little of its papers."""
        return read_paper(self._name).words

    @cached_property
    def different(self) -> tuple[Paper, ...]:
        """The papers, each once: what stands in several cases is one and the same."""
        return tuple({paper.text: paper for paper in self.papers}.values())

    @cached_property
    def guidance(self) -> frozenset[int]:
        """The places of what stands among the papers and is asked for in no number: guidance that speaks of papers."""
        asked = ((index, document.quantity) for index, document in enumerate(self.documents))
        return frozenset(index for index, quantity in asked if quantity.originals == quantity.copies == 0)

    @cached_property
    def cases(self) -> tuple[Paper, ...]:
        """The headings of the cases, read as papers."""
        return tuple(map(read_paper, dict.fromkeys(document.case for document in self.documents if document.case)))

    @cached_property
    def order(self) -> tuple[int, ...]:
        """For each paper its place among the different ones."""
        places = {paper.text: place for place, paper in enumerate(self.different)}
        return tuple(places[paper.text] for paper in self.papers)

    def weights(self, paper: Paper) -> dict[str, int]:
        """Return what the words of a paper weigh for this procedure; of those in two segments the later one has the say."""
        weights = self.vocabulary.weights(paper)
        for word in self.dimmed & weights.keys():
            weights[word] = weights[word] * DIM // 10
        return weights

    def weights_of(self, index: int) -> dict[str, int]:
        """Return the same of an official paper."""
        place = self.order[index]
        if place not in self._weights:
            self._weights[place] = self.weights(self.different[place])
        return self._weights[place]

    @cached_property
    def spaced(self) -> tuple[str, ...]:
        """The words of each paper, all of them, with a space before and behind each."""
        return tuple(f" {' '.join(_WORD.findall(paper.text))} " for paper in self.papers)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every word the papers use."""
        return frozenset(word for text in self.spaced for word in text.split())


def _grouped(keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    groups: dict[str, tuple[int, ...]] = {}
    for index, key in enumerate(keys):
        groups[key] = (*groups.get(key, ()), index)
    return groups


_UNNAMED = r"(?:giấy tờ|tài liệu|hồ sơ|văn bản|thủ tục|chứng từ)"
_CATCH_ALL = Guarded(
    rf"{_UNNAMED}(?:(?:,| và| hoặc) (?:các )?{_UNNAMED})*(?: pháp lý)? (?:khác|liên quan khác|có liên quan khác|cần thiết khác|kèm theo khác|bổ sung khác|khác có liên quan|khác liên quan|có liên quan|liên quan|khác kèm theo|cần thiết)"
    r"(?: cần thiết| kèm theo| bổ sung)?\s*(?:$|[.;,)(]|nếu\b|khi\b|theo (?:yêu cầu|hướng dẫn|đề nghị)|để phục vụ|tùy (?:từng|theo)|(?:do|mà) (?:cơ quan|cán bộ|công chức|bộ phận|đơn vị))"
    # One half of the word may be misspelt.
    r"|theo (?:yêu c\w+|y\w+ cầu|hướng d\w+|h\w+ dẫn|đề ng\w+|đ\w+ nghị) (?:thêm |cụ thể |trực tiếp )*(?:của|từ) (?:cơ quan|cán bộ|công chức|bộ phận|đơn vị|người|ủy ban)"
    r"|khi (?:cơ quan|cán bộ|công chức|bộ phận)[^.;]* (?:yêu cầu|đề nghị)",
    *("khác", "liên quan", "cần thiết"),
    *("theo y", "theo h", "theo đ"),
    *("khi cơ quan", "khi cán bộ", "khi công chức", "khi bộ phận"),
)


def is_catch_all(text: str) -> bool:
    """Tell whether a folded text asks for papers without naming them ("giấy tờ khác có liên quan")."""
    return _CATCH_ALL.search(without_file_names(text).rstrip()) is not None


def align(published: Sequence[RequiredDocument], official: OfficialPapers) -> tuple[LineMatch, ...]:
    """Return for every published line, in order, which official papers it asks for; pure and deterministic."""
    (lines,) = align_all([(published, official)])
    return lines


def align_all(
    asked: Sequence[tuple[Sequence[RequiredDocument], OfficialPapers]],
) -> list[tuple[LineMatch, ...]]:
    """Return the same for several published lists, each with the papers of its procedure; all of one catalogue."""
    found = _matches(
        [([plain_text(document.name) for document in published], official) for published, official in asked]
    )
    return [
        _with_the_one_of_a_kind(published, lines, official)
        if any(line.kind is LineKind.EXTRA for line in lines)
        else lines
        for (published, official), lines in zip(asked, found, strict=True)
    ]


def _with_the_one_of_a_kind(
    published: Sequence[RequiredDocument], lines: tuple[LineMatch, ...], official: OfficialPapers
) -> tuple[LineMatch, ...]:
    """Doubt every extra paper of a kind of which the procedure has papers that no line was taken for.

    It may be that one under another name: every procedure has its application, and few have two plans or two minutes.
    """
    taken = {place for line in lines for place in line.components}
    doubted = list(lines)
    for index, (document, line) in enumerate(zip(published, lines, strict=True)):
        if line.kind is LineKind.EXTRA and (kind := _kind(read_paper(document.name))) in _RENAMED:
            own = _places(official, (place for place, paper in enumerate(official.papers) if _kind(paper) == kind))
            if own and taken.isdisjoint(own):
                doubted[index] = replace(line, kind=LineKind.UNCERTAIN, components=own)
    return tuple(doubted)


def _kind(line: Paper) -> str | None:
    """Return the kind of the paper that a line names first."""
    return line.segments[0].kind if line.segments else None


def _matches(asked: Sequence[tuple[Sequence[str], OfficialPapers]]) -> list[tuple[LineMatch, ...]]:
    read = [([_as_written(text, official) for text in texts], official) for texts, official in asked]
    open_ones = [[line for line in found if isinstance(line, Paper)] for found, _ in read]
    questions = [
        Question(lines, official.different, official.dimmed)
        for lines, (_, official) in zip(open_ones, read, strict=True)
        if lines
    ]
    scores = chain.from_iterable(similarities(questions, read[0][1].vocabulary)) if questions else iter(())
    return [
        tuple([_as_scored(line, next(scores), official) if isinstance(line, Paper) else line for line in found])
        for found, official in read
    ]


def _as_written(text: str, official: OfficialPapers) -> LineMatch | Paper:
    """Return what the words of a line as they stand tell of it, else the paper to be compared with the official ones."""
    if same := official.by_text.get(text):
        return LineMatch(LineKind.MATCHED, _places(official, same), 1.0, (text,))
    if is_heading(text):
        begun = [index for index, paper in enumerate(official.papers) if paper.text.startswith(text[:-1])]
        if begun and text.count(" ") >= SHORTEST:
            return LineMatch(LineKind.MATCHED, _places(official, begun), MATCHED, (text,))
        return LineMatch(LineKind.NOTE)
    bare = without_references(text)
    if (core := core_of(bare)) and (same := official.by_core.get(core)):
        if text.endswith(("…", "...")):  # cut off: it may be any that begins so
            same = tuple(index for index, paper in enumerate(official.papers) if paper.core.startswith(core))
        return LineMatch(LineKind.MATCHED, _places(official, same), 1.0, (core,))
    line = paper_of(text, bare, core)
    if not core and (same := _same_form(line, official)):
        return LineMatch(LineKind.MATCHED, _places(official, same), SURE, (text,))
    return line


def _as_scored(line: Paper, by_paper: Sequence[float], official: OfficialPapers) -> LineMatch:
    """Return what a line is, knowing its similarity to each of the different official papers."""
    scores = [by_paper[place] for place in official.order]
    best = max(scores, default=0.0)
    if line.is_note and best < MATCHED:
        return LineMatch(LineKind.NOTE, score=best)
    if on_form := _on_one_form(line, official, scores):
        return LineMatch(LineKind.MATCHED, _places(official, on_form), max(scores[on_form[0]], MATCHED), (line.core,))
    if best >= MATCHED:
        chosen = _ranked(line, official, scores)
        if chosen[0] in official.guidance and (asked := _asked_for(line, official, scores)):
            chosen, best = asked, max(scores[asked[0]], MATCHED)
        telling = _telling(official.weights(line), official.papers[chosen[0]])
        return LineMatch(LineKind.MATCHED, _places(official, chosen), best, telling)
    if short := _named_shortly(line, official, scores):
        return LineMatch(LineKind.MATCHED, _places(official, short), MATCHED, (line.core,))
    if line.authorizes:
        chosen = [index for index, paper in enumerate(official.papers) if paper.authorizes]
        return LineMatch(LineKind.MATCHED if chosen else LineKind.UNCERTAIN, _places(official, chosen), best)
    if own := _own_application(line, official, scores):
        return LineMatch(LineKind.MATCHED, _places(official, own), MATCHED, (line.core,))
    if misspelt := _written_alike(line, official):
        return LineMatch(LineKind.MATCHED, _places(official, misspelt), MATCHED, (line.core,))
    named = _kind(line) is not None or (bool(line.segments) and _IS_A_COPY.match(line.text) is not None)
    if _kind(line) == "generic" and _MANY_THINGS.match(line.text):
        named = False
    if is_catch_all(line.text) and not (named and line.segments[0].kind not in VAGUE):
        return LineMatch(LineKind.CATCH_ALL, score=best)
    if named and not line.optional and (best < EXTRA or _is_apart(line, official)):
        return _read_again(line, official, best) or LineMatch(LineKind.EXTRA, score=best)
    return LineMatch(LineKind.UNCERTAIN, _places(official, _nearest(scores, best)), best)


def _nearest(scores: Sequence[float], best: float) -> list[int]:
    """Return the official papers nearest to a line that a person must look at; none where even these are far."""
    return [index for index, score in enumerate(scores) if score == best and best >= FAR]


def _read_again(line: Paper, official: OfficialPapers, best: float) -> LineMatch | None:
    """Look once more before a paper is called extra: is it a piece of an official one, misspelt, or may it be one after all?"""
    own = " ".join(_WORD.findall(line.text))
    if holders := [index for index, text in enumerate(official.spaced) if own.count(" ") >= 3 and f" {own} " in text]:
        return LineMatch(LineKind.MATCHED, _places(official, holders), MATCHED, (own,))
    right = _spelt(own, official)
    if right != own:
        ((again,),) = _matches([([right], official)])
        if again.kind is not LineKind.EXTRA:
            return again
    near = _possible(line, official)
    if (
        near
        or _is_shown(line)
        or _says_no_more_than_the_procedure(line, official)
        or _is_own_application(line, official)
        or _stands_in_a_heading(line, official)
    ):
        return LineMatch(LineKind.UNCERTAIN, _places(official, near), best)
    return None


def _says_no_more_than_the_procedure(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether a line of no telling kind says hardly a word that the procedure's name has not: it names no other paper."""
    own = {word for segment in line.segments for word in _singles(segment)} - official.dimmed - _EMPTY
    return all(word in _MADE or word.isdecimal() for word in own) and all(
        segment.kind in VAGUE for segment in line.segments
    )


def _is_apart(line: Paper, official: OfficialPapers) -> bool:
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
    own = set(_singles(line.segments[0])) - official.dimmed - _EMPTY
    return len(own) >= 2 and not any(
        _says(paper.words, own, TOUCHED, official.vocabulary) for paper in official.different
    )


def _says(said: frozenset[str], words: set[str], share: float, vocabulary: Vocabulary) -> bool:
    """Tell whether what is said has at least this share of what the words weigh."""
    whole = sum(map(vocabulary.weight, words))
    return sum(map(vocabulary.weight, words & said)) >= share * whole


def _is_shown(line: Paper) -> bool:
    """Tell whether a line only asks to show a paper of identity."""
    shown = _SHOWN.search(line.text) is not None
    return shown and all(segment.kind == "identity" or "=identity" in segment.words for segment in line.segments)


def _possible(line: Paper, official: OfficialPapers) -> list[int]:
    """Return the official papers that a line, though it is not near any, may still stand for: nobody is accused by such a one.

    Such a paper says nearly all that the line says beside the procedure's name, speaks of the same concept, is handed in on the
    form of the same number, is near and of the same kind as long as the procedure's own words count in full (unless the line is
    of a kind of its own), is unnamed as the line is ("Giấy tờ chứng minh …"), or is whatever proves the procedure's case.
    """
    if any(segment.kind == "residence" for segment in line.segments):
        return []  # a household book is nothing but itself
    apart = _is_apart(line, official)
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


def _is_shortened(line: Paper, paper: Paper) -> bool:
    """Tell whether the line's one name is left where words are struck out of one that the paper has, the kind being kept.

    "Quyết định thành lập văn phòng" is the "quyết định của hội đồng theo điều lệ về việc thành lập văn phòng".
    """
    if len(line.segments) != 1:
        return False
    segment = line.segments[0]
    own = _singles(segment)
    if len(own) < SHORTEST:
        return False
    for other in paper.segments:
        if other.kind == segment.kind or (other.kind in VAGUE and segment.kind in VAGUE):
            theirs = iter(_singles(other))
            if all(word in theirs for word in own):
                return True
    return False


def _holds(line: Paper, paper: Paper, official: OfficialPapers) -> bool:
    """Tell whether a paper says nearly all that a segment of the line says, speaks of the same concept, or is of its bare kind."""
    dimmed, theirs = official.dimmed, paper.words
    for segment in line.segments:
        if not (_EXCHANGEABLE.intersection(segment.words) & theirs) <= dimmed:
            return True
        if segment.kind not in _MANY and any(
            other.kind == segment.kind and len(name := _named(other) - _EMPTY) >= 2 and name <= _named(segment)
            for other in paper.segments
        ):
            return True
        own = set(_singles(segment)) - dimmed - _EMPTY
        if not own and segment.kind in _SELF and any(other.kind == segment.kind for other in paper.segments):
            return True
        if len(own) >= 2 and _says(_said_of(segment, paper), own, HELD, official.vocabulary):
            return True
    return False


def _said_of(segment: Segment, paper: Paper) -> frozenset[str]:
    """Return the words by which a paper may name a segment of a line: what an application is for is no paper that goes with it."""
    if segment.kind in VAGUE or segment.kind == "application":
        return paper.words
    applied_for = {word for other in paper.segments if other.kind == "application" for word in _named(other)}
    return paper.words - applied_for


def _on_same_form(line: Paper, paper: Paper) -> bool:
    """Tell whether both are applications on a form of one number, of one act where both name it."""
    mine, theirs = _FORM_NUMBER.search(line.text), _FORM_NUMBER.search(paper.text)
    if mine is None or theirs is None or mine[1].strip(".") != theirs[1].strip("."):
        return False
    acts, others = set(_ACT.findall(line.text)), set(_ACT.findall(paper.text))
    applications = all(any(segment.kind == "application" for segment in one.segments) for one in (line, paper))
    return applications and (not acts or not others or not acts.isdisjoint(others))


def _on_one_form(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the official papers handed in on the form that the line names by letters, where the nearest paper is not: it is told by that."""
    forms = _lettered_forms(line.text)
    holders = [
        index
        for index, paper in enumerate(official.papers)
        if forms and scores[index] >= FAR and not forms.isdisjoint(_lettered_forms(paper.text))
    ]
    best = max((scores[index] for index in holders), default=0.0)
    if max(scores, default=0.0) == best:
        return []
    return [index for index in holders if scores[index] == best]


def _lettered_forms(text: str) -> set[str]:
    """Return the numbers of forms with a letter ("na6", "02.hnty"): unlike "01", which most decrees have, few papers share them."""
    return (
        {form.strip(".") for form in _FORM_NUMBER.findall(text) if not form.strip(".").isdecimal()}
        if "mẫu" in text
        else set()
    )


def _under_one_roof(line: Paper, paper: Paper) -> bool:
    """Tell whether neither names its papers and both speak of one thing."""
    if not _UMBRELLA.match(line.text) or not _UMBRELLA.match(paper.text):
        return False
    words = [{word for segment in one.segments for word in _singles(segment)} for one in (line, paper)]
    return not (words[0] & words[1]) <= _EMPTY


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


def _named_shortly(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the nearest official papers of the line's kind whose names have every word by which the line names its one paper.

    "Hộ chiếu cũ" is the "hộ chiếu phổ thông cấp lần gần nhất", though the words they share name the procedure as well.
    """
    if len(line.segments) != 1 or (kind := line.segments[0].kind) in VAGUE or kind == "application":
        return []
    name = _named(line.segments[0]) - _EMPTY
    holders = [
        index
        for index, paper in enumerate(official.papers)
        if len(name) >= 2 and any(segment.kind == kind and name <= _named(segment) for segment in paper.segments)
    ]
    best = max((scores[index] for index in holders), default=0.0)
    return [index for index in holders if scores[index] == best]


def _named(segment: Segment) -> set[str]:
    return {word for word in segment.words[: segment.head] if " " not in word and not word.startswith("=")}


def _own_application(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the nearest official application where the line is one for hardly more than the procedure is called.

    The procedure's own words are dimmed, since an invented paper has them too; but its application is its own.
    """
    if not _is_own_application(line, official):
        return []
    applications = [
        index
        for index, paper in enumerate(official.papers)
        if any(segment.kind == "application" for segment in paper.segments)
    ]
    best = max((scores[index] for index in applications), default=0.0)
    return [index for index in applications if scores[index] == best]


def _written_alike(line: Paper, official: OfficialPapers) -> list[int]:
    """Return the official papers written as the line is but for a slip, though a slip made of it another word ("điều kệ công ty")."""
    return [
        index
        for index, paper in enumerate(official.papers)
        if Levenshtein.normalized_similarity(line.core, paper.core, score_cutoff=WRITTEN_ALIKE) >= WRITTEN_ALIKE
    ]


def _is_own_application(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether a line is an application for hardly more than the procedure is called, on the catalogue's list or not."""
    if _kind(line) != "application":
        return False
    words = set(_singles(line.segments[0])) - _ASKING
    return len(words & official.dimmed) >= OWN * len(words)


def _stands_in_a_heading(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether the catalogue names the paper where it names the case ("Báo cáo đề xuất theo một trong các mẫu sau:")."""
    own = {word for segment in line.segments for word in _singles(segment)} - official.dimmed - _EMPTY
    return len(own) >= 2 and any(_says(case.words, own, HELD, official.vocabulary) for case in official.cases)


def _singles(segment: Segment) -> list[str]:
    return [word for word in segment.words if " " not in word and not word.startswith("=")]


def _same_form(line: Paper, official: OfficialPapers) -> tuple[int, ...]:
    """Return the official papers that, like the line, are no more than the number of a form, and of the same one."""
    form = _FORM_NUMBER.search(line.text)
    return tuple(
        index
        for index, paper in enumerate(official.papers)
        if form and not paper.core and (other := _FORM_NUMBER.search(paper.text)) and other[1] == form[1]
    )


def _spelt(own: str, official: OfficialPapers) -> str:
    """Return the words with every slip put right for which one word of these papers fits, beside its neighbours or alone."""
    words = own.split()
    for place, word in enumerate(words):
        seen = any(word in known for known in (official.vocabulary, official.known, STOP, KIND_WORDS))
        if seen or (may_be_a_syllable(word) and len(official.vocabulary) < VOCABULARY):
            continue
        meant = meant_by(word, official.known)
        beside = {" ".join(words[max(0, place - 1) : place]), *words[place + 1 : place + 2]} - {""}
        fitting = [
            other
            for other in meant
            if any(
                f" {one} {other} " in text or f" {other} {one} " in text for one in beside for text in official.spaced
            )
        ]
        chosen = (
            fitting
            or meant
            or [one for one in _taken_apart(word) if any(f" {one} " in text for text in official.spaced)]
        )
        if len(chosen) == 1:
            words[place] = chosen[0]
    return " ".join(words)


def _shortened_by(word: str, official: OfficialPapers) -> list[str]:
    """Return the words of these papers whose first letters, three at least, make up a word that is none itself."""
    if not 3 <= len(word) <= 8 or not word.isalpha():
        return []
    initials = re.compile(rf" ({' '.join(rf'{letter}[^ ]+' for letter in word)})(?= )")
    return sorted({meant for text in official.spaced for meant in initials.findall(text)})


def _taken_apart(word: str) -> list[str]:
    """Return a word in two, at every place where the space may have been lost."""
    return [f"{word[:place]} {word[place:]}" for place in range(1, len(word))]


def _ranked(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the indices of the official papers meant, best first: the best one and its repetitions in other cases."""
    near = [index for index, score in enumerate(scores) if score >= MATCHED]
    if len({official.order[index] for index in near}) == 1:
        return near
    weights = official.weights(line)
    # "Đơn theo mẫu" may be any application: one that is named comes first.
    merits = {
        index: scores[index]
        + _overlap(weights, own := official.weights_of(index))
        - (UNNAMED if len(own) == 1 or index in official.guidance else 0.0)
        for index in near
    }
    best = max(merits.values())
    near = [index for index, merit in merits.items() if merit >= best - 0.1]
    if len(near) == 1:
        return near
    form, kind = _FORM_NUMBER.search(line.text), _kind(line)
    for index in near:
        merits[index] += _LIKE * _is_like(official.papers[index], kind, form)
    return sorted(near, key=lambda index: (-merits[index], index))


def _asked_for(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the papers of the line's concept that are asked for, nearest first, where guidance is what has its words.

    "Hộ chiếu còn hiệu lực" is the "giấy tờ pháp lý của cá nhân", though only the guidance on authorizing speaks of passports.
    """
    concepts = _EXCHANGEABLE & line.words
    asked = [
        index
        for index, paper in enumerate(official.papers)
        if index not in official.guidance and concepts & paper.words
    ]
    return sorted(asked, key=lambda index: (-scores[index], index))


def _is_like(paper: Paper, kind: str | None, form: re.Match[str] | None) -> int:
    """Count what else speaks for one of several near papers: it begins with the same kind, it is on the form of that number."""
    other = _FORM_NUMBER.search(paper.text) if form else None
    return (_kind(paper) == kind) + 2 * (form is not None and other is not None and form[1] == other[1])


def _places(official: OfficialPapers, indices: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return tuple(place for index in indices if (place := official.documents[index].component) is not None)


def _telling(weights: Mapping[str, int], paper: Paper) -> tuple[str, ...]:
    """Return the shared words that weigh most in the line, pairs before single ones, at most six."""
    shared = [word for word in weights.keys() & paper.words if word[0] != "="]
    pairs = [word for word in shared if " " in word] or shared
    return tuple(sorted(pairs, key=lambda word: (-weights[word], word))[:6])


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Return how much of what the words of two papers weigh is common to both, from 0 to 1."""
    shared = one.keys() & other.keys()
    first = sum(map(one.__getitem__, shared)) / sum(one.values())
    second = sum(map(other.__getitem__, shared)) / sum(other.values())
    return 0.6 * max(first, second) + 0.4 * min(first, second)
