import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity_audit.config import WarehouseImd, load_settings
from equity_audit.errors import DataError, UsageError
from equity_audit.files import write_whole
from equity_audit.redact import redact_text, redact_url
from equity_audit.reference.warehouse import imd_from_database
from equity_audit.rules import load_rules
from equity_audit.yamlfile import read_yaml

SECRETS = ["hunter2", "p%40ss", "sk-key"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://audit:hunter2@db.example:5432/activity?sslmode=require", "postgresql://db.example:5432/…"),
        ("mssql+pyodbc://sa:p%40ss@warehouse/hes", "mssql+pyodbc://warehouse/…"),
        ("snowflake://u:a@b@host/db", "snowflake://…"),
        ("duckdb:///private/patient.db", "duckdb://…"),
        ("not a url with hunter2", "…"),
        ("postgresql://u:p@[broken/db", "…"),
        ("postgresql://u:p@host:notaport/db", "…"),
    ],
)
def test_a_database_url_keeps_scheme_and_host_only(url, shown):
    assert redact_url(url) == shown


@given(
    st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=6, max_size=20).map(lambda s: "Zq" + s)
)
def test_a_password_is_never_shown(password):
    assert password not in redact_url(f"postgresql://user:{password}@db/activity?token={password}")


def test_an_address_inside_a_text_is_redacted_and_the_rest_is_left():
    assert redact_text("HES 2024/25") == "HES 2024/25"
    assert redact_text("from postgresql://audit:hunter2@db/act by night") == "from postgresql://db/… by night"


def test_no_message_and_no_setting_tells_the_password_of_a_database():
    setting = WarehouseImd(
        table="imd", code="c", rank="r", edition="2019", database="postgresql://audit:hunter2@localhost:1/imd"
    )
    assert "hunter2" not in repr(setting)
    with pytest.raises(DataError, match=r"localhost:1/…, cannot") as refused:
        imd_from_database(setting)
    assert "hunter2" not in str(refused.value)


def test_an_output_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        write_whole(tmp_path / "out.txt", lambda path: path.write_text("x"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.txt").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("mode", "umask", "found"),
    [("0600", 0, 0o600), ("0644", 0o022, 0o644), ("0644", 0o027, 0o640), ("0660", 0o077, 0o600)],
)
def test_a_setting_lets_others_read_outputs_as_far_as_the_umask_does(mode, umask, found, tmp_path):
    settings = tmp_path / "equity-audit.toml"
    settings.write_text(f'output_mode = "{mode}"\n')
    before = os.umask(umask)
    try:
        write_whole(
            tmp_path / "out.txt", lambda path: path.write_text("x"), int(load_settings(settings).output_mode, 8)
        )
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.txt").stat().st_mode) == found


@pytest.mark.parametrize("mode", ["0777", "600", "0400", "0666", "u+r"])
def test_a_setting_that_would_let_everybody_write_is_refused(mode, tmp_path):
    settings = tmp_path / "equity-audit.toml"
    settings.write_text(f'output_mode = "{mode}"\n')
    with pytest.raises(UsageError, match="output_mode"):
        load_settings(settings)


def test_no_rule_holds_a_regular_expression():
    """Rules are judged by lists and thresholds alone, so there is no pattern whose matching could run away."""
    for rule in load_rules():
        keys = {str(key).lower() for condition in (rule.params, *rule.applies_when) for key in condition}
        assert not keys & {"regex", "pattern", "matches", "match", "like"}, rule.code
        assert set(keys) <= {"field", "values", "floor", "in", "not_in", "at_least", "filled", "ceiling", "others"}, (
            rule.code
        )


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "a: {x: 1}\nb:\n  <<: {y: 2}\n",
        "a: 1\na: 2\n",
        "a: !!python/object:os.system x\n",
        "[" * 60 + "]" * 60,
        "a: 2024-99-99\n",
    ],
    ids=["anchor", "merge", "repeat", "tag", "deep", "date"],
)
def test_yaml_of_others_is_plain_and_says_nothing_twice(text):
    with pytest.raises(UsageError):
        read_yaml(text.encode(), "rules.yaml")


def test_yaml_of_others_is_small():
    with pytest.raises(UsageError, match="larger"):
        read_yaml(b"#" * 1_000_001, "rules.yaml")
