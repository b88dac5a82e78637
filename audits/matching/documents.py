"""Which official papers each published line asks for, line by line, many to many, with the words the decision rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from audits.matching.doubts import (
    EMPTY,
    EXCHANGEABLE,
    SHORTEST,
    is_apart,
    is_asked_for_otherwise,
    is_own_application,
    may_stand_for,
)
from audits.matching.papers import (
    FORM_NUMBER,
    VAGUE,
    Paper,
    core_of,
    is_heading,
    paper_of,
    plain_text,
    read_paper,
    without_file_names,
    without_references,
)
from audits.matching.similarity import MATCHED, Question, similarities
from audits.matching.slips import spelt
from audits.reading.text import Guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audits.matching.official import OfficialPapers
    from audits.procedure import RequiredDocument

UNNAMED = 0.3
"""How far an official paper called by nothing but its kind, or guidance, stands behind a paper that has a name."""
SURE = 0.7
"""From here the two are surely one paper, so that their numbers and copy forms may be held against each other."""
EXTRA = 0.42
"""A line whose best score stays below this has no counterpart; between the two a person must look."""
FAR = 0.3
"""A paper less alike than this is not shown to the person who must look."""
WRITTEN_ALIKE = 0.9
"""Share of letters in place from which a line is an official paper misspelt."""
_LIKE = 0.1
"""What each further likeness adds where several official papers are about as near."""
_WORD = re.compile(r"\w+")
# What is to be handed in as a copy is a paper, whatever its name.
_IS_A_COPY = re.compile(
    r"bản (?:sao|chụp|photo)(?: \([^)]*\))?(?: (?:có )?(?:công chứng|chứng thực))? (?:[^\W\d]+ ){3}"
)
# Kinds that a procedure seldom has twice, under names that offices choose freely.
_RENAMED = frozenset({"application", "report", "minutes", "receipt"})
# Neither a whole dossier, which may be a heading, nor information is one paper.
_MANY_THINGS = re.compile(r"(?:hồ sơ(?! gốc)|thông tin)\b")


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
        if line.kind is LineKind.EXTRA and (kind := read_paper(document.name).kind) in _RENAMED:
            own = _places(official, (place for place, paper in enumerate(official.papers) if paper.kind == kind))
            if own and taken.isdisjoint(own):
                doubted[index] = replace(line, kind=LineKind.UNCERTAIN, components=own)
    return tuple(doubted)


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
    named = line.kind is not None or (bool(line.segments) and _IS_A_COPY.match(line.text) is not None)
    if line.kind == "generic" and _MANY_THINGS.match(line.text):
        named = False
    if is_catch_all(line.text) and not (named and line.segments[0].kind not in VAGUE):
        near = _nearest(scores, best)  # it may name something before it leaves the rest open
        return LineMatch(LineKind.UNCERTAIN if near else LineKind.CATCH_ALL, _places(official, near), best)
    if named and not line.optional and (best < EXTRA or is_apart(line, official)):
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
    right = spelt(own, official)
    if right != own:
        ((again,),) = _matches([([right], official)])
        if again.kind is not LineKind.EXTRA:
            return again
    near = may_stand_for(line, official)
    if near or is_asked_for_otherwise(line, official):
        return LineMatch(LineKind.UNCERTAIN, _places(official, near), best)
    return None


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
        {form.strip(".") for form in FORM_NUMBER.findall(text) if not form.strip(".").isdecimal()}
        if "mẫu" in text
        else set()
    )


def _named_shortly(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the nearest official papers of the line's kind whose names have every word by which the line names its one paper.

    "Hộ chiếu cũ" is the "hộ chiếu phổ thông cấp lần gần nhất", though the words they share name the procedure as well.
    """
    if len(line.segments) != 1 or (kind := line.segments[0].kind) in VAGUE or kind == "application":
        return []
    name = line.segments[0].name - EMPTY
    holders = [
        index
        for index, paper in enumerate(official.papers)
        if len(name) >= 2 and any(segment.kind == kind and name <= segment.name for segment in paper.segments)
    ]
    best = max((scores[index] for index in holders), default=0.0)
    return [index for index in holders if scores[index] == best]


def _own_application(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the nearest official application where the line is one for hardly more than the procedure is called.

    The procedure's own words are dimmed, since an invented paper has them too; but its application is its own.
    """
    if not is_own_application(line, official):
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


def _same_form(line: Paper, official: OfficialPapers) -> tuple[int, ...]:
    """Return the official papers that, like the line, are no more than the number of a form, and of the same one."""
    form = FORM_NUMBER.search(line.text)
    return tuple(
        index
        for index, paper in enumerate(official.papers)
        if form and not paper.core and (other := FORM_NUMBER.search(paper.text)) and other[1] == form[1]
    )


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
    form, kind = FORM_NUMBER.search(line.text), line.kind
    for index in near:
        merits[index] += _LIKE * _is_like(official.papers[index], kind, form)
    return sorted(near, key=lambda index: (-merits[index], index))


def _asked_for(line: Paper, official: OfficialPapers, scores: Sequence[float]) -> list[int]:
    """Return the papers of the line's concept that are asked for, nearest first, where guidance is what has its words.

    "Hộ chiếu còn hiệu lực" is the "giấy tờ pháp lý của cá nhân", though only the guidance on authorizing speaks of passports.
    """
    concepts = EXCHANGEABLE & line.words
    asked = [
        index
        for index, paper in enumerate(official.papers)
        if index not in official.guidance and concepts & paper.words
    ]
    return sorted(asked, key=lambda index: (-scores[index], index))


def _is_like(paper: Paper, kind: str | None, form: re.Match[str] | None) -> int:
    """Count what else speaks for one of several near papers: it begins with the same kind, it is on the form of that number."""
    other = FORM_NUMBER.search(paper.text) if form else None
    return (paper.kind == kind) + 2 * (form is not None and other is not None and form[1] == other[1])


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
