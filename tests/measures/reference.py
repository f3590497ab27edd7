"""Slow references in plain Python: no pandas, no numpy, no library of statistics.

Sums are exact fractions where they can be; ends of intervals are found by halving the equation that defines them;
standard errors of indices by moving each value a little. Each function bears the name of its measure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise, product

Row = dict
NAN = math.nan


def normal_quantile(level: float) -> float:
    return halve(lambda z: math.erf(z / math.sqrt(2)) < level, 0.0, 20.0)


def halve(too_small: Callable[[float], bool], low: float, high: float, steps: int = 200) -> float:
    """Find where the test turns from true to false."""
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if too_small(middle) else (low, middle)
    return (low + high) / 2


def delta(figure: Callable[[list[float]], float], values: Sequence[float], errors: Sequence[float]) -> float:
    """Give the standard error of a figure, by moving each value a little up and down."""
    total = 0.0
    for at, error in enumerate(errors):
        step = 1e-5 * max(abs(values[at]), 1e-3)
        up, down = list(values), list(values)
        up[at] += step
        down[at] -= step
        total += ((figure(up) - figure(down)) / (2 * step) * error) ** 2
    return math.sqrt(total)


# Shares and counts


def wilson(x: float, n: float, level: float) -> tuple[float, float]:
    z, share = normal_quantile(level), x / n

    def near(t: float) -> bool:
        return n * (share - t) ** 2 <= z * z * t * (1 - t)

    low = 0.0 if x == 0 else halve(lambda t: not near(t), 0.0, share)
    high = 1.0 if x == n else halve(near, share, 1.0)
    return low, high


def poisson_at_most(x: int, mean: float) -> float:
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(x + 1)) if mean else 1.0


def exact_poisson(x: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    top = 10 * x + 60
    low = 0.0 if x == 0 else halve(lambda mean: 1 - poisson_at_most(x - 1, mean) < tail, 0.0, float(x))
    return low, halve(lambda mean: poisson_at_most(x, mean) > tail, float(x), float(top))


def byar(x: float, level: float) -> tuple[float, float]:
    z = normal_quantile(level)
    low = x * (1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3 if x else 0.0
    return low, (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * math.sqrt(x + 1))) ** 3


def poisson(x: int, level: float) -> tuple[float, float, str]:
    return (*exact_poisson(x, level), "exact") if x < 10 else (*byar(x, level), "byar")


def proportion(x: int, n: int, level: float) -> tuple[float, float, float]:
    return (float(Fraction(x, n)), *wilson(x, n, level))


def rate(x: int, n: int, level: float, multiplier: float) -> tuple[float, float, float, str]:
    low, high, method = poisson(x, level)
    return float(Fraction(x, n)) * multiplier, low / n * multiplier, high / n * multiplier, method


def clustered_proportion(patients: list[tuple[int, int]], level: float) -> tuple[float, float, float, float]:
    """Give share, standard error and ends from each patient's own numbers."""
    n = sum(size for _, size in patients)
    share = Fraction(sum(x for x, _ in patients), n)
    variance = sum((x - share * size) ** 2 for x, size in patients) / n**2
    size = len(patients) if variance == 0 else share * (1 - share) / variance
    low, high = wilson(float(share * size), float(size), level)
    return float(share), math.sqrt(variance), low, high


def standardised_rate(strata: list[Row], level: float, multiplier: float) -> tuple[float, float, float] | None:
    """Give one group's rate; a stratum holds every patient's number of events in `frequencies`."""
    events = sum(sum(row["frequencies"]) for row in strata)
    if events < 10:
        return None
    standard = sum(row["standard_population"] for row in strata)
    value = variance = Fraction(0)
    for row in strata:
        weight = Fraction(row["standard_population"], standard * row["population"])
        value += weight * sum(row["frequencies"])
        variance += weight**2 * sum(f * f for f in row["frequencies"])
    spread = math.sqrt(variance / events)
    low, high = byar(events, level)
    return tuple(multiplier * (float(value) + spread * move) for move in (0, low - events, high - events))


