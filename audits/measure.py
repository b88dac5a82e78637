"""How right the judging is: the same comparison as `soat compare`, scored against a truth that is known.

The truth is JSON lines, one for each published line::

    {"line": 0, "national_code": "1.012784", "clean": false,
     "signs": [{"rule": "extra_document", "document": 3}, {"rule": "longer_time", "document": null}],
     "documents": [[[0, 1]], [[0, 0], [1, 2]], null]}
    {"line": null, "signs": [{"rule": "unpublished_procedure", "code": "1.001193"}]}

`line` counts the lines of the published file from 0. `national_code` null: it has no official counterpart; without the key
the counterpart is not measured. `signs` are all that should be found (good practices too). `documents` (may be left out) tells
for each published paper the (case, component) places of the official papers it asks for, null where there is none, [] where
either is right (guidance that the catalogue lists among its papers).
`clean`: nothing unlawful was published, whatever its wording. Published lines that the truth does not name are not measured.

Labelled pairs are truth and published records in one file (keys `local` and `labels`): there papers are labelled by kind
(same, alternative, part, note, extra, missing-detail), and only papers, time and fee are measured.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from audits.compare import compare
from audits.jsonl import BadLine, InputError, read_objects
from audits.procedure import Fail, Pass
from audits.reading.text import fold
from audits.rules import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from audits.catalogue import Catalogue
    from audits.compare import Compared, Comparison
    from audits.judge import Outcome

Place = tuple[int, int]
_WORD = re.compile(r"[^\W\d_]{2,}")
_ROMAN = re.compile(r"[ivx]+")
EXTRA = "extra_document"
SAME_PAPER = 0.9
"""Share of words from which two official papers of one procedure are one paper, repeated for another case."""
NOT_EXTRA = ("note", "part", "alternative")
"""Kinds of labelled lines that are easily called extra, and never are."""


@dataclass(slots=True)
class Score:
    """What was found against what is there: rightly found, wrongly found, not found."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Return the share of what was found that is there; None: nothing was found."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else None

    @property
    def recall(self) -> float | None:
        """Return the share of what is there that was found; None: nothing is there."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of both; None: nothing was found and nothing is there."""
        total = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / total if total else None

    def to_json(self) -> dict[str, Any]:
        """Return counts and rates."""
        counts = {"hits": self.hits, "false": self.false, "missed": self.missed}
        return {**counts, "precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass(slots=True)
class Share:
    """How many of all were right."""

    right: int = 0
    total: int = 0

    def add(self, right: bool) -> None:
        """Count one."""
        self.right += right
        self.total += 1

    @property
    def value(self) -> float | None:
        """Return the share; None: there were none."""
        return self.right / self.total if self.total else None

    def to_json(self) -> dict[str, Any]:
        """Return the counts and the share."""
        return {"right": self.right, "total": self.total, "share": self.value}


@dataclass(slots=True)
class Measurement:
    """All figures of one measuring; `errors` lists each mistake as a JSON object, in the order of the published file."""

    records: int = 0
    clean: int = 0
    false_on_clean: int = 0
    rules: dict[str, Score] = field(default_factory=dict)
    matching: dict[str, Share] = field(default_factory=dict)
    alignment: Score = field(default_factory=Score)
    right_component: Share = field(default_factory=Share)
    called_extra: Counter[str] = field(default_factory=Counter)
    verdicts: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def false_per_thousand(self) -> float | None:
        """Return the false signs per 1,000 clean records; None: there are no clean records."""
        return 1000 * self.false_on_clean / self.clean if self.clean else None

    def to_json(self) -> dict[str, Any]:
        """Return everything but the errors as one JSON object."""
        return {
            "records": self.records,
            "clean": self.clean,
            "false_on_clean": self.false_on_clean,
            "false_per_thousand": self.false_per_thousand,
            "rules": {slug: score.to_json() for slug, score in sorted(self.rules.items())},
            "matching": {name: share.to_json() for name, share in sorted(self.matching.items())},
            "alignment": self.alignment.to_json(),
            "right_component": self.right_component.to_json(),
            "called_extra": dict(sorted(self.called_extra.items())),
            "verdicts": {
                name: [
                    {"truth": truth, "found": found, "count": count} for (truth, found), count in sorted(counts.items())
                ]
                for name, counts in sorted(self.verdicts.items())
            },
        }


@dataclass(frozen=True, slots=True)
class Expected:
    """The truth about one published line.

    `measured`: the rules the truth speaks of (None: all). `undecided`: papers about which nothing can be said. `code` counts
    only where `code_known` is set. `kinds` and `verdicts` are labels of labelled pairs.
    """

    line: int
    code: str | None = None
    code_known: bool = False
    signs: frozenset[tuple[str, int | None]] = frozenset()
    places: tuple[tuple[Place, ...] | None, ...] | None = None
    clean: bool = False
    measured: frozenset[str] | None = None
    undecided: frozenset[int] = frozenset()
    kinds: tuple[str, ...] = ()
    verdicts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth about a published file: by line, the signs about all of it together, and the records where it holds them."""

    lines: Mapping[int, Expected]
    together: frozenset[tuple[str, str]] | None
    local: tuple[dict[str, Any], ...] | None = None


def read_truth(path: Path) -> Truth:
    """Read a truth file, or labelled pairs.

    Raises:
        InputError: the file or one of its lines is not a truth.

    """
    lines: dict[int, Expected] = {}
    together: set[tuple[str, str]] = set()
    told_together = False
    local: list[dict[str, Any]] = []
    for number, item in read_objects(path):
        if isinstance(item, BadLine):
            raise InputError(f"{path}: dòng {number + 1}: {item.why}; sửa dòng này rồi chạy lại")
        try:
            if "labels" in item:
                lines[len(local)] = _labelled(len(local), item)
                local.append(_with_day(item))
            elif item["line"] is None:
                told_together = True
                together.update((sign["rule"], sign["code"]) for sign in item["signs"])
            else:
                lines[item["line"]] = _expected(item)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{path}: dòng {number + 1}: không phải dòng đáp án hoặc cặp đã gán nhãn ({error!r}); sửa dòng này rồi chạy lại"
            ) from error
    return Truth(lines, frozenset(together) if told_together else None, tuple(local) if local else None)


def _expected(item: Mapping[str, Any]) -> Expected:
    documents = item.get("documents")
    return Expected(
        line=int(item["line"]),
        code=item.get("national_code"),
        code_known="national_code" in item,
        signs=frozenset((sign["rule"], sign.get("document")) for sign in item["signs"]),
        places=None if documents is None else tuple(None if row is None else _places(row) for row in documents),
        clean=bool(item["clean"]),
    )


def _labelled(line: int, item: Mapping[str, Any]) -> Expected:
    labels, rows = item["labels"], item["labels"]["documents"]
    if len(rows) != len(item["local"].get("documents") or ()):
        raise ValueError(f"{len(rows)} nhãn cho {len(item['local'].get('documents') or ())} giấy tờ")
    return Expected(
        line=line,
        code=labels["national_code"],
        code_known=True,
        signs=frozenset((EXTRA, index) for index, row in enumerate(rows) if row["kind"] == "extra"),
        places=tuple(_places(row["national"]) or None for row in rows),
        measured=frozenset({EXTRA}),
        undecided=frozenset(index for index, row in enumerate(rows) if row["kind"] == "missing-detail"),
        kinds=tuple(row["kind"] for row in rows),
        verdicts=tuple((name, labels[name]["verdict"]) for name in ("time", "fee") if name in labels),
    )


def _places(rows: Iterable[Sequence[int]]) -> tuple[Place, ...]:
    return tuple((int(case), int(component)) for case, component in rows)


def _with_day(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the published record of a labelled pair, captured on the day the pair states, its agency the pair's source."""
    local: dict[str, Any] = dict(item["local"])
    told = {"captured_on": item.get("captured_on"), "agency": item.get("source")}
    local["source"] = {**told, **(local.get("source") or {})}
    return local


def measure(
    catalogue: Catalogue,
    truth: Truth,
    published: Path,
    *,
    today: date,
    on: date | None = None,
    scope: frozenset[str] | None = None,
    progress: Callable[[Path, int], None] | None = None,
) -> Measurement:
    """Judge the published file as `soat compare` does and score every line the truth names.

    Raises:
        InputError: the published file cannot be read.

    """
    with tempfile.TemporaryDirectory() as folder:
        if truth.local is not None:
            published = Path(folder) / "published.jsonl"
            published.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in truth.local))
            progress = None
        comparison = compare(catalogue, [published], today=today, on=on, scope=scope, progress=progress)
        return _scored(catalogue, truth, comparison)


