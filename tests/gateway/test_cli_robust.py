"""Whatever goes wrong is told in a sentence; a closed pipe, Ctrl-C and NO_COLOR are respected."""

import asyncio
import contextlib
import json
import logging
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from gateway import log as logs
from gateway.cli import hub as hubs
from gateway.cli import run, state
from gateway.cli.output import Problem
from gateway.cli.root import app
from gateway.cli.telling import Telling
from simulator.play import Kind, Progress
from tests.gateway.fake_hub import fake_hub
from tests.gateway.journals import write

SECONDS = 60


def call(*words: str, **more: Any) -> Any:
    return CliRunner().invoke(app, list(words), **more)


def pipeline(command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "N": f"{sys.executable} -m gateway", **env},
    )


def test_a_bug_is_one_sentence_and_where_the_details_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug\nwith details")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(state, "state_folder", broken)

    result = call("state", "--json")

    assert result.exit_code == 1
    sentence = json.loads(result.stdout)["error"]
    (kept,) = tmp_path.iterdir()
    assert str(kept) in sentence
    assert "Traceback" not in result.output
    assert "with details" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_log_that_nobody_reads_to_its_end_ends_quietly(tmp_path: Path) -> None:
    write(tmp_path, 5000)

    done = pipeline(f"$N log --all -n 5000 --state {tmp_path} | head -2")

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize("command", ["state --watch", "log --follow"])
def test_watching_ends_with_its_reader(tmp_path: Path, command: str) -> None:
    write(tmp_path, 3)
    with fake_hub(tmp_path):
        done = pipeline(f"$N {command} --state {tmp_path} | head -1")

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("words", [("log", "--nonsense"), ("amr",), ("log", "--limit", "none")])
def test_usage_errors_are_json_where_json_was_asked_for(words: tuple[str, ...]) -> None:
    result = call(*words, "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["ok"] is False
    assert call(*words).exit_code == 2


def test_what_keeps_the_hub_from_starting_is_json_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[site]\n")

    wrong = json.loads(call("run", "--json", "--config", str(bad)).stdout)

    def busy(*_: object) -> int:
        sys.stderr.write("nightlatch: another hub is already running\n")
        return 2

    monkeypatch.setattr(run, "_load", lambda: busy)
    monkeypatch.delenv("NIGHTLATCH_LOG", raising=False)
    other = call("run", "--json", "--config", str(bad))

    assert wrong["ok"] is False
    assert wrong["errors"]
    assert json.loads(other.stdout)["error"] == "another hub is already running"
    assert other.exit_code == 2


def test_the_hub_says_when_it_has_stopped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "_load", lambda: lambda *_: 0)

    with caplog.at_level(logging.INFO, "nightlatch"):
        assert call("run").exit_code == 0

    assert caplog.messages == ["stopped"]


@pytest.mark.parametrize("quiet", [True, False])
def test_on_a_terminal_the_hub_speaks_plain_sentences(
    monkeypatch: pytest.MonkeyPatch,
    quiet: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    monkeypatch.setenv("NO_COLOR", "1" if quiet else "")
    record = logging.LogRecord("nightlatch", logging.WARNING, "", 1, "no %s", ("stick",), None)

    line = logs.PlainFormatter().format(record)

    assert "  no stick" in line
    assert ("\x1b[33m" in line) is not quiet


def test_bytes_that_are_no_text_are_no_code(tmp_path: Path) -> None:
    with fake_hub(tmp_path):
        done = pipeline(f"printf '\\xff\\xfe12\\n' | $N disarm --code-stdin --state {tmp_path}")

    assert done.returncode == 2
    assert done.stderr.strip() == "that code is not text in UTF-8"


def test_ctrl_c_at_a_prompt_gives_the_exit_code_of_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: object) -> str:
        raise typer.Abort

    monkeypatch.setattr(hubs, "_read", interrupted)
    with fake_hub(tmp_path):
        assert call("disarm", "--state", str(tmp_path)).exit_code == 130
    assert call("hash-code").exit_code == 130


def test_a_path_too_long_for_a_socket_is_told_as_that(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    config = tmp_path / "nightlatch.toml"
    config.write_text(f'[site]\nname = "x"\n\n[state]\nfolder = "{"x" * 100}"\n')

    for words in (["state"], ["doctor"], ["check"]):
        named = [str(config)] if words == ["check"] else ["--config", str(config)]
        result = call(*words, *named, env={"COLUMNS": "400"})
        assert "takes 107 at most" in result.output, words
    with pytest.raises(Problem, match="107"):
        hubs.hub(folder)


def test_no_color_takes_away_bold_and_dim_as_well(tmp_path: Path) -> None:
    with fake_hub(tmp_path):
        for command in ("state", "devices", "doctor", "--help", "state --help", "arm away"):
            words = [*command.split(), *([] if "help" in command else ["--state", str(tmp_path)])]
            assert "\x1b[1" in on_a_terminal(words, "") or "\x1b[3" in on_a_terminal(words, "")
            assert "\x1b[" not in on_a_terminal(words, "1"), command


def on_a_terminal(words: list[str], no_colour: str) -> str:
    ours, theirs = pty.openpty()
    told = b""
    env = {**os.environ, "NO_COLOR": no_colour, "TERM": "xterm-256color", "COLUMNS": "120"}
    env.pop("FORCE_COLOR", None)
    command = [sys.executable, "-m", "gateway", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env):
        os.close(theirs)
        with contextlib.suppress(OSError):  # the last one hung up
            while more := os.read(ours, 65536):
                told += more
    os.close(ours)
    return told.decode()


async def test_a_play_is_told_in_order_and_ends_with_its_last_step() -> None:
    told: list[str] = []
    telling = Telling(lambda progress: told.append(progress.text))
    for kind, at_ms, text in (
        (Kind.STEP, 5.0, "open"),
        (Kind.SEEN, 2.0, "seen late"),
        (Kind.PASSED, 9.0, "held"),
        (Kind.SEEN, 12.0, "the house is torn down"),
    ):
        telling.take(Progress(kind, at_ms, text))
    assert not told
    await asyncio.sleep(0)

    telling.end()

    assert told == ["seen late", "open", "held"]