def standardised_ratio(strata: list[Row], reference: dict[str, tuple[int, int]], level: float) -> Row:
    expected = sum(row["population"] * Fraction(*reference[row["stratum"]]) for row in strata)
    observed = sum(row["events"] for row in strata)
    crude = Fraction(sum(x for x, _ in reference.values()), sum(n for _, n in reference.values())) * 100_000
    low, high, method = poisson(observed, level)
    ratio = [float(observed / expected), low / float(expected), high / float(expected)]
    return {
        "expected": float(expected),
        "method": method,
        "ratio": ratio,
        "rate": [one * float(crude) for one in ratio],
    }


# Two groups


def relative_risk(x1: int, n1: int, x0: int, n0: int, level: float, method: str) -> tuple[float, float, float]:
    z = normal_quantile(level)
    value = x1 * n0 / (n1 * x0) if x0 else math.inf
    if method == "katz":
        reach = math.exp(z * math.sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0))
        return value, value / reach, value * reach
    if method == "exact":
        total, tail = x1 + x0, (1 - level) / 2

        def at_most(x: int, share: float) -> float:
            return math.fsum(math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(x + 1))

        low = 0.0 if x1 == 0 else halve(lambda share: 1 - at_most(x1 - 1, share) < tail, 0.0, 1.0)
        high = 1.0 if x0 == 0 else halve(lambda share: at_most(x1, share) > tail, 0.0, 1.0)
        return value, low / (1 - low) * n0 / n1, high / (1 - high) * n0 / n1 if x0 else math.inf
    low = 0.0 if x1 == 0 else math.exp(halve(lambda u: score(x1, n1, x0, n0, math.exp(u)) > z, -30.0, 30.0, 90))
    high = math.inf if x0 == 0 else math.exp(halve(lambda u: score(x1, n1, x0, n0, math.exp(u)) > -z, -30.0, 30.0, 90))
    return value, low, high


def score(x1: int, n1: int, x0: int, n0: int, ratio: float) -> float:
    """Give Miettinen and Nurminen's statistic, the constrained share found by halving its likelihood equation."""

    def rising(share: float) -> bool:
        return (x1 + x0) / share > (n1 - x1) * ratio / (1 - ratio * share) + (n0 - x0) / (1 - share)

    share0 = halve(rising, 0.0, min(1.0, 1 / ratio) * (1 - 1e-15), 100)
    share1 = ratio * share0
    variance = share1 * (1 - share1) / n1 + ratio**2 * share0 * (1 - share0) / n0
    return (x1 / n1 - ratio * x0 / n0) / math.sqrt(variance * (n1 + n0) / (n1 + n0 - 1))


def risk_difference(x1: int, n1: int, x0: int, n0: int, level: float) -> tuple[float, float, float]:
    (low1, high1), (low0, high0) = wilson(x1, n1, level), wilson(x0, n0, level)
    p1, p0 = x1 / n1, x0 / n0
    value = p1 - p0
    return value, value - math.hypot(p1 - low1, high0 - p0), value + math.hypot(high1 - p1, p0 - low0)


def gap(rows: list[Row], level: float) -> dict[str, tuple[float, float, float]]:
    rows = sorted(rows, key=lambda row: row["order"])
    y, se, z = [row["value"] for row in rows], [row["se"] for row in rows], normal_quantile(level)
    difference, ratio = y[0] - y[-1], y[0] / y[-1]
    half = z * delta(lambda v: v[0] - v[-1], y, se)
    spread = math.exp(z * delta(lambda v: math.log(v[0] / v[-1]), y, se))
    return {"gap": (difference, difference - half, difference + half), "ratio": (ratio, ratio / spread, ratio * spread)}


# Ordered groups


