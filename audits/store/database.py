"""Reaching a database: URL, connections, schema version, and every database error as one sentence a person can act on."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from audits.store.models import dump_json
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUSY_SECONDS = 30  # longer than saving the largest source takes
_CONNECT_SECONDS = 10

_RETRY = "thử lại sau ít phút"
_FULL = "hết dung lượng đĩa; những gì đã lưu trước đó còn nguyên, giải phóng đĩa rồi chạy lại"
_LOCKED = f"cơ sở dữ liệu đang bị tiến trình khác khóa; {_RETRY}"
_DENIED = "không có quyền; kiểm tra tài khoản và quyền ghi, thử lại không giúp được"
_ABSENT = "không mở được tệp; kiểm tra thư mục trong SOAT_DATABASE_URL đã có và ghi được"
_DAMAGED = "tệp không phải cơ sở dữ liệu SQLite hoặc đã hỏng; kiểm tra đường dẫn hoặc khôi phục bản sao lưu"
_SQLITE_SAYS = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _DENIED,
    sqlite3.SQLITE_PERM: _DENIED,
    sqlite3.SQLITE_CANTOPEN: _ABSENT,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
}
# SQLSTATE of PostgreSQL: the longest prefix decides.
_POSTGRES_SAYS = {
    "53100": _FULL,
    "53": f"máy chủ cơ sở dữ liệu hết tài nguyên; {_RETRY}",
    "55P03": _LOCKED,
    "40": f"hai tiến trình ghi chồng nhau; {_RETRY}",
    "08": f"mất kết nối; {_RETRY}",
    "57": f"máy chủ cơ sở dữ liệu dừng giữa chừng; {_RETRY}",
    "42501": _DENIED,
    "25006": _DENIED,
}


class StoreError(RuntimeError):
    """The store cannot do what was asked; one Vietnamese line: which database, what happened, what to do."""


@contextmanager
def telling(url: URL) -> Iterator[None]:
    """Turn any error of the database at `url` into a StoreError; passwords are never shown."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"{_shown(url)}: {_cause(error)}") from error
    except (SQLAlchemyError, CommandError) as error:
        raise StoreError(f"{_shown(url)}: {_one_line(error)}") from error


def connect(url: str | None = None) -> Engine:
    """Return an engine for a SQLite or PostgreSQL URL (None: the one in the settings); nothing is opened yet.

    Raises:
        StoreError: the URL cannot be used.

    """
    text = settings().database_url if url is None else url
    try:
        parsed = make_url(text)
        backend = {"postgres": "postgresql"}.get(parsed.get_backend_name(), parsed.get_backend_name())
        if backend == "postgresql":
            return _postgresql(parsed.set(drivername="postgresql+psycopg"))
        if backend == "sqlite":
            return _sqlite(parsed)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(
            "SOAT_DATABASE_URL không đọc được; cần dạng sqlite:///duong/dan/soat.db hoặc postgresql://tài-khoản@máy/cơ-sở-dữ-liệu"
        ) from error
    raise StoreError(f"{_shown(parsed)}: chỉ dùng được SQLite hoặc PostgreSQL; sửa SOAT_DATABASE_URL")


def upgrade(url: str | None = None) -> None:
    """Bring the database's schema to the one this program uses; a database that has it already is left alone.

    Raises:
        StoreError: the database cannot be reached, or its schema is newer than this program.

    """
    engine = connect(url)
    try:
        with telling(engine.url), writing(engine).begin() as connection:
            _migrate(connection)
    finally:
        engine.dispose()


def check_schema(engine: Engine) -> None:
    """Make sure the schema is the one this program uses; an empty SQLite database is given it.

    Raises:
        StoreError: the database cannot be reached, has no schema, or one that is older or newer than this program.

    """
    with telling(engine.url), engine.connect() as connection:
        if (found := _version(connection)) == _head():
            return
        empty = not inspect(connection).get_table_names()
    if engine.dialect.name == "sqlite" and empty:
        # Looked at again inside the write transaction: another process may have created it in between.
        with telling(engine.url), writing(engine).begin() as connection:
            _migrate(connection)
        return
    state = "chưa có lược đồ của soát" if found is None else f"lược đồ cũ ({found}), chương trình này cần {_head()}"
    raise StoreError(f"{_shown(engine.url)}: {state}; chạy `soat db upgrade`")


def writing(engine: Engine) -> Engine:
    """Return the engine whose transactions take the right to write when they begin, instead of failing half-way."""
    return engine.execution_options(soat_writes=True)


def reading(engine: Engine) -> Engine:
    """Return the engine whose transactions see one moment of the database, as those of SQLite always do."""
    return (
        engine.execution_options(isolation_level="REPEATABLE READ") if engine.dialect.name == "postgresql" else engine
    )


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite does not wait by itself where another process switches at the same moment."""
    last = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(0.02)
        else:
            return


def _sqlite(url: URL) -> Engine:
    defaults: dict[str, Any] = {} if "timeout" in url.query else {"timeout": _BUSY_SECONDS}
    engine = create_engine(url, connect_args=defaults, json_serializer=dump_json, json_deserializer=json.loads)

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # Python's driver would begin transactions late, and not at all for DDL
        _use_wal(connection)
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("soat_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    defaults: dict[str, Any] = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    return create_engine(url, connect_args=defaults, json_serializer=dump_json, json_deserializer=json.loads)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "audits.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _head() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise StoreError("bản cài đặt thiếu các tệp nâng cấp cơ sở dữ liệu; cài lại soát")
    return head


def _version(connection: Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"{_shown(connection.engine.url)}: lược đồ ({found}) mới hơn chương trình này (biết đến {_head()}); cập nhật soát, đừng hạ cấp cơ sở dữ liệu"
        )
    return found


def _migrate(connection: Connection) -> None:
    if _version(connection) != _head():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _shown(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"cơ sở dữ liệu {url.database or 'trong bộ nhớ'}"
    return f"cơ sở dữ liệu {url.render_as_string(hide_password=True)}"


def _cause(error: DBAPIError) -> str:
    origin = error.orig
    if isinstance(origin, sqlite3.Error):
        # The low byte is the error, the rest its finer kind; the module's own complaints carry no code.
        said = _SQLITE_SAYS.get((getattr(origin, "sqlite_errorcode", None) or 0) & 0xFF)
    else:
        state = getattr(origin, "sqlstate", None)
        if state is None and not isinstance(error, IntegrityError):
            return f"không kết nối được; kiểm tra máy chủ có chạy, tài khoản và tên cơ sở dữ liệu trong SOAT_DATABASE_URL, rồi thử lại ({_one_line(origin)})"
        said = next((_POSTGRES_SAYS[key] for size in (5, 2) if (key := (state or "")[:size]) in _POSTGRES_SAYS), None)
    if said is None and isinstance(error, IntegrityError):
        said = "dữ liệu bị từ chối vì thiếu bằng chứng, sai liên kết hoặc đã có; không có gì được lưu, thử lại không giúp được"
    return f"{said or 'cơ sở dữ liệu báo lỗi'} ({_one_line(origin)})"


def _one_line(error: object) -> str:
    return " ".join(str(error).split())
