"""How long a list of 300 rows takes in each kind of file, and how many of its cells are read exactly."""

from __future__ import annotations

import random
import time
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from crawlers.lists import read_list
from tests.crawlers.lists.build import KINDS, build
from tests.crawlers.lists.pdfs import MARGIN, draw, heights_of, pdf_document

ROWS = 300
TARGETS = {"pdf": 6.0, "xlsx": 0.3}  # seconds of processor time
EXACT = 0.995
HEADER = [
    "TT", "Mã TTHC", "Tên thủ tục hành chính", "Cách thức thực hiện", "Thời hạn giải quyết", "Phí, lệ phí (nếu có)",
    "Căn cứ pháp lý", "Cơ quan thực hiện",
]  # fmt: skip
WIDTHS = [10.0, 24.0, 66.0, 30.0, 30.0, 32.0, 48.0, 27.0]  # mm, A4 across
_VERBS = (
    "Cấp",
    "Cấp lại",
    "Cấp đổi",
    "Gia hạn",
    "Thu hồi",
    "Đăng ký",
    "Thẩm định",
    "Công nhận",
    "Phê duyệt",
    "Điều chỉnh",
)
_THINGS = (
    "giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất",
    "giấy phép xây dựng công trình không theo tuyến đối với công trình cấp đặc biệt, cấp I, cấp II",
    "chứng chỉ hành nghề dược cho người Việt Nam định cư ở nước ngoài, người nước ngoài",
    "hồ sơ yêu cầu hưởng trợ cấp một lần đối với người hoạt động kháng chiến",
    "phương án khai thác thực vật rừng thông thường thuộc loài thông thường",
    "việc nhận cha, mẹ, con có yếu tố nước ngoài",
)


def grid() -> list[list[str]]:
    """A header and 300 procedures, the same on every machine."""
    chance = random.Random(4)  # noqa: S311 - no secret
    lines = [HEADER]
    for number in range(1, ROWS + 1):
        days = chance.randint(1, 45)
        lines.append(
            [
                str(number),
                f"{chance.randint(1, 3)}.{chance.randint(0, 15_000):06d}"
                + chance.choice(("", ".H99", ".000.00.00.H99")),
                f"{chance.choice(_VERBS)} {chance.choice(_THINGS)}",
                chance.choice(("Trực tiếp", "Trực tuyến", "Trực tiếp\nTrực tuyến\nBưu chính công ích")),
                f"{days:02d} ngày làm việc" + chance.choice(("", " kể từ ngày nhận đủ hồ sơ hợp lệ")),
                chance.choice(("Không", "-", "100.000 đồng/giấy", "Phí: 1.500.000 đồng\nLệ phí: 25.000 đồng")),
                f"- Luật số {chance.randint(10, 90)}/2020/QH14;\n- Nghị định số {chance.randint(1, 150)}/2024/NĐ-CP",
                chance.choice(("Sở Xây dựng", "UBND cấp xã", "Văn phòng đăng ký đất đai")),
            ]
        )
    return lines


def write_pages(path: Path, lines: list[list[str]]) -> None:
    """Write the list as PDF, across, the header on every page and numbers below."""
    heights = heights_of(lines, (), WIDTHS)
    with pdf_document(path, landscape=True) as document:
        row = 1
        while row < len(lines):
            document.add_page()
            fit = row
            while fit < len(lines) and sum(heights[row : fit + 1]) + heights[0] < 210 - 2 * MARGIN:
                fit += 1
            draw(document, [lines[0], *lines[row:fit]], (), WIDTHS, [heights[0], *heights[row:fit]])
            document.text(148, 203, str(document.page))
            row = fit


def exact(kind: str, path: Path, lines: list[list[str]]) -> float:
    """The share of the rows' cells whose text is what was written, line breaks included."""
    tables = import_module(f"crawlers.lists.{kind}").read_tables(path)
    read = [[cell.text for cell in row.cells] for table in tables for row in table.rows]
    read = [cells for cells in read if cells != HEADER]
    right = sum(
        one == two for cells, line in zip(read, lines[1:], strict=False) for one, two in zip(cells, line, strict=False)
    )
    return float(right) / (ROWS * len(HEADER))


def main() -> None:
    """Print processor time, exact cells and records for each kind."""
    lines = grid()
    with TemporaryDirectory() as folder:
        for kind in KINDS:
            path = Path(folder) / f"list.{kind}"
            if kind == "pdf":
                write_pages(path, lines)
            else:
                path = build(kind, Path(folder), lines)
            started = time.process_time()
            reading = read_list(path)
            seconds = time.process_time() - started
            share = exact(kind, path, lines)
            target = f" (target < {TARGETS[kind]} s)" if kind in TARGETS else ""
            print(
                f"{kind:5} {seconds:6.2f} s{target}, {share:.2%} of {ROWS * len(HEADER):,} cells exact"
                f" (target >= {EXACT:.1%}), {len(reading.records)} records, {len(reading.faults)} faults,"
                f" {path.stat().st_size // 1024} kB"
            )


if __name__ == "__main__":
    main()
