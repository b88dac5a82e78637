"""The declared journeys, one platform family a file, named as in crawlers/platforms and found by that name.

A module offers `JOURNEY`: where its search is, how its pages name things, and what of it may be asked by POST because it only reads.
Locators are tried in order: roles and labels first, CSS where a family gives its parts neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal

from crawlers.platforms import PlatformError

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

Role = Literal["button", "link", "searchbox", "textbox", "heading", "dialog", "radio", "option", "tab", "menuitem"]


@dataclass(frozen=True, slots=True)
class By:
    """One way to find an element: by role and accessible name, by label, or, last, by CSS."""

    role: Role | None = None
    name: str | None = None
    label: str | None = None
    css: str | None = None

    def on(self, page: Page | Locator) -> Locator:
        """Return what this finds on a page; names and labels are regular expressions, case is ignored."""
        if self.role is not None:
            return page.get_by_role(self.role, name=None if self.name is None else re.compile(self.name, re.IGNORECASE))
        if self.label is not None:
            return page.get_by_label(re.compile(self.label, re.IGNORECASE))
        found = page.locator(self.css or "body")
        return found if self.name is None else found.filter(has_text=re.compile(self.name, re.IGNORECASE))


WAY_IN = r"^\W*(nộp|đăng ký|thực hiện)( hồ sơ| dịch vụ công| dịch vụ)?( trực tuyến)?\W*$|^\W*(nộp hồ sơ|nộp trực tuyến|làm thủ tục trực tuyến)"
ONWARD = r"^\W*(tiếp tục|tiếp theo|bước tiếp|bắt đầu|đồng ý|chọn|tôi đã (đọc|hiểu)|đã hiểu|nộp trực tuyến|nộp hồ sơ trực tuyến)"
LAST = (
    r"^\W*(gửi|nộp|thanh toán|trả phí|hoàn (tất|thành)|xác nhận|kết thúc|ký số|lưu|xóa|xoá|hủy|huỷ|rút|đăng xuất|thoát|submit|send|pay|"
    r"delete|confirm|cancel|log ?out|sign ?out|finish)"
)
"""Buttons that send, pay, confirm a filing or delete: never clicked."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Form files without an address of their own: an answer that the page asked for names them, and each is given out by POST.

    `told` and `asked` end the two addresses, which have the same beginning. `files` are the keys that lead through the answer's
    arrays to the files, each with `id` and `name`; the row before is the paper, with `paper` as its name. The question is a JSON
    object of `field` alone: the file's id. `code` are the keys that lead to the code of the procedure the answer is of.
    """

    told: str
    asked: str
    field: str
    files: tuple[str, ...]
    code: tuple[str, ...]
    id: str = "id"
    name: str = "fileName"
    paper: str = "name"


@dataclass(frozen=True, slots=True)
class Journey:
    """How a family is walked. `search` is an address below the target's with {query}; None: the search box of the first page is used.

    `reading` adds to the platform's own READING. `way_in` leads from a procedure's page on, `onward` from page to page;
    `results` selects the links of a page of results; `confirms` are buttons that only confirm a choice though their name sounds
    like more. `search_page` is where the search box stands, below the target's address; `page` (pattern, replacement) makes the
    address of a procedure's page of the address its record was read from, where the two differ. `preview` is how form files are
    had that have no address.
    """

    search: str | None = None
    search_page: str = ""
    box: tuple[By, ...] = (
        By(role="searchbox"),
        By(role="textbox", name="từ khóa|từ khoá|tìm kiếm|tên thủ tục|nhập"),
        By(css="input:is([type=text], :not([type])):is([name*=keyword i], [name*=tukhoa i], [name*=search i])"),
    )
    results: str = "a[href]"
    way_in: tuple[By, ...] = (By(role="link", name=WAY_IN), By(role="button", name=WAY_IN))
    onward: tuple[By, ...] = (By(role="button", name=ONWARD), By(role="link", name=ONWARD))
    confirms: tuple[By, ...] = ()
    reading: tuple[str, ...] = ()
    page: tuple[str, str] | None = None
    preview: Preview | None = None

    def page_of(self, url: str) -> str:
        """Return where a person sees what a published record was read from."""
        return url if self.page is None else re.sub(*self.page, url)


def names() -> tuple[str, ...]:
    """Return the platforms whose journey is declared, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def load(platform: str) -> Journey | None:
    """Return the journey of a platform; None: it has no e-services to go to.

    Raises:
        PlatformError: there is no such file here.

    """
    if platform not in names():
        raise PlatformError(f"nền tảng “{platform}” chưa có hành trình; có: {', '.join(names())}")
    journey: Journey | None = import_module(f"{__name__}.{platform}").JOURNEY
    return journey
