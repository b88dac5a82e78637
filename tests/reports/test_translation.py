from __future__ import annotations

import string
from datetime import UTC, date, datetime

import pytest
from babel.messages.pofile import read_po

from audits.procedure import Sentence
from reports.translation import (
    LanguageError,
    date_text,
    languages,
    number_text,
    sentence_text,
    time_text,
    translator,
)
from tests.messages import CATALOGUES, extracted

MESSAGES = extracted()
EVENING = datetime(2026, 11, 1, 20, 5, tzinfo=UTC)


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_messages_are_found_in_code_templates_rules_and_sentences() -> None:
    assert MESSAGES["Số liệu chính"].endswith("page.html")
    assert MESSAGES["trung bình"] == "reports/labels.py"
    assert any(place.startswith("audits/rules/") for place in MESSAGES.values())
    assert any(gaps(message) and place.startswith("audits/") for message, place in MESSAGES.items())


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_every_message_is_translated_with_the_same_gaps(path) -> None:  # type: ignore[no-untyped-def]
    with path.open("rb") as file:
        translations = {message.id: message.string for message in read_po(file) if message.id}
    assert not [text for text in MESSAGES if not translations.get(text)], "run python -m tests.messages, then translate"
    assert not translations.keys() - MESSAGES.keys(), "run python -m tests.messages to drop what no longer exists"
    assert not [text for text in MESSAGES if gaps(text) != gaps(str(translations[text]))]


def test_languages_and_their_catalogues() -> None:
    assert languages() == ("vi", "en")
    assert translator("vi")("trung bình") == "trung bình"
    assert translator("en")("trung bình") == "medium"
    assert translator("en")("không có trong bản dịch") == "không có trong bản dịch"
    assert translator("en")("") == ""


def test_an_unknown_language_names_those_that_exist() -> None:
    with pytest.raises(LanguageError, match=r"SOAT_LANGUAGE=xx.*vi, en"):
        translator("xx")


@pytest.mark.parametrize(
    ("language", "day", "time", "number"),
    [
        ("vi", "02/11/2026", "03:05 ngày 02/11/2026", "6.312"),
        ("en", "2 November 2026", "2 November 2026, 03:05", "6,312"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does(language: str, day: str, time: str, number: str) -> None:
    assert date_text(date(2026, 11, 2), language) == day
    assert time_text(EVENING, language) == time
    assert number_text(6312, language) == number


def test_a_sentence_is_translated_before_it_is_filled() -> None:
    sentence = Sentence("Không kiểm tra được {count} trên {all} nguồn.", {"count": "{all}", "all": "6"})
    assert sentence_text(sentence, "vi") == "Không kiểm tra được {all} trên 6 nguồn."
    assert sentence_text(sentence, "en") == "Sources that could not be checked: {all} of 6."
