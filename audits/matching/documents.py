"""Which official papers each published line asks for, line by line, many to many, with the words the decision rests on."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING

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
from audits.reading.spelling import may_be_a_syllable, meant_by
from audits.reading.text import Guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audits.procedure import RequiredDocument

MATCHED = 0.5
"""A line whose best score reaches this is taken for the official paper."""
UNNAMED = 0.3
"""How far an official paper called by nothing but its kind stands behind one that has a name."""
SURE = 0.7
"""From here the two are surely one paper, so that their numbers and copy forms may be held against each other."""
BARE = 0.55
"""The score of two certificates where one says no more than that it is one."""
FAR = 0.3
"""Share of the lighter head that two lines must at least have in common to be compared word by word."""
# A Vietnamese name says first what a thing is; what comes late only qualifies it: how many words and pairs, which
# alternate, count ten tenths, how many seven, and the rest four.
_FIRST, _SECOND = 12, 28
EXTRA = 0.42
"""A line whose best score stays below this has no counterpart; between the two a person must look."""
DIM = 3
"""Tenths of its weight that a word keeps which the procedure's own name has."""
UNIT = 1000
"""Weights are whole numbers of thousandths: their sum is the same in any order."""
OWN = 0.75
"""Share of an application's words that name the procedure from which it is the procedure's own."""
VOCABULARY = 2000
"""Words and pairs of words from which a catalogue is large enough for a word it never uses to be suspect."""
_LATER = 2.6
"""A word may weigh as many times more in one segment than in the whole line, where a later segment has it far behind."""
_ROUNDING = 1e-9
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
    "cấp lập ban hành phát nộp kèm gửi xuất trình nêu mục điểm khoản điều dưới liệt kê bộ cần chuẩn bị tải đây file biểu đối thành mang trường hợp luật riêng chung".split()  # noqa: SIM905
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
_RENAMED = frozenset({"application", "report", "minutes"})
# Kinds whose official papers are never meant to be any of the kind, however short their names.
_MANY = VAGUE | {"application", "certificate", "confirmation", "decision"}
# Many papers under one roof, none of them named: "Giấy tờ chứng minh …", "Các tài liệu về …".
_UMBRELLA = re.compile(
    r"(?:các |những |một trong các )?(?:loại )?(?:giấy tờ|tài liệu|bằng chứng|chứng cứ|minh chứng|thông tin)\b"
)
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


@dataclass(frozen=True, slots=True)
class Weights:
    """How telling a word is, from how rarely official papers use it; words never seen tell most.

    `dimmed` words tell little here: they name the procedure, so that a paper invented for it has them as well.
    """

    by_word: Mapping[str, int]
    unseen: int
    dimmed: frozenset[str] = frozenset()


def learn_weights(papers: Iterable[Paper]) -> Weights:
    """Learn the weights from all official papers (inverse document frequency, smoothed), in units of 1/`UNIT`."""
    counts: Counter[str] = Counter()
    total = 0
    for paper in papers:
        counts.update(paper.words)
        total += 1
    # Bigrams carry the same words once more, so they count half.
    return Weights(
        by_word={
            word: round(UNIT * math.log1p((total + 1) / (count + 1)) * (0.5 if " " in word else 1.0))
            for word, count in counts.items()
        },
        unseen=round(UNIT * math.log1p(total + 1) * 0.7),
    )


@dataclass(frozen=True, slots=True)
class Weighed:
    """Words with their weights, and the sum of these."""

    words: Mapping[str, int]
    weight: int


@dataclass(frozen=True, slots=True)
class WeighedPaper:
    """A paper whose words are weighed: for each segment its kind, head and whole, and the words of the line.

    `least` is the weight of its lightest head.
    """

    paper: Paper
    segments: tuple[tuple[Segment, Weighed, Weighed], ...]
    words: Weighed
    least: int
    bare: bool

    @property
    def portrait(self) -> bool:
        """Tell whether it names the applicant's picture."""
        return "=portrait" in self.words.words


def weigh(paper: Paper, weights: Weights) -> WeighedPaper:
    """Weigh the words of one paper."""
    segments = tuple((segment, *_weighed(segment, weights)) for segment in paper.segments)
    if len(segments) == 1:
        ((segment, head, words),) = segments
        return WeighedPaper(paper, segments, words, head.weight, segment.bare)
    whole: dict[str, int] = {}
    for _, _, words in segments:
        whole.update(words.words)
    return WeighedPaper(
        paper,
        segments,
        Weighed(whole, sum(whole.values())),
        least=min((head.weight for _, head, _ in segments), default=0),
        bare=any(segment.bare for segment, _, _ in segments),
    )


