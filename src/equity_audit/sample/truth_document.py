"""The truth as a document: what an audit of the extract has to say."""

from typing import Any

from equity_audit.sample import ethnicity, location
from equity_audit.sample.chunk import BAD_DATES
from equity_audit.sample.ethnicity import CODES, GROUPS
from equity_audit.sample.layout import Layout
from equity_audit.sample.people import SITES
from equity_audit.sample.truth import QUINTILE_LABELS, Tally
from equity_audit.sample.variants import FOREIGN_VARIANTS, SCALE_VARIANTS

_PATIENT_RULES = ("ETH012", "ETH019", "DEP015")
_STATISTICAL = ("ETH013", "ETH014", "ETH016", "ETH017", "DEP016", "DEP017")
_FLOOR_ETHNICITY, _FLOOR_LINKAGE = 0.90, 0.95
_ETHNICITY_RECORD_RULES = [f"ETH{n:03d}" for n in (1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 18)]


def write_truth(
    tally: Tally, layout: Layout, outcomes: list[tuple[str, str]], *, dataset: str, faults: bool, variant: str | None
) -> dict[str, Any]:
    """Lay out the truth; what a variant leaves undefined is null."""
    records, rejected = tally.counts["records"], len(tally.rejections)
    document: dict[str, Any] = {
        "dataset": dataset,
        "variant": variant,
        "edition": "sample",
        "vintage": 2021,
        "chinese_group": "Other",
        "records": records,
        "records_read": records + rejected,
        "rejected": rejected,
        "rejections": tally.rejections,
        "patients": tally.counts["patients"],
        "records_without_patient_key": tally.counts["keyless"],
        "ethnicity": {
            "classes": tally.each("ethnic class", ethnicity.CLASSES),
            "codes": tally.each("code", (*CODES, "Z", "99", "T", "W")),
        },
        "deprivation": {
            "classes": tally.each("link class", location.LINK_CLASSES),
            "routes": {**tally.each("route", ("lsoa", "supplied")), "bridged": 0, "postcode": 0},
            "quintiles": tally.each("quintile", QUINTILE_LABELS[:5]),
        },
        "rules": _rules(tally, layout, rejected, faults=faults, variant=variant),
        "outcome": {name: _outcome(tally, name, unit) for name, unit in outcomes},
        "breakdowns": _breakdowns(tally),
    }
    if variant == "no_ethnicity":
        document["ethnicity"] = None
    if variant in ("no_location", "mixed_vintage"):
        document["deprivation"] = None
    if variant in ("no_ethnicity", "no_location", "mixed_vintage"):
        # The records and their plants are the same; what can be shown of them is not.
        document["outcome"], document["breakdowns"] = None, None
    return document


def _outcome(tally: Tally, name: str, unit: str) -> dict[str, Any]:
    parts = ("numerator", "denominator")
    found: dict[str, Any] = {"unit": unit, **{part: tally.counts[name, part] for part in parts}}
    for key, labels, short in (
        ("by_quintile", QUINTILE_LABELS, "quintile"),
        ("by_link_class", location.LINK_CLASSES, "class"),
        ("by_ethnic_group", GROUPS, "group"),
    ):
        found[key] = {
            label: {part: tally.counts[f"{name} {part} {short}", label] for part in parts} for label in labels
        }
    return found


def _breakdowns(tally: Tally) -> dict[str, Any]:
    def cell(name: str, label: Any) -> dict[str, int]:
        return {unit: tally.counts[f"{unit} {name}", label] for unit in ("records", "patients")}

    return {
        "imd_quintile": {label: cell("by quintile", label) for label in QUINTILE_LABELS},
        "link_class": {label: cell("by class", label) for label in location.LINK_CLASSES},
        "ethnic_group": {label: cell("by group", label) for label in GROUPS},
        "imd_quintile_by_ethnic_group": {
            quintile: {group: cell("by both", row * len(GROUPS) + column) for column, group in enumerate(GROUPS)}
            for row, quintile in enumerate(QUINTILE_LABELS)
        },
    }


