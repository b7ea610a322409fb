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
        ("101", lambda: environment.number("SOCLE_X", 5, at_most=100)),
        ("", lambda: environment.words("SOCLE_X", None)),
        (" , ", lambda: environment.words("SOCLE_X", None)),
        ("garbage", lambda: environment.url("SOCLE_X", schemes=("http",))),
        ("ftp://host/", lambda: environment.url("SOCLE_X", schemes=("http",))),
        ("http://host:many/", lambda: environment.url("SOCLE_X", schemes=("http",))),
        ("", lambda: environment.url("SOCLE_X", schemes=("http",))),
        ("blue", lambda: environment.choice("SOCLE_X", "red", ("red", "green"))),
    ],
)
def test_an_odd_value_is_refused(monkeypatch, value, read):
    monkeypatch.setenv("SOCLE_X", value)
    with pytest.raises(BadEnvironment, match="SOCLE_X"):
        read()


def test_a_refusal_says_what_to_give(monkeypatch):
    monkeypatch.setenv("SOCLE_X", "900")
    with pytest.raises(BadEnvironment) as refused:
        environment.number("SOCLE_X", 1, at_most=100)
    assert str(refused.value) == (
        "Configuration : la variable SOCLE_X ne peut valoir « 900 » : donnez un entier entre 0 et 100."
    )


def test_a_refused_address_is_not_repeated(monkeypatch):
    """It may hold a password."""
    monkeypatch.setenv("SOCLE_X", "gopher://me:s3cret@host")
    with pytest.raises(BadEnvironment) as refused:
        environment.url("SOCLE_X", schemes=("http",), example="http://hôte/")
    assert str(refused.value) == (
        "Configuration : la variable SOCLE_X n'est pas une adresse comprise ici : "
        "donnez http://hôte/."
    )


def test_good_values_are_read(monkeypatch):
    monkeypatch.setenv("SOCLE_X", "true")
    assert environment.flag("SOCLE_X", default=False) is True
    monkeypatch.setenv("SOCLE_X", "a, b ,,c")
    assert environment.words("SOCLE_X") == ["a", "b", "c"]
    monkeypatch.setenv("SOCLE_X", "12")
    assert environment.number("SOCLE_X", 0) == 12
    assert environment.number("SOCLE_X", 0, at_most=12) == 12
    monkeypatch.setenv("SOCLE_X", "http://host:80/a")
    assert environment.url("SOCLE_X", schemes=("http",)) == "http://host:80/a"
    monkeypatch.setenv("SOCLE_X", "")
    assert environment.url("SOCLE_X", "", schemes=("http",)) == ""
