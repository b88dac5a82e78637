"""Words that can be no Vietnamese syllable, and what they are a slip of."""

from __future__ import annotations

import json

import pytest

from audits.reading.spelling import may_be_a_syllable, meant_by
from audits.reading.text import fold
from fixtures.province import FOLDER


@pytest.mark.parametrize("word", ["traang", "chng", "doaanh", "thuuận", "thnh", "riêêng", "casino", "z", ""])
def test_no_syllable(word: str) -> None:
    assert not may_be_a_syllable(word)


def test_nearly_every_word_of_a_catalogue_is_a_syllable() -> None:
    lines = (FOLDER / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    words = {
        word
        for line in lines
        for case in json.loads(line)["executionCases"]
        for paper in case["profileComponents"]
        for word in fold(paper["name"]).replace("/", " ").split()
        if word.isalpha()
    }
    odd = sorted(word for word in words if not may_be_a_syllable(word))
    assert len(odd) <= 0.02 * len(words), odd


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("traang", {"trang", "sức"}, ["trang"]),
        ("chng", {"chung", "chứng", "ch"}, ["chung", "chứng"]),
        ("quền", {"quyền"}, ["quyền"]),
        ("traang", {"bảng"}, []),
        ("ở", {"mở"}, []),
    ],
)
def test_meant_by(word: str, known: set[str], meant: list[str]) -> None:
    assert meant_by(word, known) == meant
