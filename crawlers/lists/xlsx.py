"""Published lists as Excel workbooks (.xlsx): the parts are checked before the library sees them."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

from python_calamine import CalamineWorkbook

from crawlers.lists.grid import MAX_CELLS, ListError
from crawlers.lists.package import PartCheck, check_part, local_name, open_package
from crawlers.lists.sheets import library_refusals, sheet_tables
from crawlers.settings import settings

if TYPE_CHECKING:
    from crawlers.lists.grid import Table

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read_tables(path: Path) -> list[Table]:
    """Return every sheet of the workbook as one table, hidden ones marked.

    Raises:
        ListError: the workbook is damaged, hostile, or too large.

    """
    try:
        with tempfile.TemporaryDirectory() as folder, library_refusals(path):
            checked = Path(folder) / "checked.xlsx"
            _copy_checked(path, checked)
            workbook = CalamineWorkbook.from_path(str(checked))
            return sheet_tables(path, workbook)
    except OSError as error:
        raise ListError(
            f"{path}: không ghi được bản tạm để đọc ({error.strerror}); giải phóng ổ đĩa rồi thử lại"
        ) from error


def _copy_checked(path: Path, checked: Path) -> None:
    """Copy the XML parts, checked on the way, so that the library sees exactly the bytes that were checked and no others."""
    uses: Counter[int] = Counter()
    shared: list[int] = []
    with open_package(path) as package, ZipFile(checked, "w", ZIP_STORED) as copy:
        for name in {info.filename: None for info in package.infolist()}:
            if not name.lower().endswith((".xml", ".rels")):
                continue
            with package.open(name) as stream, copy.open(name, "w") as part:
                check_part(path, name, stream, _SheetCheck(path, name, uses, shared), part)
    total = sum(shared[index] * times for index, times in uses.items() if index < len(shared))
    if total > settings().max_file:
        raise ListError(
            f"{path}: chữ trong bảng tính bung ra {total:,} ký tự, quá giới hạn {settings().max_file:,}; tách nhỏ tệp"
        )


class _SheetCheck(PartCheck):
    """Also bounds the area of a sheet, which the library allocates whole, and how often shared text is repeated."""

    def __init__(self, path: Path, name: str, uses: Counter[int], shared: list[int]) -> None:
        super().__init__(path)
        self.name, self.uses, self.shared = name, uses, shared
        self.row = self.column = self.height = self.width = 0
        self.type, self.value = "", ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        match local_name(tag):
            case "row":
                number = attributes.get("r", "")
                self.row = int(number) if re.fullmatch(r"[0-9]{1,7}", number) else self.row + 1
                self.column = 0
            case "c":
                self._cell(attributes.get("r"))
                self.type, self.value = attributes.get("t", ""), ""
            case "v" | "is":
                self.height, self.width = max(self.height, self.row), max(self.width, self.column)
                if self.height * self.width > MAX_CELLS:
                    raise ListError(
                        f"{self.path}: {self.name} trải tới dòng {self.height:,}, cột {self.width:,}: quá rộng; "
                        "xóa các ô lẻ nằm ngoài bảng rồi lưu lại"
                    )

    def _cell(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ListError(
                f"{self.path}: {self.name} có ô mang địa chỉ sai “{reference[:20]}”; mở bằng Excel, lưu lại rồi thử lại"
            )
        self.column = _column(match[1])
        self.row = int(match[2])

    def characters(self, text: str) -> None:
        super().characters(text)
        if self.type == "s" and len(self.value) < 10:
            self.value += text

    def end(self, tag: str) -> None:
        super().end(tag)
        match local_name(tag):
            case "si":
                self.shared.append(self.length)
            case "c":
                if self.type == "s" and self.value.isdecimal():
                    self.uses[int(self.value)] += 1
                self.type = ""


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column
