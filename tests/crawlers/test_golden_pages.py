"""Every golden page gives exactly its records; every change of it alarms, and none passes silently."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from crawlers.manners import forbidden, wall
from crawlers.page import PageChanged
from crawlers.platforms import Listing, Reading, load, names
from tests.crawlers.golden import Case, Mutation, every, mutations, walls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CASES = [pytest.param(case, id=f"{case.platform}-{case.name}") for case in every()]


@pytest.mark.parametrize("case", CASES)
def test_a_golden_page_gives_exactly_what_is_expected(case: Case) -> None:
    read = case.read()
    found = case.found(read)
    assert found == case.expected(found)
    if isinstance(read, Reading):
        for record in read.records:
            places = set(record.source.places)
            assert places <= texts(record.to_json(), empty=True), "a place without its text"
            assert texts(record.to_json(), empty=False) <= places, "a text without its place"


def texts(record: dict[str, object], *, empty: bool) -> set[str]:
    """The paths of a record's texts, with or without the empty ones."""
    found = [(key, value) for key, value in record.items() if isinstance(value, str)]
    for part in ("methods", "documents", "legal_bases"):
        rows = record.get(part, [])
        assert isinstance(rows, list)
        for index, row in enumerate(rows):
            cells = row.items() if isinstance(row, dict) else [("", row)]
            found += [(f"{part}[{index}].{key}".rstrip("."), text) for key, text in cells]
    return {path for path, text in found if text or empty}


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.platform}-{case.name}") for case in every() if case.is_list]
)
def test_what_a_list_leads_to_only_reads(case: Case) -> None:
    listing = case.read()
    assert isinstance(listing, Listing)
    for ask in (*listing.entries, *listing.further, *filter(None, [listing.following])):
        assert forbidden(ask, frozenset({urlsplit(ask.url).netloc}), load(case.platform).READING) is None


@pytest.mark.parametrize("case", CASES)
def test_a_golden_page_is_taken_for_no_wall(case: Case) -> None:
    assert wall(case.told.get("status", 200), case.path.read_bytes()) is None


@pytest.mark.parametrize(
    "mutation",
    [
        pytest.param(mutation, id=re.sub(r"\W+", "_", f"{platform}-{mutation.case.name}-{mutation.told['what']}"))
        for platform in names()
        for mutation in mutations(platform)
    ],
)
def test_a_changed_page_alarms(mutation: Mutation) -> None:
    alarms = alarms_of(mutation)
    assert any(mutation.told["alarms"] in alarm for alarm in alarms), alarms


def alarms_of(mutation: Mutation) -> list[str]:
    """What is said of a changed page: what PageChanged names, or the faults of its reading."""
    try:
        read = mutation.read()
    except PageChanged as changed:
        return [f"{changed.field}: {changed.what}"]
    return [fault.why for fault in read.faults] if isinstance(read, Reading) else []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("path", [*walls(), None], ids=lambda path: "nothing" if path is None else path.stem)
def test_neither_a_wall_nor_nothing_is_read_as_a_page(case: Case, path: Path | None) -> None:
    body = b"" if path is None else path.read_bytes()
    assert refused(case, body)
    for file in case.told.get("beside", []):
        with pytest.raises(PageChanged):
            case.read(beside={file: body})


def refused(case: Case, body: bytes) -> bool:
    """Whether a page alarms; where a list's end is an empty page, an empty one is asked again before it is taken for it."""
    try:
        read = case.read(body)
    except PageChanged:
        return True
    if body or not isinstance(read, Listing) or read.entries:
        return False
    return read.total is None if read.following else case.told["entries"] == []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("part", [0.25, 0.5, 0.75])
def test_a_page_cut_off_alarms(case: Case, part: float) -> None:
    """What is read from part of a page is the whole; part of a list is found out at the latest by its own total."""
    body = case.path.read_bytes()
    try:
        read = case.read(body[: int(len(body) * part)])
    except PageChanged:
        return
    if isinstance(read, Reading) and len(read.faults) > len(case.told.get("faults", [])):
        return
    found = case.found(read)
    if isinstance(read, Listing) and read.total is not None and found != case.expected(found):
        seen = case.told.get("seen", 0) + len(read.entries)
        assert read.total > seen, "fewer entries, and the total does not tell"
        assert read.following is not None, "fewer entries, and nothing more is asked"
        return
    assert found == case.expected(found)


OTHERS: tuple[Any, ...] = (None, [], {}, 5, True, [None])
JSON_CASES = [pytest.param(case, id=f"{case.platform}-{case.name}") for case in every() if case.path.suffix == ".json"]


@pytest.mark.parametrize("case", JSON_CASES)
def test_a_value_of_another_kind_is_read_or_alarms(case: Case) -> None:
    """Whatever stands in place of any one value: the reader says that the page changed, or reads it; it never falls."""
    data = json.loads(case.path.read_bytes())
    for path in paths(data):
        for other in OTHERS:
            try:
                case.read(json.dumps(put(data, path, other), ensure_ascii=False).encode())
            except PageChanged:
                continue
            except AssertionError as error:  # the golden page holds no answer to what is then asked besides
                if "asked besides" not in str(error):
                    raise


def paths(data: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the values of a JSON text stand."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*at, key)
        yield from paths(value, (*at, key))


def put(data: Any, path: tuple[str | int, ...], value: object) -> object:
    """The same JSON with another value at one place; what is not on the way there is shared."""
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = put(data[path[0]], path[1:], value)
    return copy
