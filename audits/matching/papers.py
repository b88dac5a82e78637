"""What a paper is: its kind, its subject and its alternatives, seen through the wording of one line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

from audits.reading.text import LONGEST_TOKEN, TOKENS, fold, remembered

_LEXICON = tomllib.loads(resources.files("audits.matching").joinpath("papers.toml").read_text(encoding="utf-8"))
_KIND_OF = {fold(name): kind for kind, names in _LEXICON["kinds"].items() for name in names}
_ABBREVIATIONS = {fold(short): fold(long) for short, long in _LEXICON["abbreviations"].items()}
_BARE = frozenset(map(fold, _LEXICON["bare"]))
_ADDS_NOTHING = frozenset({"cũ", "gốc"})
KIND_WORDS = frozenset(word for name in _KIND_OF for word in name.split())
"""Every word that the names of kinds are made of: none of them is a slip."""
_NO_NAME = frozenset(word for name in map(fold, _LEXICON["kinds"]["generic"]) for word in (*name.split(), name))
_CONCEPT_OF = {fold(name): concept for concept, names in _LEXICON["concepts"].items() for name in names}


def _any_of(names: set[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_KIND = re.compile(rf"(?:các |một trong các |\d+ (?:\([^)]*\) )?)?({_any_of(set(_KIND_OF))})\b")
_INNER_KIND = _any_of(set(_KIND_OF) - set(map(fold, _LEXICON["also_verbs"])))

_CONCEPT = re.compile(rf"\b(?:{_any_of(set(_CONCEPT_OF))})\b")
_CONCEPTS_BEGIN = frozenset(name.split()[0] for name in _CONCEPT_OF)

_BULLET = re.compile(
    r"\s*(?:[a-z]{1,4}[-.]?(?:[a-z]?\d{2}[-.])?\d{5,}(?:\.[a-z]{1,2})?(?![\w/.])\s*[-:.]?\s*(?=[^\W\d])|[-–—+*•·.,;:o►▪➢✓#>]+(?=\s|[^\d\W])|\(?\d{1,2}(?:\.\d{1,2})*[.)/]\s*|\(?[a-zđ][.,)]\s+|\(?[a-zđ]\)|\d{1,2}(?=[^\W\d_]{3,}\s)|\(?[ivx]{1,4}[.)]\s*)\s*"
)
_NUMBERED = r"(?:[a-z]{0,4}[-.]?\d[\w./-]*|[ivx]+\b)"
# What names a form or a legal basis, each behind the word without which it need not be looked for.
_REFERENCES = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        ("mẫu", rf"mẫu(?: đơn| biểu)?(?: số)?\s*{_NUMBERED}(?:[\s,]*(?:và|hoặc)?\s*(?:mẫu )?(?:số )?\d+[\w./-]*)*(?:[\s,]*(?:ban hành|được ban hành|quy định|kèm|phụ lục|tại|của|theo)\b[^;,()]*)?"),
        ("phụ lục", rf"phụ lục(?: số)?\s*{_NUMBERED}(?:[\s,]*(?:ban hành|được ban hành|quy định|kèm|tại|của|theo)\b[^;,()]*)?"),
        ("kèm theo", r"(?:(?:được )?ban hành )?kèm theo (?:thông tư|nghị định|quyết định|luật|nghị quyết|văn bản)\b[^;,()]*"),
        ("điều", r"(?:(?:điểm|khoản|điều|mục)\s+(?:\d[\w.]*|[a-zđ]|[ivx]+)(?!\w)[\s,và]*)+(?:(?:của )?(?:thông tư|nghị định|luật|bộ luật)\b[^;,()]*)?"),
        ("/20", r"\d+/20\d\d/[\w-]+(?: ngày [\d/]+)?(?: của [^;,()]*)?"),
        ("theo mẫu", r"theo mẫu(?: quy định)?\b"),
    )
)  # fmt: skip
_COUNT = re.compile(
    r"(?:số lượng\s*:?\s*)?\b\d+\s*(?:\([^)]*\)\s*)?(?:bộ|bản|tờ|tấm)\s*(?:chính|sao|gốc|chụp)?(?=\s*[);.,]|\s*$)|\bsố lượng\s*:?\s*\d+\b"
)
# A count stands before one of these; without a digit there, or the label, there is none to look for.
_COUNTS_MAY = re.compile(r"\d\s*(?:\([^)]*\)\s*)?(?:bộ|bản|tờ|tấm)")
_FILE_NAME = re.compile(r"(?<=[.;)])\s*\d{0,3}\.?[a-z0-9_-]{6,}\.?$|\S+\.(?:docx?|pdf|xlsx?)\b")
_COPY = r"bản (?:sao chụp|photocopy|sao|chính|gốc|chụp|photo|phô tô|scan|chứng thực)\b"
_FORM_OF_COPY = re.compile(
    rf"(?:\(?\d+\)?\s+|một |hai |ba )?\(?(?:các )?{_COPY}"
    rf"(?:[\s,/()]|{_COPY}|(?:biểu mẫu điện tử|tệp tin|hoặc|và|có|được|đã|chứng thực|công chứng|xác thực|hợp lệ|không cần|điện tử|cấp từ sổ gốc|từ sổ gốc|từ bản chính|kèm theo|kèm|để đối chiếu|đối chiếu|của|các|y)\b)*"
    rf"|(?:\d+|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) (?:\([^)]*\) )?(?:bản|bộ|tờ|quyển|tập) (?=(?:{_INNER_KIND})\b)"
)
_LEAD = re.compile(
    r"(?:trường hợp|đối với|nộp cho|nộp|trình|xuất trình|riêng đối với|nếu|người [^:,]{0,60}(?:nộp|xuất trình))\b[^:]{0,300}:\s*(?=\S)|(?:nộp|xuất trình|cung cấp)(?: thêm| lại| kèm)? |có (?=\d)"
    r"|(?:trường hợp|nếu|khi) [^:;]{5,200}? (?:thì|phải) (?:phải )?(?:nộp|gửi|bổ sung|xuất trình)(?: thêm| kèm| bổ sung)* "
    rf"|[^:;.()]{{2,80}}:\s*(?=(?:{_COPY} )?(?:{_INNER_KIND})\b)"
)
# "Xuất trình giấy tờ chứng minh quyền sở hữu: hợp đồng mua bán hoặc …": what stands before the colon names a paper too.
_SHOWN = re.compile(
    rf"(?:nộp|trình|xuất trình|cung cấp)(?: thêm| lại| kèm)? ((?:{_COPY} )?(?:các |một trong (?:các|những) )?(?:{_INNER_KIND})\b[^:;]{{12,120}}):\s*\S"
)
_ONE_OF = re.compile(r"(?:một trong (?:các|những) (?:loại )?)?(?:giấy tờ|tài liệu) sau(?: đây)?\s*:?")
_HEAD_END = re.compile(
    r"[(;:.\n]|\s(?:theo|đối với|trường hợp|trong trường hợp|do|để|có giá trị|trừ|kèm|kèm theo|được|đã|còn|tại|nơi|khi|nếu|có xác nhận|có chữ ký|thể hiện|quy định|chứng minh(?= việc))\s"
)
_VAGUE_END = re.compile(r"[(;:\n]")
# Every branch begins behind one letter of the same class, which is what makes the search fast.
_SEGMENT = re.compile(
    r"[;\n.:,/\s](?:(?<=[;\n])[;\n]*|(?<=\.)\s+(?=\S)|(?<=:)\s*[+-]\s|(?<=\s)[+]\s"
    rf"|(?:(?<=\s)(?:hoặc|và|kèm theo|kèm|phải có|gồm|gồm:)\s|(?<=,)\s*|(?<=/)\s*)(?=(?:nộp (?:lại |kèm )?|xuất trình )?(?:các |một trong (?:các|những) (?:loại )?|bản (?:sao|chính|gốc) )?(?:{_INNER_KIND})\b))"
)
_PROVES = re.compile(r"(?<!giấy tờ )(?<!tài liệu )(?<=\s)chứng minh (?!nhân dân|thư)[^;.()]{15,}")
_WORD = re.compile(r"\w+")
STOP = frozenset(
    "của và các những hoặc theo là có được cho về việc một trong với thì mà này đó khi đã đang sẽ do từ tại đến để trên nêu như bị bởi ra vào cùng nhưng nếu phải còn quy định số loại".split()  # noqa: SIM905 - a list of words reads best as words
)
_HEADING = re.compile(
    r"(?:(?:thành phần )?hồ sơ\b[^;]*|lưu ý|ghi chú|chú ý|[^;:]*\b(?:giấy tờ|tài liệu|hồ sơ|thành phần|trường hợp) (?:sau|sau đây|gồm|bao gồm)(?: đây)?(?: gồm)?(?: \w+)?)\s*:$"
)
# A heading whose colon was lost, or a link: "Giấy tờ phải xuất trình", "Hồ sơ đối với tổ chức", "Mẫu đơn tải tại đây".
_OPEN_HEADING = re.compile(
    rf"(?:{_COPY}(?: hợp lệ)? )?(?:của )?(?:một trong )?(?:các |những )?(?:loại )?(?:giấy tờ|tài liệu)(?:,? \w+){{0,4}}? (?:(?:như )?sau(?: đây)?|dưới đây|(?:bao )?gồm(?: có)?|(?:phải|cần)(?: phải)? (?:nộp|xuất trình|gửi|có|chuẩn bị)(?: (?:và|hoặc|khi|nộp|xuất trình|nộp hồ sơ))*)[ .…]*"
    r"|(?:thành phần )?(?:hồ sơ|(?:các )?giấy tờ)(?: phải (?:nộp|xuất trình))? (?:áp dụng )?(?:đối với|dành cho) (?:(?!giấy |bản |đơn |tờ khai)[^:;]){2,80}"
    r"|(?:thành phần )?hồ sơ (?:xin|đề nghị|yêu cầu|làm thủ tục|để được|cấp|gia hạn|thay đổi|thành lập|xóa) (?:(?!theo mẫu|bản sao|bản chính)[^:;]){2,120}"
    r"|(?:các )?(?:giấy tờ|hồ sơ|tài liệu) (?:(?:phải|cần) )?(?:nộp|xuất trình|gửi|lưu giữ|lưu) (?:(?!giấy |bản |đơn |tờ khai)[^:;]){2,120}"
    r"|(?:biểu mẫu|mẫu đơn|mẫu tờ khai|file|tải)\b[^;]{0,40}\b(?:tải về|tải xuống|tại đây|đính kèm)[ .…]*"
)
_AUTHORIZES = re.compile(
    r"(?:văn bản|giấy tờ|giấy|hợp đồng)[^;:.]{0,40}\b(?:ủy quyền|(?:về việc|về|tư cách|việc) đại diện)\b|thông qua người đại diện"
)
_NOTE_START = re.compile(
    r"(?:lưu ý|ghi chú|chú ý|chú thích|nb|thành phần hồ sơ|hồ sơ (?:gồm|bao gồm|chung|của|đề nghị.*gồm)|số lượng|các trường hợp|trường hợp không thể|trường hợp[^:]*(?:không phải|thì không|tự tra cứu|tra cứu)"
    r"|kết quả tra cứu|người (?:yêu cầu|nộp|có yêu cầu|đề nghị|thực hiện|tiếp nhận)\b(?!.*(?:hộ chiếu|căn cước))|cơ quan|cán bộ|công chức|ủy ban nhân dân|sở |tổ chức, cá nhân|cá nhân, tổ chức"
    r"|khi |việc |không (?:quy định|có|yêu cầu)|các giấy tờ.*(?:phải|được)\b|giấy tờ có trong hồ sơ|nộp (?:trực tiếp|qua|hồ sơ)|tùy (?:từng )?trường hợp|ngoài ra|dịch ra|hợp pháp hóa|giấy tờ.*(?:phải được|thì không)|đối với [^:]*:$)"
)
FORM_NUMBER = re.compile(r"\bmẫu(?: đơn| biểu)?(?: số)? ?(\d+[\w./-]*|[a-z]{1,4}[-.]?\d+[\w./-]*)")
"""The number of a form, in a plain text."""
_OBLIGATION = re.compile(
    r"\b(?:có trách nhiệm|không phải nộp|phải được|không có giá trị|được miễn|chịu trách nhiệm|phải khai thác|tự tra cứu|có thể yêu cầu|thì không|nhận kết quả|đính kèm hồ sơ)\b"
)
_OPTIONAL = re.compile(r"\bnếu (?:có|cần|phải|thuộc|không)\b")
KINDS = (None, *_LEXICON["kinds"])
"""Every kind of paper, and None for one of no known kind."""
# A Vietnamese name says first what a thing is; what comes late only qualifies it: how many words and pairs, which
# alternate, count ten tenths, how many seven, and the rest four.
_FIRST, _SECOND = 12, 28
VAGUE = frozenset({None, "generic", "proof"})
"""Kinds that do not tell what a paper is."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One paper named inside a line: its kind (None: no known kind), its words and word pairs in order, each once, the first `head` of them
    its name.

    `tenths`: how much of its weight each word counts, by its first place.
    `bare`: a certificate whose name is the kind and no more ("Giấy chứng nhận đã cấp"), so that any certificate may be meant.
    """

    kind: str | None
    words: tuple[str, ...]
    tenths: bytes
    head: int
    bare: bool = False

    @property
    def singles(self) -> list[str]:
        """Return the single words, in order."""
        return _singles(self.words)

    @property
    def name(self) -> set[str]:
        """Return the single words of its name."""
        return set(_singles(self.words[: self.head]))


@dataclass(frozen=True, slots=True)
class Paper:
    """One line as papers: its segments (alternatives or merged papers), and what kind of line it is.

    `core` is what is left of the text when numbering, form numbers, legal bases and quantities are taken away.
    A note names no paper. `authorizes`: the paper by which a representative acts; `optional`: the whole line is asked for
    only "nếu có".
    """

    text: str
    core: str
    segments: tuple[Segment, ...]
    is_note: bool
    authorizes: bool
    optional: bool

    @property
    def kind(self) -> str | None:
        """Return the kind of the paper that is named first."""
        return self.segments[0].kind if self.segments else None

    @property
    def words(self) -> frozenset[str]:
        """Return the words and pairs of all segments."""
        return frozenset().union(*(segment.words for segment in self.segments))


def _singles(words: tuple[str, ...]) -> list[str]:
    return [word for word in words if " " not in word and not word.startswith("=")]


class _Expanded(dict[str, str]):
    """Every folded token seen so far with its abbreviation written out."""

    def __missing__(self, token: str) -> str:
        bare = token.strip(".…,;:()/")
        expanded = token.replace(bare, _ABBREVIATIONS[bare]) if bare in _ABBREVIATIONS else token
        if len(self) < TOKENS and len(token) <= LONGEST_TOKEN:
            self[token] = expanded
        return expanded


_EXPANDED = _Expanded()


@remembered
def plain_text(name: str) -> str:
    """Return a line folded, without its bullet or number, abbreviations written out."""
    text = fold(name).replace("×", "x")
    while (match := _BULLET.match(text)) and match.end():
        text = text[match.end() :]
    return " ".join(map(_EXPANDED.__getitem__, text.split()))


def is_heading(text: str) -> bool:
    """Tell whether a plain text only introduces the papers that follow it."""
    return text.endswith(":") and _HEADING.match(text) is not None


def without_references(text: str) -> str:
    """Return a plain text without form numbers, legal bases, quantities and file names."""
    for reference in [reference for word, reference in _REFERENCES if word in text]:
        text = reference.sub(" ", text)
    if "số lượng" in text or _COUNTS_MAY.search(text):
        text = _COUNT.sub(" ", text)
    return without_file_names(text).strip(" ;.,")


def without_file_names(text: str) -> str:
    """Return a plain text without the names of files that hang on it."""
    if ".doc" in text or ".pdf" in text or ".xls" in text or _ends_in_a_file(text):
        return _FILE_NAME.sub("", text)
    return text


def _ends_in_a_file(text: str) -> bool:
    return text[-6:-1].isascii() and " " not in text[-6:-1]


def core_of(bare: str) -> str:
    """Return the words alone of what `without_references` left."""
    return " ".join(_WORD.findall(bare))


def paper_of(text: str, bare: str, core: str) -> Paper:
    """Read one plain text, the same `without_references` and its core as papers; never fails: a line that names no paper is a note."""
    parts = _SEGMENT.split(bare)
    if "chứng minh " in bare and (proof := _PROVES.search(bare)):
        parts.append(f"giấy tờ {proof[0]}")  # what a paper proves is what others may call it by
    if ":" in bare and (shown := _SHOWN.match(bare)):
        parts.append(shown[1])
    segments = _telling([segment for part in parts if (segment := _segment(part)) is not None])
    return Paper(
        text=text,
        core=core,
        segments=segments,
        is_note=_is_note(text, bare, segments),
        authorizes=(("ủy quyền" in text or "đại diện" in text) and _AUTHORIZES.search(text) is not None)
        or any(part.kind == "authorization" for part in segments),
        optional=len(segments) == 1 and "nếu " in text and _OPTIONAL.search(text) is not None,
    )


def read_paper(name: str) -> Paper:
    """Read one line of required papers as it is written."""
    text = plain_text(name)
    bare = without_references(text)
    return paper_of(text, bare, core_of(bare))


def _telling(segments: list[Segment]) -> tuple[Segment, ...]:
    """Leave out what names nothing beside another segment: "giấy tờ" in "giấy tờ, bản vẽ nhà", "văn bằng" in "văn bằng, chứng chỉ nghề"."""
    kinds = {segment.kind for segment in segments if not _names_nothing(segment)}
    return tuple(
        segment
        for segment in segments
        if not kinds or not _names_nothing(segment) or (segment.bare and segment.kind not in kinds)
    )


def _names_nothing(segment: Segment) -> bool:
    return segment.bare or (segment.kind == "generic" and _NO_NAME.issuperset(segment.words))


def _segment(part: str) -> Segment | None:
    part = part.strip(" ,.:")
    while (match := _BULLET.match(part) or _FORM_OF_COPY.match(part)) and match.end():
        part = part[match.end() :].strip(" ,()")
    if match := _ONE_OF.match(part):
        part = part[match.end() :].strip() or part
    named = _KIND.match(part)
    if named is None and (match := _LEAD.match(part)) and (behind := _segment(part[match.end() :])) and behind.kind:
        return behind
    kind = _KIND_OF[named[1]] if named else None
    # "Văn bản", "giấy tờ" say nothing by themselves: what they are about is their name.
    end = (_VAGUE_END if kind in VAGUE else _HEAD_END).search(part)
    split = end.start() if end else 0
    written = _WORD.findall(part, 0, split)
    in_head = len([word for word in written if word not in STOP])
    written += _WORD.findall(part, split)
    words = [word for word in written if word not in STOP]
    if all(map(str.isdecimal, words)):
        return None
    in_head = in_head or len(words)
    # Each word is followed by the pair it begins, so that the head is the beginning of the list.
    both = [""] * (2 * len(words) - 1)
    both[::2] = words
    both[1::2] = [f"{first} {second}" for first, second in pairwise(words)]
    if not _CONCEPTS_BEGIN.isdisjoint(written):
        both += [f"={_CONCEPT_OF[name]}" for name in dict.fromkeys(_CONCEPT.findall(part))]
    bare = named is not None and named[1] in _BARE and _ADDS_NOTHING.issuperset(words[len(named[1].split()) : in_head])
    return Segment(kind, *_each_once(both, 2 * in_head - 1), bare)


def _each_once(words: list[str], head: int) -> tuple[tuple[str, ...], bytes, int]:
    """Return the words, each at its first place, the tenths that these places count, and how many words the head has."""
    once, tenths = tuple(dict.fromkeys(words)), _tenths_of_places(len(words))
    if len(once) == len(words):
        return once, tenths, head
    by_first_place = dict(zip(reversed(words), reversed(tenths), strict=True))
    return once, bytes(map(by_first_place.__getitem__, once)), len(set(words[:head]))


@cache
def _tenths_of_places(count: int) -> bytes:
    return bytes([10] * _FIRST + [7] * (_SECOND - _FIRST) + [4] * (count - _SECOND))[:count]


def _is_note(text: str, core: str, segments: tuple[Segment, ...]) -> bool:
    if not segments or _NOTE_START.match(text) or _OPEN_HEADING.fullmatch(text):
        return True
    if text.endswith(":"):
        return len(segments) == 1 and segments[0].kind in VAGUE
    return segments[0].kind is None and _OBLIGATION.search(core) is not None