def _rules(tally: Tally, layout: Layout, rejected: int, *, faults: bool, variant: str | None) -> dict[str, Any]:
    """Give every rule of the catalogue."""
    records = tally.counts["records"]
    rules: dict[str, Any] = {}
    for code in sorted({name[0] for name in tally.counts if isinstance(name, tuple) and name[-1] == "judged"}):
        patients = code in _PATIENT_RULES
        judged = tally.counts[code, "judged"]
        rules[code] = {
            "judged": judged,
            "failed": tally.counts[code, "failed"],
            "not_judged": (tally.counts[code, "patients"] if patients else records) - judged,
            "unit": "patients" if patients else "records",
        }
    rules["ETH019"]["failed_at_most"] = rules["ETH019"]["failed"] + tally.counts["ETH019", "tied"]
    rules["STR002"] = {"judged": records + rejected, "failed": rejected, "not_judged": 0, "unit": "records"}
    for code, kinds in (("DEP002", location.PSEUDO), ("STR004", tuple(BAD_DATES)), ("STR005", ("sex", "age"))):
        rules[code]["parts"] = {kind: tally.counts[code, "parts", kind] for kind in kinds}
    for code in ("DEP004", "DEP005", "DEP010", "ETH020", "ETH021"):
        rules[code] = _not_judged(records)
    for code, failed in _extract_rules(tally, variant).items():
        rules[code] = {"judged": 1, "failed": int(failed), "not_judged": 0, "unit": "extract"}
    # Judged site by site, and column by column.
    rules["ETH007"]["judged"] = sum(tally.counts["site", site] > 0 for site in SITES)
    rules["STR001"]["judged"] = 2
    # A scale is judged on a hundred records or more.
    if tally.counts["DEP011", "judged"] < 100 or variant == "no_location":
        rules |= {code: _not_judged(1, "extract") for code in ("DEP012", "DEP013")}
    if not layout.has("activity_date"):
        # One census date, no activity date: which record is the latest is not for the sample to say.
        rules |= {"ETH019": None, "DEP015": None}
    # A snapshot has no months; without a postcode none can be shared.
    lacking = {"ETH017": not layout.has("activity_date"), "DEP017": not layout.has("postcode")}
    rules |= {code: {"planted": faults and not lacking.get(code), "unit": "extract"} for code in _STATISTICAL}
    return dict(sorted((rules | _overrides(tally, variant)).items()))


def _not_judged(count: int, unit: str = "records") -> dict[str, Any]:
    return {"judged": 0, "failed": 0, "not_judged": count, "unit": unit}


def _extract_rules(tally: Tally, variant: str | None) -> dict[str, bool]:
    """Give the rules on the whole extract: fails or not."""
    classes = tally.each("ethnic class", ethnicity.CLASSES)
    link = tally.each("link class", location.LINK_CLASSES)
    apart = ("outside_england", "overseas", "no_fixed_abode", "withheld", "no_reference")
    linkable = sum(link.values()) - sum(link[name] for name in apart)
    return {
        "ETH007": variant in FOREIGN_VARIANTS,
        "ETH015": any(_one_value(tally, site) for site in SITES),
        "ETH022": classes["valid"] + classes["not_stated"] < _FLOOR_ETHNICITY * tally.counts["records"],
        "DEP009": variant == "mixed_vintage",
        "DEP012": variant == "reversed_decile",
        "DEP013": variant in SCALE_VARIANTS and variant != "reversed_decile",
        "DEP014": False,
        "DEP019": link["linked"] < _FLOOR_LINKAGE * linkable,
        "STR001": variant in ("no_ethnicity", "no_location"),
        "STR007": variant == "spreadsheet",
    }


def _one_value(tally: Tally, site: str) -> bool:
    """Whether a site holds A and hardly anything else, where the extract's mix would have ten others."""
    records, here = tally.counts["site", site], tally.counts["site A", site]
    others = tally.counts["site not A", site]
    codes = sum(tally.counts[name, place] for name in ("site A", "site not A") for place in SITES)
    elsewhere = sum(tally.counts["site not A", place] for place in SITES)
    expected = records * elsewhere / max(codes, 1)
    return records >= 200 and here >= 0.95 * records and expected >= 10 and others < expected / 4


def _overrides(tally: Tally, variant: str | None) -> dict[str, Any]:
    """Give what a variant changes beyond the records it changes."""
    records, patients = tally.counts["records"], tally.counts["patients"]
    if variant == "no_ethnicity":
        gone = {code: _not_judged(records) for code in _ETHNICITY_RECORD_RULES}
        gone |= {code: _not_judged(patients, "patients") for code in ("ETH012", "ETH019")}
        return gone | {f"ETH{n:03d}": _not_judged(1, "extract") for n in (7, 13, 14, 15, 16, 17, 22)}
    if variant == "no_location":
        gone = {f"DEP{n:03d}": _not_judged(records) for n in (1, 2, 3, 6, 7, 8, 11, 18)}
        gone |= {f"DEP{n:03d}": _not_judged(1, "extract") for n in (9, 16, 17, 19)}
        return gone | {"DEP014": None, "DEP015": _not_judged(patients, "patients")}
    if variant == "ethnicity_2021":
        filled = tally.counts["filled 2021"]
        return {"ETH020": {"judged": filled, "failed": filled, "not_judged": records - filled, "unit": "records"}}
    undefined = {
        "spreadsheet": ("STR003",),
        "mixed_vintage": ("DEP008", "DEP011", "DEP012", "DEP013", "DEP015", "DEP019"),
    }
    return dict.fromkeys(undefined.get(variant or "", ()), None)
