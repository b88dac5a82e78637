"""What every command says and how it ends: tables, JSON, errors in one line, exit codes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import orjson
import typer
from rich.console import Console
from rich.table import Table

from audits.procedure import Severity
from crawlers.settings import settings
from reports.translation import VIETNAM, translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DONE, FOUND, UNREADABLE, PARTLY = 0, 1, 3, 4
"""Exit codes; 2 is a wrong command line."""

Json = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON cho chương trình khác đọc.")]
FailOn = Annotated[
    str | None, typer.Option("--fail-on", help="Kết thúc với mã 1 khi có dấu hiệu từ mức này: C, B hoặc T.")
]
On = Annotated[str | None, typer.Option("--on", help="Xét theo quy định có hiệu lực tại ngày này (2026-11-23).")]


def say(line: str) -> None:
    """Print one line on standard error."""
    print(" ".join(line.split()), file=sys.stderr)


def translate(text: str) -> str:
    """Return the text in the user's language."""
    return translator(settings().language)(text)


def print_text(text: str) -> None:
    """Print a text on standard output."""
    print(text)


def print_json(value: object) -> None:
    """Print a value as JSON, for a program to read."""
    print_text(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a title, and below it the rows as a table, if there are any."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    print_text(title)
    if not table.row_count:
        return
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def read_day(text: str | None, option: str) -> date | None:
    """Read a day given on the command line; None: not given."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"“{text}” không phải ngày dạng 2026-11-23", param_hint=option) from error


def today() -> date:
    """Return the day it is in Việt Nam."""
    return datetime.now(VIETNAM).date()


def read_severity(text: str | None) -> Severity | None:
    """Read a severity given on the command line, as letter or word; None: not given."""
    if text is None:
        return None
    names = {
        "c": Severity.HIGH,
        "cao": Severity.HIGH,
        "b": Severity.MEDIUM,
        "trung bình": Severity.MEDIUM,
        "t": Severity.LOW,
        "thấp": Severity.LOW,
    }
    if text.lower() not in names:
        raise typer.BadParameter("dùng C (cao), B (trung bình) hoặc T (thấp)", param_hint="--fail-on")
    return names[text.lower()]


def end(counts: Mapping[Severity | None, int], fail_on: Severity | None, *, partly: bool) -> NoReturn:
    """Leave with the exit code that fits: 1 when signs were found that the caller asked to hear of, else 4 when partly done."""
    order = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)
    if fail_on is not None and any(counts.get(severity, 0) for severity in order[order.index(fail_on) :]):
        raise typer.Exit(FOUND)
    raise typer.Exit(PARTLY if partly else DONE)


@contextmanager
def resumable(how: str) -> Iterator[None]:
    """Turn Ctrl-C into one line that says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"đã dừng; những gì đã lưu vẫn còn nguyên. {how}")
        raise typer.Exit(130) from None


def given(text: str, option: str) -> None:
    """Refuse an option that was given empty."""
    if not text.strip():
        raise typer.BadParameter("không được để trống", param_hint=option)
