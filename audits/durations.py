"""Which published time limits may be held against which official ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audits.kept import kept
from audits.procedure import Stated, Term
from audits.reading.terms import bounds, certainly_longer, for_difficult_area
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audits.procedure import Channel, Method, Procedure, Terms

DIFFICULT_AREA_DAYS = 10
"""Days by which land procedures may take longer in mountains, on islands and in areas of hardship, "không quá 10 ngày".

NĐ 101/2024/NĐ-CP as carried on by NĐ 151/2025/NĐ-CP; read in offices' lists that quote it, not in the signed text.
"""
_A_SENTENCE = 25
"""So many letters say more than a bare limit such as "12 ngày làm việc"."""


def comparable_terms(
    published: Procedure, counterpart: Procedure | None
) -> Iterator[tuple[int, Terms, OfficialLimits]]:
    """Yield (index of the published method, its terms, the official limits it may be held against).

    The official limits are those of the same channel, where both sides name it, else of all channels. A method is left out
    when either side's text cannot be read or refers elsewhere: then nothing is certain.
    """
    if counterpart is None:
        return
    for index, method in enumerate(published.methods or ()):
        if method.terms is None or method.terms.stated is not Stated.VALUES:
            continue
        official = _by_channel(counterpart).get(method.channel) or _by_channel(counterpart)[None]
        if official.limits and not _repeats(method.terms, official):
            yield index, method.terms, official.limits


class OfficialLimits:
    """The limits that official terms set, each once: `every` one, lengths of single steps and cases included.

    `whole` are those on the whole procedure: the structured one of each term, which stands first.
    """

    def __init__(self, official: list[Terms]) -> None:
        self.every = _each_once(term for terms in official for term in terms.options)
        self.whole = _each_once(terms.options[0] for terms in official)


class _Official(NamedTuple):
    """What official methods say of time: every text, folded, and the limits; None: none is set that can be read."""

    texts: tuple[str, ...]
    limits: OfficialLimits | None


@kept
def _by_channel(official: Procedure) -> dict[Channel | None, _Official]:
    """Return what is said of time by channel, and for all channels under None."""
    methods = official.methods or ()
    channels = {method.channel for method in methods} | {None}
    return {
        channel: _official([method for method in methods if channel is None or method.channel is channel])
        for channel in channels
    }


def _official(rows: list[Method]) -> _Official:
    terms = [row.terms for row in rows if row.terms is not None]
    stated = [each for each in terms if each.stated is not Stated.NONE]
    readable = stated and all(each.stated is Stated.VALUES for each in stated)
    return _Official(tuple(fold(each.raw) for each in terms), OfficialLimits(stated) if readable else None)


def _each_once(terms: Iterable[Term]) -> tuple[Term, ...]:
    # By numerator and denominator, for the hash of a fraction takes long.
    return tuple({(*term.number.as_integer_ratio(), term.unit): term for term in terms}.values())


def _repeats(published: Terms, official: _Official) -> bool:
    """Tell whether the office repeats the catalogue's own sentence: then there is nothing to hold against it."""
    text = fold(published.raw)
    return len(text) >= _A_SENTENCE and any(text in each for each in official.texts)


def same_cases(
    published: tuple[Term, ...], official: tuple[Term, ...], *, land: bool = False
) -> list[tuple[Term, tuple[Term, ...]]] | None:
    """Return each published limit with the official ones it may be held against; None: their cases cannot be paired.

    One published limit stands against all official ones. As many on both sides are paired from the shortest to the longest.
    `land`: a limit for difficult areas is held against the official one for them, or the ordinary one and what land law adds.
    """
    if len(published) == 1 and not for_difficult_area(published[0]):
        return [(published[0], official)]
    if land and (areas := _areas(published, official)) is not None:
        return areas
    if not any(map(for_difficult_area, official)):
        # More time for mountains and islands is lawful, and this catalogue entry does not say how much more.
        published = tuple(term for term in published if not for_difficult_area(term))
    if len(published) == 1:
        return [(published[0], official)]
    if len(published) == len(official):
        return [
            (one, (other,))
            for one, other in zip(sorted(published, key=bounds), sorted(official, key=bounds), strict=True)
        ]
    return None


def _areas(published: tuple[Term, ...], official: tuple[Term, ...]) -> list[tuple[Term, tuple[Term, ...]]] | None:
    """Return the ordinary and the difficult area's limit, each with its official one; None: other cases are told apart too."""
    difficult = [term for term in published if for_difficult_area(term)]
    ordinary = [term for term in published if not for_difficult_area(term)]
    limits = sorted(official, key=bounds)
    if len(difficult) != 1 or len(ordinary) != 1 or not limits or len({term.unit for term in limits}) > 1:
        return None
    longer = Term(limits[0].number + DIFFICULT_AREA_DAYS, limits[0].unit)
    if [term.number for term in limits] not in ([limits[0].number], [limits[0].number, longer.number]):
        return None
    return [(ordinary[0], (limits[0],)), (difficult[0], (longer,))]


def within(published: tuple[Term, ...], official: tuple[Term, ...]) -> bool:
    """Tell whether every published limit is the catalogue's own or certainly no longer than its shortest one."""
    known = {(term.number, term.unit) for term in official}
    steps = [term for term in published if "bước" in fold(term.context)]
    return not steps and all(
        (term.number, term.unit) in known or all(certainly_longer(term, limit) is False for limit in official)
        for term in published
    )


def same_channel(method: Method, official: tuple[Method, ...]) -> list[Method]:
    """Return the official methods of the same channel; all of them where the channel is unknown or has no row."""
    rows = [row for row in official if method.channel is not None and row.channel is method.channel]
    return rows or list(official)
