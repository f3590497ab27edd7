"""The page as text: order, sentences, tables, policy, nothing that acts, the same bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from equity_audit.board import Board
from equity_audit.model import Cell, ReleasedTable, Report
from equity_audit.narrative import ask_sentence, headline_sentences
from equity_audit.reports.html import render
from equity_audit.reports.html.deprivation import overview_title
from reports.chart_cases import FIFTHS, GROUPS, row
from reports.made_up import exact_figures, made_up_report
from reports.samples import ATTACKS, NAMES, hostile_report, sample_report

TAGS = {
    "html", "head", "meta", "title", "link", "style", "body", "a", "header", "div", "p", "strong", "main", "h1", "h2", "h3",
    "section", "ol", "ul", "li", "span", "nav", "figure", "figcaption", "table", "caption", "thead", "tbody", "tr", "th",
    "td", "details", "summary", "footer", "svg", "desc", "defs", "g", "path", "use", "text", "clippath", "rect", "pattern",
    "tspan",
}  # fmt: skip
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
HEADINGS = [
    "What the board needs to know", "Contents", "Deprivation", "Ethnic group", "Both together", "Other groups",
    "Data quality", "Rules that failed", "National statement (section 13SA)", "Method, notes and contact",
]  # fmt: skip


class Page(HTMLParser):
    def __init__(self, report: Report, board: Board | None = None) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] = []
        self.inside: list[str] = []
        self.bytes = render(report, *((board,) if board else ()))
        self.feed(self.bytes.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.rows, self.caption = [], ""
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
        if tag not in ("meta", "link", "img"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass
        if tag == "table":
            self.tables[self.caption] = self.rows

    def handle_data(self, data: str) -> None:
        if "style" not in self.inside:
            self.texts.append(data)
        if self.inside and self.inside[-1] in ("th", "td"):
            self.rows[-1][-1] += data
        elif "caption" in self.inside[-2:]:
            self.caption += data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.mark.parametrize("name", NAMES)
def test_sections_stand_in_the_order_that_a_board_reads(name: str):
    page = render(sample_report(name)).decode()
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", page) == HEADINGS


@pytest.mark.parametrize("name", NAMES)
def test_sentences_are_those_of_every_output(name: str):
    report = sample_report(name)
    page = Page(report)
    for sentence in (*headline_sentences(report), ask_sentence(report)):
        assert " ".join(sentence.split()) in page.text
    assert len(headline_sentences(report)) <= 3


def test_page_holds_nothing_that_acts_or_fetches():
    page = Page(sample_report("admitted_care"))
    assert {tag for tag, _ in page.tags} <= TAGS
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY}) in page.tags
    names = {name for _, attributes in page.tags for name in attributes}
    assert not [name for name in names if name.startswith("on")]
    links = [attributes[name] for _, attributes in page.tags for name in ("href", "src") if name in attributes]
    assert all(link and (link.startswith("#") or link == "data:,") for link in links)
    assert b"@import" not in page.bytes and page.bytes.count(b"url(#") == page.bytes.count(b"url(")


def test_tables_are_marked_up_for_a_screen_reader():
    page = Page(sample_report("outpatients"))
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert all(attributes.get("scope") in ("col", "row") for attributes in heads)
    tables = sum(tag == "table" for tag, _ in page.tags)
    assert tables == sum(tag == "caption" for tag, _ in page.tags) == len(page.tables)
    regions = [attributes for tag, attributes in page.tags if attributes.get("role") == "region"]
    assert len(regions) == tables
    assert all(attributes["tabindex"] == "0" and attributes["aria-labelledby"] for attributes in regions)
    for rows in page.tables.values():
        assert {len(cells) for cells in rows} == {len(rows[0])}
        assert all(cell.strip() for cells in rows for cell in cells)


def test_each_chart_is_followed_by_its_data():
    page = render(sample_report("outpatients")).decode()
    for name in ("gradient-did-not-attend", "groups-did-not-attend"):
        assert "<table" in page[page.index(f'id="{name}-wide-title"') :].partition("</section>")[0]


def test_an_outcome_without_any_figure_is_told_in_a_sentence():
    report = sample_report("admitted_care")
    small = Cell(None, "c")
    hidden = tuple(
        replace(
            table,
            rows=tuple(replace(row, numerator=small, value=small, lower=small, upper=small) for row in table.rows),
        )
        if table.outcome == "under_18_admission"
        else table
        for table in report.tables
    )
    page = Page(replace(report, tables=hidden))
    assert page.text.count("No figure can be shown by IMD quintile: the counts are too small to publish.") == 1
    report = sample_report("emergency_care")
    none = Cell(0), Cell(None, "z")
    empty = tuple(
        replace(
            table,
            rows=tuple(
                replace(row, numerator=none[0], denominator=none[0], value=none[1], lower=none[1], upper=none[1])
                for row in table.rows
            ),
        )
        if table.id == "frequent_attender_by_imd_quintile"
        else table
        for table in report.tables
    )
    text = Page(replace(report, tables=empty)).text
    assert "No figure can be shown by IMD quintile: none of these patients has one." in text


def test_rules_not_judged_for_one_reason_share_a_line():
    report = made_up_report()
    found = next(each for each in report.findings if each.outcome == "not_judged")
    same = tuple(replace(found, rule=replace(found.rule, code=code)) for code in ("DEP004", "DEP005"))
    text = Page(replace(report, findings=(*same, replace(found, why_not_judged="another")))).text
    assert "No column holds it: 2 rules, DEP004, DEP005." in text
    assert f"Another: {found.rule.code} {found.rule.title}." in text


def test_solid_dots_are_the_differences_that_sentences_claim():
    report = sample_report("emergency_care")
    page = render(report).decode()
    drawn = re.findall(r'id="groups-[\w-]+-wide-title">([^<]+)<', page)
    assert len(drawn) == 1
    claimed = {
        m.group
        for m in report.measures
        if m.measure == "risk_difference" and m.differs and m.dimension == "ethnic_group"
    }
    named = set(drawn[0].partition("differs for ")[2].split(", ")) - {""}
    assert named <= claimed


def test_exact_counts_behind_rounded_ones_are_nowhere():
    page = render(made_up_report()).decode().replace(",", "")
    assert not [number for number in exact_figures() if re.search(rf"(?<![\d.]){number}(?![\d.])", page)]


def test_unsuppressed_page_says_who_it_is_for():
    page = Page(made_up_report("none", "Board of Anytown"))
    assert page.text.count("For Board of Anytown: contains unsuppressed counts, not for publication.") == 2


def test_same_report_same_bytes():
    assert render(sample_report("admitted_care")) == render(sample_report("admitted_care"))


def test_hidden_cells_of_a_cross_table_are_hatched_and_nothing_else_is_known_of_them():
    rows = tuple(
        row((fifth, group), None if group == "Black" and across > 2 else 0.31 + 0.01 * across)
        for across, fifth in enumerate(FIFTHS)
        for group in GROUPS
    )
    report = made_up_report()
    crossed = ReleasedTable(
        id="did_not_attend_by_imd_quintile_by_ethnic_group", title="", unit="appointments", outcome="did_not_attend",
        dimensions=("imd_quintile", "ethnic_group"), rows=rows,
    )  # fmt: skip
    page = Page(replace(report, tables=(*report.tables, crossed)))
    table = page.tables["Did not attend by ethnic group and IMD quintile, per cent of appointments"]
    assert ["Black", "31.0%", "32.0%", "33.0%", "[c]", "[c]"] in table
    assert b'id="both-did-not-attend-wide-title"' in page.bytes


def test_trust_speaks_for_itself():
    board = Board(
        trust_name="Anytown <NHS> Trust", ask="Agree a standard & a date.", executive_lead="A. Person", contact="a@example.org",
        period="2025 to 2026", logo="data:image/png;base64,iVBORw0KGgo=",
    )  # fmt: skip
    page = Page(sample_report("outpatients"), board)
    for words in (
        "Anytown <NHS> Trust",
        "Agree a standard & a date.",
        "Executive lead: A. Person",
        "a@example.org",
        "2025 to 2026",
    ):
        assert words in page.text
    assert ("img", {"src": board.logo, "alt": ""}) in page.tags


def test_board_chooses_outcomes_and_sites():
    page = Page(sample_report("waiting_list"), Board(outcomes=("over_52_weeks",), sites=("XQZ01", "XQZ02")))
    sections = page.bytes.decode().partition("National statement (section 13SA)</h2>")[0]
    assert "Waiting over 52 weeks by IMD quintile" in sections
    assert "Waiting over 18 weeks by IMD quintile" not in sections
    assert [cells[0] for cells in page.tables["Waiting over 52 weeks by site code"]] == ["Site code", "XQZ01", "XQZ02"]


@pytest.mark.parametrize(
    "without",
    [
        {"ethnicity": {}},
        {"deprivation": {}},
        {"tables": (), "measures": ()},
        {"outcomes": ()},
        {"findings": ()},
        {"measures": (), "verdicts": ()},
    ],
    ids=str,
)
def test_page_leaves_out_what_a_report_has_not(without: dict[str, object]):
    report = replace(made_up_report(), **without)
    assert b"Method, notes and contact" in render(report)


def test_attacks_are_inert():
    page = Page(hostile_report())
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    # Site codes are shown in capitals.
    plain = [attack for attack in ATTACKS if attack.isprintable()]
    assert [attack for attack in plain if " ".join(attack.upper().split()) not in page.text] == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page.bytes.decode())


@pytest.mark.parametrize(
    ("clear", "given", "outcomes", "title"),
    [
        (2, 2, 3, "2 of the 2 outcomes whose gap can be given have a clear gap between most and least deprived areas"),
        (0, 3, 3, "None of 3 outcomes has a clear gap between most and least deprived areas"),
        (1, 3, 3, "1 of 3 outcomes has a clear gap between most and least deprived areas"),
    ],
)
def test_title_of_the_gaps_counts_only_those_that_are_given(clear: int, given: int, outcomes: int, title: str):
    assert overview_title(clear, given, outcomes) == title


def test_nothing_is_said_of_what_is_hidden():
    """In the admitted care sample quintiles 1, 3 and 5 and most sites of the leading outcome are hidden."""
    text = Page(sample_report("admitted_care")).text
    assert "Quintiles 2 to 4 do not all lie between 1 and 5" not in text
    assert "no site shown is outside what chance allows" in text


def test_a_table_without_two_figures_to_compare_is_no_table_of_other_groups():
    """In the admitted care sample stays over 21 days by nation of residence show England alone."""
    report = sample_report("admitted_care")
    shown = [
        row.labels[0] for table in report.tables if table.id == "long_stay_by_residence" for row in table.rows
        if row.value.value is not None
    ]  # fmt: skip
    assert shown == ["England"]
    page = Page(report)
    assert "Stay over 21 days by nation of residence" not in page.tables
    assert "Stay over 21 days by sex" in page.tables


def test_a_share_that_cannot_allow_for_age_and_sex_is_not_available():
    """As where rounding leaves too little of the small strata."""
    report = sample_report("outpatients")
    report = replace(
        report,
        measures=tuple(
            replace(each, estimate=None, lower=None, upper=None, reason_withheld="too small to allow for them")
            if each.measure == "standardised_proportion"
            else each
            for each in report.measures
        ),
    )
    lines = Page(report).tables["Did not attend by IMD quintile"]
    at = lines[0].index("Allowing for age and sex (%)")
    assert {line[0]: line[at] for line in lines[1:]} == {**dict.fromkeys(FIFTHS, "[x]"), "not linked": "[z]"}
