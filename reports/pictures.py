"""Pictures kept with an audit, made small enough to stand inside a report."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 880
"""Pixels a picture is wide at most; its text can still be read on a screen."""
LARGEST = 4096
"""Pixels a picture is high at most; what is longer is cut."""
_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*")


def as_data(folder: Path, name: str | None) -> str | None:
    """Return a picture below the captures folder as a `data:` URI (JPEG); None: there is none, or it cannot be read."""
    if not name or not _NAME.fullmatch(name) or ".." in name.split("/"):
        return None
    try:
        with Image.open(folder / name) as picture:
            picture.draft("RGB", (WIDTH, LARGEST))
            small = picture.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
    width = min(WIDTH, small.width)
    small = small.resize((width, max(1, small.height * width // small.width)))
    out = io.BytesIO()
    small.crop((0, 0, width, min(small.height, LARGEST))).save(out, "JPEG", quality=60, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
