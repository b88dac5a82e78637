"""Which official procedure a published one is: by code, else by name with level and sector; never a guess."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from audits.matching.papers import plain_text
from audits.procedure import Level
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audits.catalogue import Catalogue, Repealed, Specific
    from audits.procedure import Procedure

SURE = 0.9
"""Confidence from which a match by name is relied upon; below it a person must look."""
NEAR, ALONE = 0.75, 0.25
"""Name similarity, and lead over every other name, from which the nearest one is relied upon below `SURE`."""
CUT_OFF = 6
"""Words after which a name that only begins an official one, and no other, is that one cut off."""
NOTHING_LIKE_IT = 0.55
"""Best name similarity below which a name has no counterpart in the catalogue at all."""
SPELT_ALIKE = 0.9
"""Share of letters in place from which a name may be an official one misspelt."""
TOLD_SHORT = 0.8
"""Share of a name's words that one official name has, from which it may be that one told short."""
SAME_NAME = 0.5
"""Name similarity from which the procedure of the published code may bear the published name (a renamed procedure)."""


LOOKED_AT = 40
"""How many official names, those that share most words with a published one, are held against it."""


class MatchKind(StrEnum):
    """What a published procedure turned out to be."""

    OFFICIAL = "official"
    REPEALED = "repealed"
    SPECIFIC = "specific"
    UNKNOWN = "unknown"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Match:
    """The counterpart of a published procedure.

    `code_owner` is the official procedure that the published code belongs to, where it is not the one matched;
    `candidates` are the nearest national codes, best first; `in_reach`: the catalogue covers the record's sector at all.
    """

    kind: MatchKind
    confidence: float
    official: Procedure | None = None
    code_owner: Procedure | None = None
    repealed: Repealed | None = None
    specific: Specific | None = None
    candidates: tuple[str, ...] = ()
    in_reach: bool = True


# Words that make another procedure of an otherwise equal name.
_TELLING = frozenset(
    "lại đổi mới gia hạn thu hồi điều chỉnh sửa bổ sung chấm dứt hủy tạm ngừng ngoài không chưa đang trừ lẻ buôn sản xuất nhập xuất đầu".split()  # noqa: SIM905
)
_PREFIX = re.compile(r"(?:\d+[.)]\s*)?(?:(?:nhóm )?(?:thủ tục|tthc|dịch vụ công)(?: hành chính)?\s*:?\s*)+(?=\w|$)")
_SUFFIX = re.compile(r"\s*\((?:thực hiện (?:tại|ở) )?cấp (?P<level>tỉnh|xã|huyện|bộ|trung ương|tw)\)[\s.;*]*$")
_LEVELS = {
    "tỉnh": Level.PROVINCE,
    "xã": Level.COMMUNE,
    "huyện": Level.DISTRICT,
    **dict.fromkeys(("bộ", "trung ương", "tw"), Level.MINISTRY),
}
_FOOTNOTE = re.compile(r"(?:\s*(?:\(\d{1,2}\)|\[\d{1,2}\]|\*+))+[\s.;]*$")
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=50_000)
def name_key(name: str) -> str:
    """Return a name reduced to what tells procedures apart: folded, abbreviations written out, no "Thủ tục", no punctuation."""
    text = plain_text(name)
    if match := _PREFIX.match(text):
        text = text[match.end() :]
    if not text[-1:].isalnum():  # else no footnote and no bracket stands at its end
        text = _SUFFIX.sub("", _FOOTNOTE.sub("", text))
    return " ".join(_WORD.findall(text))


@lru_cache(maxsize=50_000)
def _level_in(name: str) -> frozenset[Level]:
    """Return the level that a name ends with, "(cấp tỉnh)"; empty where it ends otherwise."""
    match = _SUFFIX.search(fold(name))
    return frozenset({_LEVELS[match["level"]]}) if match else frozenset()


def sector_key(sector: str) -> str:
    """Return a sector's name folded, without the ministry some lists write behind it in brackets."""
    return " ".join(_WORD.findall(fold(sector).split("(")[0]))


def _features(key: str) -> frozenset[str]:
    words = key.split()
    return frozenset(words) | {f"{one} {two}" for one, two in itertools.pairwise(words)}


