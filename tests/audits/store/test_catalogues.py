from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from audits.store import StoreError
from audits.store.models import OfficialRow
from tests.audits.store.sample import FEES, RECORDS, REPEALED, SPECIFIC, add_catalogue

if TYPE_CHECKING:
    from audits.store import Store


def test_a_catalogue_is_read_back_as_it_was_imported(store: Store) -> None:
    version = add_catalogue(store)
    kept = store.catalogue_on(date(2026, 12, 31))
    assert kept is not None
    assert kept.version == version
    records = list(kept.records)
    assert records == RECORDS
    assert [list(record) for record in records] == [list(record) for record in RECORDS], "keys keep their order"
    assert (kept.repealed, kept.specific, kept.fees) == (REPEALED, SPECIFIC, FEES)


def test_the_same_import_again_changes_nothing(store: Store) -> None:
    first = add_catalogue(store)
    assert add_catalogue(store) == first
    assert store.catalogue_versions() == [first]


@pytest.mark.parametrize(("records", "fees"), [(RECORDS[:1], FEES), (RECORDS[::-1], FEES), (RECORDS, []), ([], FEES)])
def test_other_content_under_the_same_digest_and_date_is_refused(
    store: Store, records: list[dict[str, object]], fees: list[dict[str, object]]
) -> None:
    version = add_catalogue(store)
    with pytest.raises(StoreError, match="nội dung khác"):
        store.add_catalogue(
            records,
            digest=version.digest,
            as_of=version.as_of,
            origin=version.origin,
            repealed=REPEALED,
            specific=SPECIFIC,
            fees=fees,
        )
    assert len(list(store.catalogue(version).records)) == 2


def test_a_record_is_kept_once_for_all_versions(store: Store) -> None:
    add_catalogue(store)
    changed = [RECORDS[0], {**RECORDS[1], "name": "Cấp lại giấy phép"}, RECORDS[0]]
    version = store.add_catalogue(changed, digest="sha256:cat2", as_of=date(2026, 11, 1), origin="mới")
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(OfficialRow)) == 3
    assert list(store.catalogue(version).records) == changed


@pytest.mark.parametrize(
    ("on", "digest"),
    [
        (date(2026, 6, 30), None),
        (date(2026, 7, 1), "july"),
        (date(2026, 9, 30), "july"),
        (date(2026, 10, 1), "october, corrected"),
        (date(2030, 1, 1), "october, corrected"),
    ],
)
def test_the_catalogue_in_force_on_a_day(store: Store, on: date, digest: str | None) -> None:
    add_catalogue(store, "october", date(2026, 10, 1))
    add_catalogue(store, "july", date(2026, 7, 1))
    add_catalogue(store, "october, corrected", date(2026, 10, 1))
    kept = store.catalogue_on(on)
    assert (kept and kept.version.digest) == digest
    assert [version.digest for version in store.catalogue_versions()] == ["october, corrected", "october", "july"]


def test_a_version_that_was_never_imported_is_told(store: Store) -> None:
    version = replace(add_catalogue(store), as_of=date(2020, 1, 1))
    with pytest.raises(StoreError, match=r"01/01/2020 chưa được lưu; chạy `soat catalogue import`"):
        store.catalogue(version)


def test_records_left_half_read_do_not_hold_up_a_writer(store: Store) -> None:
    add_catalogue(store)
    kept = store.catalogue_on(date(2026, 12, 31))
    assert kept is not None
    next(kept.records)
    add_catalogue(store, "meanwhile")
    assert next(kept.records) == RECORDS[1]


@pytest.mark.parametrize("table", ["official_records", "catalogue_records", "side_records"])
def test_an_import_that_breaks_off_leaves_nothing(store: Store, table: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO gone"))
    with pytest.raises(StoreError, match="cơ sở dữ liệu báo lỗi"):
        add_catalogue(store)
    with store.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE gone RENAME TO {table}"))
        assert connection.scalar(select(func.count()).select_from(OfficialRow)) == 0
    assert store.catalogue_versions() == []
    add_catalogue(store)


def test_a_catalogue_needs_its_digest(store: Store) -> None:
    with pytest.raises(StoreError, match="thiếu bằng chứng"):
        add_catalogue(store, digest=" ")


def test_a_long_catalogue_is_read_in_order(store: Store) -> None:
    records = [{"code": str(number % 1700)} for number in range(2001)]
    version = store.add_catalogue(records, digest="long", as_of=date(2026, 1, 1), origin="")
    assert list(store.catalogue(version).records) == records
