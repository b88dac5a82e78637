"""One page of a PDF -> its letters and ruling lines, turned so that its text reads from left to right."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # has no stubs

from crawlers.lists.encodings import Scheme, scheme_of_font, to_unicode
from crawlers.lists.ruled import Piece, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pypdfium2 import PdfPage

MAX_OBJECTS = 100_000
MAX_LETTERS = 200_000

_THICKEST = 4.0  # a filled shape no thicker than this is a line
_UNREADABLE = "\ufffd"
_SAMPLE = 60

Matrix = tuple[float, float, float, float, float, float]


class PageError(ValueError):
    """The page holds more than any page of a document; the message is for people."""


@dataclass(frozen=True, slots=True)
class PdfContent:
    """What is drawn on a page; `pictured`: how much of it pictures cover (0..1); `unreadable`: letters without a meaning."""

    width: float
    height: float
    letters: list[Piece]
    across: list[Rule]
    down: list[Rule]
    pictured: float
    unreadable: int
    objects: int


def read_content(page: PdfPage) -> PdfContent:
    """Return what is drawn on a page.

    Raises:
        PageError: it holds more objects or letters than a document's page can.

    """
    left, bottom, right, top = page.get_bbox()
    legacy = False
    lines: list[tuple[float, float, float, float]] = []
    pictured = 0.0
    fonts: dict[int, Scheme | None] = {}
    count = 0
    for count, (found, matrix) in enumerate(_objects(page), start=1):  # noqa: B007 - the last one is how many there are
        kind = pdfium.FPDFPageObj_GetType(found)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            lines += _lines(found, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            box = _bounds(found, matrix)
            pictured += max(0.0, min(box[2], right) - max(box[0], left)) * max(
                0.0, min(box[3], top) - max(box[1], bottom)
            )
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            legacy = _scheme(found, fonts) is not None or legacy
    letters, turn, unreadable = _letters(page, fonts if legacy else None)
    width, height, place = _turned(turn, (left, bottom, right, top))
    across, down = [], []
    for x0, y0, x1, y1 in lines:
        (ax, ay), (bx, by) = place(x0, y0), place(x1, y1)
        if abs(ay - by) <= 1 and abs(ax - bx) > 1:
            across.append(Rule((ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) <= 1 and abs(ay - by) > 1:
            down.append(Rule((ax + bx) / 2, min(ay, by), max(ay, by)))
    pieces = []
    for text, x0, y0, x1, y1 in letters:
        (ax, ay), (bx, by) = place(x0, y0), place(x1, y1)
        pieces.append(Piece(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by), text))
    area = max((right - left) * (top - bottom), 1.0)
    return PdfContent(width, height, pieces, across, down, min(pictured / area, 1.0), unreadable, count)


def _objects(page: PdfPage) -> Iterator[tuple[pdfium.FPDF_PAGEOBJECT, Matrix | None]]:
    """Yield every object of the page and, for those inside a form, how the form moves it."""
    total = pdfium.FPDFPage_CountObjects(page)
    seen = 0
    waiting: list[tuple[pdfium.FPDF_PAGEOBJECT, Matrix | None, int]] = []
    for index in range(total):
        waiting.append((pdfium.FPDFPage_GetObject(page, index), None, 0))
        while waiting:
            found, matrix, depth = waiting.pop()
            seen += 1
            if seen > MAX_OBJECTS or total > MAX_OBJECTS:
                raise PageError(f"có hơn {MAX_OBJECTS:,} hình vẽ, không phải trang văn bản")
            if pdfium.FPDFPageObj_GetType(found) != pdfium.FPDF_PAGEOBJ_FORM:
                yield found, matrix
            elif depth < 8:
                inner = _times(_matrix_of(found), matrix)
                waiting += [
                    (pdfium.FPDFFormObj_GetObject(found, number), inner, depth + 1)
                    for number in range(min(pdfium.FPDFFormObj_CountObjects(found), MAX_OBJECTS))
                ]


def _matrix_of(found: pdfium.FPDF_PAGEOBJECT) -> Matrix:
    raw = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(found, raw)
    return (raw.a, raw.b, raw.c, raw.d, raw.e, raw.f)


def _times(one: Matrix, two: Matrix | None) -> Matrix:
    """Return the matrix that moves by one, then by two."""
    if two is None:
        return one
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _moved(x: float, y: float, matrix: Matrix | None) -> tuple[float, float]:
    if matrix is None:
        return x, y
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(found: pdfium.FPDF_PAGEOBJECT, matrix: Matrix | None) -> tuple[float, float, float, float]:
    box = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(found, *box):
        return (0.0, 0.0, 0.0, 0.0)
    left, bottom, right, top = (value.value for value in box)
    (x0, y0), (x1, y1) = _moved(left, bottom, matrix), _moved(right, top, matrix)
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _lines(found: pdfium.FPDF_PAGEOBJECT, matrix: Matrix | None) -> list[tuple[float, float, float, float]]:
    """Return the straight lines of a path: thin shapes whole, and the strokes along its points."""
    left, bottom, right, top = _bounds(found, matrix)
    if right - left <= _THICKEST or top - bottom <= _THICKEST:
        if right - left > top - bottom:
            return [(left, (bottom + top) / 2, right, (bottom + top) / 2)]
        return [((left + right) / 2, bottom, (left + right) / 2, top)]
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(found, fill, stroke)
    points = _points(found, _times(_matrix_of(found), matrix))
    if stroke.value:
        return [(*one, *two) for one, two, drawn in points if drawn]
    if not fill.value:
        return []
    # One shape may hold many thin rectangles: each of them is a line.
    shapes: list[list[tuple[float, float]]] = []
    for one, two, drawn in points:
        if not drawn or not shapes:
            shapes.append([one])
        shapes[-1].append(two)
    thin = []
    for shape in shapes:
        xs, ys = [x for x, _ in shape], [y for _, y in shape]
        box = (min(xs), min(ys), max(xs), max(ys))
        if box[2] - box[0] <= _THICKEST:
            thin.append(((box[0] + box[2]) / 2, box[1], (box[0] + box[2]) / 2, box[3]))
        elif box[3] - box[1] <= _THICKEST:
            thin.append((box[0], (box[1] + box[3]) / 2, box[2], (box[1] + box[3]) / 2))
    return thin


def _points(
    found: pdfium.FPDF_PAGEOBJECT, matrix: Matrix
) -> Iterator[tuple[tuple[float, float], tuple[float, float], bool]]:
    """Yield from where to where each part of a path goes, and whether it is drawn (else the pen only moves there)."""
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for index in range(min(pdfium.FPDFPath_CountSegments(found), MAX_OBJECTS)):
        part = pdfium.FPDFPath_GetPathSegment(found, index)
        pdfium.FPDFPathSegment_GetPoint(part, x, y)
        point = _moved(x.value, y.value, matrix)
        kind = pdfium.FPDFPathSegment_GetType(part)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            yield point, point, False
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield last, point, True
        last = point
        if pdfium.FPDFPathSegment_GetClose(part):
            yield last, start, True
            last = start


def _scheme(found: pdfium.FPDF_PAGEOBJECT, fonts: dict[int, Scheme | None]) -> Scheme | None:
    """Return how the letters of a text object are written, by its font; remembers fonts by their address."""
    font = pdfium.FPDFTextObj_GetFont(found)
    address = ctypes.cast(font, ctypes.c_void_p).value or 0
    if address not in fonts:
        buffer = ctypes.create_string_buffer(128)
        pdfium.FPDFFont_GetBaseFontName(font, buffer, 128)
        fonts[address] = scheme_of_font(buffer.value.decode("utf-8", errors="replace"))
    return fonts[address]


def _letters(
    page: PdfPage, fonts: dict[int, Scheme | None] | None
) -> tuple[list[tuple[str, float, float, float, float]], int, int]:
    """Return each letter with its box, how many quarter turns the text is turned by, and how many letters mean nothing."""
    text = page.get_textpage()
    try:
        count = pdfium.FPDFText_CountChars(text)
        if count > MAX_LETTERS:
            raise PageError(f"có hơn {MAX_LETTERS:,} chữ, không phải trang văn bản")
        step = max(1, count // _SAMPLE)
        angles = Counter(
            -round(pdfium.FPDFText_GetCharAngle(text, index) / (math.pi / 2)) % 4  # it counts clockwise
            for index in range(0, count, step)
            if pdfium.FPDFText_GetUnicode(text, index) > 32
        )
        turn = angles.most_common(1)[0][0] if angles else 0
        box = pdfium.FS_RECTF()
        letters: list[tuple[str, float, float, float, float]] = []
        unreadable = 0
        for index in range(count):
            code = pdfium.FPDFText_GetUnicode(text, index)
            if code in {0x0A, 0x0D} or pdfium.FPDFText_IsGenerated(text, index) == 1:
                continue
            letter = "-" if code in {0x02, 0xFFFE, 0xAD} and fonts is None else chr(code)
            if code < 32 or code in {0xFFFD, 0xFFFF} or pdfium.FPDFText_HasUnicodeMapError(text, index) == 1:
                letter, unreadable = ("-", unreadable) if letter == "-" else (_UNREADABLE, unreadable + 1)
            elif fonts is not None and code > 32:
                scheme = _scheme(pdfium.FPDFText_GetTextObject(text, index), fonts)
                letter = to_unicode(letter, scheme) if scheme not in {None, Scheme.VNI} and scheme else letter
            if letters and unicodedata.combining(letter):
                letters[-1] = (
                    letters[-1][0] + letter,
                    *letters[-1][1:],
                )  # an accent written apart, wherever it is drawn
            else:
                pdfium.FPDFText_GetLooseCharBox(text, index, box)
                letters.append((letter, box.left, box.bottom, box.right, box.top))
        return letters, turn, unreadable
    finally:
        text.close()


def _turned(
    turn: int, box: tuple[float, float, float, float]
) -> tuple[float, float, Callable[[float, float], tuple[float, float]]]:
    """Return width and height of the page as it is read, and where a point then lies from its top left corner."""
    left, bottom, right, top = box
    width, height = right - left, top - bottom
    if turn == 1:  # text runs upwards
        return height, width, lambda x, y: (y - bottom, x - left)
    if turn == 2:
        return width, height, lambda x, y: (right - x, y - bottom)
    if turn == 3:
        return height, width, lambda x, y: (top - y, right - x)
    return width, height, lambda x, y: (x - left, top - y)
