"""What robots.txt does not want is not looked at, and why is said: a form or a feedback page so left alone is never called dead."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from crawlers.journeys.checks import find_feedback
from crawlers.journeys.forms import judge
from crawlers.journeys.guard import Gate
from crawlers.journeys.sight import Control, Sight
from crawlers.journeys.traffic import ROBOTS, Shelf, Traffic
from crawlers.journeys.wire import Answer, Wire
from crawlers.service_visits import Linked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

HOST = "cong.gov.vn"
FORBIDDEN = f"https://{HOST}/quan-tri/"


class Replies(Wire):
    """Answers what is in its table and writes down what was asked; all else is not found."""

    def __init__(self, table: Mapping[str, Answer]) -> None:
        super().__init__(1, "soat/0.1")
        self.table, self.asked = table, list[str]()

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit: int) -> Answer:
        del method, headers, body, limit
        self.asked.append(url)
        return self.table.get(url, Answer(404))


def traffic(table: Mapping[str, Answer]) -> tuple[Traffic, Replies]:
    @asynccontextmanager
    async def turn(_: str) -> AsyncIterator[None]:
        yield

    async def allows(url: str) -> bool:
        return not url.startswith(FORBIDDEN)

    wire = Replies(table)
    return Traffic(Gate(frozenset({HOST}), (), ()), wire, Shelf(), turn, allows), wire


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (f"{FORBIDDEN}mau-01.docx", []),
        (f"https://{HOST}/tep?id=1", [f"https://{HOST}/tep?id=1"]),  # is sent on to where it may not go
    ],
)
def test_a_form_that_robots_does_not_want_is_left_open(url: str, asked: list[str]) -> None:
    passing, wire = traffic({f"https://{HOST}/tep?id=1": Answer(302, (("Location", f"{FORBIDDEN}mau-01.docx"),))})
    answer, last = asyncio.run(passing.get(url))
    form = judge("Mẫu số 01", last, answer)
    assert (form.state, form.why) == (None, f"không tải: {ROBOTS}")
    assert wire.asked == asked
    assert [(one.url, one.why) for one in passing.refused()] == [(f"{FORBIDDEN}mau-01.docx", ROBOTS)]


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        (f"{FORBIDDEN}gop-y", Linked(found=True, url=f"{FORBIDDEN}gop-y")),
        (f"https://{HOST}/gop-y", Linked(found=True, url=f"https://{HOST}/gop-y", alive=False, status=404)),
    ],
)
def test_a_feedback_page_that_robots_does_not_want_is_not_called_dead(href: str, expected: Linked) -> None:
    passing, _ = traffic({})
    sight = Sight(f"https://{HOST}/", controls=(Control("Góp ý, phản ánh", href, button=False),))
    assert asyncio.run(find_feedback([sight], passing, {})) == expected
