"""The targets file: what an audit may visit. Nothing else is ever requested."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

LEVELS = ("national", "ministry", "province", "department", "district", "commune")
_WINDOW = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class TargetsError(ValueError):
    """The targets file cannot be used; the message names the file, the target and the key."""


@dataclass(frozen=True, slots=True)
class Target:
    """One source an audit may visit, as one `[[target]]` of targets.toml; delay in seconds, `window` in local hours.

    `robots_waived` names the document by which its owner allows what its robots.txt does not; None: robots.txt is kept to.
    `handover` are other hosts (with port) that belong to it: where its data API stands, or where a journey is handed to.
    """

    id: str
    agency: str
    level: str
    platform: str
    url: str
    code: str | None = None
    handover: tuple[str, ...] = ()
    delay: float = 1.0
    parallel: int = 1
    window: str | None = None
    expect: tuple[int, int] | None = None
    scope: Path | None = None
    robots_waived: str | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts (with port) that may be asked for this target: its own, and those it names in `handover`."""
        return frozenset({urlsplit(self.url).netloc.lower(), *(host.lower() for host in self.handover)})

    @property
    def territory(self) -> str | None:
        """The province the target belongs to: the first part of its code, "H99" of "H99.02"; None: not stated."""
        return self.code.split(".")[0] if self.code and self.code.startswith("H") else None

    def scope_codes(self) -> frozenset[str] | None:
        """Return the national codes this unit must publish, one a line in the scope file ("#" starts a comment)."""
        return None if self.scope is None else read_scope(self.scope)


def read_scope(path: Path) -> frozenset[str]:
    """Read a scope file: one national code a line, comments after "#".

    Raises:
        TargetsError: the file cannot be read.

    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TargetsError(
            f"{path}: không đọc được tệp phạm vi ({error}); kiểm tra đường dẫn và bảng mã UTF-8"
        ) from error
    return frozenset(code for line in lines if (code := line.split("#")[0].strip()))


def read_targets(path: Path, only: str | None = None) -> list[Target]:
    """Read targets.toml strictly; `only` keeps the target of that id. Relative scope paths are taken from the file's folder.

    Raises:
        TargetsError: unreadable file, unknown key, missing key, wrong value or repeated id.

    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TargetsError(f"{path}: không đọc được tệp mục tiêu ({error}); sửa tệp rồi chạy lại") from error
    rows = data.get("target")
    if not isinstance(rows, list) or not rows:
        raise TargetsError(f"{path}: không có mục [[target]] nào; xem mẫu trong README, bước 3")
    targets = [_target(path, index, row) for index, row in enumerate(rows, start=1)]
    seen: set[str] = set()
    for target in targets:
        if target.id in seen:
            raise TargetsError(f"{path}: id “{target.id}” bị lặp; mỗi mục tiêu cần một id riêng")
        seen.add(target.id)
    if only is None:
        return targets
    chosen = [target for target in targets if target.id == only]
    if not chosen:
        raise TargetsError(f"{path}: không có mục tiêu “{only}”; có: {', '.join(target.id for target in targets)}")
    return chosen


_REQUIRED = ("id", "agency", "level", "platform", "url")
_OPTIONAL = ("code", "handover", "delay", "parallel", "window", "expect", "scope", "robots_waived")


def _target(path: Path, index: int, row: dict[str, Any]) -> Target:
    def fail(what: str) -> TargetsError:
        return TargetsError(f"{path}: [[target]] thứ {index} ({row.get('id', 'không có id')}): {what}")

    if unknown := sorted(set(row) - {*_REQUIRED, *_OPTIONAL}):
        raise fail(f"khóa không biết: {', '.join(unknown)}")
    if missing := [key for key in _REQUIRED if not isinstance(row.get(key), str) or not row[key].strip()]:
        raise fail(f"thiếu khóa bắt buộc: {', '.join(missing)}")
    if row["level"] not in LEVELS:
        raise fail(f"level “{row['level']}” không hợp lệ; dùng một trong: {', '.join(LEVELS)}")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", row["id"]):
        raise fail("id chỉ gồm chữ không dấu, số, dấu chấm, gạch ngang, gạch dưới")
    if urlsplit(row["url"]).scheme not in {"http", "https"} or not urlsplit(row["url"]).netloc:
        raise fail(f"url “{row['url']}” phải bắt đầu bằng http:// hoặc https://")
    expect = row.get("expect")
    if expect is not None and not (
        isinstance(expect, list)
        and len(expect) == 2
        and all(type(n) is int for n in expect)
        and 0 <= expect[0] <= expect[1]
    ):
        raise fail("expect phải là [ít nhất, nhiều nhất], hai số nguyên")
    if row.get("window") is not None and not _WINDOW.fullmatch(str(row["window"])):
        raise fail('window phải có dạng "20:00-06:00"')
    delay, parallel = row.get("delay", 1.0), row.get("parallel", 1)
    if type(delay) not in {int, float} or delay < 0:
        raise fail("delay phải là số giây không âm")
    if type(parallel) is not int or parallel < 1:
        raise fail("parallel phải là số nguyên từ 1")
    if (why := _bad_permission(row)) is not None:
        raise fail(why)
    scope = row.get("scope")
    return Target(
        **{key: row[key].strip() for key in _REQUIRED},
        code=row.get("code"),
        handover=tuple(row.get("handover", ())),
        delay=float(delay),
        parallel=parallel,
        window=row.get("window"),
        expect=None if expect is None else (expect[0], expect[1]),
        scope=None if scope is None else path.parent / scope,
        robots_waived=row.get("robots_waived"),
    )


def _bad_permission(row: dict[str, Any]) -> str | None:
    """Say what is wrong with the keys by which more may be visited than the URL's host and its robots.txt allow."""
    handover, waived = row.get("handover", []), row.get("robots_waived")
    host = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9a-f:]+\](:\d+)?")
    if not isinstance(handover, list) or not all(isinstance(name, str) and host.fullmatch(name) for name in handover):
        return 'handover phải là danh sách tên máy chủ, ví dụ ["api.example.gov.vn"]'
    if waived is not None and (not isinstance(waived, str) or len(waived.strip()) < 8):
        return 'robots_waived phải nêu văn bản cho phép, ví dụ "Công văn số 12/VP-KSTT ngày 02/11/2026"'
    return None
