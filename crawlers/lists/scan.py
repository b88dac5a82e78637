"""A page that is a picture -> words with their places and how sure they are, and ruling lines; needs the program tesseract.

Reading pictures is optional: it works where `tesseract` and its Vietnamese data (`vie`) are installed.
"""

from __future__ import annotations

import csv
import io
import math
import os
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
UNREADABLE = "\ufffd"

_DARK = 160
_SHORTEST = 30  # points: what is shorter is a stroke of a letter
_LEAST_ANGLE, _MOST_ANGLE = 0.05, 5.0  # degrees
_MAX_SIDE = 5000  # pixels: A3 at 300 dpi


class ScanError(ValueError):
    """A picture that could not be read; the message is for people."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was recognised on a page, in points from its top left corner; `image` has no lines any more."""

    width: float
    height: float
    words: list[Piece]
    across: list[Rule]
    down: list[Rule]
    image: Image.Image
    scale: float

    def look_again(self, left: float, top: float, right: float, bottom: float) -> Piece | None:
        """Return what stands in a cell where no word was found: a word, U+FFFD for ink that is none, None for no ink.

        Raises:
            ScanError: the program failed or took too long.

        """
        edge = 2 / self.scale
        box = [round(value * self.scale) for value in (left + edge, top + edge, right - edge, bottom - edge)]
        if box[0] >= box[2] or box[1] >= box[3]:
            return None
        cell = self.image.crop((box[0], box[1], box[2], box[3]))
        ink = cell.point(lambda value: 255 if value < _DARK else 0).filter(ImageFilter.MinFilter(3)).getbbox()
        if ink is None:
            return None
        around = Image.new("L", (ink[2] - ink[0] + 80, ink[3] - ink[1] + 80), 255)
        around.paste(cell.crop(ink), (40, 40))
        place = [(box[index % 2] + value) / self.scale for index, value in enumerate(ink)]
        found = _words(around, self.scale, mode="7")
        text = " ".join(word.text for word in found)
        confidence = min((word.confidence for word in found), default=0.0)
        return Piece(place[0], place[1], place[2], place[3], text or UNREADABLE, confidence if text else 0.0)


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
    image = _straightened(image, scale)
    across, down = _runs(image, scale), _runs(image.transpose(Image.Transpose.TRANSPOSE), scale)
    pen = ImageDraw.Draw(image)
    for at, start, end in across:  # lines are read as letters where they touch a word
        pen.rectangle([start - 2, at - 2, end + 2, at + 2], fill=255)
    for at, start, end in down:
        pen.rectangle([at - 2, start - 2, at + 2, end + 2], fill=255)
    return Picture(width, height, _words(image, scale), _scaled(across, scale), _scaled(down, scale), image, scale)


def _scaled(runs: list[Rule], scale: float) -> list[Rule]:
    return merged([Rule(at / scale, start / scale, end / scale) for at, start, end in runs])


def _runs(image: Image.Image, scale: float) -> list[Rule]:
    """Return the runs of dark pixels in the rows of a picture that are too long to be letters; small gaps count as dark."""
    dark = image.point(lambda value: 255 if value < _DARK else 0).filter(ImageFilter.MaxFilter(3))
    width, pixels = dark.width, dark.tobytes()
    long = re.compile(rb"\xff{%d,}" % int(_SHORTEST * scale))
    return [
        Rule(row, found.start(), found.end())
        for row in range(dark.height)
        for found in long.finditer(pixels[row * width : (row + 1) * width])
    ]


def _straightened(image: Image.Image, scale: float) -> Image.Image:
    """Return a page that lay askew on the glass turned by as much as its long lines lean."""
    leans: list[float] = []
    band: list[Rule] = []
    for run in [*_runs(image, scale), Rule(math.inf, 0, 0)]:
        if band and run.at - band[-1].at > 1.5 * scale:
            if (lean := _lean(band)) is not None:
                leans.append(lean)
            band = []
        band.append(run)
    lean = sorted(leans)[len(leans) // 2] if leans else 0.0
    angle = math.degrees(math.atan(lean))
    if not _LEAST_ANGLE < abs(angle) < _MOST_ANGLE:
        return image
    return image.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)


def _lean(band: list[Rule]) -> float | None:
    """Return how many rows the runs of one line sink per column; None when they reach too little across to tell."""
    middles = [((run.start + run.end) / 2, run.at) for run in band]
    x, y = (sum(values) / len(middles) for values in zip(*middles, strict=True))
    spread = sum((one - x) ** 2 for one, _ in middles)
    if spread < len(middles) * 100.0**2:
        return None
    return float(sum((one - x) * (two - y) for one, two in middles) / spread)


def _words(image: Image.Image, scale: float, mode: str = "11") -> list[Piece]:
    """Run the program; mode 11 finds words wherever they stand, 7 takes the picture for one line."""
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
                mode,
                "--dpi",
                str(DPI),
                "tsv",
            ],
            input=stream.getvalue(),
            capture_output=True,
            check=True,
            timeout=SECONDS,
            # Its threads wait for each other more than they work.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
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
