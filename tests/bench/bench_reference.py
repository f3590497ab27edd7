"""How long a whole postcode directory takes to install and to look up in, and how much memory.

``python tests/bench/bench_reference.py [POSTCODES]`` writes a made-up directory of 2.7 million postcodes in the layout
of the published zip, installs it in a process of its own, looks 100,000 postcodes up, and fails beyond the budget
of 60 seconds and 1 GB.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

HEADER = (
    "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty26cd,ced25cd,lad26cd,wd26cd,nhser24cd,"
    "ctry26cd,rgn26cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa11cd,lsoa21cd,msoa21cd,wz11cd,sicbl26cd,bua24cd,ruc21ind,"
    "oac21ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd25ind,icb26cd"
)
SECONDS, MEGABYTES = 60, 1_000
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def postcode(number: int) -> tuple[str, str]:
    """The made-up postcode of a number: outward and inward part."""
    inward, rest = number % 4_000, number // 4_000
    out = f"{_LETTERS[rest // 99 % 20]}{_LETTERS[rest // 1_980 % 20]}{rest % 99 + 1}"
    return out, f"{inward // 400}{_LETTERS[inward // 20 % 20]}{_LETTERS[inward % 20]}"


def write_directory(path: Path, postcodes: int) -> None:
    """Write the published zip: a guide, the whole table, and one area again."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("User Guide/guide.txt", "made up")
        for name, count in (
            ("Data/multi_csv/NSPL_AUG_2026_UK_AA.csv", 1_000),
            ("Data/NSPL_AUG_2026_UK.csv", postcodes),
        ):
            with archive.open(name, "w", force_zip64=True) as file:
                file.write((HEADER + "\n").encode())
                for start in range(0, count, 100_000):
                    file.write("".join(_line(number) for number in range(start, min(start + 100_000, count))).encode())


def _line(number: int) -> str:
    # Published order is by postcode; a shuffled one makes the sort work.
    number = number * 7_919 % 2_700_000 if number < 2_700_000 else number
    out, back = postcode(number)
    ended = "201503" if number % 4 == 0 else ""
    lsoa = f"E01{number % 33_000 + 1:06d}"
    return (
        f'"{out:<4}{back}","{out:<5}{back}","{out} {back}","199001","{ended}","0",525899,163844,1,"E00166822","E13000002",'
        f'"E99999999","E09000029","E05013746","E40000003","E92000001","E12000007","E14001494","E30000234","E05000564",'
        f'"E65000001","{lsoa}","{lsoa}","E02000851","E33031644","E38000245","E63004707","UN1","3D1",51.359722,-0.193121,'
        f'"E37000051","","E23000001",10196,"E54000031"\n'
    )


def main() -> int:
    """Write, install, look up, judge."""
    postcodes = int(sys.argv[1]) if len(sys.argv) > 1 else 2_700_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "NSPL_AUG_2026.zip"
        write_directory(source, postcodes)
        print(f"written: {source.stat().st_size / 1e6:,.0f} MB zipped, {postcodes:,} postcodes")
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "equity_audit", "reference", "add", str(source), "--reference", str(folder / "r")],
            check=True,
        )
        seconds = time.perf_counter() - start
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"installed in {seconds:.1f} s, at most {megabytes:,.0f} MB")
        looked_up, found = _look_up(folder / "r", postcodes)
        print(f"100,000 postcodes looked up in {looked_up:.2f} s, {found:,} found")
    return int(seconds > SECONDS or megabytes > MEGABYTES)


def _look_up(folder: Path, postcodes: int) -> tuple[float, int]:
    from equity_audit.reference.postcodes import look_up
    from equity_audit.reference.store import list_entries

    asked = ["".join(postcode(number * (postcodes // 100_000 or 1))) for number in range(min(100_000, postcodes))]
    start = time.perf_counter()
    frame = look_up([entry.path for entry in list_entries(folder)], asked)
    return time.perf_counter() - start, len(frame)


if __name__ == "__main__":
    sys.exit(main())
