"""The official catalogue: national records read into procedures, and what overrides them on a date and in a territory."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from audits.jsonl import BadLine, InputError, read_objects
from audits.procedure import Channel, Level, Method, Procedure, Quantity, RequiredDocument
from audits.reading.codes import read_code
from audits.reading.money import official_fees, read_fees
from audits.reading.terms import official_terms
from crawlers.lists import ListError, read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from audits.audit import CatalogueVersion
    from audits.procedure import Fees

Record = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, 7, tzinfo=timezone(timedelta(hours=7)))  # the API's days begin in Việt Nam
_LAST_MOMENT = 4_102_444_800_000  # the year 2100; what lies beyond is no date
_NOTHING = re.compile(r"\s*(không có thông tin|chưa có thông tin)\.?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Repealed:
    """A procedure that was abolished, since which day (None: not stated) and by which decision."""

    code: str
    name: str
    repealed_on: date | None
    decision: str


@dataclass(frozen=True, slots=True)
class Specific:
    """A lawful procedure of one territory, with the decision that published it."""

    code: str | None
    name: str
    decision: str
    territory: str | None


@dataclass(frozen=True, slots=True)
class FeeResolution:
    """A fee set by a provincial People's Council for its territory, in force from `since` to `until` (None: open)."""

    fees: Fees
    resolution: str
    since: date | None
    until: date | None
    territory: str | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """How an official procedure stood before a later version of the catalogue, as of `replaced_on`, changed it."""

    procedure: Procedure
    replaced_on: date


@dataclass(frozen=True)
class Catalogue:
    """All official facts that one comparison uses; codes are national codes `X.NNNNNN`.

    `earlier` holds, the latest first, how procedures stood in earlier versions where they differ from the next one.
    """

    version: CatalogueVersion
    procedures: Mapping[str, Procedure]
    repealed: Mapping[str, Repealed] = field(default_factory=dict)
    specific: tuple[Specific, ...] = ()
    resolutions: Mapping[str, tuple[FeeResolution, ...]] = field(default_factory=dict)
    earlier: Mapping[str, tuple[Earlier, ...]] = field(default_factory=dict)


def with_earlier(catalogue: Catalogue, versions: Iterable[Catalogue]) -> Catalogue:
    """Return the catalogue knowing how its procedures stood in those earlier versions, given in any order."""
    states = [*sorted(versions, key=lambda state: state.version.as_of), catalogue]
    earlier: defaultdict[str, list[Earlier]] = defaultdict(list)
    for older, newer in pairwise(states):
        for code, procedure in older.procedures.items():
            now = newer.procedures.get(code)
            if code in catalogue.procedures and now is not None and now != procedure:
                earlier[code].insert(0, Earlier(procedure, newer.version.as_of))
    return replace(catalogue, earlier={code: tuple(rows) for code, rows in earlier.items()})


def build_catalogue(
    version: CatalogueVersion,
    records: Iterable[Record],
    *,
    repealed: Iterable[Record] = (),
    specific: Iterable[Record] = (),
    fees: Iterable[Record] = (),
) -> Catalogue:
    """Read national records and side records into one catalogue; rows that repeat a code are joined as further cases."""
    procedures: dict[str, Procedure] = {}
    for record in records:
        procedure = official_procedure(record)
        if procedure.code is not None:
            key = procedure.code.national
            procedures[key] = _joined(procedures[key], procedure) if key in procedures else procedure
    resolutions: dict[str, list[FeeResolution]] = defaultdict(list)
    for record in fees:
        resolutions[_national(record)].append(
            FeeResolution(
                fees=read_fees(f"{record.get('amount')} đồng/{record.get('unit') or 'hồ sơ'}") or official_fees({}),
                resolution=str(record.get("resolution") or ""),
                since=_day(record.get("from")),
                until=_day(record.get("to")),
                territory=record.get("territory"),
            )
        )
    return Catalogue(
        version=version,
        procedures=procedures,
        repealed={
            code: Repealed(
                code, str(row.get("name") or ""), _day(row.get("repealed_on")), str(row.get("decision") or "")
            )
            for row in repealed
            for code in [_national(row)]
        },
        specific=tuple(
            Specific(
                code.national if (code := read_code(row.get("code"))) else None,
                str(row.get("name") or ""),
                str(row.get("decision") or ""),
                row.get("territory"),
            )
            for row in specific
        ),
        resolutions={code: tuple(rows) for code, rows in resolutions.items()},
    )