class ProcedureMatcher:
    """The catalogue indexed for matching; building it costs one pass over the names."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._by_key: dict[str, list[str]] = defaultdict(list)
        self._codes = tuple(catalogue.procedures)
        self._features: dict[str, frozenset[str]] = {}
        postings: dict[str, list[int]] = defaultdict(list)
        for place, (code, procedure) in enumerate(catalogue.procedures.items()):
            key = name_key(procedure.name)
            self._by_key[key].append(code)
            self._features[code] = _features(key)
            for feature in self._features[code]:
                postings[feature].append(place)
        total = len(self._codes)
        # Whole thousandths: their sum is the same in any order.
        self._unseen = round(1000 * math.log1p(total + 1))
        self._weights = {
            feature: round(1000 * math.log1p((total + 1) / len(places))) for feature, places in postings.items()
        }
        self._totals = {code: sum(self._weighed(features).values()) for code, features in self._features.items()}
        # Where the names with a feature stand among the codes; what nearly every name has tells nothing.
        common = max(50, total // 5)
        self._postings = {
            feature: np.array(places, dtype=np.int32) for feature, places in postings.items() if len(places) <= common
        }
        self._specific_by_key = {name_key(row.name): row for row in catalogue.specific}
        self._specific_by_code = {row.code: row for row in catalogue.specific if row.code}
        self._sectors = {
            sector_key(procedure.sector) for procedure in catalogue.procedures.values() if procedure.sector
        }
        self._repealed_by_key = {name_key(row.name): row for row in catalogue.repealed.values() if row.name}

    def knows(self, code: str | None, name: str) -> bool:
        """Tell whether the catalogue, its repealed and its specific procedures have this national code or this name."""
        key = name_key(name)
        return (
            code in self._catalogue.procedures
            or code in self._catalogue.repealed
            or code in self._specific_by_code
            or key in self._by_key
            or key in self._repealed_by_key
            or key in self._specific_by_key
        )

    def reaches(self, sector: str | None) -> bool:
        """Tell whether the catalogue has procedures of this sector, so that one it lacks there means something."""
        return sector is not None and sector_key(sector) in self._sectors

    def match(self, published: Procedure, territory: str | None = None) -> Match:
        """Return the counterpart of one published procedure; `territory` is the province's code, where known."""
        code = published.code.national if published.code else None
        owner = self._catalogue.procedures.get(code) if code else None
        if not name_key(published.name):
            if owner is None:
                return Match(MatchKind.UNCERTAIN, 0.0)
            return Match(MatchKind.OFFICIAL, 0.95, official=owner, candidates=(owner_code(owner),))
        if owner is not None and self._may_bear(published.name, owner):
            return self._of_code(published, owner)
        if (override := self._override(published, code, territory)) is not None:
            return override
        by_name = self._by_name(published)
        if owner is None:
            return by_name
        if by_name.kind is MatchKind.OFFICIAL:
            return Match(
                MatchKind.OFFICIAL,
                by_name.confidence,
                by_name.official,
                code_owner=owner,
                candidates=by_name.candidates,
            )
        return Match(
            MatchKind.UNCERTAIN, 0.5, code_owner=owner, candidates=(owner_code(owner), *by_name.candidates)[:3]
        )

    def _may_bear(self, name: str, owner: Procedure) -> bool:
        """Tell whether the owner of a code may be published under this name: alike, or its own name cut short."""
        mine, theirs = name_key(name), name_key(owner.name)
        cut = mine.count(" ") >= CUT_OFF and theirs.startswith(mine)
        return cut or mine == theirs or self.name_similarity(name, owner_code(owner)) >= SAME_NAME

    def _of_code(self, published: Procedure, owner: Procedure) -> Match:
        # A near-duplicate name elsewhere may fit far better than the name the code stands for.
        others = self._by_key.get(name_key(published.name), ())
        exact = [code for code in others if code != owner_code(owner)]
        if exact and name_key(owner.name) != name_key(published.name):
            named = self._by_name(published)
            if named.kind is MatchKind.OFFICIAL:
                return Match(
                    MatchKind.OFFICIAL, named.confidence, named.official, code_owner=owner, candidates=named.candidates
                )
        return Match(MatchKind.OFFICIAL, 1.0, official=owner, candidates=(owner_code(owner),))

    def _override(self, published: Procedure, code: str | None, territory: str | None) -> Match | None:
        key = name_key(published.name)
        if code is not None and code in self._catalogue.repealed:
            return Match(MatchKind.REPEALED, 1.0, repealed=self._catalogue.repealed[code])
        specific = self._specific_by_code.get(code) if code else None
        specific = specific or self._specific_by_key.get(key)
        if specific is not None and (
            territory is None or specific.territory is None or specific.territory == territory
        ):
            return Match(MatchKind.SPECIFIC, 1.0, specific=specific)
        if key in self._repealed_by_key and key not in self._by_key:
            return Match(MatchKind.REPEALED, 0.95, repealed=self._repealed_by_key[key])
        return None

    def _by_name(self, published: Procedure) -> Match:
        key = name_key(published.name)
        if exact := self._by_key.get(key):
            return self._among(published, exact, 1.0)
        ranked = self._nearest(key)
        begun = [code for _, code in ranked if name_key(self._catalogue.procedures[code].name).startswith(f"{key} ")]
        one_name = len({name_key(self._catalogue.procedures[code].name) for code in begun}) == 1
        if one_name and key.count(" ") >= CUT_OFF:
            return self._among(published, begun, SURE)
        if not ranked or ranked[0][0] < NOTHING_LIKE_IT:
            if near := self._told_short(key) or self._spelt_alike(published.name, ranked):
                return Match(MatchKind.UNCERTAIN, ranked[0][0] if ranked else 0.0, candidates=near)
            return Match(
                MatchKind.UNKNOWN,
                1.0 - (ranked[0][0] if ranked else 0.0),
                candidates=tuple(code for _, code in ranked[:3]),
                in_reach=self.reaches(published.sector),
            )
        slips = [word for word in key.split() if word not in self._weights]
        if slips and (mended := self._by_key.get(self._mended(key, slips, ranked[0][1]))):
            return self._among(published, mended, 0.95)
        best = ranked[0][0]
        close = [code for score, code in ranked if score >= best - 0.08]
        if self._is_that(key, ranked):
            return self._among(published, close, best)
        return Match(MatchKind.UNCERTAIN, best, candidates=tuple(code for _, code in ranked[:3]))

    def _is_that(self, key: str, ranked: list[tuple[float, str]]) -> bool:
        """Tell whether the nearest name is the published one: all but the same, or near with no other beside it.

        A word that makes another procedure may not set the two apart; a merely near name may only say more or less, for a
        word in another's place makes another procedure too ("đang khai thác", "chưa khai thác").
        """
        best, code = ranked[0]
        theirs = set(name_key(self._catalogue.procedures[code].name).split())
        slips = [word for word in key.split() if word not in self._weights]
        mine = set(self._mended(key, slips, code).split())
        if (mine ^ theirs) & _TELLING:
            return False
        others = max((score for score, _ in ranked[1:]), default=0.0)
        return best >= SURE or (best >= NEAR and best - others >= ALONE and (mine <= theirs or theirs <= mine))

    def _among(self, published: Procedure, codes: list[str], confidence: float) -> Match:
        """Choose among procedures of (nearly) the same name by level, then sector; several left is uncertain."""
        procedures = self._catalogue.procedures
        left = list(codes)
        if len(left) > 1 and (levels := _level_in(published.name) or published.levels):
            left = [
                code for code in left if (_level_in(procedures[code].name) or procedures[code].levels) & levels
            ] or left
        if len(left) > 1 and published.sector:
            sector = sector_key(published.sector)
            left = [code for code in left if sector == sector_key(procedures[code].sector or "")] or left
        if len(left) > 1:
            left = self._by_content(published, left)
        if len(left) > 1:
            return Match(MatchKind.UNCERTAIN, confidence / len(left), candidates=tuple(left[:3]))
        return Match(MatchKind.OFFICIAL, min(confidence, 0.99), official=procedures[left[0]], candidates=(left[0],))

    def _by_content(self, published: Procedure, codes: list[str]) -> list[str]:
        """Keep the one procedure whose papers are clearly the published ones; all where that does not tell."""
        lines = {plain_text(document.name) for document in published.documents or ()}
        if not lines:
            return codes
        shares = []
        for code in codes:
            papers = {plain_text(paper.name) for paper in self._catalogue.procedures[code].documents or ()}
            shares.append((len(lines & papers) / len(lines), code))
        shares.sort(key=lambda share: (-share[0], share[1]))
        return [shares[0][1]] if shares[0][0] >= 0.5 and shares[0][0] - shares[1][0] >= ALONE else codes

    def _nearest(self, key: str) -> list[tuple[float, str]]:
        weighed = {key: self._weighed(_features(key))}
        codes = self._sharing_most(weighed[key])
        slips = [word for word in key.split() if word not in self._weights]
        near = _near_words(slips, (self._features[code] for code in codes))
        scored = []
        for code in codes:
            mended = key if near.isdisjoint(self._features[code]) else self._mended(key, slips, code)
            if mended not in weighed:
                weighed[mended] = self._weighed(_features(mended))
            scored.append((self._likeness(weighed[mended], code), code))
        return sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:5]

    def _sharing_most(self, features: Iterable[str]) -> list[str]:
        """Return the `LOOKED_AT` codes whose names share most features; of those that share as many, the ones met first."""
        postings = [self._postings[feature] for feature in sorted(features) if feature in self._postings]
        if not postings:
            return []
        met = np.concatenate(postings)
        counts = np.bincount(met, minlength=len(self._codes))
        # How many names share so many features or more, from the most down: there are few counts, and sorting is slow.
        reached = np.bincount(counts)[::-1].cumsum()
        least = max(len(reached) - 1 - int(np.searchsorted(reached, LOOKED_AT)), 1)
        places = np.flatnonzero(counts >= least)
        met = met[counts[met] >= least]
        first = np.empty(len(self._codes), dtype=np.int64)
        first[met[::-1]] = np.arange(len(met) - 1, -1, -1)  # of several places the last one written stays
        order = np.lexsort((first[places], -counts[places]))[:LOOKED_AT]
        return [self._codes[place] for place in places[order].tolist()]

    def _told_short(self, key: str) -> tuple[str, ...]:
        """Return the codes, at most three, whose long names have nearly every word of a short one."""
        words = self._weighed(frozenset(key.split()))
        shared = [(self._shared(words, code), code) for code in self._sharing_most(words)]
        least = TOLD_SHORT * sum(words.values())
        return tuple(code for weight, code in sorted(shared, key=lambda pair: -pair[0])[:3] if weight >= least)

    def _spelt_alike(self, name: str, ranked: list[tuple[float, str]]) -> tuple[str, ...]:
        """Return the codes, at most three, whose whole names are nearly the same letter by letter: one may be misspelt."""
        written, procedures = fold(name), self._catalogue.procedures
        alike = [
            code
            for _, code in ranked
            if Levenshtein.normalized_similarity(written, fold(procedures[code].name)) >= SPELT_ALIKE
        ]
        return tuple(alike[:3])

    def _mended(self, key: str, slips: list[str], code: str) -> str:
        """Return the name with every word that no official name has, one letter off a word of this one, put right."""
        words = name_key(self._catalogue.procedures[code].name).split()
        right = {slip: next((word for word in words if _one_letter_off(slip, word)), slip) for slip in slips}
        return " ".join([right.get(word, word) for word in key.split()])

    def name_similarity(self, one: str, code: str) -> float:
        """Return from 0 to 1 how alike a name and that of an official procedure are, rare words counting most."""
        return self._likeness(self._weighed(_features(name_key(one))), code)

    def _likeness(self, weighed: Mapping[str, int], code: str) -> float:
        """Return how alike a name with these features and that of a code are."""
        shared = self._shared(weighed, code)
        return 2 * shared / (sum(weighed.values()) + self._totals[code]) if shared else 0.0

    def _shared(self, weighed: Mapping[str, int], code: str) -> int:
        """Return what the features that the name of a code has too weigh."""
        theirs = self._features[code]
        return sum([weight for feature, weight in weighed.items() if feature in theirs])

    def _weighed(self, features: Iterable[str]) -> dict[str, int]:
        weights, unseen = self._weights, self._unseen
        return {feature: weights.get(feature, unseen) for feature in features}


def _near_words(slips: list[str], names: Iterable[frozenset[str]]) -> set[str]:
    """Return the words of these names (by their features) that are a slip but for one letter at most."""
    words = {feature for feature in set().union(*names) if " " not in feature} if slips else ()
    return {word for word in words for slip in slips if _one_letter_off(slip, word)}


def _one_letter_off(slip: str, word: str) -> bool:
    return -1 <= len(slip) - len(word) <= 1 and Levenshtein.distance(slip, word, score_cutoff=1) <= 1


def owner_code(procedure: Procedure) -> str:
    """Return the national code of an official procedure.

    Raises:
        ValueError: the procedure has no readable code, which no procedure of a catalogue has.

    """
    if procedure.code is None:
        raise ValueError(f"an official procedure without a code: {procedure.name}")
    return procedure.code.national
