"""IMD editions that lie in a warehouse as a table: read through Ibis, verified like a published file."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pandas as pd

from equity_audit.config import WarehouseImd
from equity_audit.errors import DataError, UsageError
from equity_audit.redact import redact_url
from equity_audit.reference.imd import ImdTable, build_table

ADDRESS_VARIABLE = "EQUITY_AUDIT_DATABASE"


def imd_from_database(setting: WarehouseImd) -> ImdTable:
    """Read the edition a setting names from the database it names, else from that of the environment.

    An address may hold a password: it is never shown, and the environment is the place for one that does.
    """
    import ibis

    address = setting.database or os.environ.get(ADDRESS_VARIABLE)
    if not address:
        raise UsageError(
            f"[reference] imd needs the address of the database: in the environment variable {ADDRESS_VARIABLE}, or, "
            'where it holds no password, as database = "duckdb:///data/warehouse.db" in the setting.'
        )
    try:
        backend = ibis.connect(address)
    except Exception:
        raise DataError(
            f"The database of [reference] imd, {redact_url(address)}, cannot be opened. Check its address and this account."
        ) from None
    try:
        return imd_from_backend(backend, setting)
    finally:
        backend.disconnect()


def imd_from_backend(backend: Any, setting: WarehouseImd) -> ImdTable:
    """Read the edition a setting names from an Ibis backend. Raises DataError where the table is not there."""
    schema, _, name = setting.table.rpartition(".")
    try:
        table = backend.table(name, database=tuple(schema.split(".")) if "." in schema else schema or None)
    except Exception:
        raise DataError(
            f"The warehouse has no table {setting.table} that this account may read. Check [reference] in the settings."
        ) from None
    return imd_from_table(table, setting.code, setting.rank, setting.edition, setting.vintage)


def imd_from_table(table: Any, code: str, rank: str, edition: str, vintage: str | None = None) -> ImdTable:
    """Verify an edition held as an Ibis table: its columns ``code`` and ``rank``. Faults are listed, not raised."""
    absent = [name for name in (code, rank) if name not in table.columns]
    if absent:
        raise DataError(f"The IMD table of the warehouse has no column {absent[0]}. Check [reference] in the settings.")
    raw = table.select(code=table[code], rank=table[rank]).to_pandas()
    frame = pd.DataFrame(
        {
            "code": raw["code"].astype("str").str.strip().str.upper(),
            "rank": pd.to_numeric(raw["rank"].astype("str").str.replace(",", ""), errors="coerce"),
            "published": pd.NA,
        }
    )
    frame = frame[raw["code"].notna() & frame["code"].str.startswith("E01")].sort_values("code", ignore_index=True)
    lines = frame["code"] + "," + frame["rank"].astype("str")
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return build_table(frame, edition, vintage, digest)
