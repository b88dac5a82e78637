"""What stops a way short: each page is judged by what was asked for since the step before, never by an earlier page's fault."""

from __future__ import annotations

import pytest

from crawlers.journeys.endings import SAME_PAGE, End, check_circle
from crawlers.journeys.traffic import CIRCLE, Passed
from crawlers.service_visits import Outcome

PAGE, LOGIN = "http://127.0.0.1:1/thu-tuc", "http://127.0.0.1:1/dang-nhap?buoc=1"


def documents(*urls: str, why: str | None = None) -> list[Passed]:
    return [Passed("2026-11-02T08:00:00+07:00", "GET", url, "document", why) for url in urls]


@pytest.mark.parametrize(
    ("since", "outcome"),
    [
        pytest.param([], None, id="nothing was asked for"),
        pytest.param(documents(PAGE, LOGIN, PAGE), None, id="to and fro"),
        pytest.param(documents(*[PAGE] * SAME_PAGE), Outcome.BROKEN, id="one page over and over"),
        pytest.param(documents(*[LOGIN] * SAME_PAGE), Outcome.LOGIN_LOOP, id="the login over and over"),
        pytest.param(documents(*[PAGE] * SAME_PAGE, why="robots"), None, id="refused by us, over and over"),
        pytest.param(documents(PAGE, why=CIRCLE), Outcome.BROKEN, id="redirects without end"),
        pytest.param(documents(LOGIN) + documents(LOGIN, why=CIRCLE), Outcome.LOGIN_LOOP, id="redirects of the login"),
    ],
)
def test_circles(since: list[Passed], outcome: Outcome | None) -> None:
    if outcome is None:
        check_circle(since)
        return
    with pytest.raises(End) as end:
        check_circle(since)
    assert end.value.outcome is outcome
    assert end.value.url == since[-1].url
