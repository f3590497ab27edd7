"""What a reader of a result document knows of its counts: which are one fact, which are sums of others, which are parts.

Written from the words of the document alone, without the ledger that it tests. A term is a path of keys into the document,
or a name for a total that is printed nowhere.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

CLASSES = {"not_stated": "Not stated", "not_known": "Not known", "invalid": "Invalid", "missing": "Missing"}
NOT_LINKABLE = ("outside_england", "overseas", "no_fixed_abode", "withheld", "no_reference")
QUINTILES = ("1 (most deprived)", "2", "3", "4", "5 (least deprived)")
UNLINKED = "not linked"
ARROW = " → "
AUDITED: Path = ("intake", "records_audited")
DISTINCT: Path = ("ethnicity", "patients", "distinct")
# Failed, and what is judged: those of all records but one class, or of some classes.
RULES_OF_CLASSES = {
    "ETH001": ("ethnicity", "missing", ()), "ETH002": ("ethnicity", "not_known", ()),
    "ETH003": ("ethnicity", "not_stated", ()), "ETH004": ("ethnicity", "invalid", ("missing",)),
    "DEP001": ("deprivation", "no_location", ("withheld",)), "DEP006": ("deprivation", "outside_england", None),
}  # fmt: skip
SAME_JUDGED = ("ETH005", "ETH006", "ETH009", "ETH010")  # all but missing, as ETH004


@dataclass(frozen=True)
class Identity:
    """``total`` = the sum of ``parts``, or no less than it where ``open``; ``kind`` says which family it is of."""

    kind: str
    total: Path
    parts: tuple[Path, ...]
    open: bool = False
    people: bool = True  # what an open one leaves over is people of one unit


def value_at(document: Mapping[str, Any], path: Path) -> Any:
    found: Any = document
    for key in path:
        found = found[key]
    return found


def identities(document: Mapping[str, Any]) -> list[Identity]:
    """Every identity of which a document prints all terms."""
    return [
        *_intake(document), *_rules(document), *_ethnicity(document), *_patients(document), *_recoverable(document),
        *_lists(document), *_deprivation(document), *_linkage(document), *_spread_of_linkage(document),
        *_editions(document), *_tables(document), *_outcomes(document),
    ]  # fmt: skip


def _intake(document: Mapping[str, Any]) -> Iterator[Identity]:
    rejected = [("intake", "rejections", at, "records") for at in range(len(document["intake"]["rejections"]))]
    yield Identity("read", ("intake", "records_read"), (AUDITED, ("intake", "records_rejected")))
    yield Identity("rejected", ("intake", "records_rejected"), tuple(rejected))
    for section in ("ethnicity", "deprivation"):
        if document[section]:
            yield Identity("records", AUDITED, ((section, "records"),))
            yield Identity("classes", AUDITED, _all(document, section, "classes"))


def _rules(document: Mapping[str, Any]) -> Iterator[Identity]:
    at = {rule["code"]: number for number, rule in enumerate(document["rules"])}

    def term(code: str, which: str) -> Path:
        return ("rules", at[code], which)

    for code, number in at.items():
        unit = document["rules"][number]["unit"]
        if unit == "extract":
            continue
        yield Identity("failed of judged", term(code, "judged"), (term(code, "failed"),), open=True)
        everyone = {"records": AUDITED, "patients": DISTINCT}[unit] if code != "STR002" else ("intake", "records_read")
        if everyone != DISTINCT or document["ethnicity"]:
            yield Identity("judged and not", everyone, (term(code, "judged"), term(code, "not_judged")))
        if code in document["shapes"]:
            shapes = tuple(("shapes", code, place, "records") for place in range(len(document["shapes"][code])))
            yield Identity("shapes", term(code, "failed"), shapes, open=True)
    for code, (section, name, without) in RULES_OF_CLASSES.items():
        if code in at and document[section] and document["rules"][at[code]]["why_not_judged"] is None:
            yield Identity("rule of class", term(code, "failed"), ((section, "classes", name),))
            if without is not None:
                yield Identity(
                    "judged of class", term(code, "not_judged"), tuple((section, "classes", each) for each in without)
                )
    if document["ethnicity"] and "ETH004" in at:
        for code in SAME_JUDGED:
            if code in at:
                yield Identity("judged alike", term("ETH004", "judged"), (term(code, "judged"),))
    patients = document["ethnicity"].get("patients", {}) if document["ethnicity"] else {}
    if "several_agree" in patients and patients["distinct"]:
        own = ("ethnicity", "patients")
        several = ((*own, "several_agree"), (*own, "several_conflict_in_code"))
        yield Identity("ETH012", term("ETH012", "judged"), several)
        yield Identity("ETH012", term("ETH012", "failed"), ((*own, "several_conflict_in_group"),))
        yield Identity("ETH012", term("ETH012", "not_judged"), ((*own, "none_usable"), (*own, "one_usable")))
        if document["rules"][at["ETH019"]]["why_not_judged"] is None:
            yield Identity("ETH019", term("ETH012", "judged"), (term("ETH019", "judged"),))
    details = document["deprivation"].get("details", {}) if document["deprivation"] else {}
    agreement = details.get("supplied_against_looked_up", {})
    directory = details.get("directory", {})
    place = ("deprivation", "details")
    if directory and document["rules"][at["DEP004"]]["why_not_judged"] is None:
        yield Identity("directory", term("DEP004", "judged"), _all(document, *place, "directory"))
        if "not_found" in directory:
            yield Identity("directory", term("DEP004", "failed"), ((*place, "directory", "not_found"),))
    if "ended_postcodes" in details and document["rules"][at["DEP005"]]["why_not_judged"] is None:
        ended = (*place, "ended_postcodes")
        dated = ("live", "ended before the activity", "ended after the activity")
        yield Identity("ended", term("DEP005", "failed"), ((*ended, dated[0 + 1]),))
        yield Identity("ended", term("DEP005", "judged"), tuple((*ended, name) for name in dated))
    if agreement and document["rules"][at["DEP011"]]["why_not_judged"] is None:
        # Where a decile and a quintile are supplied the rule may look at more than the table does.
        pairs = {name: (*place, "supplied_against_looked_up", name) for name in agreement}
        differ = tuple(path for name, path in pairs.items() if _supplied(name)[0] != _supplied(name)[1])
        yield Identity("agreement", term("DEP011", "judged"), tuple(pairs.values()), open=True)
        if differ:
            yield Identity("agreement", term("DEP011", "failed"), differ, open=True)


def _ethnicity(document: Mapping[str, Any]) -> Iterator[Identity]:
    if not document["ethnicity"]:
        return
    own: Path = ("ethnicity", "classes")
    codes = document["ethnicity"]["codes"]
    yield Identity(
        "codes", (*own, "valid"), tuple(("ethnicity", "codes", c) for c in codes if c not in ("Z", "99")), open=True
    )
    yield Identity("code of class", (*own, "not_stated"), (("ethnicity", "codes", "Z"),))
    yield Identity("code of class", (*own, "not_known"), (("ethnicity", "codes", "99"),))
    rows = _rows(document, "records_by_ethnic_group")
    if rows:
        for name, label in CLASSES.items():
            yield Identity("class as group", (*own, name), (rows[label,],))
        yield Identity("groups", (*own, "valid"), tuple(p for key, p in rows.items() if key[0] not in CLASSES.values()))
    details = document["ethnicity"].get("details", {})
    if "vodim" in details:
        vodim: Path = ("ethnicity", "details", "vodim")
        standards: Path = ("ethnicity", "details", "standards")
        yield Identity("vodim", AUDITED, _all(document, *vodim))
        yield Identity(
            "standards", (*standards, "first_character"), tuple((*vodim, n) for n in ("valid", "other", "default"))
        )
        yield Identity(
            "standards", (*standards, "decoded"), tuple((*own, n) for n in ("valid", "not_stated", "not_known"))
        )
    together: Path = ("ethnicity", "details", "together")
    found = details.get("together", {})
    for name in document["ethnicity"]["classes"]:
        if found.get(name):
            yield Identity("together", (*own, name), _all(document, *together, name))
    if found:
        for link in document["deprivation"]["classes"]:
            parts = tuple((*together, name, link) for name in found if link in found[name])
            if parts:
                yield Identity("together", ("deprivation", "classes", link), parts)


def _patients(document: Mapping[str, Any]) -> Iterator[Identity]:
    patients = document["ethnicity"].get("patients", {}) if document["ethnicity"] else {}
    if "several_agree" not in patients:
        return
    own: Path = ("ethnicity", "patients")
    names = ("none_usable", "one_usable", "several_agree", "several_conflict_in_code")
    yield Identity("patients", DISTINCT, tuple((*own, name) for name in names))
    yield Identity(
        "patients", (*own, "several_conflict_in_code"), ((*own, "several_conflict_in_group"),), open=True
    )  # fmt: skip
    for method in document["ethnicity"].get("details", {}).get("methods", {}):
        where: Path = ("ethnicity", "details", "methods", method)
        yield Identity("methods", DISTINCT, _all(document, *where))
        if method != "asset":  # which chooses nothing for some who have a usable record
            yield Identity("none usable", (*own, "none_usable"), ((*where, "Not known"),))


def _recoverable(document: Mapping[str, Any]) -> Iterator[Identity]:
    details = document["ethnicity"].get("details", {}) if document["ethnicity"] else {}
    if "recoverable" not in details:
        return
    own: Path = ("ethnicity", "details", "recoverable")
    at = {rule["code"]: number for number, rule in enumerate(document["rules"])}
    yield Identity("usable now", ("ethnicity", "classes", "valid"), ((*own, "usable_now"),))
    yield Identity("usable reached", (*own, "usable_reached"), ((*own, "usable_now"), (*own, "recoverable")))
    yield Identity("ETH018", ("rules", at["ETH018"], "judged"), ((*own, "unknown_with_key"),))
    yield Identity("ETH018", ("rules", at["ETH018"], "failed"), ((*own, "recoverable"),))
    yield Identity("recoverable", (*own, "recoverable"), _all(document, *own, "by_class"))
    yield Identity("recoverable", (*own, "recoverable"), _all(document, *own, "by_group"))
    yield Identity("recoverable", (*own, "recoverable"), _all(document, *own, "by_site"), open=True)
    for name in CLASSES:
        yield Identity("filled of class", ("ethnicity", "classes", name), ((*own, "by_class", name),), open=True)


def _lists(document: Mapping[str, Any]) -> Iterator[Identity]:
    """Lists of the ethnicity details: levels, units, sites, months, residual codes."""
    details = document["ethnicity"].get("details", {}) if document["ethnicity"] else {}
    place: Path = ("ethnicity", "details")
    spread: dict[tuple[str, str], Path] = {}
    for number, row in enumerate(details.get("spread", ())):
        spread[row["dimension"], row["level"]] = here = (*place, "spread", number)
        yield Identity("unknown of level", (*here, "denominator"), ((*here, "numerator"),), open=True)
        plain = _rows(document, f"records_by_{row['dimension']}").get((row["level"],))
        if plain:
            yield Identity("level", plain, ((*here, "denominator"),))
        crossed = _rows(document, f"records_by_ethnic_group_by_{row['dimension']}")
        if row["dimension"] == "imd_quintile":
            found = _rows(document, "records_by_imd_quintile_by_ethnic_group")
            crossed = {(group, level): path for (level, group), path in found.items()}
        unknown = tuple(
            p for (group, level), p in crossed.items() if level == row["level"] and group in CLASSES.values()
        )
        if unknown:
            yield Identity("unknown of level", (*here, "numerator"), unknown)
        if row["dimension"] == "link_class":
            name = row["level"]
            yield Identity("level", ("deprivation", "classes", name), ((*here, "denominator"),))
            known = (*place, "together", "valid", name)
            if "together" in details and name in details["together"].get("valid", {}):
                yield Identity("known of link class", (*here, "denominator"), ((*here, "numerator"), known))
        outcome = row["dimension"].removeprefix("outcome: ")
        if outcome != row["dimension"]:
            sign = "rest" if row["level"].startswith("not: ") else "numerator"
            yield Identity("outcome of spread", ("in all", outcome, sign), ((*here, "denominator"),))
    for dimension in {dimension for dimension, _ in spread}:
        if dimension.startswith("outcome: ") or _rows(document, f"records_by_{dimension}") is None:
            continue
        parts = tuple((*path, "numerator") for (name, _), path in spread.items() if name == dimension)
        yield Identity("unknown in all", ("in all", "unknown"), parts)
        whole = tuple((*path, "denominator") for (name, _), path in spread.items() if name == dimension)
        yield Identity("spread in all", AUDITED, whole)
    if document["ethnicity"]:
        yield Identity("known and unknown", AUDITED, (("ethnicity", "classes", "valid"), ("in all", "unknown")))
    for number, row in enumerate(details.get("units", ())):
        here = (*place, "units", number)
        twin = spread.get((row["dimension"], row["unit"]))
        if twin:
            for which in ("numerator", "denominator"):
                yield Identity("unit", (*twin, which), ((*here, which),))
    for number, row in enumerate(details.get("months") or ()):
        here, twin = (*place, "months", number), spread.get(("month", row["month"]))
        if twin:
            yield Identity("month", (*twin, "denominator"), ((*here, "denominator"),))
            yield Identity("month", (*here, "denominator"), ((*here, "numerator"), (*twin, "numerator")))
    for number, row in enumerate(details.get("sites_filled") or ()):
        here, twin = (*place, "sites_filled", number), spread.get(("site", row["site"]))
        yield Identity("site filled", (*here, "records"), ((*here, "others"),), open=True)
        if twin:
            yield Identity("site filled", (*twin, "denominator"), ((*here, "records"),))
    for number, row in enumerate(details.get("residual") or ()):
        here, twin = (*place, "residual", number), spread.get(("site", row["site"]))
        yield Identity("residual", (*here, "denominator"), ((*here, "numerator"),), open=True)
        if not row["site"]:
            yield Identity("residual", ("ethnicity", "classes", "valid"), ((*here, "denominator"),))
            yield Identity("residual", ("ethnicity", "codes", row["code"]), ((*here, "numerator"),))
        elif twin:
            yield Identity("residual", (*twin, "denominator"), ((*twin, "numerator"), (*here, "denominator")))


def _deprivation(document: Mapping[str, Any]) -> Iterator[Identity]:
    if not document["deprivation"]:
        return
    own: Path = ("deprivation",)
    linked = (*own, "classes", "linked")
    rows = _rows(document, "records_by_imd_quintile")
    yield Identity("routes", linked, _all(document, *own, "routes"))
    yield Identity("quintiles", linked, _all(document, *own, "quintiles"))
    for number, label in enumerate(QUINTILES, start=1):
        fifth = (*own, "quintiles", str(number))
        tenths = tuple((*own, "deciles", str(each)) for each in (2 * number - 1, 2 * number))
        yield Identity("deciles", fifth, tenths, open=True)
        if rows:
            yield Identity("quintile", fifth, (rows[label,],))
    if rows:
        others = tuple((*own, "classes", name) for name in document["deprivation"]["classes"] if name != "linked")
        yield Identity("not linked", rows[UNLINKED,], others)


def _linkage(document: Mapping[str, Any]) -> Iterator[Identity]:
    details = document["deprivation"].get("details", {}) if document["deprivation"] else {}
    if not details:
        return
    own: Path = ("deprivation", "details", "linkage")
    classes = {name: ("deprivation", "classes", name) for name in document["deprivation"]["classes"]}
    linkable, homeless = (*own, "records that could be linked"), (*own, "the same with no fixed abode")
    yield Identity("linked", classes["linked"], ((*own, "linked"),))
    yield Identity("linkable", linkable, tuple(p for name, p in classes.items() if name not in NOT_LINKABLE))
    yield Identity("linkable", homeless, (linkable, classes["no_fixed_abode"]))
    yield Identity("records", AUDITED, ((*own, "all records"),))
    ended, refused = (
        (*own, "linked through an ended postcode"),
        (*own, "of these, not linked if ended postcodes were refused"),
    )
    yield Identity("ended", ("deprivation", "routes", "postcode"), (ended,), open=True)
    yield Identity("ended", ended, (refused,), open=True)
    place: Path = ("deprivation", "details")
    if details.get("nations"):
        yield Identity("nations", classes["outside_england"], _all(document, *place, "nations"), open=True)
    reasons: dict[str, list[Path]] = {}
    for name in details.get("sub_reasons", {}):
        reasons.setdefault(name.partition(": ")[0], []).append((*place, "sub_reasons", name))
    for name, parts in reasons.items():
        yield Identity("sub-reasons", classes[name], tuple(parts), open=True)
    if details.get("ended_postcodes") and "found" in details.get("directory", {}):
        yield Identity("ended", (*place, "directory", "found"), _all(document, *place, "ended_postcodes"))
    agreement = details.get("supplied_against_looked_up", {})
    if agreement and next(iter(agreement)).startswith("decile "):
        for number in range(1, 11):
            paths = tuple(
                (*place, "supplied_against_looked_up", name) for name in agreement if _supplied(name)[1] == str(number)
            )
            # Records that are linked, and whose supplied decile is no more than another opinion.
            if paths and not document["deprivation"]["classes"]["wrong_vintage"]:
                yield Identity("agreement", ("deprivation", "deciles", str(number)), paths, open=True)


def _spread_of_linkage(document: Mapping[str, Any]) -> Iterator[Identity]:
    details = document["deprivation"].get("details", {}) if document["deprivation"] else {}
    place: Path = ("deprivation", "details")
    for key in [key for key in details if key.startswith("linkable_by_")]:
        name = key.removeprefix("linkable_by_")
        linked, linkable = (*place, f"linked_by_{name}"), (*place, key)
        levels = list(details[key])
        yield Identity("linked by", ("deprivation", "classes", "linked"), tuple((*linked, each) for each in levels))
        yield Identity(
            "linkable by",
            (*place, "linkage", "records that could be linked"),
            tuple((*linkable, each) for each in levels),
        )
        plain = _rows(document, f"records_by_{name}")
        fine = _rows(document, f"records_by_imd_quintile_by_{name}")
        routes = details.get(f"routes_by_{name}", {})
        for level in levels:
            yield Identity("linked of linkable", (*linkable, level), ((*linked, level),), open=True)
            if (level,) in plain:
                yield Identity("linkable of level", plain[level,], ((*linkable, level),), open=True)
            fifths = tuple(p for (fifth, other), p in fine.items() if other == level and fifth != UNLINKED)
            if fifths:
                yield Identity("quintiles of level", (*linked, level), fifths)
            ways = tuple((*place, f"routes_by_{name}", each) for each in routes if each.rpartition(": ")[0] == level)
            if ways:
                yield Identity("routes of level", (*linked, level), ways)
        for route in document["deprivation"]["routes"]:
            ways = tuple((*place, f"routes_by_{name}", each) for each in routes if each.rpartition(": ")[2] == route)
            if ways:
                yield Identity("levels of route", ("deprivation", "routes", route), ways)
    together = document["ethnicity"].get("details", {}).get("together", {}) if document["ethnicity"] else {}
    by_group = details.get("linked_by_ethnic_group", {})
    for name, label in CLASSES.items():
        if label in by_group and "linked" in together.get(name, {}):
            here = ("ethnicity", "details", "together", name, "linked")
            yield Identity("linked of class", (*place, "linked_by_ethnic_group", label), (here,))
    if by_group and "linked" in together.get("valid", {}):
        usable = tuple((*place, "linked_by_ethnic_group", each) for each in by_group if each not in CLASSES.values())
        yield Identity("linked of class", ("ethnicity", "details", "together", "valid", "linked"), usable)


def _editions(document: Mapping[str, Any]) -> Iterator[Identity]:
    details = document["deprivation"].get("details", {}) if document["deprivation"] else {}
    for key, unit in (("edition_effect", "records"), ("edition_effect_patients", "patients")):
        for end, name in enumerate(("imd_quintile", "imd_quintile_compared")):
            rows = _rows(document, f"{unit}_by_{name}")
            for label in (*QUINTILES, UNLINKED):
                parts = tuple(
                    ("deprivation", "details", key, pair)
                    for pair in details.get(key, {})
                    if pair.split(ARROW)[end] == label
                )
                if parts and (label,) in rows and unit == "records":
                    yield Identity("edition effect", rows[label,], parts)
                elif (label,) in rows:  # a patient may stand in several
                    yield from (
                        Identity("edition effect", rows[label,], (part,), open=True, people=False) for part in parts
                    )


def _tables(document: Mapping[str, Any]) -> Iterator[Identity]:
    """Cells of crossed tables add up to the plain ones, these to everyone or to the outcome in all."""
    units = {each["outcome"]: each["unit"] for each in document["outcomes"]}
    for number, table in enumerate(document["breakdowns"]):
        if table["unit"] == "patients" or units.get(table["outcome"], "records") == "patients":
            continue
        if table["dimensions"] == ["core20", "ethnic_group"]:
            continue
        figures = ("numerator",) if table["outcome"] is None else ("numerator", "denominator")
        for figure in figures:
            cells = [("breakdowns", number, "rows", at, figure) for at in range(len(table["rows"]))]
            if len(table["dimensions"]) == 1:
                whole = AUDITED if table["outcome"] is None else ("in all", table["outcome"], figure)
                yield Identity(f"{figure}s in all", whole, tuple(cells))
                continue
            for name in table["dimensions"]:
                plain = _rows(document, f"{table['outcome'] or 'records'}_by_{name}", figure)
                groups: dict[str, list[Path]] = {}
                for row, path in zip(table["rows"], cells, strict=True):
                    groups.setdefault(row[name], []).append(path)
                for label, parts in groups.items():
                    if (label,) in plain:
                        yield Identity(f"crossed {figure}s", plain[label,], tuple(parts))


def _outcomes(document: Mapping[str, Any]) -> Iterator[Identity]:
    for number, outcome in enumerate(document["outcomes"]):
        if outcome["unit"] == "patients":
            continue
        name = outcome["outcome"]
        apart = tuple(("outcomes", number, "apart", at, "records") for at in range(len(outcome["apart"])))
        yield Identity("apart", AUDITED, (("in all", name, "denominator"), *apart))
        yield Identity(
            "outcome and not",
            ("in all", name, "denominator"),
            (("in all", name, "numerator"), ("in all", name, "rest")),
        )
    for number, table in enumerate(document["breakdowns"]):
        if table["outcome"] is not None:
            for at in range(len(table["rows"])):
                here: Path = ("breakdowns", number, "rows", at)
                yield Identity("share", (*here, "denominator"), ((*here, "numerator"),), open=True)


def _all(document: Mapping[str, Any], *path: str | int) -> tuple[Path, ...]:
    return tuple((*path, key) for key in value_at(document, path))


def _rows(document: Mapping[str, Any], name: str, figure: str = "numerator") -> dict[tuple[str, ...], Path]:
    """Paths to a table's figures by label; nothing where the document has no such table."""
    for number, table in enumerate(document["breakdowns"]):
        if table["id"] == name:
            return {
                tuple(row[each] for each in table["dimensions"]): ("breakdowns", number, "rows", at, figure)
                for at, row in enumerate(table["rows"])
            }
    return {}


