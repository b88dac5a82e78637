"""What a journey to an e-service saw, as one record: how far it came, step by step, and everything it was refused. Nothing is judged.

In every part `None` means "could not be looked at", which is never the same as "not there".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from crawlers.records import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Outcome(StrEnum):
    """How a journey ended."""

    REACHED_FORM = "reached_form"
    REACHED_LOGIN = "reached_login"
    NOT_ONLINE = "not_online"
    MAINTENANCE = "maintenance"
    BLOCKED = "blocked"
    PAPER_DEMANDED = "paper_demanded"
    TIMEOUT = "timeout"
    LOGIN_LOOP = "login_loop"
    NO_WAY_IN = "no_way_in"
    BROKEN = "broken"


MILDEST_FIRST = tuple(Outcome)
"""Outcomes from the one that accuses least; of two attempts that differ the milder counts."""
ARRIVED = frozenset({Outcome.REACHED_FORM, Outcome.REACHED_LOGIN})
UNSEEN = frozenset({Outcome.BLOCKED, Outcome.MAINTENANCE})
"""The service could not be looked at: these outcomes accuse nobody."""
FAILURES = frozenset({Outcome.PAPER_DEMANDED, Outcome.TIMEOUT, Outcome.LOGIN_LOOP, Outcome.NO_WAY_IN, Outcome.BROKEN})
"""These count only when a second attempt, in a fresh browser context after a pause, ended the same way."""


class FileState(StrEnum):
    """What a form file turned out to be."""

    OK = "ok"
    DEAD = "dead"
    EMPTY = "empty"
    WRONG_TYPE = "wrong_type"
    WRONG_FORM = "wrong_form"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: what was done, where it led, the HTTP status (None: no answer), milliseconds until the page was still.

    `capture` is the SHA-256 of the DOM snapshot ("sha256:…"), `screenshot` a path below the captures folder.
    """

    name: str
    url: str
    status: int | None = None
    ms: int | None = None
    capture: str | None = None
    screenshot: str | None = None


@dataclass(frozen=True, slots=True)
class FormFile:
    """A form to download: its published name, its address, what it is (None: could not be looked at) and why in Vietnamese."""

    name: str
    url: str
    state: FileState | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A paper that the e-form asks to attach; `required` is None where the form does not say."""

    name: str
    required: bool | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """One question to the portal's search: `kind` is code, name, unaccented or mistyped; `rank` counts from 1, None: not found.

    `asked` is False where the search could not be used: then the rank says nothing.
    """

    query: str
    kind: str
    rank: int | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that the guard did not let out, and why in Vietnamese."""

    method: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: how it ended and why; times are ISO 8601, UTC."""

    at: str
    outcome: Outcome
    why: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule of axe-core that a page breaks: `impact` is minor … critical, `nodes` are the failing elements' selectors."""

    id: str
    impact: str | None
    help: str
    nodes: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """The procedure's page at phone width (CSS pixels): does it scroll sideways, is the way in still to be seen."""

    width: int
    scrolls: bool
    way_in: bool | None = None


@dataclass(frozen=True, slots=True)
class Tls:
    """The connection to one host: `secure` False is plain HTTP, `valid` tells of the certificate; `why` is what is wrong."""

    host: str
    secure: bool
    valid: bool | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """A page that should be there (feedback, result look-up): whether it was found, its address, and whether it answers."""

    found: bool
    url: str | None = None
    alive: bool | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Hotline:
    """The telephone number the portal names; None: none was seen."""

    number: str | None = None
    dialable: bool | None = None


