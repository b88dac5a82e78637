"""The typed domain: what a procedure asks for, what a rule says about it, and the finding that is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction


class Level(StrEnum):
    """The level of government that handles a procedure; DISTRICT existed until 30/6/2025."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Channel(StrEnum):
    """How a dossier is handed in; the words of the national portal's API."""

    ONLINE = "ONLINE"
    DIRECT = "DIRECT"
    POSTAL = "POSTAL"


class Unit(StrEnum):
    """Unit of a time limit. A working hour is an eighth of a working day; an hour a twenty-fourth of a day."""

    WORKING_DAY = "WORKING_DAY"
    DAY = "DAY"
    WORKING_HOUR = "WORKING_HOUR"
    HOUR = "HOUR"
    MONTH = "MONTH"
    YEAR = "YEAR"


class Stated(StrEnum):
    """What a published field says: values, expressly nothing, another text decides, or nothing we can read."""

    VALUES = "values"
    NONE = "none"
    ELSEWHERE = "elsewhere"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Term:
    """One time limit: at most `number` units (at least `least` where a range is given), in the case `context` names."""

    number: Fraction
    unit: Unit
    least: Fraction | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """All time limits one field states, with the text as published."""

    raw: str
    stated: Stated
    options: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """One amount in whole đồng, for one `unit` ("tờ", "hồ sơ" …; None: not stated), in the case `context` names."""

    amount: int
    unit: str | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class Fees:
    """All amounts one field states; "Miễn phí" and "Không" are one amount of 0."""

    raw: str
    stated: Stated
    options: tuple[Fee, ...] = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many originals, copies and sets of a paper are asked for; `pieces` where the kind is left open; None: not stated."""

    raw: str = ""
    originals: int | None = None
    copies: int | None = None
    sets: int | None = None
    pieces: int | None = None


class CopyForm(StrEnum):
    """In what form a paper is asked for, ordered from the lightest demand to the heaviest."""

    PLAIN_COPY = "plain_copy"
    CERTIFIED_COPY = "certified_copy"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Code:
    """A procedure's code: the national part `X.NNNNNN`, the agency's suffix, and the text it was read from."""

    national: str
    agency: str | None
    raw: str


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """One line of required papers; `index` is its place in the record's list, `component` (case, paper) in the catalogue."""

    name: str
    quantity: Quantity
    case: str = ""
    form: str = ""
    index: int = 0
    component: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """One way to submit; None: the field is not there."""

    channel: Channel | None
    terms: Terms | None
    fees: Fees | None


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure read into values, official or published; None: the record has no such part, () or "": it is empty.

    Of an official one, `decided_on` is the day its publishing decision was signed, `entered_on` the day it was entered.
    `kept` is what readers `audits.kept` keep with it.
    """

    name: str
    code: Code | None = None
    raw_code: str | None = None
    levels: frozenset[Level] = frozenset()
    sector: str | None = None
    agency: str | None = None
    kind: str | None = None
    promulgator: str | None = None
    methods: tuple[Method, ...] | None = None
    documents: tuple[RequiredDocument, ...] | None = None
    cases: tuple[str, ...] = ()
    steps: str | None = None
    conditions: str | None = None
    result: str | None = None
    subjects: str | None = None
    legal_bases: tuple[str, ...] | None = None
    service_level: str | None = None
    status: str | None = None
    decided_on: date | None = None
    entered_on: date | None = None
    kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


class Severity(StrEnum):
    """How grave a sign is: C cao, B trung bình, T thấp."""

    HIGH = "C"
    MEDIUM = "B"
    LOW = "T"


class Citation(NamedTuple):
    """A place in a legal text of law.toml, e.g. ("nd-63-2010", "khoản 6 Điều 18").

    `unverified`: nobody has seen in the signed text that this place says so.
    """

    text: str
    article: str
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One Vietnamese sentence with named gaps, kept apart from its values so that a translation can fill them too."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the filled sentence in Vietnamese."""
        return self.template.format(**self.values)


@dataclass(frozen=True, slots=True)
class Pass:
    """The duty was looked at and is met."""


@dataclass(frozen=True, slots=True)
class Skip:
    """The duty could not be judged, and why; never an accusation."""

    reason: Sentence


@dataclass(frozen=True, slots=True)
class Fail:
    """A sign: what the law expects, what was found, and the path of the field in the published record where it stands.

    `code` names the official procedure where there is no published one to tell it (an unpublished procedure), `paper` the
    paper or form file it is about where that is no line of the published record (it stands in an e-form).
    """

    expected: str
    found: str
    where: str
    why: Sentence
    document: int | None = None
    code: str | None = None
    paper: str | None = None


Verdict = Pass | Fail | Skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One sign (severity set) or good practice (severity None) with all that is needed to stand up to objection.

    `visit` is the place, from 0, of the visit to an online service it was seen in; `where` is then a path in that visit and
    `paper` what the e-form asks for. None: it stands in what was published.
    """

    rule: str
    rule_version: int
    severity: Severity | None
    code: str | None
    line: int | None
    document: int | None
    expected: str
    found: str
    where: str
    law: tuple[str, ...]
    why: Sentence
    visit: int | None = None
    paper: str | None = None
