"""The one table of column headers of published lists, and the finding of header rows: merged, in several rows, repeated."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawlers.lists.grid import Row

# Field of the published record -> headers under which it stands. Accents, case, spaces, punctuation and words in brackets
# do not matter. "abolished" is the name in a list of abolished procedures, "channel", "time" and "fee" are parts of a method,
# "document", "quantity" and "form" of a document; "ignored" is what lists hold and the record has no place for.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "number": ("TT", "STT", "Số TT", "Số thứ tự", "Thứ tự", "No"),
    "code": (
        "Mã TTHC", "Mã số TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Mã số thủ tục", "Mã số thủ tục hành chính", "Mã số",
        "Mã", "Mã hồ sơ TTHC", "Mã số hồ sơ TTHC", "Mã TTHC gốc", "Mã thủ tục gốc", "Mã số TTHC gốc", "Mã TTHC quốc gia",
        "Mã TTHC trên CSDLQG", "Mã TTHC trên Cơ sở dữ liệu quốc gia", "Mã số TTHC trên CSDL quốc gia", "Số hồ sơ TTHC", "Mã QG",
    ),
    "name": (
        "Tên TTHC", "Tên thủ tục", "Tên thủ tục hành chính", "Tên của thủ tục hành chính", "Thủ tục hành chính", "TTHC",
        "Tên gọi thủ tục hành chính", "Nội dung thủ tục hành chính", "Danh mục thủ tục hành chính", "Danh mục TTHC",
        "Tên TTHC mới ban hành", "Tên thủ tục hành chính mới ban hành", "Tên TTHC sửa đổi, bổ sung",
        "Tên TTHC được sửa đổi, bổ sung", "Tên thủ tục hành chính sửa đổi, bổ sung", "Tên thủ tục hành chính thay thế",
        "Tên thủ tục hành chính được sửa đổi, bổ sung", "Tên TTHC thay thế", "Tên dịch vụ công", "Tên TTHC/dịch vụ công",
        "Tên TTHC liên thông", "Tên nhóm TTHC", "Tên thủ tục hành chính (lĩnh vực)", "Tên lĩnh vực/thủ tục hành chính",
    ),
    "abolished": (
        "Tên TTHC bị bãi bỏ", "Tên TTHC bãi bỏ", "Tên thủ tục hành chính bị bãi bỏ", "Tên thủ tục hành chính bãi bỏ",
        "Tên thủ tục bị bãi bỏ", "Thủ tục hành chính bị bãi bỏ", "TTHC bị bãi bỏ", "Tên TTHC được bãi bỏ",
    ),
    "sector": ("Lĩnh vực", "Tên lĩnh vực", "Lĩnh vực thực hiện", "Lĩnh vực thủ tục hành chính", "Lĩnh vực TTHC"),
    "level": ("Cấp thực hiện", "Cấp giải quyết", "Cấp thực hiện TTHC", "Cấp giải quyết TTHC", "Cấp thẩm quyền giải quyết", "Cấp hành chính"),
    "agency": (
        "Cơ quan thực hiện", "Cơ quan giải quyết", "Cơ quan thực hiện TTHC", "Cơ quan giải quyết TTHC", "Đơn vị thực hiện",
        "Đơn vị giải quyết", "Cơ quan, đơn vị thực hiện", "Cơ quan trực tiếp thực hiện", "Cơ quan thực hiện thủ tục hành chính",
        "Cơ quan có thẩm quyền giải quyết", "Cơ quan/đơn vị giải quyết", "Thẩm quyền giải quyết", "Cơ quan có thẩm quyền",
    ),
    "channel": (
        "Cách thức thực hiện", "Cách thức", "Hình thức nộp", "Hình thức thực hiện", "Cách thức nộp hồ sơ", "Hình thức nộp hồ sơ",
        "Cách thức và địa điểm thực hiện", "Cách thức, địa điểm thực hiện", "Địa điểm, cách thức thực hiện",
        "Địa điểm và cách thức thực hiện", "Hình thức tiếp nhận", "Cách thức tiếp nhận hồ sơ",
    ),
    "time": (
        "Thời hạn giải quyết", "Thời gian giải quyết", "Thời hạn", "Thời gian", "Thời hạn giải quyết TTHC", "Thời gian thực hiện",
        "Thời gian giải quyết TTHC", "Thời hạn giải quyết hồ sơ", "Thời gian giải quyết hồ sơ", "Thời hạn thực hiện",
        "Thời hạn giải quyết thủ tục hành chính", "Thời gian giải quyết thủ tục hành chính", "Tổng thời gian giải quyết",
    ),
    "fee": (
        "Phí, lệ phí", "Phí", "Lệ phí", "Phí và lệ phí", "Lệ phí, phí", "Mức phí, lệ phí", "Mức thu phí, lệ phí", "Mức phí",
        "Mức lệ phí", "Phí, lệ phí, giá", "Mức thu", "Lệ phí/phí",
    ),
    "document": (
        "Thành phần hồ sơ", "Thành phần, số lượng hồ sơ", "Thành phần và số lượng hồ sơ", "Hồ sơ", "Tên giấy tờ", "Giấy tờ",
        "Thành phần hồ sơ, số lượng hồ sơ", "Hồ sơ gồm", "Thành phần hồ sơ phải nộp", "Giấy tờ phải nộp",
    ),
    "quantity": ("Số lượng", "Số lượng hồ sơ", "Số bộ hồ sơ", "Số bộ", "Số lượng giấy tờ", "Số bản"),
    "form": ("Mẫu đơn, tờ khai", "Biểu mẫu", "Tên mẫu đơn, tờ khai", "Mẫu đơn", "Mẫu đơn, mẫu tờ khai"),
    "legal_bases": (
        "Căn cứ pháp lý", "Căn cứ", "Cơ sở pháp lý", "Căn cứ pháp lý của TTHC", "Căn cứ pháp luật", "Văn bản quy định TTHC",
        "Tên VBQPPL quy định TTHC", "Căn cứ pháp lý quy định TTHC",
    ),
    "conditions": ("Yêu cầu, điều kiện", "Yêu cầu, điều kiện thực hiện", "Điều kiện", "Yêu cầu, điều kiện thực hiện TTHC"),
    "steps": ("Trình tự thực hiện", "Trình tự", "Các bước thực hiện"),
    "result": ("Kết quả", "Kết quả thực hiện", "Kết quả giải quyết", "Kết quả thực hiện TTHC", "Kết quả giải quyết TTHC"),
    "subjects": ("Đối tượng", "Đối tượng thực hiện", "Đối tượng thực hiện TTHC"),
    "service_level": (
        "Mức độ dịch vụ công", "Mức độ DVC", "Mức độ cung cấp dịch vụ công", "Mức độ dịch vụ công trực tuyến", "Mức độ",
        "Mức độ DVCTT", "Mức độ cung cấp dịch vụ công trực tuyến", "Mức độ trực tuyến", "Dịch vụ công trực tuyến", "DVCTT",
        "Mức độ cung cấp DVC trực tuyến", "Mức độ thực hiện", "Loại dịch vụ công", "Cung cấp dịch vụ công trực tuyến",
    ),
    "status": ("Tình trạng", "Trạng thái", "Tình trạng hiệu lực"),
    "ignored": (
        "Địa điểm thực hiện", "Địa điểm", "Địa điểm tiếp nhận", "Nơi tiếp nhận", "Nơi tiếp nhận hồ sơ", "Địa điểm nộp hồ sơ",
        "Địa điểm tiếp nhận và trả kết quả", "Ghi chú", "Cơ quan ban hành", "Cơ quan công bố", "Cơ quan phối hợp", "Trang",
        "Số quyết định công bố", "Quyết định công bố", "Số quyết định", "Quyết định", "Loại TTHC", "Loại thủ tục", "Link",
        "Tên VBQPPL quy định việc bãi bỏ", "Tên VBQPPL quy định việc bãi bỏ TTHC", "Văn bản quy định việc bãi bỏ",
        "Tên văn bản quy phạm pháp luật quy định việc bãi bỏ thủ tục hành chính", "Căn cứ bãi bỏ", "Lý do bãi bỏ",
        "Tên VBQPPL quy định nội dung sửa đổi, bổ sung", "Nội dung sửa đổi, bổ sung", "Tên VBQPPL quy định nội dung bãi bỏ",
        "Tên VBQPPL quy định nội dung sửa đổi, bổ sung, thay thế", "Đường dẫn", "Liên kết", "Mã QR", "Cơ quan tiếp nhận",
        "Tên TTHC được thay thế", "Tên thủ tục hành chính được thay thế", "Mã dịch vụ công", "Mã DVC", "Quy trình nội bộ",
        "Tiếp nhận và trả kết quả qua BCCI", "Thực hiện qua dịch vụ bưu chính công ích", "Dịch vụ bưu chính công ích", "BCCI",
        "Dịch vụ BCCI", "Thực hiện phi địa giới", "Phi địa giới", "Tiếp nhận phi địa giới hành chính",
    ),
}  # fmt: skip

# Columns where an "X" gives one value of a field.
MARKS: dict[tuple[str, str], tuple[str, ...]] = {
    ("service_level", "Toàn trình"): (
        "Toàn trình",
        "DVC toàn trình",
        "DVCTT toàn trình",
        "Dịch vụ công trực tuyến toàn trình",
    ),
    ("service_level", "Một phần"): ("Một phần", "DVC một phần", "DVCTT một phần", "Dịch vụ công trực tuyến một phần"),
    ("service_level", "Cung cấp thông tin trực tuyến"): (
        "Cung cấp thông tin trực tuyến",
        "DVC cung cấp thông tin trực tuyến",
    ),
    ("service_level", "Mức độ 2"): ("Mức độ 2", "Mức 2"),
    ("service_level", "Mức độ 3"): ("Mức độ 3", "Mức 3"),
    ("service_level", "Mức độ 4"): ("Mức độ 4", "Mức 4"),
    ("level", "Cấp trung ương"): ("Cấp trung ương",),
    ("level", "Cấp bộ"): ("Cấp bộ",),
    ("level", "Cấp tỉnh"): ("Cấp tỉnh",),
    ("level", "Cấp huyện"): ("Cấp huyện",),
    ("level", "Cấp xã"): ("Cấp xã",),
}


_LONGEST_HEADER = 200
_MAX_DEPTH = 3
_LOOK_ALIKES = str.maketrans("авекмнорстухі", "abekmhopctyxi")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


class Role(NamedTuple):
    """What a column gives: a key of SYNONYMS, and for an "X" column the value that its mark stands for."""

    field: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: what it gives (None: unknown), its header as published, and the grid columns it covers.

    `part` is the lower line of a header in two lines ("Thời hạn" / "Theo quy định") where only the upper one tells the field.
    """

    role: Role | None
    label: str
    grid: tuple[int, ...]
    part: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one list and the number of rows that its header takes."""

    columns: tuple[Column, ...]
    depth: int

    def first(self, field: str) -> int | None:
        """Return the grid column where a field stands first."""
        return next((column.grid[0] for column in self.columns if column.role == Role(field)), None)

    @property
    def first_name(self) -> int:
        """The grid column of the procedures' names, which every header has."""
        return next(c.grid[0] for c in self.columns if c.role in {Role("name"), Role("abolished")})

    def all(self, field: str) -> list[Column]:
        """Return the columns of one field, "X" columns excepted."""
        return [column for column in self.columns if column.role == Role(field)]

    def marks(self, field: str) -> list[Column]:
        """Return the "X" columns of one field."""
        return [
            column
            for column in self.columns
            if column.role is not None and column.role.field == field and column.role.mark
        ]

    def same(self, other: Header | None) -> bool:
        """Tell whether the other is this header again, on another page."""
        return other is not None and self.shape() == other.shape()

    def shape(self) -> list[tuple[Role | None, str, tuple[int, ...]]]:
        """Return what two headers are compared by: roles, folded labels, grid columns."""
        return [(column.role, fold(column.label), column.grid) for column in self.columns]


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return a text without accents, case, punctuation and doubled spaces: how headers and group rows are compared."""
    plain = unicodedata.normalize("NFD", text.lower().replace("ð", "đ")).replace("đ", "d").translate(_LOOK_ALIKES)
    kept = (letter for letter in plain if unicodedata.category(letter) not in {"Mn", "Cf"})
    return " ".join("".join(letter if letter.isalnum() else " " for letter in kept).split())


_ROLES = {
    **{fold(header): Role(field) for field, headers in SYNONYMS.items() for header in headers},
    **{fold(header): Role(*role) for role, headers in MARKS.items() for header in headers},
}


def role_of(header: str) -> Role | None:
    """Return what a header's text means; words in brackets count only when the text is known with them."""
    if len(header) > _LONGEST_HEADER:
        return None
    return _ROLES.get(fold(header)) or _ROLES.get(fold(_BRACKETS.sub(" ", header)))


