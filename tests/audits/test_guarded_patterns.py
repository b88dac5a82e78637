"""A guarded pattern is never kept from a text that it matches: the words it waits for stand in everything it can match."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import audits
from audits.reading.text import Guarded, fold
from fixtures.generate import read_catalogue
from fixtures.province import FOLDER


def _held(value: object) -> list[Guarded]:
    if isinstance(value, Guarded):
        return [value]
    return [one for each in value for one in _held(each)] if isinstance(value, tuple) else []


GUARDED = {
    f"{module.__name__}.{name}{number or ''}": one
    for info in walk_packages(audits.__path__, "audits.")
    if ".migrations" not in info.name
    for module in [import_module(info.name)]
    for name, value in vars(module).items()
    for number, one in enumerate(_held(value))
}


def test_there_are_guarded_patterns() -> None:
    assert len(GUARDED) >= 8


@pytest.mark.parametrize("guarded", GUARDED.values(), ids=GUARDED)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_pattern_matches_has_one_of_its_words(guarded: Guarded, data: st.DataObject) -> None:
    text = fold(data.draw(st.from_regex(guarded.pattern)))
    assume(guarded.pattern.search(text))
    assert guarded.may_match(text), text


@pytest.mark.parametrize("guarded", GUARDED.values(), ids=GUARDED)
def test_no_text_of_the_sample_catalogue_is_missed(guarded: Guarded) -> None:
    texts = [
        fold(str(row.get("name")))
        for record in read_catalogue(FOLDER / "catalogue.jsonl")
        for case in record.get("executionCases") or ()
        for row in case.get("profileComponents") or ()
    ]
    assert texts
    assert [text for text in texts if guarded.pattern.search(text) and not guarded.may_match(text)] == []
