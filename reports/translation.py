"""What people read, in their language: Vietnamese is written in the code, other languages come from reports/locale."""

from __future__ import annotations

import gettext
from datetime import timedelta, timezone
from functools import cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from audits.procedure import Sentence

# A fixed offset, because a bare machine may lack the time-zone database; Việt Nam has not changed it since 1975.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

_LOCALE = resources.files("reports").joinpath("locale")


class LanguageError(ValueError):
    """There is no translation into that language; the message lists those that exist."""


def languages() -> tuple[str, ...]:
    """Return the languages that can be chosen: Vietnamese, and every folder of reports/locale."""
    return ("vi", *sorted(entry.name for entry in _LOCALE.iterdir() if entry.is_dir() and entry.name.isalpha()))


@cache
def translator(language: str) -> Callable[[str], str]:
    """Return the function that translates a Vietnamese string; a string without translation stays Vietnamese.

    Raises:
        LanguageError: there is no such translation.

    """
    if language not in languages():
        raise LanguageError(
            f"SOAT_LANGUAGE={language}: không có bản dịch này; hãy chọn một trong: {', '.join(languages())}"
        )
    if language == "vi":
        return str
    compiled = BytesIO()
    with _LOCALE.joinpath(language, "LC_MESSAGES", "soat.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    translate = gettext.GNUTranslations(compiled).gettext
    # gettext answers the empty string with the catalogue's own header.
    return lambda text: translate(text) if text else text


def sentence_text(sentence: Sentence, language: str) -> str:
    """Return the sentence in that language: its template is translated, then filled."""
    return translator(language)(sentence.template).format(**sentence.values)


def date_text(day: date, language: str) -> str:
    """Return the day as it is written in that language."""
    _ = translator(language)
    return format_date(day, _("dd/MM/y"), locale=language)


def time_text(moment: datetime, language: str) -> str:
    """Return the moment as it is written in that language, in Vietnamese time."""
    _ = translator(language)
    return format_datetime(moment.astimezone(VIETNAM), _("HH:mm 'ngày' dd/MM/y"), locale=language)


def number_text(number: int, language: str) -> str:
    """Return the number with the language's separator between thousands."""
    return format_decimal(number, locale=language)
