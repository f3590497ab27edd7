"""The made-up geography: small areas, ranks and postcodes that no real place has.

There is one such geography whatever the seed, so that every sample extract links to every sample reference.
"""

import csv
from pathlib import Path

import numpy as np

from equity_audit.errors import UsageError
from equity_audit.sample.noise import Array, Noise

AREAS = 1_500
_RETIRED = 100  # areas of the 2021 list that have another code in the 2011 one
_POSTCODES_AN_AREA = 8
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # never C I K M O V

RANKS: Array = np.argsort(Noise(2025, "geography").uniform("rank", np.arange(AREAS)), kind="stable").argsort() + 1
DECILES: Array = -(-10 * RANKS // AREAS)
QUINTILES: Array = -(-5 * RANKS // AREAS)
LSOA_CODES = [f"E01{900_001 + area}" for area in range(AREAS)]
LSOA_CODES_2011 = [f"E01{890_001 + area}" if area < _RETIRED else code for area, code in enumerate(LSOA_CODES)]

REFERENCE_FAULTS = {
    "repeated_lsoa": "the second area carries the code of the first",
    "decile_not_from_rank": "forty deciles are one too high for their rank",
    "rank_gap": "one rank is left out, so that the last rank is above the number of areas",
    "rank_out_of_range": "one area has rank 0",
    "wrong_vintage": "the header says 2021, the codes are those of 2011",
    "reversed_decile": "decile 10 is the most deprived",
}


def list_postcodes() -> list[str]:
    """List the postcodes, eight to an area: the one at `8 * area + n` lies in `area`."""
    postcodes = []
    for area in range(AREAS):
        outward, block = f"XQ{area % 40 + 1}", area // 40
        letters = _INWARD_LETTERS[block // 20 + 3] + _INWARD_LETTERS[block % 20]
        postcodes += [f"{outward} {digit}{letters}" for digit in range(_POSTCODES_AN_AREA)]
    return postcodes


def write_reference(folder: Path, seed: int = 1, *, fault: str | None = None, vintage: int = 2021) -> Path:
    """Write the geography's own deprivation ranks in the style of the published file.

    There is no local authority column, so that nobody takes it for an official edition: its name must be given.
    The seed decides the order of the rows only. `fault` is one of `REFERENCE_FAULTS`.
    """
    if fault is not None and fault not in REFERENCE_FAULTS:
        raise UsageError(f"There is no reference fault {fault!r}. Choose one of: {', '.join(REFERENCE_FAULTS)}.")
    if vintage not in (2011, 2021):
        raise UsageError("The made-up geography has the vintages 2011 and 2021.")
    codes = list(LSOA_CODES_2011 if vintage == 2011 or fault == "wrong_vintage" else LSOA_CODES)
    ranks, deciles = RANKS.copy(), DECILES.copy()
    if fault == "repeated_lsoa":
        codes[1] = codes[0]
    elif fault == "decile_not_from_rank":
        deciles[np.flatnonzero(deciles < 10)[:40]] += 1
    elif fault == "rank_gap":
        ranks[ranks >= 700] += 1
    elif fault == "rank_out_of_range":
        ranks[ranks == 1] = 0
    elif fault == "reversed_decile":
        deciles = 11 - deciles

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("sample_imd.csv" if vintage == 2021 else f"sample_imd_{vintage}.csv")
    order = np.argsort(Noise(seed, "reference").uniform("order", np.arange(AREAS)), kind="stable")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            [
                f"LSOA code ({vintage})",
                f"LSOA name ({vintage})",
                "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
                "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
            ]
        )
        for area in order:
            name = f"Sampleton {area // 5 + 1:03d}{'ABCDE'[area % 5]}"
            writer.writerow([codes[area], name, ranks[area], deciles[area]])
    return path


def write_directory(folder: Path, *, ended: str = "202406") -> Path:
    """Write a postcode directory of the geography, in the style of the published lookup of 2025; give its path.

    One postcode in four has ended, in the month `ended` (year and month); two belong to Wales and the Isle of Man.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "NSPL_MAY_2025_UK.csv"
    abroad = (("XQW1 1AA", "W92000004", "W01990012"), ("XQM1 1AA", "M83000003", "M99999999"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["pcds", "dointr", "doterm", "ctry25cd", "lsoa21cd"])
        for number, postcode in enumerate(list_postcodes()):
            code = LSOA_CODES[number // _POSTCODES_AN_AREA]
            writer.writerow([postcode, "200001", ended if number % 4 == 3 else "", "E92000001", code])
        writer.writerows([postcode, "200001", "", country, code] for postcode, country, code in abroad)
    return path
