"""Write a synthetic extract and its truth, chunk by chunk, so that its size is limited by the disk alone."""

import codecs
import json
from pathlib import Path
from typing import Any

from equity_audit.errors import UsageError
from equity_audit.sample import columns, truth, writing
from equity_audit.sample.chunk import draw_chunk
from equity_audit.sample.layout import LAYOUTS
from equity_audit.sample.noise import Noise
from equity_audit.sample.people import People, draw_people
from equity_audit.sample.state import draw_state
from equity_audit.sample.truth_document import write_truth
from equity_audit.sample.variants import SCALE_VARIANTS, VARIANTS

# One size on every machine: it decides which patients share a chunk, hence what is written.
CHUNK_RECORDS = 250_000
RECORDS_A_PATIENT = 4
FILE_NAMES = {dataset: f"{layout.file_name}.csv" for dataset, layout in LAYOUTS.items()}


def write_sample(
    folder: Path,
    dataset: str,
    records: int,
    seed: int,
    faults: bool = True,
    *,
    variant: str | None = None,
    encoding: str = "utf-8",
) -> Path:
    """Write `<name>.csv` and `<name>.truth.json`; give the path of the extract.

    The same dataset, records and seed give the same bytes. `records` is the number of sound ones; with faults, six
    malformed lines are added. `variant` is one of `VARIANTS`; it has the same file name, so give it its own folder.
    With another encoding than UTF-8, the characters that it lacks (full-width letters) are not planted.
    """
    _check(dataset, records, variant, encoding)
    layout, noise, tally = LAYOUTS[dataset], Noise(seed, dataset), truth.Tally()
    wide = codecs.lookup(encoding).name.startswith("utf")
    encode = writing.make_encoder(encoding)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAMES[dataset]
    partial = path.with_suffix(".partial")
    one_date = not layout.has("activity_date")
    outcomes: list[tuple[str, str]] = []
    try:
        with partial.open("wb") as file:
            for start in range(0, records, CHUNK_RECORDS):
                people = _draw_people(noise, start, records, faults=faults)
                chunk = draw_chunk(
                    noise, start, min(CHUNK_RECORDS, records - start), people, faults=faults, one_date=one_date
                )
                activity = layout.build(chunk)
                state = draw_state(chunk, layout, activity.hurried, variant=variant, wide=wide)
                truth.add_chunk(tally, chunk, layout, activity, state)
                if variant == "ethnicity_2021":
                    tally.add("filled 2021", columns.ethnicity_2021(chunk) > 0)
                texts = columns.build_columns(chunk, layout, activity, state, variant=variant, wide=wide)
                lines = writing.join_lines(texts)
                if start == 0:
                    file.write(encode(writing.join_header(texts)))
                    outcomes = [(outcome.name, outcome.unit) for outcome in activity.outcomes]
                    if faults:
                        lines, tally.rejections = writing.insert_malformed(lines, first_line=2, width=len(texts))
                file.write(encode(lines))
        document = write_truth(tally, layout, outcomes, dataset=dataset, faults=faults, variant=variant)
        _write_document(path.with_suffix(".truth.json"), document)
        partial.replace(path)
    except UnicodeEncodeError:
        raise UsageError(f"The encoding {encoding!r} cannot carry a sample. Use utf-8 or cp1252.") from None
    finally:
        partial.unlink(missing_ok=True)
    return path


def _draw_people(noise: Noise, start: int, records: int, *, faults: bool) -> People:
    """Draw the patients of the chunk that starts at a record: all their records lie in it."""
    count = min(CHUNK_RECORDS, records - start)
    return draw_people(noise, start // RECORDS_A_PATIENT, max(1, count // RECORDS_A_PATIENT), faults=faults)


def _check(dataset: str, records: int, variant: str | None, encoding: str) -> None:
    if dataset not in LAYOUTS:
        raise UsageError(f"There is no sample of {dataset!r}. Choose one of: {', '.join(LAYOUTS)}.")
    if variant is not None and variant not in VARIANTS:
        raise UsageError(f"There is no variant {variant!r}. Choose one of: {', '.join(VARIANTS)}.")
    width = LAYOUTS[dataset].supplied_width
    if (variant in SCALE_VARIANTS and not width) or (variant == "quintile_in_decile" and width != 10):
        raise UsageError(f"A sample of {dataset!r} has no supplied value for the variant {variant!r}.")
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UsageError(f"There is no encoding {encoding!r}. Use utf-8 or cp1252.") from None
    if records < 1:
        raise UsageError("A sample needs at least one record.")


def _write_document(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