def line(y: Sequence[float], weight: Sequence[float], ridit: Sequence[float]) -> tuple[float, float]:
    """Solve the normal equations of √a·y on √a and b√a."""
    s0 = math.fsum(weight)
    s1 = math.fsum(a * b for a, b in zip(weight, ridit, strict=True))
    s2 = math.fsum(a * b * b for a, b in zip(weight, ridit, strict=True))
    t0 = math.fsum(a * v for a, v in zip(weight, y, strict=True))
    t1 = math.fsum(a * b * v for a, b, v in zip(weight, ridit, y, strict=True))
    slope = (s0 * t1 - s1 * t0) / (s0 * s2 - s1 * s1)
    return (t0 - slope * s1) / s0, slope


def ridits(populations: Sequence[float], rank_basis: str) -> list[float]:
    k, total = len(populations), sum(populations)
    if rank_basis == "national":
        return [(at + 0.5) / k for at in range(k)]
    return [(sum(populations[:at]) + populations[at] / 2) / total for at in range(k)]


THERE = {None: lambda v: v, "log": math.log, "logit": lambda v: math.log(v / (1 - v))}
BACK = {None: lambda v: v, "log": math.exp, "logit": lambda v: 1 / (1 + math.exp(-v))}
READ = {"proportion": "logit", "rate": "log", "other": None}


def slope_index(rows: list[Row], kind: str, rank_basis: str, transform: str | None, level: float, polarity: str) -> Row:
    rows, z = sorted(rows, key=lambda row: row["order"]), normal_quantile(level)
    populations, y = [row["population"] for row in rows], [row["value"] for row in rows]
    weight, ridit = [n / sum(populations) for n in populations], ridits(populations, rank_basis)
    there, back, read = THERE[transform], BACK[transform], THERE[READ[kind]]
    se = []
    for row in rows:
        width = (read(row["upper"]) - read(row["lower"])) / (2 * z)
        step = 1e-6 * row["value"]
        se.append(width * 2 * step / (read(row["value"] + step) - read(row["value"] - step)))
    sign = 1 if polarity == "favourable" else -1

    def ends(values: Sequence[float]) -> tuple[float, float]:
        intercept, slope = line([there(v) for v in values], weight, ridit)
        return back(intercept), back(intercept + slope)

    def sii(values: Sequence[float]) -> float:
        most, least = ends(values)
        return sign * (least - most)

    def log_rii(values: Sequence[float]) -> float:
        most, least = ends(values)
        return sign * math.log(least / most)

    half = z * delta(sii, y, se)
    out = {"sii": (sii(y), sii(y) - half, sii(y) + half)}
    if min(ends(y)) > 0:
        spread = z * delta(log_rii, y, se)
        out["rii"] = tuple(math.exp(log_rii(y) + move) for move in (0, -spread, spread))
    for at, name in enumerate(("fitted_most_deprived", "fitted_least_deprived")):
        middle = there(ends(y)[at])
        reach = z * delta(lambda v, at=at: there(ends(v)[at]), y, se)
        out[name] = tuple(back(middle + move) for move in (0, -reach, reach))
    intercept, slope = line([there(v) for v in y], weight, ridit)
    out["lack_of_fit"] = 0.0
    for value, error, place in zip(y, se, ridit, strict=True):
        step = 1e-6 * value
        scaled = error * (there(value + step) - there(value - step)) / (2 * step)
        out["lack_of_fit"] += ((there(value) - intercept - slope * place) / scaled) ** 2
    return out


def concentration_index(rows: list[Row], variant: str, level: float, bounds: tuple[float, float]) -> tuple:
    """Compare every two people: twice the covariance of value and rank, pair by pair."""
    rows, z = sorted(rows, key=lambda row: row["order"]), normal_quantile(level)
    n = [row["population"] for row in rows]
    y, se, total = [row["value"] for row in rows], [row["se"] for row in rows], sum(n)
    low, high = bounds

    def index(values: Sequence[float]) -> float:
        mean = sum(a * v for a, v in zip(n, values, strict=True)) / total
        pairs = range(len(n))
        absolute = sum(n[i] * n[j] * (values[i] - values[j]) * ((i > j) - (i < j)) for i in pairs for j in pairs)
        absolute /= 2 * total**2
        return {
            "aci": absolute,
            "rci": absolute / mean,
            "wagstaff": (high - low) * absolute / ((high - mean) * (mean - low)),
            "erreygers": 4 * absolute / (high - low),
        }[variant]

    half = z * delta(index, y, se)
    return index(y), index(y) - half, index(y) + half


