"""Settings: ``equity-audit.toml``, environment, defaults. Unknown keys are errors with a suggestion."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equity_audit.board import Board, board_from
from equity_audit.errors import UsageError
from equity_audit.ethnic_settings import EthnicSettings, read_settings
from equity_audit.verdict_settings import Thresholds, read_thresholds

FILE_NAME = "equity-audit.toml"
_GROUPINGS = ("2001", "2021")
_WAREHOUSE_KEYS = ("table", "code", "rank", "edition", "vintage", "database")
_OFFICIAL_EDITIONS = ("2015", "2019", "2025")


@dataclass(frozen=True, kw_only=True)
class WarehouseImd:
    """Where an edition lies: the table (``schema.table``), its columns, and the address of the database."""

    table: str
    code: str
    rank: str
    edition: str
    vintage: str | None = None
    database: str | None = field(default=None, repr=False)  # it may hold a password


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What may be set; command-line options win over the file, the file over these defaults."""

    memory_limit: str = "2GB"
    reference: str | None = None
    warehouse_imd: WarehouseImd | None = None
    imd: str | None = None
    dataset: str | None = None
    label: str | None = None
    output_mode: str = "0600"  # who may read the outputs; work lists stay private
    disclosure: str = "hes"
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ethnic_grouping: str = "2001"
    ethnicity: EthnicSettings = field(default_factory=EthnicSettings)
    board: Board = field(default_factory=Board)
    map: Mapping[str, str] = field(default_factory=dict)
    site_postcodes: Sequence[str] = ()
    tolerances: Mapping[str, float] = field(default_factory=dict)
    verdict: Thresholds = field(default_factory=Thresholds)