def read_header(rows: Sequence[Row], start: int) -> Header | None:
    """Return the header that begins with the row `start`, or None when that row begins none."""
    if not any(role_of(text) for _, text in rows[start].texts()) or len(rows[start].texts()) < 2:
        return None
    depth = 1
    while depth < _MAX_DEPTH and start + depth < len(rows) and _goes_on(rows[start : start + depth + 1]):
        depth += 1
    columns = _columns(rows[start : start + depth])
    fields = {column.role.field for column in columns if column.role is not None} - {"ignored"}
    return Header(tuple(columns), depth) if fields & {"name", "abolished"} and len(fields) > 1 else None


def _goes_on(rows: Sequence[Row]) -> bool:
    """Tell whether the last row names parts of the columns that the rows before it head."""
    *heads, last = rows
    width = max(len(row.cells) for row in rows)
    named = [column for column in range(width) if (cell := last.cell(column)).text and not cell.above and not cell.left]
    return len(named) > 1 and all(
        not (cell := last.cell(column)).text or cell.above or _may_have_parts(heads[-1], last, column)
        for column in range(width)
    )


def _may_have_parts(head: Row, last: Row, column: int) -> bool:
    """Tell whether a header cell covers several columns: merged, or followed by empty header cells that have text below."""
    if head.cell(column).left or head.cell(column + 1).left:
        return True
    if not head.cell(column).text:
        return True
    return not head.cell(column + 1).text and bool(last.cell(column + 1).text)