def _scored(catalogue: Catalogue, truth: Truth, comparison: Comparison) -> Measurement:
    # A good practice that the truth never speaks of is not measured; a sign always is.
    scorer = _Scorer(catalogue, {rule for expected in truth.lines.values() for rule, _ in expected.signs})
    for compared in comparison.lines:
        if (expected := truth.lines.get(compared.line)) is not None:
            scorer.line(expected, compared)
    if truth.together is not None:
        scorer.together(truth.together, comparison.together())
    return scorer.result


class _Scorer:
    """Adds line after line to one measurement."""

    def __init__(self, catalogue: Catalogue, named: set[str]) -> None:
        self.result = Measurement()
        self._named = named
        self._catalogue = catalogue
        self._first = lru_cache(maxsize=4096)(self._first_places)

    def line(self, expected: Expected, compared: Compared) -> None:
        """Score one published line."""
        self.result.records += 1
        self._matching(expected, compared)
        found = {
            (outcome.rule.slug, outcome.verdict.document): outcome
            for outcome in compared.outcomes
            if isinstance(outcome.verdict, Fail)
        }
        self._signs(expected, compared, found)
        if expected.places is not None:
            self._alignment(expected, compared)
        self._kinds(expected, found)
        self._verdicts(expected, compared.outcomes)

    def together(self, expected: frozenset[tuple[str, str]], outcomes: Iterable[Outcome]) -> None:
        """Score what was said of all lines together."""
        found = {
            (outcome.rule.slug, outcome.verdict.code or "") for outcome in outcomes if isinstance(outcome.verdict, Fail)
        }
        for rule, code in sorted(expected | found):
            score = self._score(rule)
            hit = (rule, code) in found
            score.hits += hit and (rule, code) in expected
            score.false += hit and (rule, code) not in expected
            score.missed += not hit
            if not hit or (rule, code) not in expected:
                self._error("false_sign" if hit else "missed_sign", None, rule=rule, code=code)

    def _score(self, rule: str) -> Score:
        return self.result.rules.setdefault(rule, Score())

    def _error(self, kind: str, compared: Compared | None, **told: object) -> None:
        where: dict[str, Any] = {"kind": kind, "line": compared.line if compared else None}
        if compared is not None and compared.pair is not None:
            where["name"] = compared.pair.published.name
            where["code"] = compared.pair.published.raw_code
            documents = compared.pair.published.documents or ()
            if isinstance(index := told.get("document"), int) and index < len(documents):
                where["text"] = documents[index].name
        self.result.errors.append(where | told)

    def _matching(self, expected: Expected, compared: Compared) -> None:
        if not expected.code_known:
            return
        written = compared.pair.published.code if compared.pair else None
        how = (
            "without_code"
            if written is None
            else "with_code"
            if written.national == expected.code
            else "with_another_code"
        )
        found = _found_code(compared)
        self.result.matching.setdefault(how, Share()).add(found == expected.code)
        if found != expected.code:
            match = compared.pair.match if compared.pair else None
            self._error(
                "wrong_procedure",
                compared,
                how=how,
                expected=expected.code,
                found=found,
                outcome=match.kind.value if match else compared.skipped,
                confidence=round(match.confidence, 3) if match else None,
                candidates=self._names(match.candidates if match else ()),
            )

    def _names(self, codes: Iterable[str]) -> dict[str, str]:
        return {code: self._catalogue.procedures[code].name for code in codes if code in self._catalogue.procedures}

    def _signs(self, expected: Expected, compared: Compared, found: Mapping[tuple[str, int | None], Outcome]) -> None:
        wanted = set(expected.signs)
        false = 0
        for key in sorted(found, key=_order):
            rule, document = key
            if document in expected.undecided or not self._is_measured(rule, expected):
                continue
            if (match := _counterpart(key, expected.signs)) is not None:
                # Several findings may answer one sign that names no paper: it is found once.
                self._score(rule).hits += match in wanted
                wanted.discard(match)
                continue
            self._score(rule).false += 1
            false += found[key].rule.severity is not None
            self._error("false_sign", compared, rule=rule, document=document, why=str(_fail(found[key]).why))
        for rule, document in sorted(wanted, key=_order):
            self._score(rule).missed += 1
            self._error(
                "missed_sign", compared, rule=rule, document=document, **self._why_missed(compared, rule, document)
            )
        if expected.clean:
            self.result.clean += 1
            self.result.false_on_clean += false

    def _is_measured(self, rule: str, expected: Expected) -> bool:
        if expected.measured is not None:
            return rule in expected.measured
        return rule in self._named or rules()[rule].severity is not None

    def _why_missed(self, compared: Compared, rule: str, document: int | None) -> dict[str, Any]:
        reasons = sorted(
            {
                str(outcome.verdict.reason)
                for outcome in compared.outcomes
                if outcome.rule.slug == rule and not isinstance(outcome.verdict, Pass | Fail)
            }
        )
        told: dict[str, Any] = {"skipped": reasons} if reasons else {}
        if document is not None:
            told |= self._taken_for(compared, document)
        return told

    def _taken_for(self, compared: Compared, document: int) -> dict[str, Any]:
        pair = compared.pair
        if pair is None or document >= len(pair.lines):
            return {}
        line = pair.lines[document]
        return {
            "as": line.kind.value,
            "score": round(line.score, 3),
            "taken_for": [paper.name for paper in pair.official_documents(document)],
        }

    def _first_places(self, code: str) -> dict[Place, Place]:
        """Return for each place of a procedure's papers the first place where (nearly) the same text stands: one paper repeated."""
        groups: list[tuple[frozenset[str], Place]] = []
        first: dict[Place, Place] = {}
        procedure = self._catalogue.procedures.get(code)
        for paper in (procedure.documents or ()) if procedure else ():
            if paper.component is not None:
                words = _telling(paper.name)
                same = (place for other, place in groups if len(words & other) >= SAME_PAPER * len(words | other))
                first[paper.component] = next(same, paper.component)
                groups.append((words, first[paper.component]))
        return first

    def _alignment(self, expected: Expected, compared: Compared) -> None:
        pair = compared.pair
        same = _found_code(compared) == expected.code and expected.code is not None
        first = self._first(expected.code) if expected.code else {}
        for index, places in enumerate(expected.places or ()):
            if index in expected.undecided or places == ():
                continue
            told = pair.lines[index].components if pair is not None and index < len(pair.lines) else ()
            found = {first.get(place, place) for place in told} if same else {(-1 - case, item) for case, item in told}
            wanted = {first.get(place, place) for place in places or ()}
            score = self.result.alignment
            score.hits += len(found & wanted)
            score.false += len(found - wanted)
            score.missed += len(wanted - found)
            right = same and bool(told) and told[0] in (places or ())
            if places:
                self.result.right_component.add(right)
            if (found != wanted) if not places else not right:
                self._error(
                    "wrong_component" if told else "no_component",
                    compared,
                    document=index,
                    expected=[self._text(expected.code, place) for place in places or ()],
                    **self._taken_for(compared, index),
                )

    def _text(self, code: str | None, place: Place) -> str:
        procedure = self._catalogue.procedures.get(code or "")
        papers = (procedure.documents or ()) if procedure else ()
        return next((paper.name for paper in papers if paper.component == place), "")

    def _kinds(self, expected: Expected, found: Mapping[tuple[str, int | None], Outcome]) -> None:
        for index, kind in enumerate(expected.kinds):
            if kind in NOT_EXTRA:
                self.result.called_extra[kind] += (EXTRA, index) in found

    def _verdicts(self, expected: Expected, outcomes: Sequence[Outcome]) -> None:
        for name, verdict in expected.verdicts:
            found = _verdict(outcomes, *_VERDICT_RULES[name])
            self.result.verdicts.setdefault(name, Counter())[verdict, found] += 1


