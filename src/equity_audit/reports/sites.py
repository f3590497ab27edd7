"""The sites that a board asked for, and no others, in everything that is told by site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from equity_audit.model import Report

_BY_SITE = ("linkable_by_site", "linked_by_site")
_ROUTES = "routes_by_site"  # its keys are `site: route`


def of_sites(report: Report, sites: tuple[str, ...]) -> Report:
    """The report with the figures of these sites alone; of all of them where a board named none."""
    if not sites:
        return report
    tables = tuple(
        replace(table, rows=tuple(row for row in table.rows if row.labels[0] in sites))
        if table.dimensions == ("site",)
        else table
        for table in report.tables
    )
    ethnicity = dict(report.ethnicity_details)
    for key, column in (("units", "unit"), ("sites_filled", "site")):
        if key in ethnicity:
            ethnicity[key] = [
                row for row in ethnicity[key] if row.get("dimension", "site") != "site" or row[column] in sites
            ]
    return replace(
        report, tables=tables, ethnicity_details=ethnicity,
        deprivation_details=_narrowed(report.deprivation_details, sites),
    )  # fmt: skip


def _narrowed(details: Mapping[str, Any], sites: tuple[str, ...]) -> dict[str, Any]:
    found = dict(details)
    for key in (*_BY_SITE, _ROUTES):
        if key in found:
            found[key] = {
                name: cell
                for name, cell in found[key].items()
                if (name.rpartition(": ")[0] if key == _ROUTES else name) in sites
            }
    return found
