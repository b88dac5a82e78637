from __future__ import annotations

from dataclasses import fields

from crawlers.journeys.indicators import indicators
from crawlers.service_visits import Checks


def test_every_check_answers_a_question_of_some_measure() -> None:
    told = {one.check for one in indicators()}
    own = {f"checks.{item.name}" for item in fields(Checks)} - {"checks.console_errors"}
    assert own | {"outcome", "search", "forms", "uploads", "service_level"} <= told
    assert len({one.source for one in indicators()}) == 3


def test_what_was_not_seen_in_the_text_is_marked() -> None:
    # Nothing of these measures lies beside the project; whoever adds a verified one adds its place in the text.
    assert all(one.unverified or one.place for one in indicators())
