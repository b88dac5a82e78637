"""What a journey leaves behind: files named by the SHA-256 of their content, and one picture of the whole way."""

from __future__ import annotations

import io
import subprocess
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from crawlers.journeys.words import unaccented

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FOLDER = "journeys"
_MATCH = ("fc-match", "--format=%{file}", "sans:lang=vi")
_WIDTH, _HEIGHT, _CAPTION, _GAP, _COLUMNS, _LINE = 420, 300, 52, 12, 4, 20
_TITLE_LINES = 4


class EvidenceError(OSError):
    """Evidence could not be written; the message names the folder and says what to do."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The captures folder of a run; the same content is kept once."""

    root: Path

    def keep(self, content: bytes, suffix: str) -> tuple[str, str]:
        """Keep bytes; returns their digest ("sha256:…") and the file's path below the captures folder.

        Raises:
            EvidenceError: the folder or the disk does not take it.

        """
        digest = sha256(content).hexdigest()
        name = f"{FOLDER}/{digest[:2]}/{digest}{suffix}"
        path = self.root / name
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_suffix(".part")
                part.write_bytes(content)
                part.replace(path)
        except OSError as error:
            raise EvidenceError(
                error.errno,
                f"{self.root}: không lưu được bằng chứng ({error.strerror}); kiểm tra quyền ghi và chỗ trống rồi chạy lại để làm tiếp",
            ) from error
        return f"sha256:{digest}", name


def contact_sheet(pictures: Sequence[tuple[str, bytes]], title: str) -> bytes | None:
    """Return one JPEG of the whole way, from (caption, picture) in order; None where there are no pictures."""
    if not pictures:
        return None
    columns = min(_COLUMNS, len(pictures))
    rows = -(-len(pictures) // columns)
    font, shown = _font()
    width = columns * (_WIDTH + _GAP) - _GAP
    head = _lines(shown(title), font.getlength, width, most=_TITLE_LINES)
    above = 20 + len(head) * _LINE
    sheet = Image.new("RGB", (width + 2 * _GAP, above + rows * (_HEIGHT + _CAPTION + _GAP)), "white")
    draw = ImageDraw.Draw(sheet)
    for line, text in enumerate(head):
        draw.text((_GAP, 10 + line * _LINE), text, fill="black", font=font)
    for index, (caption, content) in enumerate(pictures):
        left = _GAP + index % columns * (_WIDTH + _GAP)
        top = above + index // columns * (_HEIGHT + _CAPTION + _GAP)
        with Image.open(io.BytesIO(content)) as picture:
            picture.draft("RGB", (_WIDTH, 1))  # decodes at half size where that is enough
            scale = picture.width / _WIDTH
            height = min(_HEIGHT, max(1, round(picture.height / scale)))
            top_part = (0, 0, picture.width, min(picture.height, height * scale))
            small = picture.resize((_WIDTH, height), Image.Resampling.BILINEAR, top_part)
        sheet.paste(small, (left, top))
        draw.rectangle((left, top, left + _WIDTH, top + _HEIGHT), outline="#888888")
        for line, text in enumerate(_lines(shown(f"{index + 1}. {caption}"), font.getlength, _WIDTH, most=2)):
            draw.text((left, top + _HEIGHT + 4 + line * _LINE), text, fill="black", font=font)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=75)
    return out.getvalue()


@cache
def _font() -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, Callable[[str], str]]:
    """The system's font that draws Vietnamese (setup.sh sees to one); without it captions are written without accents."""
    try:
        found = subprocess.run(_MATCH, capture_output=True, text=True, check=True, timeout=10).stdout  # noqa: S603 - a fixed command
        return ImageFont.truetype(found, 15), str
    except (OSError, subprocess.SubprocessError):
        return ImageFont.load_default(15), unaccented


def _lines(text: str, length: Callable[[str], float], width: int, *, most: int) -> list[str]:
    """Break a text between words into at most so many lines no wider than `width` pixels; what is left over is cut off and said so."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if length(longer) <= width or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] += " …"
            break
    return lines