def _columns(rows: Sequence[Row]) -> list[Column]:
    width = max(len(row.cells) for row in rows)
    columns: list[Column] = []
    head = ""
    for index in range(width):
        cells = [row.cell(index) for row in rows]
        if columns and any(cell.text for cell in cells) and all(cell.left or not cell.text for cell in cells):
            last = columns[-1]
            columns[-1] = Column(last.role, last.label, (*last.grid, index), last.part)
            continue
        head = cells[0].text or head
        path = [cell.text for cell in cells if cell.text and not cell.above]
        if not cells[0].text and path:
            path.insert(0, head)
        role, part = _resolve(path)
        columns.append(Column(role, " / ".join(" ".join(text.split()) for text in path), (index,), part))
    return _weak_names(_only_first(columns))


def _resolve(path: Sequence[str]) -> tuple[Role | None, str]:
    """Return a column's role from its header's lines, from top to bottom, and the part the role does not cover."""
    if not path:
        return None, ""
    role = role_of(" ".join(path)) or role_of(path[-1])
    upper = next((found for text in reversed(path[:-1]) if (found := role_of(text))), None)
    # "Thời hạn" / "Cấp tỉnh" is a time, though "Cấp tỉnh" alone would be an "X" column of levels.
    if upper is None or (role is not None and (not role.mark or role.field == upper.field)):
        return role, ""
    if upper.field in {"name", "abolished"}:  # "Thủ tục hành chính" / "Tên": other parts of it are not the name
        return (upper if fold(path[-1]) == "ten" else None), ""
    return upper, " ".join(path[-1].split())


def _only_first(columns: list[Column]) -> list[Column]:
    """Keep one column for what a procedure has once; further ones ("Mã TTHC gốc" beside "Mã TTHC") are listed as ignored."""
    seen: set[str] = set()
    kept: list[Column] = []
    for column in columns:
        field = column.role.field if column.role is not None and not column.role.mark else ""
        field = "name" if field == "abolished" else field
        once = field in {"code", "name", "sector", "level", "status", "quantity", "form"}
        kept.append(Column(Role("ignored"), column.label, column.grid) if once and field in seen else column)
        seen.add(field)
    return kept


def _weak_names(columns: list[Column]) -> list[Column]:
    fields = {column.role.field for column in columns if column.role is not None}
    if "code" not in fields or fields & {"name", "abolished"}:
        return columns
    weak = next((index for index, column in enumerate(columns) if fold(column.label) == "ten"), None)
    if weak is not None:
        columns[weak] = Column(Role("name"), columns[weak].label, columns[weak].grid)
    return columns