# Groups without order


def between_group(rows: list[Row], reference: str, polarity: str, level: float) -> dict[str, tuple]:
    z, n = normal_quantile(level), [row["population"] for row in rows]
    y, se, k, total = [row["value"] for row in rows], [row["se"] for row in rows], len(rows), sum(n)
    best = y.index(min(y) if polarity == "adverse" else max(y))
    named = [row["group"] for row in rows].index(reference)
    share, equal = [one / total for one in n], [1 / k] * k

    def mean(v):
        return sum(p * one for p, one in zip(share, v, strict=True))

    def away(v, weights, centre):
        return sum(w * abs(one - centre) for w, one in zip(weights, v, strict=True))

    def variance(v):
        return sum(p * (one - mean(v)) ** 2 for p, one in zip(share, v, strict=True))

    figures = {
        "idis_weighted": lambda v: 100 * away(v, share, mean(v)) / mean(v),
        "idis_unweighted": lambda v: 100 * away(v, equal, mean(v)) / mean(v),
        "cov": lambda v: 100 * math.sqrt(variance(v)) / mean(v),
        "bgv": variance,
        "bgsd": lambda v: math.sqrt(variance(v)),
        "mld": lambda v: 1000 * sum(p * math.log(mean(v) / one) for p, one in zip(share, v, strict=True)),
        "theil": lambda v: (
            1000 * sum(p * one / mean(v) * math.log(one / mean(v)) for p, one in zip(share, v, strict=True))
        ),
        "mdm_weighted": lambda v: away(v, share, mean(v)),
        "mdm_unweighted": lambda v: away(v, equal, mean(v)),
        "mdb_weighted": lambda v: away(v, share, v[best]),
        "mdb_unweighted": lambda v: away(v, equal, v[best]),
        "mdr_weighted": lambda v: away(v, share, v[named]),
        "mdr_unweighted": lambda v: away(v, equal, v[named]),
    }
    out = {}
    for name, figure in figures.items():
        half = z * delta(figure, y, se)
        out[name] = (figure(y), figure(y) - half, figure(y) + half)
    out["bias_corrected"] = variance(y) - sum(p * (1 - p) * s * s for p, s in zip(share, se, strict=True))
    return out


def attributable(rows: list[Row], reference: str, level: float) -> dict[str, tuple]:
    z, n = normal_quantile(level), [row["population"] for row in rows]
    y, se = [row["value"] for row in rows], [row["se"] for row in rows]
    at = [row["group"] for row in rows].index(reference)

    def par(v):
        return v[at] - sum(a * b for a, b in zip(n, v, strict=True)) / sum(n)

    def paf(v):
        return 100 * par(v) / (sum(a * b for a, b in zip(n, v, strict=True)) / sum(n))

    out = {}
    for name, figure in (("par", par), ("paf", paf)):
        half = z * delta(figure, y, se)
        out[name] = (figure(y), figure(y) - half, figure(y) + half)
    return out


# Ranks, charts


def quantiles(values: list[float | None], n: int, invert: bool) -> list[float | None]:
    known = [v for v in values if v is not None]
    if len(known) < n:
        return [None] * len(values)
    out: list[float | None] = []
    for value in values:
        if value is None:
            out.append(None)
            continue
        rank = 1 + sum(other > value if invert else other < value for other in known)
        out.append(max(1, (n + 1) - math.ceil(Fraction(len(known) + 1 - rank) / Fraction(len(known), n))))
    return out