def _supplied(name: str) -> tuple[str, str]:
    words = name.replace(",", "").split()
    return words[1], words[3]


def stable(document: Mapping[str, Any], path: Path) -> Path:
    """A path in which rows of lists go by their texts: the same in every release of one audit."""
    if path[0] == "in all":
        return path
    found: Any = document
    made: list[Any] = []
    for key in path:
        found = found[key]
        if isinstance(key, int) and isinstance(found, Mapping):
            names = (
                [found["id"]]
                if "rows" in found
                else [v for k, v in found.items() if isinstance(v, str) and k != "marker"]
            )
            made.append(found["code"] if "rule_set" in found else tuple(names))
        else:
            made.append(key)
    return tuple(made)


class Attacker:
    """A reader who holds a document, and works out what is hidden from single identities, one after the other.

    ``shown_range`` gives the counts that print alike. Sums of released cells (``totals``) say nothing.
    """

    def __init__(
        self, document: Mapping[str, Any], found: Iterable[Identity], shown_range: Any, totals: Iterable[Path] = ()
    ) -> None:
        self.low: dict[Path, float] = {}
        self.high: dict[Path, float] = {}
        self.sums: list[tuple[Path, tuple[Path, ...]]] = []
        self.kind: dict[Path, str] = {}
        summed = {("intake", "records_rejected"), ("ethnicity", "records"), ("deprivation", "records"), *totals}
        for identity in found:
            terms = (identity.total, *identity.parts)
            for path in terms:
                at = stable(document, path)
                if at in self.low:
                    continue
                value = None if path[0] == "in all" else value_at(document, path)
                free = value is None or at in summed
                self.low[at], self.high[at] = (0, math.inf) if free else shown_range(value)
            names = tuple(stable(document, path) for path in terms)
            rest: tuple[Path, ...] = ()
            if identity.open:
                rest = (("rest", *names),)
                self.low[rest[0]], self.high[rest[0]] = 0, math.inf
            self.sums.append((names[0], (*names[1:], *rest)))
            for name in (*names, *rest):
                self.kind.setdefault(name, identity.kind)

    def tighten(self, rounds: int = 60) -> None:
        """Interval propagation in plain loops."""
        for _ in range(rounds):
            changed = False
            for total, parts in self.sums:
                least, most = [self.low[part] for part in parts], [self.high[part] for part in parts]
                changed |= self._narrow(total, sum(least), sum(most))
                below, above, open_ = sum(least), sum(m for m in most if m < math.inf), sum(m == math.inf for m in most)
                for part, lo, hi in zip(parts, least, most, strict=True):
                    others = math.inf if open_ - (hi == math.inf) else above - (hi if hi < math.inf else 0)
                    changed |= self._narrow(part, self.low[total] - others, self.high[total] - (below - lo))
            if not changed:
                return

    def _narrow(self, path: Path, low: float, high: float) -> bool:
        before = self.low[path], self.high[path]
        self.low[path], self.high[path] = max(before[0], low), min(before[1], high)
        assert self.low[path] <= self.high[path], f"the document contradicts itself at {path}"
        return before != (self.low[path], self.high[path])