def _weighed(segment: Segment, weights: Weights) -> tuple[Weighed, Weighed]:
    """Return the words of the head and of the whole with their weights; of a repeated word the first place counts."""
    known, unseen = weights.by_word.get, weights.unseen
    placed = segment.words
    words = {word: known(word, unseen) * 4 for word in placed[_SECOND:]} if len(placed) > _SECOND else {}
    if len(placed) > _FIRST:
        words.update((word, known(word, unseen) * 7) for word in placed[_FIRST:_SECOND])
    words.update((word, known(word, unseen) * 10) for word in placed[:_FIRST])
    for word in weights.dimmed & words.keys():
        words[word] = words[word] * DIM // 10
    whole = Weighed(words, sum(words.values()))
    if segment.head >= len(placed):
        return whole, whole
    head = {word: words[word] for word in placed[: segment.head]}
    return Weighed(head, sum(head.values())), whole


class OfficialPapers:
    """The official papers of one procedure, and how its published lines are told to be one of them.

    They are weighed once, when they are first looked at.
    """

    def __init__(
        self, name: str, documents: Sequence[RequiredDocument], papers: Sequence[Paper], weights: Weights
    ) -> None:
        self.documents = tuple(documents)
        self._name = name
        self._weights = weights
        self._papers = tuple(papers)
        self.by_core = _grouped(paper.core for paper in self._papers)
        self.by_text = {paper.text: self.by_core[paper.core] for paper in self._papers}

    @property
    def undimmed_weights(self) -> Weights:
        """The weights as the whole catalogue has them."""
        return self._weights

    @cached_property
    def weights(self) -> Weights:
        """The weights with the words of the procedure's own name dimmed."""
        return replace(self._weights, dimmed=read_paper(self._name).words)

    @cached_property
    def papers(self) -> tuple[WeighedPaper, ...]:
        """The papers with their words weighed, in the catalogue's order; what stands in several cases is one and the same."""
        weighed = {paper.text: weigh(paper, self.weights) for paper in self._papers}
        return tuple(weighed[paper.text] for paper in self._papers)

    @cached_property
    def different(self) -> tuple[WeighedPaper, ...]:
        """The papers, each once."""
        return tuple({paper.paper.text: paper for paper in self.papers}.values())

    @cached_property
    def order(self) -> tuple[int, ...]:
        """For each paper its place among the different ones."""
        places = {paper.paper.text: place for place, paper in enumerate(self.different)}
        return tuple(places[paper.text] for paper in self._papers)

    @cached_property
    def undimmed(self) -> tuple[WeighedPaper, ...]:
        """The different papers with no word dimmed."""
        return tuple(weigh(paper.paper, self._weights) for paper in self.different)

    @cached_property
    def spaced(self) -> tuple[str, ...]:
        """The words of each paper, all of them, with a space before and behind each."""
        return tuple(f" {' '.join(_WORD.findall(paper.text))} " for paper in self._papers)

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
    r"|theo (?:yêu cầu|hướng dẫn|đề nghị) (?:thêm |cụ thể |trực tiếp )*(?:của|từ) (?:cơ quan|cán bộ|công chức|bộ phận|đơn vị|người|ủy ban)"
    r"|khi (?:cơ quan|cán bộ|công chức|bộ phận)[^.;]* (?:yêu cầu|đề nghị)",
    *("khác", "liên quan", "cần thiết"),
    *("theo yêu cầu", "theo hướng dẫn", "theo đề nghị"),
    *("khi cơ quan", "khi cán bộ", "khi công chức", "khi bộ phận"),
)


def is_catch_all(text: str) -> bool:
    """Tell whether a folded text asks for papers without naming them ("giấy tờ khác có liên quan")."""
    return _CATCH_ALL.search(without_file_names(text).rstrip()) is not None


def align(published: Sequence[RequiredDocument], official: OfficialPapers) -> tuple[LineMatch, ...]:
    """Return for every published line, in order, which official papers it asks for; pure and deterministic."""
    lines = tuple(_line_match(plain_text(document.name), official) for document in published)
    if not any(line.kind is LineKind.EXTRA for line in lines):
        return lines
    return _with_the_one_of_a_kind(published, lines, official)


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
            own = _places(
                official, (place for place, paper in enumerate(official.papers) if _kind(paper.paper) == kind)
            )
            if own and taken.isdisjoint(own):
                doubted[index] = replace(line, kind=LineKind.UNCERTAIN, components=own)
    return tuple(doubted)