def load_settings(path: Path | None) -> Settings:
    """Settings from ``path``, else from ``equity-audit.toml`` in the current folder, else the defaults."""
    chosen = path or Path(FILE_NAME)
    if not chosen.is_file():
        if path is not None:
            raise UsageError("--config names no file. Check the path.")
        return Settings()
    try:
        raw = tomllib.loads(chosen.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise UsageError(f"{chosen.name} is not readable as TOML. Check the quotes and the equals signs.") from None
    rules = raw.pop("rules", {})
    unread = ("tolerances", "warehouse_imd", "profiles")
    known = [name for name in Settings.__dataclass_fields__ if name not in unread]
    for key in raw:
        if key not in known:
            near = difflib.get_close_matches(key, [*known, "rules"], n=1)
            raise UsageError(f"{chosen.name}: unknown setting {key}." + (f" Did you mean {near[0]}?" if near else ""))
    board = _take_board(raw, chosen)
    warehouse = _take_warehouse(raw, chosen.name)
    profiles = _take_profiles(raw, chosen.name)
    ethnicity = read_settings(raw.pop("ethnicity", {}), chosen.name)
    verdict = read_thresholds(raw.pop("verdict", {}), chosen.name)
    _check(raw, chosen.name)
    tolerances = _tolerances(rules, chosen.name)
    return Settings(
        **raw,
        board=board,
        profiles=profiles,
        warehouse_imd=warehouse,
        ethnicity=ethnicity,
        tolerances=tolerances,
        verdict=verdict,
    )


def _take_board(raw: dict[str, Any], chosen: Path) -> Board:
    table = raw.pop("board", {})
    if not isinstance(table, dict):
        raise UsageError(f'{chosen.name}: [board] is a table of settings, such as trust_name = "Example NHS Trust".')
    return board_from(table, chosen.parent)


def _take_warehouse(raw: dict[str, Any], name: str) -> WarehouseImd | None:
    """The edition of a warehouse in ``[reference]``; what is left of it in ``raw`` is the folder."""
    table = raw.get("reference")
    if not isinstance(table, dict):
        return None
    for key in table:
        if key not in ("folder", "imd"):
            raise UsageError(f"{name}: [reference] takes folder and imd, not {key}.")
    del raw["reference"]
    if "folder" in table:
        raw["reference"] = table["folder"]
    return _read_warehouse(table["imd"], name) if "imd" in table else None


def _take_profiles(raw: dict[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    """Disclosure profiles of one's own, ``[disclosure.NAME]``; ``profile`` under ``[disclosure]`` says which is used."""
    table = raw.get("disclosure")
    if not isinstance(table, dict):
        return {}
    del raw["disclosure"]
    if "profile" in table:
        raw["disclosure"] = table.pop("profile")
    for key, value in table.items():
        if not isinstance(value, dict):
            raise UsageError(f"{name}: [disclosure] takes profile and tables such as [disclosure.ours], not {key}.")
    return table


def _check(raw: Mapping[str, Any], name: str) -> None:
    for key, value in raw.items():
        if key == "site_postcodes":
            if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
                raise UsageError(f'{name}: site_postcodes takes a list of postcodes, ["AB1 2CD", "AB1 2CE"].')
        elif key == "map":
            if not isinstance(value, dict) or not all(isinstance(column, str) for column in value.values()):
                raise UsageError(f'{name}: [map] takes lines of field = "COLUMN".')
        elif not isinstance(value, str):
            raise UsageError(f"{name}: {key} takes a text in quotes.")
    if not re.fullmatch(r"\d+(\.\d+)?\s?[MG]i?B", raw.get("memory_limit", "2GB")):
        raise UsageError(f'{name}: memory_limit is written like "2GB" or "800MB".')
    if not re.fullmatch(r"06[046][04]", raw.get("output_mode", "0600")):
        raise UsageError(
            f'{name}: output_mode is written like "0640", or "0600" for the owner alone; others may read at most.'
        )
    if raw.get("ethnic_grouping", "2001") not in _GROUPINGS:
        raise UsageError(f"{name}: ethnic_grouping is one of {', '.join(_GROUPINGS)}.")


def _tolerances(rules: Any, name: str) -> dict[str, float]:
    tolerances = {}
    for code, table in rules.items() if isinstance(rules, dict) else ():
        value = table.get("tolerance") if isinstance(table, dict) and set(table) == {"tolerance"} else None
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1:
            raise UsageError(f"{name}: [rules.{code}] takes one line, tolerance = a share from 0 to below 1.")
        tolerances[code] = float(value)
    return tolerances


def _read_warehouse(raw: object, where: str) -> WarehouseImd:
    """The setting ``[reference] imd = {table = …, code = …, rank = …, edition = …}``. Raises UsageError."""
    example = 'imd = {table = "ref.imd2019", code = "lsoa11cd", rank = "imd_rank", edition = "2019"}'
    if not isinstance(raw, dict) or not all(isinstance(value, str) and value for value in raw.values()):
        raise UsageError(f"{where}: [reference] imd is written {example}.")
    unknown = sorted(set(raw) - set(_WAREHOUSE_KEYS))
    absent = [key for key in ("table", "code", "rank") if key not in raw]
    if unknown or absent:
        problem = f"unknown key {unknown[0]}" if unknown else f"{absent[0]} is missing"
        raise UsageError(f"{where}: [reference] imd: {problem}. It is written {example}.")
    edition = raw.get("edition") or next((name for name in _OFFICIAL_EDITIONS if name in raw["table"]), None)
    if edition is None:
        raise UsageError(
            f"{where}: [reference] imd needs the edition, since the table's name does not tell: {example}."
        )
    if edition not in _OFFICIAL_EDITIONS and raw.get("vintage") not in ("2011", "2021"):
        raise UsageError(f'{where}: [reference] imd: an edition of your own needs vintage = "2011" or "2021".')
    return WarehouseImd(
        table=raw["table"],
        code=raw["code"],
        rank=raw["rank"],
        edition=edition,
        vintage=raw.get("vintage"),
        database=raw.get("database"),
    )
