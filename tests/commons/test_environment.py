"""Settings by environment, failing loudly."""

import pytest

from commons import environment
from commons.environment import BadEnvironment


def test_a_missing_variable_stops_the_process_with_its_name(monkeypatch):
    monkeypatch.delenv("SOCLE_NOWHERE", raising=False)
    with pytest.raises(BadEnvironment, match="SOCLE_NOWHERE est obligatoire"):
        environment.text("SOCLE_NOWHERE")


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("SOCLE_SECRET_FILE", str(tmp_path / "secret"))
    assert environment.text("SOCLE_SECRET") == "s3cret"
    monkeypatch.setenv("SOCLE_SECRET_FILE", str(tmp_path / "absent"))
    with pytest.raises(BadEnvironment, match="SOCLE_SECRET_FILE ne peut être lue"):
        environment.text("SOCLE_SECRET")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("yes", lambda: environment.flag("SOCLE_X", default=True)),
        ("-1", lambda: environment.number("SOCLE_X", 1)),
        ("many", lambda: environment.number("SOCLE_X", 1)),
        ("3", lambda: environment.number("SOCLE_X", 5, at_least=4)),
        ("blue", lambda: environment.choice("SOCLE_X", "red", ("red", "green"))),
    ],
)
def test_an_odd_value_is_refused(monkeypatch, value, read):
    monkeypatch.setenv("SOCLE_X", value)
    with pytest.raises(BadEnvironment, match="SOCLE_X"):
        read()


def test_good_values_are_read(monkeypatch):
    monkeypatch.setenv("SOCLE_X", "true")
    assert environment.flag("SOCLE_X", default=False) is True
    monkeypatch.setenv("SOCLE_X", "a, b ,,c")
    assert environment.words("SOCLE_X") == ["a", "b", "c"]
    monkeypatch.setenv("SOCLE_X", "12")
    assert environment.number("SOCLE_X", 0) == 12