def truths(document: Mapping[str, Any], found: Iterable[Identity]) -> dict[Path, int]:
    """The exact counts of a document that hides nothing, with those of totals that are printed nowhere."""
    known: dict[Path, int] = {}
    waiting = list(found)
    for identity in waiting:
        for path in (identity.total, *identity.parts):
            if path[0] != "in all":
                known[stable(document, path)] = value_at(document, path)
    for _ in range(3):
        for identity in waiting:
            terms = [stable(document, path) for path in (identity.total, *identity.parts)]
            lost = [term for term in terms if term not in known]
            if len(lost) == 1 and not identity.open:
                parts = sum(known[term] for term in terms[1:] if term in known)
                known[lost[0]] = parts if lost[0] == terms[0] else known[terms[0]] - parts
    return known


def broken(document: Mapping[str, Any], found: Iterable[Identity]) -> list[str]:
    """Identities that the exact counts do not hold."""
    found = list(found)
    known = truths(document, found)
    lines = []
    for identity in found:
        total, *parts = (known.get(stable(document, path)) for path in (identity.total, *identity.parts))
        if total is None or None in parts:
            lines.append(f"{identity.kind}: {identity.total} is nowhere told")
        elif total < sum(parts) or (total > sum(parts) and not identity.open):
            lines.append(f"{identity.kind}: {identity.total} {total} is not {sum(parts)} = {identity.parts[:3]}")
    return lines


