"""What a paper is: its kind, its subject and its alternatives, seen through the wording of one line."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache

from audits.reading.text import fold

# Each kind of paper under every name offices use for it. Longer names are tried first; one line is one idea.
KINDS: dict[str, tuple[str, ...]] = {
    "application": (
        "đơn", "tờ khai", "tờ trình", "giấy đề nghị", "văn bản đề nghị", "công văn đề nghị", "phiếu đề nghị", "giấy yêu cầu",
        "phiếu yêu cầu", "văn bản yêu cầu", "bản đăng ký", "giấy đăng ký", "phiếu đăng ký", "bản khai", "thông báo", "văn bản thông báo",
        "đề nghị", "mẫu đơn", "bản đề nghị", "công văn", "thư đề nghị", "bản kê khai", "phiếu khai", "hồ sơ đăng ký",
    ),
    "certificate": ("giấy chứng nhận", "chứng nhận", "giấy phép", "chứng chỉ", "giấy chứng minh nhân dân", "giấy chứng tử", "giấy khai sinh", "bằng",
        "văn bằng", "giấy đăng ký kinh doanh", "giấy báo tử", "trích lục khai tử", "trích lục khai sinh", "trích lục kết hôn", "trích lục", "chứng thư"),
    "identity": ("hộ chiếu", "thẻ căn cước công dân", "thẻ căn cước", "căn cước công dân", "căn cước", "chứng minh nhân dân", "giấy tờ tùy thân",
        "giấy tờ xuất nhập cảnh", "giấy thông hành", "thẻ"),
    "residence": ("sổ hộ khẩu", "sổ tạm trú", "sổ đăng ký hộ khẩu", "sổ đăng ký tạm trú", "hộ khẩu", "giấy xác nhận thông tin về cư trú", "giấy tờ chứng minh nơi cư trú", "giấy xác nhận cư trú"),
    "confirmation": ("giấy xác nhận", "văn bản xác nhận", "bản xác nhận", "xác nhận", "biên bản xác nhận", "phiếu xác nhận"),
    "authorization": ("giấy ủy quyền", "văn bản ủy quyền", "hợp đồng ủy quyền", "giấy giới thiệu", "văn bản về việc đại diện", "văn bản đại diện",
        "giấy tờ chứng minh tư cách đại diện", "người ủy quyền", "ủy quyền"),
    "health": ("giấy khám sức khỏe", "giấy chứng nhận sức khỏe", "phiếu khám sức khỏe"),
    "judicial": ("phiếu lý lịch tư pháp", "lý lịch tư pháp"),
    "biography": ("sơ yếu lý lịch", "bản lý lịch", "lý lịch", "bản tự khai", "bản tóm tắt lý lịch"),
    "contract": ("hợp đồng", "văn bản thỏa thuận", "thỏa thuận", "bản thỏa thuận", "giao dịch", "thỏa thuận hợp tác"),
    "draft": ("dự thảo",),
    "decision": ("quyết định", "nghị quyết", "bản án", "lệnh", "văn bản chấp thuận", "văn bản phê duyệt", "văn bản cho phép", "văn bản đồng ý",
        "chấp thuận", "phán quyết"),
    "minutes": ("biên bản",),
    "report": ("báo cáo", "bản báo cáo", "thuyết minh", "bản thuyết minh", "giải trình", "bản giải trình", "đề án", "phương án", "kế hoạch", "dự án",
        "đề cương", "bản mô tả", "đề xuất", "bản đánh giá", "phương thức", "quy trình", "bản cáo bạch", "bản tóm tắt", "bản phân tích"),
    "commitment": ("bản cam kết", "cam kết", "giấy cam kết", "văn bản cam kết", "giấy cam đoan", "bản cam đoan"),
    "statement": ("danh sách", "danh mục", "bảng kê", "bản kê", "bảng tổng hợp", "bảng", "phụ lục", "sổ", "bảng lương", "bản thống kê"),
    "drawing": ("bản vẽ", "bản đồ", "sơ đồ", "sơ họa", "mảnh trích đo", "trích đo", "hồ sơ thiết kế", "bản thiết kế", "thiết kế", "mặt bằng",
        "trích lục bản đồ", "bình đồ", "mảnh trích lục"),
    "receipt": ("hóa đơn", "chứng từ", "biên lai", "phiếu thu", "giấy nộp tiền", "vận đơn", "giấy biên nhận", "tờ khai thuế"),
    "photo": ("ảnh", "hình ảnh", "phim", "tài liệu hình ảnh", "video"),
    "charter": ("điều lệ", "quy chế", "nội quy", "quy định"),
    "bank": ("bảo lãnh", "thư bảo lãnh", "xác nhận số dư", "sao kê"),
    "result": ("kết quả", "phiếu phân tích", "phiếu kiểm nghiệm", "phiếu kết quả"),
    "sample": ("mẫu", "mẫu nhãn", "nhãn", "tiêu chuẩn"),
    "death": ("giấy tờ chứng minh",),
    "generic": ("văn bản", "giấy tờ", "giấy", "tài liệu", "hồ sơ", "bản", "phiếu", "các giấy tờ", "các tài liệu", "tờ", "thư", "bản dịch", "di chúc",
        "lời chứng", "phong bì", "đĩa", "tập tin", "tệp tin", "thông tin"),
}  # fmt: skip
_KIND_OF = {name: kind for kind, names in KINDS.items() for name in names}
_KIND = "|".join(sorted(map(re.escape, _KIND_OF), key=len, reverse=True))
# These begin a paper only at the start of a line: inside one they are verbs or attributes ("do công an cấp, xác nhận").
_ALSO_VERBS = {
    "xác nhận", "chứng nhận", "đề nghị", "thông báo", "quy định", "bằng", "thỏa thuận", "chấp thuận", "ủy quyền", "thiết kế", "giải trình", "đề xuất",
    "cam kết", "kết quả", "thẻ", "mẫu", "bản", "sổ", "tờ", "thư", "giao dịch", "bảo lãnh", "thông tin", "kế hoạch", "quy trình", "tiêu chuẩn", "lệnh",
    "bảng", "nhãn", "phim", "đĩa", "ảnh", "mặt bằng", "phương thức", "phương án", "dự án", "hồ sơ", "giấy", "văn bản", "công văn", "người ủy quyền",
}  # fmt: skip
_INNER_KIND = "|".join(sorted(map(re.escape, set(_KIND_OF) - _ALSO_VERBS), key=len, reverse=True))

_SHORT = {
    "ubnd": "ủy ban nhân dân", "hđnd": "hội đồng nhân dân", "gcn": "giấy chứng nhận", "gcnqsdđ": "giấy chứng nhận quyền sử dụng đất",
    "qsdđ": "quyền sử dụng đất", "qsd": "quyền sử dụng", "qsh": "quyền sở hữu", "tsglvđ": "tài sản gắn liền với đất", "tsgl": "tài sản gắn liền",
    "cccd": "căn cước công dân", "cmnd": "chứng minh nhân dân", "gpxd": "giấy phép xây dựng", "gplx": "giấy phép lái xe", "gp": "giấy phép",
    "đkkd": "đăng ký kinh doanh", "gcnđkkd": "giấy chứng nhận đăng ký kinh doanh", "gcnđkdn": "giấy chứng nhận đăng ký doanh nghiệp",
    "đkdn": "đăng ký doanh nghiệp", "tthc": "thủ tục hành chính", "vn": "việt nam", "bhxh": "bảo hiểm xã hội", "bhyt": "bảo hiểm y tế",
    "dn": "doanh nghiệp", "htx": "hợp tác xã", "pccc": "phòng cháy chữa cháy", "ctxd": "công trình xây dựng", "đtm": "đánh giá tác động môi trường",
    "hđ": "hợp đồng", "qđ": "quyết định", "bb": "biên bản", "tncn": "thu nhập cá nhân", "vpđk": "văn phòng đăng ký", "vpđkđđ": "văn phòng đăng ký đất đai",
    "csdl": "cơ sở dữ liệu", "kcb": "khám bệnh chữa bệnh", "attp": "an toàn thực phẩm", "vsattp": "vệ sinh an toàn thực phẩm", "gd&đt": "giáo dục và đào tạo",
    "thpt": "trung học phổ thông", "thcs": "trung học cơ sở", "nld": "người lao động", "nlđ": "người lao động", "nsdlđ": "người sử dụng lao động",
    "tnhh": "trách nhiệm hữu hạn", "đkđt": "đăng ký đầu tư", "ubmttq": "ủy ban mặt trận tổ quốc", "btxh": "bảo trợ xã hội", "tcxh": "trợ cấp xã hội",
    "ttlltp": "lý lịch tư pháp", "lltp": "lý lịch tư pháp", "cntt": "công nghệ thông tin", "xd": "xây dựng",
}  # fmt: skip
_SHORT_WORD = re.compile(r"(?<!\w)(" + "|".join(sorted(map(re.escape, _SHORT), key=len, reverse=True)) + r")(?!\w)")

_BULLET = re.compile(
    r"^\s*(?:[-–—+*•·.,;:o►▪➢✓#>]+(?=\s|[^\d\W])|\(?\d{1,2}(?:\.\d{1,2})*[.)/]\s*|\(?[a-zđ][.)]\s+|\(?[a-zđ]\)|[ivx]{1,4}[.)]\s+)\s*"
)
_LAW = re.compile(
    r"\(?\s*(?:(?:lập |được lập |thực hiện )?theo )?(?:quy định )?(?:tại |theo )*(?:(?:phụ lục|mẫu|biểu mẫu|biểu|mẫu đơn)(?: số| đơn)?\s*(?:[a-z]{0,4}[-.]?\d[\w./-]*|[ivx]+\b)(?:[\s,]*(?:và|hoặc)?\s*(?:mẫu )?(?:số )?\d+[\w./-]*)*)"
    r"(?:[\s,]*(?:ban hành|được ban hành|quy định|kèm|phụ lục|tại|của|theo)+[^;,()]*)*\)?"
    r"|\(?\s*(?:theo|tại|quy định tại|ban hành)?\s*(?:mẫu|biểu mẫu)?\s*(?:ban hành )?kèm theo (?:thông tư|nghị định|quyết định|luật|nghị quyết|văn bản)[^;,()]*\)?"
    r"|\(?\s*(?:quy định )?(?:theo|tại)?\s*(?:(?:điểm|khoản|điều|mục)\s+(?:\d[\w.]*|[a-zđ]|[ivx]+)(?!\w)[\s,và]*)+(?:(?:của )?(?:thông tư|nghị định|luật|bộ luật)[^;,()]*)?\)?"
    r"|(?:số )?\d+/\d{4}/[\w-]+(?: ngày [\d/]+)?(?: của [^;,()]*)?|\(\s*theo mẫu[^)]*\)|theo mẫu(?: quy định)?\b"
)
_COUNT = re.compile(
    r"\(?\s*(?:số lượng\s*:?\s*)?\b0?\d+\s*(?:\([^)]*\)\s*)?(?:bộ|bản|tờ|tấm)\s*(?:chính|sao|gốc|chụp)?(?=\s*[);.,]|\s*$)\)?|\bsố lượng\s*:?\s*\d+\b"
)
_FILE_NAME = re.compile(r"(?<=[.;)])\s*\d{0,3}\.?[a-z0-9_-]{6,}\.?$|\S+\.(?:docx?|pdf|xlsx?)\b")
_FORM_OF_COPY = re.compile(
    r"^(?:(?:\(?\d+\)?\s+|một |hai |ba )?\(?(?:các )?bản (?:sao|chính|gốc|chụp|photo|phô tô|điện tử|scan)\)?(?: y)?"
    r"(?: (?:có )?(?:chứng thực|công chứng|hợp lệ|điện tử|không cần chứng thực|được chứng thực)(?: từ bản chính| hợp lệ| điện tử)?)*(?:,| hoặc| và|/| kèm| từ sổ gốc| kèm theo)*\s*)+"
    r"(?:(?:có chứng thực|được chứng thực từ bản chính|để đối chiếu)\s*)?(?:của |một trong (?:các|những) )?"
)
_HEAD_END = re.compile(
    r"[(;:.\n]|\s(?:theo|đối với|trường hợp|trong trường hợp|do|để|có giá trị|trừ|kèm|kèm theo|được|đã được|còn|tại|nơi|khi|nếu|có xác nhận|có chữ ký|thể hiện|quy định|chứng minh(?= việc))\s"
)
_SEGMENT = re.compile(
    rf"[;\n]+|\.\s+(?=\S)|:\s*[+-]\s|\s[+]\s|(?:\s(?:hoặc|và|kèm theo|kèm)\s|,\s*|/)(?=(?:các |một trong các |bản (?:sao|chính|gốc) )?(?:{_INNER_KIND})\b)"
)
_WORD = re.compile(r"\w+")
_STOP = frozenset(
    ["của", "và", "các", "những", "hoặc", "theo", "là", "có", "được", "cho", "về", "việc", "một", "trong", "với", "thì", "mà", "này", "đó", "khi", "đã", "đang", "sẽ", "do", "từ", "tại", "đến", "để", "trên", "nêu", "như", "bị", "bởi", "ra", "vào", "cùng", "nhưng", "nếu", "phải", "còn", "quy", "định", "số", "loại"]
)  # fmt: skip
_NOTHING_LEFT = re.compile(r"^[\W_]*$")
_HEADING = re.compile(
    r"^(?:(?:thành phần )?hồ sơ\b[^;]*|lưu ý|ghi chú|chú ý|[^;:]*\b(?:giấy tờ|tài liệu|hồ sơ|thành phần|trường hợp) (?:sau|sau đây|gồm|bao gồm)(?: đây)?(?: gồm)?(?: \w+)?)\s*:$"
)
_AUTHORIZES = re.compile(r"\b(?:ủy quyền|(?:về việc|nội dung về|tư cách|người|việc) đại diện)\b")
_NOTE_START = re.compile(
    r"^(?:lưu ý|ghi chú|chú ý|chú thích|nb|thành phần hồ sơ|hồ sơ (?:gồm|bao gồm|chung|của|đề nghị.*gồm)|số lượng|các trường hợp|trường hợp không thể|trường hợp[^:]*(?:không phải|thì không|tự tra cứu|tra cứu)"
    r"|kết quả tra cứu|người (?:yêu cầu|nộp|có yêu cầu|đề nghị|thực hiện|tiếp nhận)\b(?!.*(?:hộ chiếu|căn cước))|cơ quan|cán bộ|công chức|ủy ban nhân dân|sở |tổ chức, cá nhân|cá nhân, tổ chức"
    r"|khi |việc |không (?:quy định|có|yêu cầu)|các giấy tờ.*(?:phải|được)\b|giấy tờ có trong hồ sơ|nộp (?:trực tiếp|qua|hồ sơ)|tùy (?:từng )?trường hợp|ngoài ra|dịch ra|hợp pháp hóa|giấy tờ.*(?:phải được|thì không)|đối với [^:]*:$)"
)
_OBLIGATION = re.compile(
    r"\b(?:có trách nhiệm|không phải nộp|phải được|không có giá trị|được miễn|chịu trách nhiệm|phải khai thác|tự tra cứu|có thể yêu cầu|thì không|nhận kết quả|đính kèm hồ sơ)\b"
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One paper named inside a line: its kind (None: no known kind), the words of its head and of all its text."""

    kind: str | None
    head: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """One line as papers: its segments (alternatives or merged papers), and what kind of line it is.

    `core` is what is left of the text when numbering, form numbers, legal bases and quantities are taken away.
    A heading introduces papers and is none; a note may be one. `authorizes`: the paper by which a representative acts;
    `optional`: the whole line is asked for only "nếu có".
    """

    text: str
    core: str
    segments: tuple[Segment, ...]
    words: frozenset[str]
    is_note: bool
    is_heading: bool
    authorizes: bool
    optional: bool