def _kind(line: Paper) -> str | None:
    """Return the kind of the paper that a line names first."""
    return line.segments[0].kind if line.segments else None


def _line_match(text: str, official: OfficialPapers) -> LineMatch:
    if same := official.by_text.get(text):
        return LineMatch(LineKind.MATCHED, _places(official, same), 1.0, (text,))
    if is_heading(text):
        return LineMatch(LineKind.NOTE)
    bare = without_references(text)
    if (core := core_of(bare)) and (same := official.by_core.get(core)):
        return LineMatch(LineKind.MATCHED, _places(official, same), 1.0, (core,))
    line = paper_of(text, bare)
    if not core and (same := _same_form(line, official)):
        return LineMatch(LineKind.MATCHED, _places(official, same), SURE, (text,))
    weighed = weigh(line, official.weights)
    scores = _scores(weighed, official)
    best = max(scores, default=0.0)
    if line.is_note and best < MATCHED:
        return LineMatch(LineKind.NOTE, score=best)
    if best >= MATCHED:
        chosen = _ranked(weighed, official, scores)
        return LineMatch(
            LineKind.MATCHED, _places(official, chosen), best, _telling(weighed.words, official.papers[chosen[0]].words)
        )
    if short := _named_shortly(line, official, scores):
        return LineMatch(LineKind.MATCHED, _places(official, short), MATCHED, (core,))
    if line.authorizes:
        chosen = [index for index, paper in enumerate(official.papers) if paper.paper.authorizes]
        return LineMatch(LineKind.MATCHED if chosen else LineKind.UNCERTAIN, _places(official, chosen), best)
    if own := _own_application(line, official, scores):
        return LineMatch(LineKind.MATCHED, _places(official, own), MATCHED, (core,))
    named = bool(line.segments) and (line.segments[0].kind is not None or _IS_A_COPY.match(line.text) is not None)
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
    if right != own and (again := _line_match(right, official)).kind is not LineKind.EXTRA:
        return again
    near = _possible(line, official)
    if near or _is_shown(line) or _says_no_more_than_the_procedure(line, official):
        return LineMatch(LineKind.UNCERTAIN, _places(official, near), best)
    return None


def _says_no_more_than_the_procedure(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether a line of no telling kind says hardly a word that the procedure's name has not: it names no other paper."""
    own = {word for segment in line.segments for word in _singles(segment)} - official.weights.dimmed - _EMPTY
    return all(word in _MADE or word.isdecimal() for word in own) and all(
        segment.kind in VAGUE for segment in line.segments
    )


def _is_apart(line: Paper, official: OfficialPapers) -> bool:
    """Tell whether a line is of a distinct kind that no official paper is of or covers, and shares hardly more than the procedure's name.

    "Hợp đồng thuê tư vấn phương án đóng cửa mỏ" is no "phương án đóng cửa mỏ", however many words the two share.
    """
    if len(line.segments) != 1 or (kind := line.segments[0].kind) not in _DISTINCT:
        return False
    papers = [paper.paper for paper in official.different]
    if any(
        _UMBRELLA.match(paper.text) or any(other.kind in {kind, "proof"} for other in paper.segments)
        for paper in papers
    ):
        return False
    own = set(_singles(line.segments[0])) - official.weights.dimmed - _EMPTY
    return len(own) >= 2 and not any(_says(paper, own, TOUCHED, official.weights) for paper in papers)


def _says(paper: Paper, words: set[str], share: float, weights: Weights) -> bool:
    """Tell whether a paper has at least this share of what the words weigh."""
    weight, unseen = weights.by_word, weights.unseen
    whole = sum(weight.get(word, unseen) for word in words)
    return sum(weight.get(word, unseen) for word in words & paper.words) >= share * whole


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
    plain = weigh(line, official.undimmed_weights)
    meant = {
        paper.paper.text
        for paper, undimmed in zip(official.different, official.undimmed, strict=True)
        if _holds(line, paper.paper, official)
        or _on_same_form(line, paper.paper)
        or _under_one_roof(line, paper.paper)
        or _proves_the_case(line, paper.paper)
        or _is_shortened(line, paper.paper)
        or (not apart and _near_in_kind(plain, undimmed))
    }
    return [index for index, paper in enumerate(official.papers) if paper.paper.text in meant]


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
    dimmed, theirs = official.weights.dimmed, paper.words
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
        if len(own) >= 2 and _says(paper, own, HELD, official.weights):
            return True
    return False


def _on_same_form(line: Paper, paper: Paper) -> bool:
    """Tell whether both are applications on a form of one number, of one act where both name it."""
    mine, theirs = _FORM_NUMBER.search(line.text), _FORM_NUMBER.search(paper.text)
    if mine is None or theirs is None or mine[1].strip(".") != theirs[1].strip("."):
        return False
    acts, others = set(_ACT.findall(line.text)), set(_ACT.findall(paper.text))
    applications = all(any(segment.kind == "application" for segment in one.segments) for one in (line, paper))
    return applications and (not acts or not others or not acts.isdisjoint(others))


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


def _near_in_kind(line: WeighedPaper, paper: WeighedPaper) -> bool:
    kin = any(
        one.kind == other.kind or (other.kind in VAGUE and one.kind != "application")
        for one, _, _ in line.segments
        for other, _, _ in paper.segments
    )
    return kin and similarity(line, paper, *_shared(line, paper)) >= MATCHED


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
        if len(name) >= 2 and any(segment.kind == kind and name <= _named(segment) for segment in paper.paper.segments)
    ]
    best = max((scores[index] for index in holders), default=0.0)
    return [index for index in holders if scores[index] == best]