def read_records(path: Path, progress: Callable[[int], None] | None = None) -> tuple[str, list[Record]]:
    """Return (SHA-256 of the file, national records) from JSONL in the API's shape or from the Excel list export.

    Raises:
        InputError: the file cannot be read, or one of its lines cannot: half a catalogue would accuse wrongly.

    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            is_workbook = file.read(4) == b"PK\x03\x04"
    except OSError as error:
        raise InputError(
            f"{path}: không đọc được ({error.strerror or error}); kiểm tra đường dẫn và quyền đọc"
        ) from error
    if is_workbook:
        return f"sha256:{digest}", _listed_records(path)
    records = read_side_file(path, progress)
    for number, record in enumerate(records, start=1):
        if read_code(_text(record.get("code"))) is None or not _text(record.get("name")):
            raise InputError(
                f"{path}: bản ghi {number}: thiếu mã hoặc tên thủ tục; cần bản ghi dạng chi tiết của Cổng quốc gia"
            )
    return f"sha256:{digest}", records


def read_side_file(path: Path, progress: Callable[[int], None] | None = None) -> list[Record]:
    """Return all objects of a JSONL file of official facts.

    Raises:
        InputError: the file or any of its lines cannot be read.

    """
    records = []
    for number, item in read_objects(path, progress):
        if isinstance(item, BadLine):
            raise InputError(
                f"{path}: dòng {number + 1}: {item.why}; sửa dòng này rồi chạy lại (danh mục thiếu dòng sẽ cho kết quả sai)"
            )
        records.append(item)
    if not records:
        raise InputError(f"{path}: không có bản ghi nào; kiểm tra lại tệp")
    return records


def _listed_records(path: Path) -> list[Record]:
    try:
        reading = read_list(path)
    except ListError as error:
        raise InputError(str(error)) from error
    if lost := [fault for fault in reading.faults if fault.kind in {"bad_row", "count_mismatch"}]:
        raise InputError(f"{path}: {lost[0].why}; sửa tệp rồi chạy lại (danh mục thiếu dòng sẽ cho kết quả sai)")
    for row in reading.records:
        if read_code(row.code) is None:
            place = row.source.places.get("code") or row.source.places.get("name")
            raise InputError(
                f"{path}: {place}: thủ tục “{row.name}” không có mã đọc được; sửa tệp rồi chạy lại (danh mục thiếu dòng sẽ cho kết quả sai)"
            )
    return [
        {
            "code": row.code,
            "name": row.name,
            "categoriesDetails": [{"name": row.sector or ""}],
            "departmentsExecuting": row.agency or "",
        }
        for row in reading.records
    ]


def official_procedure(record: Mapping[str, Any]) -> Procedure:
    """Read one national record into a procedure; documents carry their (case, component) indices."""
    raw_code = _text(record.get("code"))
    cases = _rows(record, "executionCases")
    methods = _rows(record, "executionMethods")
    agencies = [
        _joined_names(record.get(key))
        for key in ("departmentsExecuting", "departmentsAuthority", "unitGroupsExecuting")
    ]
    agency = ", ".join(name for name in agencies if name)
    return Procedure(
        name=_text(record.get("name")),
        code=read_code(raw_code),
        raw_code=raw_code,
        levels=_levels(record),
        sector=_joined_names(record.get("categoriesDetails")) or None,
        agency=agency,
        kind=_text(record.get("type")) or _text(record.get("formalityType")) or None,
        promulgator=_text(record.get("departmentPromulgateCode")) or None,
        methods=None if methods is None else tuple(_method(row) for row in methods if row),
        documents=None if cases is None else tuple(_documents(cases)),
        cases=tuple(_text(case.get("name")) for case in cases or ()),
        steps=" ".join(_text(step.get("description")) for step in _rows(record, "executionSteps") or ()),
        conditions=_text(record.get("requirementsAndConditions")),
        result=_joined_names(record.get("resultsDetails")),
        subjects=_joined_names(record.get("subjectTypesDetails") or record.get("subjectTypes")),
        legal_bases=tuple(
            _text(basis.get("code")) or _text(basis.get("name")) for basis in _rows(record, "legalBasisesDetails") or ()
        ),
        status=_text(record.get("state")) or None,
        decided_on=_moment(record, "decisionDate"),
        entered_on=_moment(record, "publicationDate"),
    )


def _documents(cases: Iterable[Record]) -> Iterable[RequiredDocument]:
    index = 0
    for case_index, case in enumerate(cases):
        for component_index, component in enumerate(_rows(case, "profileComponents") or ()):
            if component:
                forms = (_text(item.get("fileName")) for item in _rows(component, "attachments") or ())
                yield RequiredDocument(
                    name=_text(component.get("name")),
                    quantity=Quantity(
                        originals=_count(component.get("originalQty")), copies=_count(component.get("copyQty"))
                    ),
                    case=_text(case.get("name")),
                    form="; ".join(filter(None, forms)),
                    index=index,
                    component=(case_index, component_index),
                )
                index += 1


def _method(row: Mapping[str, Any]) -> Method:
    channel = _text(row.get("submissionMethod"))
    return Method(
        channel=Channel(channel) if channel in Channel.__members__ else None,
        terms=official_terms(row),
        fees=official_fees(row),
    )


def _levels(record: Mapping[str, Any]) -> frozenset[Level]:
    flags = {
        "isMinistry": Level.MINISTRY,
        "isProvince": Level.PROVINCE,
        "isDistrict": Level.DISTRICT,
        "isWard": Level.COMMUNE,
    }
    return frozenset(level for key, level in flags.items() if record.get(key) is True)


def _joined(first: Procedure, further: Procedure) -> Procedure:
    offset = len(first.cases)
    moved = (
        replace(document, index=len(first.documents or ()) + document.index, component=(offset + case, component))
        for document in further.documents or ()
        if document.component is not None
        for case, component in [document.component]
    )
    return replace(
        first,
        levels=first.levels | further.levels,
        methods=(*(first.methods or ()), *(further.methods or ())),
        documents=(*(first.documents or ()), *moved),
        cases=(*first.cases, *further.cases),
    )


def _text(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None or isinstance(value, dict | list) else str(value)
    return "" if _NOTHING.fullmatch(text) else text.strip()


def _rows(record: Mapping[str, Any], key: str) -> list[Record] | None:
    """Return the objects of an array in their places, null as an empty one; None: there is no array."""
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(item is None or isinstance(item, dict) for item in value):
        raise InputError(
            f"bản ghi {record.get('code') or record.get('name')!r} của danh mục: trường “{key}” phải là danh sách các đối tượng JSON; sửa bản ghi rồi chạy lại"
        )
    return [item or {} for item in value]


def _moment(record: Mapping[str, Any], key: str) -> date | None:
    """Return a day of the publishing decision, which the API gives in milliseconds since 1970; None: not stated."""
    proposal = record.get("procedureProposal")
    value = proposal.get(key) if isinstance(proposal, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LAST_MOMENT:
        return None
    return (_EPOCH + timedelta(milliseconds=value)).date()


def _joined_names(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, (_text(item.get("name")) for item in value if isinstance(item, dict))))
    return _text(value)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _national(record: Mapping[str, Any]) -> str:
    code = read_code(_text(record.get("code")))
    if code is None:
        raise InputError(f"bản ghi kèm theo danh mục có mã không đọc được: {record.get('code')!r}; sửa mã rồi chạy lại")
    return code.national


def _day(value: object) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise InputError(f"bản ghi kèm theo danh mục có ngày không đọc được: {value!r}; cần dạng 2026-07-01") from error