def recovered(document: Mapping[str, Any], exact: Mapping[str, Any], profile: Any, shown_range: Any) -> list[str]:
    """Hidden counts, and small differences of shown ones, that identities pin down further than a profile allows."""
    own = identities(document)
    true = truths(exact, identities(exact))
    wholes = {true[AUDITED], true["intake", "records_read"]} if profile.round_to else set()
    reader = Attacker(document, own, shown_range, [path for path, value in true.items() if value in wholes])
    reader.tighten()
    open_of = {("rest", *(stable(document, p) for p in (i.total, *i.parts))): i for i in own if i.open}
    hidden = {
        stable(document, p)
        for i in own
        for p in (i.total, *i.parts)
        if p[0] != "in all" and value_at(document, p) is None
    }
    lines = []
    for path in reader.low:
        width = reader.high[path] - reader.low[path] + 1
        if path in hidden:
            # None at all, and never small, is no secret: what is left for a rule to judge of everyone, say.
            least = profile.values if profile.hides(true[path]) else min(2, 1 + true[path])
        elif path in open_of and open_of[path].people:
            _, total, *parts = path
            rest = true[total] - sum(true[part] for part in parts)
            least = profile.values if profile.hides(rest) and total not in hidden else 1
        else:
            continue
        if width < least:
            lines.append(f"{reader.kind[path]}: {path}: {reader.low[path]:.0f} to {reader.high[path]:.0f}")
    return lines


def told_apart(document: Mapping[str, Any]) -> list[str]:
    """Two places of one fact that do not show the same."""
    return [
        f"{each.kind}: {each.total} {value_at(document, each.total)}, {each.parts[0]} {value_at(document, each.parts[0])}"
        for each in identities(document)
        if not each.open and len(each.parts) == 1 and "in all" not in (each.total[0], each.parts[0][0])
        and value_at(document, each.total) != value_at(document, each.parts[0])
    ]  # fmt: skip


def kinds(found: Iterable[Identity]) -> dict[str, int]:
    """How many identities there are of each family."""
    return {kind: len(list(group)) for kind, group in itertools.groupby(sorted(each.kind for each in found))}