def _named(segment: Segment) -> set[str]:
    return {word for word in segment.words[: segment.head] if " " not in word and not word.startswith("=")}


def _own_application(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the nearest official application where the line is one for hardly more than the procedure is called.

    The procedure's own words are dimmed, since an invented paper has them too; but its application is its own.
    """
    if _kind(line) != "application":
        return []
    words = set(_singles(line.segments[0])) - _ASKING
    applications = [
        index
        for index, paper in enumerate(official.papers)
        if any(segment.kind == "application" for segment in paper.paper.segments)
    ]
    if not applications or len(words & official.weights.dimmed) < OWN * len(words):
        return []
    best = max(scores[index] for index in applications)
    return [index for index in applications if scores[index] == best]


def _singles(segment: Segment) -> list[str]:
    return [word for word in segment.words if " " not in word and not word.startswith("=")]


def _same_form(line: Paper, official: OfficialPapers) -> tuple[int, ...]:
    """Return the official papers that, like the line, are no more than the number of a form, and of the same one."""
    form = _FORM_NUMBER.search(line.text)
    return tuple(
        index
        for index, paper in enumerate(official.papers)
        if form and not paper.paper.core and (other := _FORM_NUMBER.search(paper.paper.text)) and other[1] == form[1]
    )


def _spelt(own: str, official: OfficialPapers) -> str:
    """Return the words with every slip put right for which one word of these papers fits, beside its neighbours or alone."""
    words = own.split()
    for place, word in enumerate(words):
        seen = any(word in known for known in (official.weights.by_word, official.known, STOP, KIND_WORDS))
        if seen or (may_be_a_syllable(word) and len(official.weights.by_word) < VOCABULARY):
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
        if len(chosen := fitting or meant) == 1:
            words[place] = chosen[0]
    return " ".join(words)


def _ranked(line: WeighedPaper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the indices of the official papers meant, best first: the best one and its repetitions in other cases."""
    # "Đơn theo mẫu" may be any application: one that is named comes first.
    merits = {
        index: score + _overlap(line.words, paper.words) - (UNNAMED if len(paper.words.words) == 1 else 0.0)
        for index, (score, paper) in enumerate(zip(scores, official.papers, strict=True))
        if score >= MATCHED
    }
    best = max(merits.values())
    near = [index for index, merit in merits.items() if merit >= best - 0.1]
    if len(near) == 1:
        return near
    form, kind = _FORM_NUMBER.search(line.paper.text), _kind(line.paper)
    for index in near:
        merits[index] += _LIKE * _is_like(official.papers[index].paper, kind, form)
    return sorted(near, key=lambda index: (-merits[index], index))


def _is_like(paper: Paper, kind: str | None, form: re.Match[str] | None) -> int:
    """Count what else speaks for one of several near papers: it begins with the same kind, it is on the form of that number."""
    other = _FORM_NUMBER.search(paper.text) if form else None
    return (_kind(paper) == kind) + 2 * (form is not None and other is not None and form[1] == other[1])


def _places(official: OfficialPapers, indices: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return tuple(place for index in indices if (place := official.documents[index].component) is not None)


def _telling(one: Weighed, other: Weighed) -> tuple[str, ...]:
    """Return the shared words that weigh most, pairs before single ones, at most six."""
    shared = [word for word in one.words.keys() & other.words.keys() if not word.startswith("=")]
    pairs = [word for word in shared if " " in word] or shared
    return tuple(sorted(pairs, key=lambda word: (-one.words[word], word))[:6])


def _scores(line: WeighedPaper, official: OfficialPapers) -> list[float]:
    """Return the similarity of the line to every official paper; 0.0 for some below `MATCHED` once one has reached that."""
    scores = [0.0] * len(official.different)
    near = []
    for place, paper in enumerate(official.different):
        mine, theirs = _shared(line, paper)
        near.append((_most(line, paper, mine, theirs), place, mine, theirs))
    best = 0.0
    for most, place, mine, theirs in sorted(near, reverse=True):
        if most < MATCHED <= best:
            break
        scores[place] = similarity(line, official.different[place], mine, theirs)
        best = max(best, scores[place])
    return [scores[place] for place in official.order]


def _shared(line: WeighedPaper, paper: WeighedPaper) -> tuple[int, int]:
    """Return what the words that both have weigh in the one and in the other."""
    mine, theirs = line.words.words, paper.words.words
    shared = mine.keys() & theirs.keys()
    return sum(map(mine.__getitem__, shared)), sum(map(theirs.__getitem__, shared))


def _most(line: WeighedPaper, paper: WeighedPaper, mine: int, theirs: int) -> float:
    """Return what the similarity of two lines that share this much cannot exceed."""
    if line.least == 0 or paper.least == 0 or line.bare or paper.bare or line.portrait or paper.portrait:
        return 1.0
    first, second = mine / line.least, theirs / paper.least
    if len(line.segments) > 1 or len(paper.segments) > 1:
        first, second = _LATER * first, _LATER * second
    return _share(min(first, 1.0), min(second, 1.0)) + _ROUNDING


def similarity(line: WeighedPaper, paper: WeighedPaper, mine: int, theirs: int) -> float:
    """Return from 0 to 1 how surely two lines ask for the same paper, or one for a part or an alternative of the other.

    `mine` and `theirs` are what `_shared` tells of them.
    """
    if not (line.bare or paper.bare or (line.portrait and paper.portrait)) and (
        mine < FAR * line.least and theirs < FAR * paper.least
    ):
        # No two segments can share more than the lines do: where that is too little, they need not be compared.
        return max(mine / line.least, theirs / paper.least)
    alone = len(line.segments) == len(paper.segments) == 1
    best = 0.0
    for segment, head, whole in line.segments:
        for other, other_head, other_whole in paper.segments:
            if segment.bare != other.bare:
                best = max(best, BARE if segment.kind == other.kind else 0.0)
                continue
            if (
                (segment.kind == "photo" or other.kind == "photo")
                and "=portrait" in whole.words
                and "=portrait" in other_whole.words
            ):
                best = max(best, BARE)  # one asks for the applicant's picture, in whatever words
            kinship = _kinship(segment.kind, other.kind)
            if kinship > best:
                wholes = (
                    _share(mine / whole.weight, theirs / other_whole.weight) if alone else _overlap(whole, other_whole)
                )
                if kinship * (0.6 + 0.4 * wholes) > best:
                    best = max(best, kinship * (0.6 * _overlap(head, other_head) + 0.4 * wholes))
    return best


@cache
def _kinship(one: str | None, other: str | None) -> float:
    """Return how well two kinds of paper go together: a document of no telling kind may be nearly anything."""
    if one == other:
        return 1.0
    if "residence" in {one, other}:
        return 0.3  # a household book is nothing but itself
    if one in VAGUE or other in VAGUE:
        return 0.8 if "application" in {one, other} else 0.9
    return 0.6 if "application" in {one, other} else 0.7


def _overlap(one: Weighed, other: Weighed) -> float:
    shared = one.words.keys() & other.words.keys()
    if not shared:
        return 0.0
    return _share(
        sum(map(one.words.__getitem__, shared)) / one.weight, sum(map(other.words.__getitem__, shared)) / other.weight
    )


def _share(first: float, second: float) -> float:
    """Weigh the share of the one that is common against that of the other: the larger counts three fifths."""
    return 0.6 * first + 0.4 * second if first > second else 0.6 * second + 0.4 * first