@dataclass(frozen=True, slots=True)
class Checks:
    """What the visit saw besides the way: every part is None where it could not be looked at."""

    phone: Phone | None = None
    axe: tuple[Violation, ...] | None = None
    tls: tuple[Tls, ...] | None = None
    mixed_content: tuple[str, ...] | None = None
    console_errors: tuple[str, ...] | None = None
    privacy_notice: bool | None = None
    feedback: Linked | None = None
    hotline: Hotline | None = None
    payment: bool | None = None
    result_lookup: Linked | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Files below the captures folder: everything sent and refused, the last page, the console, one picture of the whole way."""

    har: str | None = None
    dom: str | None = None
    console: str | None = None
    contact_sheet: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceVisit:
    """One e-service visited; `service_level` as published, `attributed_to` whose fault a failure is: own, national, or None.

    `requests` is the file that lists every request, let out and refused; `run` names the run of `soat visit` it belongs to.
    """

    target: str
    code: str | None
    name: str | None
    outcome: Outcome
    service_level: str | None
    why: str
    steps: tuple[Step, ...] = ()
    forms: tuple[FormFile, ...] | None = ()
    uploads: tuple[Upload, ...] | None = None
    search: tuple[Search, ...] = ()
    refused: tuple[Refused, ...] = ()
    at: str | None = None
    url: str | None = None
    attempts: tuple[Attempt, ...] = ()
    attributed_to: str | None = None
    checks: Checks = field(default_factory=Checks)
    requests: str | None = None
    evidence: Evidence = field(default_factory=Evidence)
    run: str | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the outcome may count: a failure only when two attempts ended in it."""
        return self.outcome not in FAILURES or sum(one.outcome is self.outcome for one in self.attempts) > 1

    def to_json(self) -> dict[str, Any]:
        """Return the visit in the format of visits.jsonl; parts that could not be looked at are null."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read one line of visits.jsonl; further keys are passed over, keys that may be missing take their defaults.

        Raises:
            RecordError: a required key is missing or a value has the wrong type; the message names it.

        """
        if not isinstance(data, dict):
            raise RecordError(f"lượt truy cập: cần một đối tượng JSON, gặp {type(data).__name__}")
        if missing := [key for key in ("target", "outcome", "why") if not isinstance(data.get(key), str)]:
            raise RecordError(f"lượt truy cập: thiếu {', '.join(missing)}")
        try:
            return cls(
                **_said(data),
                outcome=Outcome(data["outcome"]),
                steps=_rows(data.get("steps"), Step) or (),
                forms=_rows(data.get("forms"), FormFile, state=FileState),
                uploads=_rows(data.get("uploads"), Upload),
                search=_rows(data.get("search"), Search) or (),
                refused=_rows(data.get("refused"), Refused) or (),
                attempts=_rows(data.get("attempts"), Attempt, outcome=Outcome) or (),
                checks=_checks(data.get("checks") or {}),
                evidence=_one(data.get("evidence") or {}, Evidence),
            )
        except (TypeError, AttributeError, ValueError) as error:
            raise RecordError(f"lượt truy cập {data.get('code') or data.get('url')}: {error}") from error


def taken_together(first: ServiceVisit, again: ServiceVisit) -> ServiceVisit:
    """Return what two attempts or visits at one service, some time apart, come to: the milder outcome, with the attempts of both told.

    A failure stays one only where both ended in a failure; where one of them could not look, nothing is held against
    the service.
    """
    attempts = (*first.attempts, *again.attempts)
    if first.outcome is again.outcome:
        return replace(again, attempts=attempts)
    milder = min(first, again, key=lambda visit: MILDEST_FIRST.index(visit.outcome))
    other = again if milder is first else first
    told = f"{milder.why} Lần {'đầu' if milder is again else 'sau'}: {other.why}"
    return replace(milder, attempts=attempts, why=told)


_TEXTS = ("target", "code", "name", "service_level", "why", "at", "url", "attributed_to", "requests", "run")


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: data.get(key) for key in _TEXTS}


def _checks(data: Mapping[str, Any]) -> Checks:
    axe = data.get("axe")
    return Checks(
        phone=_maybe(data.get("phone"), Phone),
        axe=None
        if axe is None
        else tuple(_one({**row, "nodes": tuple(row.get("nodes") or ())}, Violation) for row in axe),
        tls=_rows(data.get("tls"), Tls),
        mixed_content=_texts(data.get("mixed_content")),
        console_errors=_texts(data.get("console_errors")),
        privacy_notice=data.get("privacy_notice"),
        feedback=_maybe(data.get("feedback"), Linked),
        hotline=_maybe(data.get("hotline"), Hotline),
        payment=data.get("payment"),
        result_lookup=_maybe(data.get("result_lookup"), Linked),
    )


def _texts(value: object) -> tuple[str, ...] | None:
    return None if not isinstance(value, list) else tuple(str(item) for item in value)


def _one(row: Mapping[str, Any], kind: type[Any], **read: type[StrEnum]) -> Any:  # noqa: ANN401 - an instance of `kind`
    names = {item.name for item in fields(kind)}
    given = {key: value for key, value in row.items() if key in names}
    return kind(
        **{key: read[key](value) if key in read and value is not None else value for key, value in given.items()}
    )


def _maybe(row: Mapping[str, Any] | None, kind: type[Any]) -> Any:  # noqa: ANN401 - an instance of `kind`, or None
    return None if row is None else _one(row, kind)


def _rows(rows: Any, kind: type[Any], **read: type[StrEnum]) -> Any:  # noqa: ANN401 - a tuple of `kind`, or None
    return None if rows is None else tuple(_one(row, kind, **read) for row in rows)
