"""Published lists as "Single File Web Page" (.mht): the envelope of an e-mail around the pages Word or a browser saved."""

from __future__ import annotations

import email.policy
from email import message_from_bytes
from typing import TYPE_CHECKING

from crawlers.lists.grid import ListError, Table
from crawlers.lists.html import tables_of

if TYPE_CHECKING:
    from pathlib import Path


def read_tables(path: Path) -> list[Table]:
    """Return the tables of the page that the envelope holds first; its frames and pictures are left.

    Raises:
        ListError: the envelope holds no page, or one that cannot be read.

    """
    try:
        message = message_from_bytes(path.read_bytes().lstrip(), policy=email.policy.compat32)
    except OSError as error:
        raise ListError(f"{path}: không đọc được tệp ({error.strerror}); kiểm tra đường dẫn và quyền đọc") from error
    for part in message.walk():
        if part.get_content_type() == "text/html":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes) and body.strip():
                return tables_of(body, str(path), part.get_param("charset", None) and str(part.get_param("charset")))
    raise ListError(f"{path}: trang web một tệp (MHT) không có phần HTML; mở bằng Word, lưu thành .docx rồi thử lại")