@lru_cache(maxsize=100_000)
def read_paper(name: str) -> Paper:
    """Read one line of required papers; never fails, a line that names no paper has `is_note` set."""
    text = _SHORT_WORD.sub(lambda match: _SHORT[match[0]], fold(name)).replace("uỷ", "ủy")
    text = _stripped(text)
    core = _FILE_NAME.sub("", _COUNT.sub(" ", _LAW.sub(" ", text)))
    core = re.sub(r"\s+", " ", core).strip(" ;.,")
    segments = tuple(segment for part in _SEGMENT.split(core) if (segment := _segment(part)) is not None)
    words = frozenset().union(*(segment.words for segment in segments))
    return Paper(
        text=text,
        core=" ".join(_WORD.findall(core)),
        segments=segments,
        words=words,
        is_note=_is_note(text, core, segments),
        is_heading=_HEADING.search(text) is not None,
        authorizes=_AUTHORIZES.search(text) is not None,
        optional=len(segments) == 1 and "nếu có" in text,
    )


def _stripped(text: str) -> str:
    while match := _BULLET.match(text):
        text = text[match.end() :]
    return text.strip()


def _segment(part: str) -> Segment | None:
    part = _stripped(part.strip(" ,.:"))
    while match := _FORM_OF_COPY.match(part):
        if not match.end():
            break
        part = part[match.end() :].strip(" ,()")
    if _NOTHING_LEFT.match(part):
        return None
    part = (
        re.sub(r"^(?:một trong (?:các|những) (?:loại )?)?(?:giấy tờ|tài liệu) sau(?: đây)?\s*:?", "", part).strip()
        or part
    )
    head = _HEAD_END.split(part, maxsplit=1)[0] or part
    kind = re.match(rf"(?:các |một trong các )?({_KIND})\b", head)
    name = _KIND_OF[kind[1]] if kind else None
    if name in {None, "generic"}:
        # "Văn bản", "giấy tờ" say nothing by themselves: what they are about is their name.
        head = re.split(r"[(;:\n]", part, maxsplit=1)[0] or part
    return Segment(kind=name, head=_words(head), words=_words(part))


def _words(text: str) -> frozenset[str]:
    words = [word for word in _WORD.findall(text) if word not in _STOP]
    return frozenset(words) | {f"{first} {second}" for first, second in itertools.pairwise(words)}


def _is_note(text: str, core: str, segments: tuple[Segment, ...]) -> bool:
    if not segments or _NOTE_START.match(text):
        return True
    if text.endswith(":"):
        return len(segments) == 1 and not _is_named(segments[0])
    return _OBLIGATION.search(core) is not None and segments[0].kind is None


def _is_named(segment: Segment) -> bool:
    return segment.kind not in {None, "generic"}