def funnel(rows: list[tuple[int, int]], kind: str, target: float | None, overdispersion: bool) -> list[Row]:
    pooled = sum(x for x, _ in rows) / sum(n for _, n in rows)
    aim = target if target is not None else 1.0 if kind == "ratio" else pooled
    out = [{"value": x / n, "label": "Not significant"} for x, n in rows]
    tau2 = 0.0
    if overdispersion:
        k, centre = len(rows), math.asin(math.sqrt(aim))
        z = [(math.asin(math.sqrt(x / n)) - centre) * 2 * math.sqrt(n) for x, n in rows]
        low, high = linear_quantile(z, 0.1), linear_quantile(z, 0.9)
        phi = sum(min(max(one, low), high) ** 2 for one in z) / k
        w = [4 * n for _, n in rows]
        tau2 = max(0.0, (k * phi - (k - 1)) / (sum(w) - sum(one * one for one in w) / sum(w)))
    for suffix, level, mark in (("95", 0.95, "0.025"), ("998", 0.998, "0.001")):
        z = normal_quantile(level)
        for row, (x, n) in zip(out, rows, strict=True):
            if kind == "proportion":
                if overdispersion:
                    reach, centre = z * math.sqrt(1 / (4 * n) + tau2), math.asin(math.sqrt(aim))
                    low = math.sin(max(0.0, centre - reach)) ** 2
                    high = math.sin(min(math.pi / 2, centre + reach)) ** 2
                else:
                    reach = z * math.sqrt(aim * (1 - aim) / n)
                    low, high = max(0.0, aim - reach), min(1.0, aim + reach)
                above, below = x / n > high, x / n < low
            else:
                few, many = exact_poisson(x, level)
                low, high = aim * x / many, aim * x / few if x else math.inf
                fewest, most, _ = poisson(x, level)
                expected = n * aim
                above, below = fewest > expected, most < expected
            row |= {f"lower{suffix}": low, f"upper{suffix}": high, "tau2": tau2}
            if above or below:
                row["label"] = f"{'High' if above else 'Low'} ({mark})"
    return out


def linear_quantile(values: list[float], q: float) -> float:
    ranked = sorted(values)
    place = q * (len(ranked) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below])


def xmr(y: list[float], direction: str, screen: bool, rule: str) -> list[Row]:
    moving = [abs(b - a) for a, b in pairwise(y)]
    mean, average = math.fsum(y) / len(y), math.fsum(moving) / len(moving)
    if average == 0:
        mean = y[0]
    elif screen:
        kept = [one for one in moving if one < 3.267 * average]
        if any(kept):
            average = math.fsum(kept) / len(kept)
    lower, upper = mean - 2.66 * average, mean + 2.66 * average
    side = [(v > mean) - (v < mean) for v in y]
    outside = [v < lower or v > upper for v in y]
    near = [(v < mean - 1.773 * average or v > mean + 1.773 * average) for v in y]
    if rule == "nhsr":
        near = [one and not out for one, out in zip(near, outside, strict=True)]
    rows = []
    for i, value in enumerate(y):
        cause, sign = "Common Cause", 0
        windows = [range(s, s + 7) for s in range(max(0, i - 6), min(i, len(y) - 7) + 1)]
        trends = []
        for w in windows:
            if all(y[j] < y[j + 1] for j in w[:-1]):
                trends.append(1)
            if all(y[j] > y[j + 1] for j in w[:-1]):
                trends.append(-1)
        threes = [range(s, s + 3) for s in range(max(0, i - 2), min(i, len(y) - 3) + 1)]
        if outside[i]:
            sign, cause = side[i], "Above UCL" if side[i] > 0 else "Below LCL"
        elif trends:
            sign = trends[0]  # the earlier run
            cause = f"7 Point Trend ({'Increasing' if sign > 0 else 'Decreasing'})"
        elif near[i] and any(sum(near[j] and side[j] == side[i] for j in w) >= 2 for w in threes):
            sign, cause = side[i], f"2 in 3 {'Above' if side[i] > 0 else 'Below'} CL"
        elif any(side[i] and all(side[j] == side[i] for j in w) for w in windows):
            sign, cause = side[i], f"7 Points {'Above' if side[i] > 0 else 'Below'} CL"
        kind = "common_cause"
        if sign:
            good = {"increase": 1, "decrease": -1}.get(direction)
            kind = f"special_cause_{'improvement' if sign == good else 'concern'}"
            if direction == "neutral":
                kind = f"special_cause_neutral_{'high' if sign > 0 else 'low'}"
        rows.append({"value": value, "mean": mean, "lower": lower, "upper": upper, "cause": cause, "kind": kind})
    return rows


