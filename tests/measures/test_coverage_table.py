"""The committed page is what the tables give today."""

from measures.coverage_table import PAGE, page


def test_coverage_page_is_current():
    assert PAGE.read_text() == page(), "run: python tests/measures/coverage_table.py"