_VERDICT_RULES = {
    "time": (("longer_time", "longer"), ("shorter_time", "shorter")),
    "fee": (("higher_fee", "higher"), ("lower_online_fee", "lower")),
}


def _verdict(outcomes: Sequence[Outcome], *named: tuple[str, str]) -> str:
    """Return the word of the first rule that failed, "same" where the first one passed, else "unclear"."""
    verdicts: dict[str, list[object]] = defaultdict(list)
    for outcome in outcomes:
        verdicts[outcome.rule.slug].append(outcome.verdict)
    for rule, word in named:
        if any(isinstance(verdict, Fail) for verdict in verdicts[rule]):
            return word
    return "same" if any(isinstance(verdict, Pass) for verdict in verdicts[named[0][0]]) else "unclear"


def _telling(name: str) -> frozenset[str]:
    """Return the words of a paper's name without bullets and numbers."""
    return frozenset(word for word in _WORD.findall(fold(name)) if not _ROMAN.fullmatch(word))


def _fail(outcome: Outcome) -> Fail:
    if not isinstance(outcome.verdict, Fail):
        raise TypeError(f"no sign: {outcome}")
    return outcome.verdict


def _found_code(compared: Compared) -> str | None:
    official = compared.pair.official if compared.pair else None
    return official.code.national if official and official.code else None


def _counterpart(
    key: tuple[str, int | None], signs: frozenset[tuple[str, int | None]]
) -> tuple[str, int | None] | None:
    """Return the sign that a finding answers: of the same rule and paper, or where one side names no paper."""
    rule, document = key
    if key in signs:
        return key
    if document is not None:
        return (rule, None) if (rule, None) in signs else None
    return next((sign for sign in sorted(signs, key=_order) if sign[0] == rule), None)


def _order(key: tuple[str, int | None]) -> tuple[str, int]:
    return key[0], -1 if key[1] is None else key[1]