# Tables


def chi_squared_tail(statistic: float, df: int) -> float:
    """Give one minus the power series of the lower incomplete gamma function."""
    a, x = df / 2, statistic / 2
    if x == 0:
        return 1.0
    terms, k = [], 0
    while not terms or terms[-1] > 1e-18 or k < x:
        terms.append(math.exp((a + k) * math.log(x) - x - math.lgamma(a + k + 1)))
        k += 1
    return max(0.0, 1 - math.fsum(terms))


def association(table: list[list[int]]) -> Row:
    table = [row for row in table if sum(row)]
    columns = [j for j in range(len(table[0])) if sum(row[j] for row in table)] if table else []
    table = [[row[j] for j in columns] for row in table]
    r, c = len(table), len(columns)
    if r < 2 or c < 2:
        return {}
    n = sum(map(sum, table))
    expected = [[Fraction(sum(row) * sum(one[j] for one in table), n) for j in range(c)] for row in table]
    chi2 = sum((table[i][j] - expected[i][j]) ** 2 / expected[i][j] for i in range(r) for j in range(c))
    phi2 = chi2 / n
    fewer = min(r - Fraction((r - 1) ** 2, n - 1), c - Fraction((c - 1) ** 2, n - 1)) - 1
    spare = max(Fraction(0), phi2 - Fraction((r - 1) * (c - 1), n - 1))
    return {
        "chi2": float(chi2),
        "df": (r - 1) * (c - 1),
        "p": chi_squared_tail(float(chi2), (r - 1) * (c - 1)),
        "cramers_v": math.sqrt(phi2 / (min(r, c) - 1)),
        "cramers_v_corrected": math.sqrt(spare / fewer) if fewer > 0 else 0.0,
        "smallest": float(min(map(min, expected))),
    }


def permutation_p(x: int, n: int, other_x: int, other_n: int) -> float:
    """Give the exact p of a two by two table: every table with its margins, by hypergeometric weight."""
    events, total = x + other_x, n + other_n
    seen = abs(Fraction(x) - Fraction(events * n, total))
    tables = range(max(0, events - other_n), min(events, n) + 1)
    weights = {k: math.comb(n, k) * math.comb(other_n, events - k) for k in tables}
    far = sum(weight for k, weight in weights.items() if abs(k - Fraction(events * n, total)) >= seen)
    return far / sum(weights.values())


def missingness(rows: list[Row], level: float) -> Row:
    """Give shares and risks a group, and the trend: the squared correlation of being unknown with order."""
    x, n = sum(row["numerator"] for row in rows), sum(row["denominator"] for row in rows)
    out = {"shares": {}, "risks": {}}
    for row in rows:
        a, b = row["numerator"], row["denominator"]
        out["shares"][row["group"]] = proportion(a, b, level)
        out["risks"][row["group"]] = relative_risk(a, b, x - a, n - b, level, "score") if x else None
    people = [(row["order"], 1) for row in rows for _ in range(row["numerator"])]
    people += [(row["order"], 0) for row in rows for _ in range(row["denominator"] - row["numerator"])]
    mean_u, mean_v = (Fraction(sum(one[at] for one in people), n) for at in (0, 1))
    cross = sum((u - mean_u) * (v - mean_v) for u, v in people)
    squares = sum((u - mean_u) ** 2 for u, _ in people) * sum((v - mean_v) ** 2 for _, v in people)
    out["trend"] = float(n * cross**2 / squares) if squares else NAN
    out["overall"] = association([[row["numerator"], row["denominator"] - row["numerator"]] for row in rows])
    return out


