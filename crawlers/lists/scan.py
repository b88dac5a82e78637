"""A page that is a picture -> words with their places and how sure they are, and ruling lines; needs the program tesseract.

Reading pictures is optional: it works where `tesseract` and its Vietnamese data (`vie`) are installed.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from crawlers.lists.ruled import Piece, Rule, merged

if TYPE_CHECKING:
    from pypdfium2 import PdfPage  # type: ignore[import-untyped]  # has no stubs

DPI = 300
SECONDS = 120.0  # a page

_DARK = 160
_SHORTEST = 30  # points: what is shorter is a stroke of a letter
_MAX_SIDE = 5000  # pixels: A3 at 300 dpi


class ScanError(ValueError):
    """A picture that could not be read; the message is for people."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was recognised on a page, in points from its top left corner."""

    width: float
    height: float
    words: list[Piece]
    across: list[Rule]
    down: list[Rule]


@cache
def why_not_installed() -> str | None:
    """Return what is to be installed before pictures can be read here; None: nothing."""
    program = shutil.which("tesseract")
    if program is None:
        return "để đọc ảnh, cài tesseract-ocr và tesseract-ocr-vie rồi chạy lại"
    done = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - the program found on the path
    return None if "vie" in done.stdout.split() else "để đọc ảnh, cài tesseract-ocr-vie rồi chạy lại"


def read_picture(page: PdfPage) -> Picture:
    """Recognise the text of a page.

    Raises:
        ScanError: the program failed or took too long.

    """
    width, height = page.get_size()
    scale = min(DPI / 72, _MAX_SIDE / max(width, height))
    bitmap = page.render(scale=scale, grayscale=True)
    image = bitmap.to_pil().convert("L")
    bitmap.close()
    across, down = _rules(image, scale)
    pen, wide = ImageDraw.Draw(image), 0.8
    for at, start, end in across:  # lines are read as letters where they touch a word
        pen.rectangle([start * scale, (at - wide) * scale, end * scale, (at + wide) * scale], fill=255)
    for at, start, end in down:
        pen.rectangle([(at - wide) * scale, start * scale, (at + wide) * scale, end * scale], fill=255)
    return Picture(width, height, _words(image, scale), across, down)


def _rules(image: Image.Image, scale: float) -> tuple[list[Rule], list[Rule]]:
    """Return the long dark lines of a picture, a little skew and small gaps allowed."""
    dark = image.point(lambda value: 255 if value < _DARK else 0).filter(ImageFilter.MaxFilter(3))
    turned = dark.transpose(Image.Transpose.TRANSPOSE)
    return merged(_runs(dark, scale)), merged(_runs(turned, scale))


def _runs(dark: Image.Image, scale: float) -> list[Rule]:
    """Return the runs of dark pixels in the rows of a picture that are too long to be letters."""
    width, pixels = dark.width, dark.tobytes()
    long = re.compile(rb"\xff{%d,}" % int(_SHORTEST * scale))
    return [
        Rule((row + 0.5) / scale, found.start() / scale, found.end() / scale)
        for row in range(dark.height)
        for found in long.finditer(pixels[row * width : (row + 1) * width])
    ]


def _words(image: Image.Image, scale: float) -> list[Piece]:
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    try:
        done = subprocess.run(  # noqa: S603 - the program found on the path, and no argument from outside
            [
                shutil.which("tesseract") or "tesseract",
                "stdin",
                "stdout",
                "-l",
                "vie",
                "--psm",
                "11",
                "--dpi",
                str(DPI),
                "tsv",
            ],
            input=stream.getvalue(),
            capture_output=True,
            check=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ScanError(f"tesseract không chạy được ({type(error).__name__}); thử lại") from error
    words = []
    for row in csv.DictReader(io.StringIO(done.stdout.decode()), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and row["text"].strip():
            left, top, width, height = (int(row[name]) / scale for name in ("left", "top", "width", "height"))
            confidence = max(0.0, float(row["conf"]) / 100)
            words.append(Piece(left, top, left + width, top + height, row["text"], confidence))
    return words
