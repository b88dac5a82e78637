from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, inspect, text
from sqlalchemy.engine import make_url

from audits.store import Store, StoreError, open_store, upgrade
from audits.store.database import connect
from audits.store.models import Base
from tests.audits.store.sample import (
    CAPTURES,
    COUNTS,
    PRAISE,
    PUBLISHED,
    REPORT,
    SIGN,
    START,
    TARGET,
    UNPUBLISHED,
    add_catalogue,
    begin,
    saved_audit,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

ROOT = Path(__file__).resolve().parents[3]


def one_line(caught: pytest.ExceptionInfo[StoreError]) -> str:
    message = str(caught.value)
    assert "\n" not in message
    return message


def checks(engine: Engine) -> dict[str, dict[str | None, str]]:
    inspector = inspect(engine)
    return {
        table: {row["name"]: row["sqltext"] for row in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_the_migrations_build_what_the_models_say(database_url: str) -> None:
    upgrade(database_url)
    upgrade(database_url)
    engine = connect(database_url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    migrated = checks(engine)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert migrated == checks(engine)
    assert migrated["findings"].keys() >= {"ck_findings_place_given", "ck_findings_rule_version_given"}
    engine.dispose()


def upgraded_to(url: str, revision: str) -> None:
    """Bring an empty database to an earlier schema, as the program of that day did."""
    config = Config()
    config.set_main_option("script_location", "audits.store:migrations")
    config.set_main_option("path_separator", "os")
    engine = connect(url)
    with engine.execution_options(soat_writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_an_older_schema_is_told_and_brought_up_with_all_it_holds(database_url: str) -> None:
    upgraded_to(database_url, "0001")
    engine = connect(database_url)
    first = inspect(engine).get_table_names()
    assert "decisions" not in first
    old = Store(engine)
    audit_id = saved_audit(old)  # touches the tables of the first release only

    def content() -> dict[str, list[tuple[object, ...]]]:
        with engine.connect() as connection:
            return {
                table: sorted(map(tuple, connection.execute(Base.metadata.tables[table].select())), key=str)
                for table in first
                if table != "alembic_version"
            }

    before = content()
    assert all(before.values()), "every table of the first release holds something"
    with pytest.raises(StoreError) as caught:
        open_store(database_url)
    assert "lược đồ cũ (0001), chương trình này cần 0003; chạy `soat db upgrade`" in one_line(caught)
    upgrade(database_url)
    assert content() == before
    with open_store(database_url) as store:
        audit = store.audit(audit_id)
        assert [item.finding for item in audit.findings] == [SIGN.finding, PRAISE.finding, UNPUBLISHED.finding]
        assert store.judged_with(audit_id, TARGET.id) is None, "what was not recorded then is not made up"
        store.dismiss(audit.findings[0].id, reason="đã giải trình", office=None, decided_at=START)
        assert [each.reason for each in store.audit(audit_id).findings[0].decisions] == ["đã giải trình"]
    engine.dispose()


def test_a_database_without_tables(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        with open_store(database_url) as store:
            assert store.audits() == []
        return
    with pytest.raises(StoreError) as caught:
        open_store(database_url)
    assert "chưa có lược đồ của soát; chạy `soat db upgrade`" in one_line(caught)


def test_a_database_of_another_program_is_not_taken_over(database_url: str) -> None:
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE khac (x INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError, match="chạy `soat db upgrade`"):
        open_store(database_url)


@pytest.mark.parametrize("act", [open_store, upgrade])
def test_a_schema_newer_than_the_program(store: Store, act: object) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert callable(act)
    with pytest.raises(StoreError) as caught:
        act(store.engine.url.render_as_string(hide_password=False))
    assert "lược đồ (9999) mới hơn chương trình này (biết đến 0003); cập nhật soát" in one_line(caught)


def test_sqlite_writes_ahead_and_keeps_foreign_keys(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'soat.db'}") as store, store.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite"),
    ],
)
def test_urls_that_are_understood(url: str, driver: str) -> None:
    assert connect(url).url.drivername == driver


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("soat.db", "SOAT_DATABASE_URL không đọc được"),
        ("", "SOAT_DATABASE_URL không đọc được"),
        ("postgresql://u:p@h:cong/d", "SOAT_DATABASE_URL không đọc được"),
        ("mysql://u:secret@h/d", "chỉ dùng được SQLite hoặc PostgreSQL"),
        ("sqlite:////khong/co/soat.db", "không mở được tệp"),
        ("sqlite:////dev/null/soat.db", "không mở được tệp"),
        ("postgresql://u:secret@127.0.0.1:1/d", "không kết nối được"),
        ("sqlite:///{tmp_path}/not-a-database", "không phải cơ sở dữ liệu SQLite"),
        ("{postgres}/absent", "không kết nối được; kiểm tra máy chủ có chạy, tài khoản và tên cơ sở dữ liệu"),
    ],
)
def test_databases_that_cannot_be_reached(url: str, told: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (tmp_path / "not-a-database").write_text("đây không phải cơ sở dữ liệu " * 200)
    if url.startswith("{postgres}"):
        url = request.getfixturevalue("postgres_server").set(database="absent").render_as_string(hide_password=False)
    for act in (open_store, upgrade):
        with pytest.raises(StoreError, match=told) as caught:
            act(url.format(tmp_path=tmp_path))
        assert "secret" not in one_line(caught)


def test_a_full_disk_leaves_what_was_kept(store: Store) -> None:
    audit_id = begin(store)
    store.save_source(audit_id, TARGET, REPORT, CAPTURES, PUBLISHED)
    sqlite = store.engine.dialect.name == "sqlite"
    with store.engine.begin() as connection:
        if sqlite:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages + 3}"))
        else:  # the server cannot be given a small disk here, but it can be told to say what it says then
            connection.execute(
                text(
                    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left' USING ERRCODE = '53100'; END $$"
                )
            )
            connection.execute(
                text("CREATE TRIGGER full_disk BEFORE INSERT ON rule_counts FOR EACH ROW EXECUTE FUNCTION full_disk()")
            )
    before = store.audit(audit_id)
    with pytest.raises(StoreError, match="hết dung lượng đĩa; những gì đã lưu trước đó còn nguyên") as caught:
        store.save_findings(audit_id, TARGET.id, (SIGN for _ in range(2_000)), COUNTS)
    one_line(caught)
    assert store.audit(audit_id) == before
    with store.engine.begin() as connection:
        connection.execute(
            text("PRAGMA max_page_count = 1000000" if sqlite else "DROP TRIGGER full_disk ON rule_counts")
        )
    store.save_findings(audit_id, TARGET.id, [SIGN], COUNTS)
    assert len(store.audit(audit_id).findings) == 1


def test_a_locked_database_is_told(store: Store) -> None:
    url = store.engine.url
    sqlite = store.engine.dialect.name == "sqlite"
    impatient = url.update_query_dict({"timeout": "0.1"} if sqlite else {"options": "-c lock_timeout=100"})
    add_catalogue(store)
    with open_store(impatient.render_as_string(hide_password=False)) as other, store.engine.connect() as connection:
        if sqlite:
            connection.exec_driver_sql("CREATE TABLE giu (x)")
        else:
            connection.exec_driver_sql("LOCK TABLE audits IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreError, match="đang bị tiến trình khác khóa; thử lại sau ít phút") as caught:
            begin(other)
        connection.rollback()
        one_line(caught)
        assert other.audits() == []
        begin(other)


def test_a_reader_sees_one_moment(store: Store) -> None:
    audit_id = begin(store)
    store.save_source(audit_id, TARGET, REPORT, CAPTURES, PUBLISHED)
    written: list[str] = []

    @event.listens_for(store.engine, "after_cursor_execute")
    def _meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT") and not written:
            written.append(statement)
            with open_store(store.engine.url.render_as_string(hide_password=False)) as other:
                other.save_findings(audit_id, TARGET.id, [SIGN], COUNTS)

    during = store.audit(audit_id)
    assert (during.findings, during.counts) == ((), ())
    assert len(store.audit(audit_id).findings) == 1


WRITER = """
import sys
from audits.store import open_store
from tests.audits.store.sample import saved_audit
with open_store(sys.argv[1]) as store:
    for _ in range(int(sys.argv[2])):
        saved_audit(store)
"""


def test_two_processes_write_at_once(database_url: str) -> None:
    if make_url(database_url).get_backend_name() == "postgresql":
        upgrade(database_url)  # a new SQLite file is made by whichever of the two comes first
    command = [sys.executable, "-W", "error", "-c", WRITER, database_url, "10"]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [process.communicate()[1] for process in running]
    assert [(process.returncode, error) for process, error in zip(running, errors, strict=True)] == [(0, ""), (0, "")]
    with open_store(database_url) as store:
        assert len(store.audits()) == 20
        assert {(audit.sources, audit.signs, audit.good_practices) for audit in store.audits()} == {(1, 2, 1)}
        assert len(store.catalogue_versions()) == 1


def test_a_writer_that_is_killed_leaves_whole_sources(database_url: str) -> None:
    upgrade(database_url)
    command = [sys.executable, "-W", "error", "-c", WRITER, database_url, "100000"]
    with subprocess.Popen(command, cwd=ROOT) as process, open_store(database_url) as store:
        while len(store.audits()) < 5:
            assert process.poll() is None
        process.kill()
        process.wait()
        for summary in store.audits():
            audit = store.audit(summary.id)
            assert (len(audit.findings), len(audit.counts)) in {(0, 0), (3, 2)}
            assert not audit.sources or store.published(audit.id, TARGET.id) == PUBLISHED
        saved_audit(store)
