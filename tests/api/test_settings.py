"""One class of settings, read from the environment in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.settings import Settings, SettingsError, export_settings, generator_of, load_settings, settings_table

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DATELINE_{name.upper()}", raising=False)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_PORT", "8123")
    monkeypatch.setenv("DATELINE_CORS_ORIGINS", "https://a.example, https://b.example")
    settings = load_settings()
    assert settings.port == 8123
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_an_argument_overrules_the_environment_and_none_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_PORT", "8123")
    assert load_settings(port=9000).port == 9000
    assert load_settings(port=None).port == 8123


def test_variables_of_other_things_are_not_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_DATA", "somewhere")
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "99999"), ("PORT", "http"), ("MAX_DEPTH", "0"), ("LOG_LEVEL", "loud"), ("EXECUTION_TIMEOUT_SECONDS", "-1")],
)
def test_a_senseless_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"DATELINE_{name}", value)
    with pytest.raises(SettingsError, match=re.escape(f"DATELINE_{name}={value}")):
        load_settings()


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("example.org", False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, is_loopback: bool) -> None:
    assert Settings(host=host).is_loopback is is_loopback


def test_every_setting_is_documented_and_has_its_unit_in_its_name() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        if field.annotation is float:
            assert name.endswith("_seconds"), name


def test_the_table_lists_every_setting() -> None:
    variables = re.findall(r"^\| `DATELINE_(\w+)`", settings_table(), re.MULTILINE)
    assert variables == [name.upper() for name in Settings.model_fields]


def test_only_the_settings_module_reads_the_environment() -> None:
    readers = re.compile(r"os\.environ|getenv|environb")
    sources = [path for package in ("api", "schema", "retrieval") for path in (ROOT / package).rglob("*.py")]
    sources.remove(ROOT / "api/settings.py")
    # Switches off Haystack's telemetry for those who use the library without the server; it reads nothing.
    sources.remove(ROOT / "retrieval/telemetry.py")
    # Hands the environment on to the process that reads articles; it reads nothing.
    sources.remove(ROOT / "retrieval/extraction/pool.py")
    assert sources
    assert [str(path) for path in sources if readers.search(path.read_text(encoding="utf-8"))] == []


def test_a_language_model_takes_an_endpoint_and_a_name() -> None:
    assert generator_of(Settings()) is None
    assert generator_of(Settings(llm_model="small")) is None
    assert generator_of(Settings(llm_base_url="http://localhost:11434/v1", llm_model="small")) is not None
    with pytest.raises(SettingsError, match="DATELINE_LLM_BASE_URL=localhost"):
        load_settings(llm_base_url="localhost")


def test_the_key_is_handed_on_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_LLM_KEY", "sk-secret")
    monkeypatch.setenv("DATELINE_LLM_BASE_URL", "http://localhost:11434/v1")
    monkeypatch.setenv("DATELINE_LLM_MODEL", "small")
    settings = load_settings()
    assert "sk-secret" not in f"{settings!r}{settings}{generator_of(settings)!r}"
    with monkeypatch.context() as patch:
        for name in Settings.model_fields:
            patch.setenv(f"DATELINE_{name.upper()}", "")  # so that all of them are taken back
        export_settings(settings)
        assert load_settings() == settings
    monkeypatch.setenv("DATELINE_PORT", "http")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "sk-secret" not in str(refused.value)