# What is missing


def missing_bounds(xa: int, na: int, xb: int, nb: int, e: int, m: int) -> tuple[float, float]:
    """Try every way to share the uncoded between a, b and other groups."""
    ratios = []
    for ea, fa in product(range(e + 1), range(m - e + 1)):
        for eb, fb in product(range(e - ea + 1), range(m - e - fa + 1)):
            top, bottom = Fraction(xa + ea, na + ea + fa), Fraction(xb + eb, nb + eb + fb)
            ratios.append(float(top / bottom) if bottom else math.inf)
    return min(ratios), max(ratios)


def gamma_bounds(xa: int, na: int, xb: int, nb: int, m: int, others: int, gamma: float) -> tuple[float, float]:
    """Try many odds between 1/Γ and Γ for each group's uncoded."""
    coded = na + nb + others
    shares = []
    for x, n in ((xa, na), (xb, nb)):
        extra, tried = m * n / coded, []
        for step in range(-20, 21):
            factor = gamma ** (step / 20)
            share = 1.0 if x == n else factor * (x / (n - x)) / (1 + factor * (x / (n - x)))
            tried.append((x + extra * share) / (n + extra))
        shares.append(tried)
    ratios = [top / bottom for top in shares[0] for bottom in shares[1]]
    return min(ratios), max(ratios)


def reallocate(rows: list[Row]) -> dict[str, Fraction | None]:
    """Share the uncoded out in fractions, stratum by stratum and outcome by outcome."""
    groups = sorted({row["group"] for row in rows if row["group"] is not None})
    strata = sorted({row["stratum"] for row in rows})

    def part(row: Row, outcome: str) -> int:
        return row["numerator"] if outcome == "event" else row["denominator"] - row["numerator"]

    def coded(group: str, outcome: str, stratum: object = None) -> Fraction:
        return Fraction(sum(part(r, outcome) for r in rows if r["group"] == group and stratum in (None, r["stratum"])))

    total = {group: {outcome: coded(group, outcome) for outcome in ("event", "none")} for group in groups}
    for stratum, outcome in product(strata, ("event", "none")):
        left = sum(part(r, outcome) for r in rows if r["group"] is None and r["stratum"] == stratum)
        for mix in (
            {g: coded(g, outcome, stratum) for g in groups},
            {g: coded(g, "event", stratum) + coded(g, "none", stratum) for g in groups},
            {g: coded(g, outcome) for g in groups},
            {g: coded(g, "event") + coded(g, "none") for g in groups},
        ):
            if sum(mix.values()):
                for group in groups:
                    total[group][outcome] += left * mix[group] / sum(mix.values())
                break
    return {
        group: parts["event"] / sum(parts.values()) if sum(parts.values()) else None for group, parts in total.items()
    }


def adjust_p(p: list[float], method: str) -> list[float]:
    """Give, for each test, the smallest level at which its procedure would reject it."""
    m, ranked = len(p), sorted(p)
    harmonic = sum(1 / i for i in range(1, m + 1))

    def least(level_of: Callable[[int], float], from_top: bool) -> list[float]:
        out = []
        for value in p:
            at = ranked.index(value) if not from_top else m - 1 - ranked[::-1].index(value)
            span = range(at, m) if from_top else range(m - ranked[::-1].index(value))
            pick = min if from_top else max
            out.append(min(1.0, pick(level_of(i) * ranked[i] for i in span)))
        return out

    return {
        "bonferroni": lambda: [min(1.0, m * value) for value in p],
        "holm": lambda: least(lambda i: m - i, False),
        "hochberg": lambda: least(lambda i: m - i, True),
        "bh": lambda: least(lambda i: m / (i + 1), True),
        "by": lambda: least(lambda i: harmonic * m / (i + 1), True),
    }[method]()
