"""Who thinks: the variable, the file, and what cannot be meant; and a model asked through a worker."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from copilot.keeper_settings import chosen
from copilot.wire import Provider
from engine.model.refusal import Refused

KEY = {"ANTHROPIC_API_KEY": "k1", "OPENAI_API_KEY": "k2"}


def test_nothing_chosen_is_offline_also_with_keys(tmp_path: Path) -> None:
    assert chosen(str(tmp_path), {}).provider == chosen(str(tmp_path), KEY).provider == Provider()


@pytest.mark.parametrize(
    ("word", "provider"),
    [
        ("offline", Provider()),
        ("anthropic", Provider("anthropic", key="k1")),
        ("anthropic:a-model", Provider("anthropic", "a-model", key="k1")),
        ("openai:m:7b@http://127.0.0.1:1/v1", Provider("openai", "m:7b", "http://127.0.0.1:1/v1", "k2")),
    ],
)
def test_the_variable_goes_first(word: str, provider: Provider, tmp_path: Path) -> None:
    (tmp_path / "copilot.toml").write_text("minimise = true")
    found = chosen(str(tmp_path), {**KEY, "VTERM_COPILOT": word})
    assert (found.provider, found.minimise) == (provider, True)


@pytest.mark.parametrize("word", ["gpt", "scripted:", "openai:@http://x", "anthropic:a b", "openai:m@ftp://x",
                                  "openai:m@http://user:pw@x", "offline:x"])  # fmt: skip
def test_a_variable_that_cannot_be_meant(word: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        chosen(str(tmp_path), {**KEY, "VTERM_COPILOT": word})


def test_the_file_chooses(tmp_path: Path) -> None:
    (tmp_path / "copilot.toml").write_text('provider = "openai"\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\n')
    assert chosen(str(tmp_path), {}).provider == Provider("openai", "m", "http://127.0.0.1:9/v1", "")


@pytest.mark.parametrize(
    "text",
    ['key = "k"', 'provider = "x"', "provider = 5", "[", 'provider = "anthropic"', "x" * 5_000, "minimise = 1"],
)
def test_a_file_that_cannot_be_meant(text: str, tmp_path: Path) -> None:
    (tmp_path / "copilot.toml").write_text(text)
    with pytest.raises(Refused):
        chosen(str(tmp_path), {})


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "copilot.toml")
    with pytest.raises(Refused):
        chosen(str(tmp_path), {})
    with pytest.raises(Refused):
        chosen(str(tmp_path / "none"), {"VTERM_COPILOT": f"scripted:{tmp_path}"})
    (tmp_path / "s.json").write_text(json.dumps([{"tool": "x"}]))
    found = chosen(str(tmp_path / "none"), {"VTERM_COPILOT": f"scripted:{tmp_path / 's.json'}"})
    assert found.provider.kind == "scripted" and found.provider.script
