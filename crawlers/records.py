"""What a crawler hands over: the bytes it saw, and the text as it was published. Nothing here is judged or interpreted."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class RecordError(ValueError):
    """A record that is not in the published-record format; the message names the key and what was expected."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One response as it was received; immutable and addressed by the SHA-256 of its body.

    `rendered`: the body is the page as a browser showed it once its scripts had run. `tls`: "verified", or "failed: " and why
    the server's certificate could not be trusted; None where there is none.
    """

    digest: str
    url: str
    captured_at: datetime
    status: int
    media_type: str
    length: int
    target: str
    method: str = "GET"
    rendered: bool = False
    tls: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the capture as one JSON object; the time in ISO 8601, UTC."""
        return {
            **({"rendered": True} if self.rendered else {}),
            **({"tls": self.tls} if self.tls else {}),
            "digest": self.digest,
            "url": self.url,
            "captured_at": self.captured_at.astimezone(UTC).isoformat(),
            "status": self.status,
            "media_type": self.media_type,
            "length": self.length,
            "target": self.target,
            "method": self.method,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(**{**data, "captured_at": datetime.fromisoformat(data["captured_at"])})


@dataclass(frozen=True, slots=True)
class Source:
    """Where and when a record was seen; `places` tells for a field's path where in the capture it stands.

    `suspect` tells for a field's path why its text is not believed: it seems to belong to another field, or it varies.
    """

    agency: str | None = None
    url: str | None = None
    captured_on: str | None = None
    capture: str | None = None
    target: str | None = None
    level: str | None = None
    territory: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    suspect: Mapping[str, str] = field(default_factory=dict)
    document: str | None = None
    """The decision that a published list belongs to, with its date, as published."""
    confidence: Mapping[str, float] = field(default_factory=dict)
    """For a field's path, how sure it is (0..1) that a text recognised on a picture reads so; no path: not from a picture."""

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read the source of a published record; any key may be missing, the whole may be null.

        Raises:
            RecordError: a value has the wrong type; the message names its path.

        """
        source = _mapping(data or {}, "source")
        return cls(
            places=_told(source, "places"),
            suspect=_told(source, "suspect"),
            **dict(zip(_SOURCE_TEXTS, _texts_of(source, _SOURCE_TEXTS, "source."), strict=True)),
            document=_text(source.get("document"), "source.document"),
            confidence=_shares(source["confidence"], "source.confidence") if source.get("confidence") else {},
        )


@dataclass(frozen=True, slots=True)
class PublishedMethod:
    """One way to submit, with its time limit and fee, as published."""

    channel: str | None = None
    time: str | None = None
    fee: str | None = None


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """One line of the list of required papers, as published."""

    name: str | None = None
    quantity: str | None = None
    case: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class PublishedProcedure:
    """One procedure as published: text only. None: the source has no such part; "" or (): it has the part, and it is empty."""

    source: Source = field(default_factory=Source)
    code: str | None = None
    name: str | None = None
    level: str | None = None
    sector: str | None = None
    methods: tuple[PublishedMethod, ...] | None = None
    documents: tuple[PublishedDocument, ...] | None = None
    agency: str | None = None
    legal_bases: tuple[str, ...] | None = None
    conditions: str | None = None
    steps: str | None = None
    result: str | None = None
    subjects: str | None = None
    service_level: str | None = None
    status: str | None = None
    ignored: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the record in the published-record format; parts the source does not have are left out."""
        out: dict[str, Any] = {"source": _compact(self.source)}
        for name in _TEXTS:
            if (text := getattr(self, name)) is not None:
                out[name] = text
        if self.methods is not None:
            out["methods"] = [_compact(method) for method in self.methods]
        if self.documents is not None:
            out["documents"] = [_compact(document) for document in self.documents]
        if self.legal_bases is not None:
            out["legal_bases"] = list(self.legal_bases)
        return out

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read one published record; any key may be missing or null, unknown keys are listed in `ignored`.

        Raises:
            RecordError: a value has the wrong type; the message names its path.

        """
        record = _mapping(data, "bản ghi")
        bases = record.get("legal_bases")
        return cls(
            source=Source.from_json(record.get("source")),
            methods=_rows(record.get("methods"), "methods", PublishedMethod),
            documents=_rows(record.get("documents"), "documents", PublishedDocument),
            legal_bases=None if bases is None else tuple(_texts(bases, "legal_bases")),
            ignored=() if record.keys() <= _KEYS else tuple(sorted(record.keys() - _KEYS)),
            **dict(zip(_TEXTS, _texts_of(record, _TEXTS), strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that could not be seen or read: `kind` is a word for programs, `why` one sentence for people."""

    kind: str
    url: str
    why: str
    capture: str | None = None


class SourceState(StrEnum):
    """How far a source can be relied upon; only `ok` and `partial` sources are judged."""

    OK = "ok"
    PARTIAL = "partial"
    SUSPECT = "suspect"
    CHANGED = "changed"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    OUTSIDE_WINDOW = "outside_window"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one crawl saw of one target: procedures listed and read, list pages (digests), and everything that went wrong.

    `notes` is what else must be told of how it was seen; nothing went wrong there.
    """

    target: str
    state: SourceState
    listed: int
    read: int
    listing: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the report as one JSON object."""
        return {
            **({"notes": list(self.notes)} if self.notes else {}),
            **{name: getattr(self, name) for name in ("target", "state", "listed", "read")},
            "listing": list(self.listing),
            "faults": [_compact(fault) for fault in self.faults],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            **{
                **data,
                "state": SourceState(data["state"]),
                "listing": tuple(data["listing"]),
                "notes": tuple(data.get("notes", ())),
                "faults": tuple(Fault(**fault) for fault in data["faults"]),
            }
        )


Row = TypeVar("Row", PublishedMethod, PublishedDocument)

_SOURCE_TEXTS = ("agency", "url", "captured_on", "capture", "target", "level", "territory")
_TEXTS = (
    "code",
    "name",
    "level",
    "sector",
    "agency",
    "conditions",
    "steps",
    "result",
    "subjects",
    "service_level",
    "status",
)
_KEYS = {*_TEXTS, "source", "methods", "documents", "legal_bases"}
_ROW_TEXTS = {row: tuple(item.name for item in fields(row)) for row in (PublishedMethod, PublishedDocument)}
_TEXT_OR_NOTHING = frozenset({str, type(None)})


def _compact(value: object) -> dict[str, Any]:
    pairs = ((item.name, getattr(value, item.name)) for item in fields(value))  # type: ignore[arg-type]
    return {name: content for name, content in pairs if content is not None and content != {}}


def _mapping(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordError(f"{path}: cần một đối tượng JSON, gặp {type(value).__name__}")
    return value


def _text(value: object, path: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise RecordError(f"{path}: cần chuỗi ký tự, gặp {type(value).__name__}")


def _texts_of(data: Mapping[str, Any], names: tuple[str, ...], *path: object) -> list[str | None]:
    """Return the texts under these names; only where one is no text is each looked at by itself, and its path put together."""
    values = list(map(data.get, names))
    if _TEXT_OR_NOTHING.issuperset(map(type, values)):
        return values
    before = "".join(map(str, path))
    return [_text(value, f"{before}{name}") for name, value in zip(names, values, strict=True)]


def _told(source: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return what a source tells of fields, by their path."""
    told = source.get(name)
    return {str(key): str(value) for key, value in _mapping(told, f"source.{name}").items()} if told else {}


def _shares(value: object, path: str) -> dict[str, float]:
    shares = {}
    for key, share in _mapping(value, path).items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise RecordError(f"{path}.{key}: cần một số từ 0 đến 1, gặp {share!r}")
        shares[str(key)] = float(share)
    return shares


def _texts(value: object, path: str) -> list[str]:
    if not isinstance(value, list):
        raise RecordError(f"{path}: cần một danh sách, gặp {type(value).__name__}")
    if set(map(type, value)) == {str}:
        return value
    return [text for index, item in enumerate(value) if (text := _text(item, f"{path}[{index}]")) is not None]


def _rows(value: object, path: str, row: type[Row]) -> tuple[Row, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise RecordError(f"{path}: cần một danh sách, gặp {type(value).__name__}")
    names = _ROW_TEXTS[row]
    return tuple(
        [
            row(
                *_texts_of(
                    item if type(item) is dict else _mapping(item, f"{path}[{index}]"), names, path, "[", index, "]."
                )
            )
            for index, item in enumerate(value)
        ]
    )
