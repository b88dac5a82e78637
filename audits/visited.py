"""What a rule for online services looks at: one journey to an e-service beside the record published of it and the official one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, auto
from typing import TYPE_CHECKING

from audits.procedure import Channel, Stated
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from audits.matching.documents import LineMatch
    from audits.pair import Pair
    from audits.procedure import Fees, Procedure
    from crawlers.service_visits import ServiceVisit, Step

_VIETNAM = timezone(timedelta(hours=7))
_DENIED = re.compile(
    r"\b(?:không|chưa) (?:phải |là |đủ điều kiện |cung cấp |đạt )*(?:dịch vụ công )?(?:trực tuyến )?(?:toàn trình|mức)"
)
_FULL = re.compile(r"toàn trình|mức(?: độ)? ?(?:4|iv)\b|\bfull\b")
_PARTIAL = re.compile(r"một phần|mức(?: độ)? ?(?:3|iii)\b|\bpartial\b")
_INFORMATION = re.compile(r"cung cấp thông tin|mức(?: độ)? ?(?:[12]|ii?)\b|\bkhông trực tuyến\b|^không$")


class ServiceLevel(Enum):
    """How far a service says it can be done online."""

    FULL = auto()
    PARTIAL = auto()
    INFORMATION = auto()


def read_service_level(text: str | None) -> ServiceLevel | None:
    """Return the level a published text claims; None where it claims none that can be read."""
    folded = fold(text or "").strip()
    if _DENIED.search(folded):
        return None
    for pattern, level in (
        (_FULL, ServiceLevel.FULL),
        (_PARTIAL, ServiceLevel.PARTIAL),
        (_INFORMATION, ServiceLevel.INFORMATION),
    ):
        if pattern.search(folded):
            return level
    return None


@dataclass(frozen=True, slots=True)
class Visited:
    """One visit, to be judged as of the pair's day.

    `pair` holds the record that the same target publishes of the procedure, else (`listed` False) no more than the visit
    itself tells of it; `site` is the address of what was published, or of the target. `uploads` tells for each upload of the visit which official papers it asks for; None: not known, or
    nothing to hold them against.
    """

    visit: ServiceVisit
    pair: Pair
    listed: bool = True
    uploads: tuple[LineMatch, ...] | None = None
    site: str | None = None

    @property
    def claimed(self) -> str:
        """The service level as published, on the visited page or else in the record; "" where none is stated."""
        return (self.visit.service_level or self.pair.published.service_level or "").strip()

    @property
    def level(self) -> ServiceLevel | None:
        """The service level that is claimed; None: none that can be read."""
        return read_service_level(self.claimed)

    @property
    def claims_online(self) -> bool | None:
        """Whether the service is said to be there online, by its level, or else by a channel; None: nothing is said."""
        if self.level is not None:
            return self.level is not ServiceLevel.INFORMATION
        stated = [
            procedure for procedure in (self.pair.published, self.pair.official) if procedure and procedure.methods
        ]
        if any(method.channel is Channel.ONLINE for procedure in stated for method in procedure.methods or ()):
            return True
        return False if stated else None

    @property
    def fee_due(self) -> bool | None:
        """Whether the procedure certainly costs something; None: it depends, or is not stated.

        The amounts for filing online count where they are told apart. Both sides must agree where both state a fee.
        """
        said = {due for side in (self.pair.published, self.pair.official) if (due := _due(side)) is not None}
        return said.pop() if len(said) == 1 else None


def _due(procedure: Procedure | None) -> bool | None:
    methods = (procedure.methods or ()) if procedure else ()
    online = [method.fees for method in methods if method.channel is Channel.ONLINE]
    fees: list[Fees] = [each for each in online or (method.fees for method in methods) if each is not None]
    if not fees or any(each.stated is not Stated.VALUES for each in fees):
        return None
    asked = {option.amount > 0 for each in fees for option in each.options}
    return asked.pop() if len(asked) == 1 else None


def day_of(visit: ServiceVisit) -> date | None:
    """Return the Vietnamese day on which a visit was made; None: it does not say."""
    try:
        at = datetime.fromisoformat(visit.at or "")
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(_VIETNAM).date()


def decisive_step(visit: ServiceVisit, where: str) -> Step | None:
    """Return the kept step that shows what a finding at the path `where` is about; None: no step of the visit was kept."""
    kept = [step for step in visit.steps if step.capture]
    shown: Iterable[Step] = kept
    if where.startswith("search"):
        shown = [step for step in kept if step.url != visit.url and step.name.startswith("Tìm")]
    elif where.startswith(("forms", "checks.axe", "checks.phone")):
        pages = {visit.url, *(one.url for one in visit.checks.axe or ())} - {None}
        shown = [step for step in kept if step.url in pages][:1]
    return next(reversed([*kept, *shown]), None)
