from __future__ import annotations

import unicodedata

import pytest

from reports.differences import marked

LONG = "giấy tờ kèm theo hồ sơ " * 1300


@pytest.mark.parametrize(
    ("expected", "found", "left", "right"),
    [
        ("12 ngày làm việc", "15 ngày làm việc", "<del>12</del> ngày làm việc", "<ins>15</ins> ngày làm việc"),
        ("như nhau", "như nhau", "như nhau", "như nhau"),
        ("Bản sao", "bản  sao", "Bản sao", "bản  sao"),
        ("", "sổ hộ khẩu", "", "<ins>sổ hộ khẩu</ins>"),
        ("sổ hộ khẩu", "", "<del>sổ hộ khẩu</del>", ""),
        ("", "", "", ""),
        ("3.500.000 đồng", "3.600.000 đồng", "<del>3.500.000</del> đồng", "<ins>3.600.000</ins> đồng"),
        (
            "12 (mười hai) ngày",
            "15 (mười lăm) ngày",
            "<del>12</del> (mười <del>hai</del>) ngày",
            "<ins>15</ins> (mười <ins>lăm</ins>) ngày",
        ),
        (
            "tờ khai; hộ chiếu",
            "tờ khai; hộ chiếu; giấy tờ khác",
            "tờ khai; hộ chiếu",
            "tờ khai; hộ chiếu<ins>; giấy tờ khác</ins>",
        ),
        # One common word between two texts that have nothing else in common says nothing.
        (
            "đơn đề nghị của cha mẹ",
            "sổ hộ khẩu của tổ dân phố",
            "<del>đơn đề nghị của cha mẹ</del>",
            "<ins>sổ hộ khẩu của tổ dân phố</ins>",
        ),
        ("a <b> & c", "a <i> & c", "a &lt;<del>b</del>&gt; &amp; c", "a &lt;<ins>i</ins>&gt; &amp; c"),
        (unicodedata.normalize("NFD", "quyền sở hữu"), "quyền sở hữu", "quyền sở hữu", "quyền sở hữu"),
    ],
)
def test_marks_the_words_that_differ(expected: str, found: str, left: str, right: str) -> None:
    assert marked(expected, found) == (left, right)


def test_long_texts_are_compared_from_their_ends() -> None:
    left, right = marked(f"{LONG}bản sao {LONG}", f"{LONG}bản chính {LONG}")
    assert "bản <del>sao</del> giấy" in left
    assert "bản <ins>chính</ins> giấy" in right
    assert (left.count("<del>"), right.count("<ins>")) == (1, 1)
