"""Wrong use, failure and interruption: one clear error, the right status, no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import remyelin
from remyelin.cli.session import whole_number
from remyelin.errors import UsageError
from tests.cli.helpers import call

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[2]
BAD_NUMBERS = ("-1", "nan", "inf", "1e9", "1.5", "x", "", " ", str(2**70), "9" * 5000, "٣", "1_0")


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No run may start, and the working folder is empty."""

    def run(*_: Any, **__: Any) -> None:
        pytest.fail("the run started in spite of the wrong input")

    monkeypatch.setattr(remyelin, "run", run)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Let the run fail in the way that a test asks for."""

    def fail_with(error: BaseException) -> None:
        def run(*_: Any, **__: Any) -> None:
            raise error

        monkeypatch.setattr(remyelin, "run", run)

    monkeypatch.chdir(tmp_path)
    return fail_with


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize("option", ["--patients", "--replicates", "--seed", "--workers"])
@pytest.mark.parametrize("value", BAD_NUMBERS)
def test_a_bad_number_is_named_with_what_is_allowed(
    capsys: Capture, option: str, value: str
) -> None:
    done = call(capsys, "run", "mist", f"{option}={value}")
    assert done.code == 2
    assert done.err.startswith(f"error: {option} is ")
    assert "allowed is a whole number from" in done.err
    assert len(done.err) < 400


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--patients", "0"),
        ("--patients", "1000001"),
        ("--replicates", "100001"),
        ("--seed", str(2**63)),
        ("--workers", "257"),
    ],
)
def test_a_number_just_outside_its_limits_is_refused(
    capsys: Capture, option: str, value: str
) -> None:
    assert call(capsys, "run", "mist", option, value).code == 2


@given(st.integers(-50, 150))
def test_whole_numbers_within_the_limits_are_read(value: int) -> None:
    if 0 <= value <= 100:
        assert whole_number(str(value), "--x", low=0, high=100) == value
    else:
        with pytest.raises(UsageError):
            whole_number(str(value), "--x", low=0, high=100)


@given(st.text(max_size=8).filter(lambda text: not text.strip().lstrip("+-").isdecimal()))
def test_a_text_that_is_no_number_is_a_clear_error(text: str) -> None:
    with pytest.raises(UsageError, match="--x is"):
        whole_number(text, "--x", low=0, high=100)


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize("name", ["mists", "MIST", "mist\n", " mist", "", "../mist", "\x1b[31m"])
def test_an_unknown_study_is_taken_literally(capsys: Capture, name: str) -> None:
    done = call(capsys, "run", name)
    assert done.code == 2
    assert "unknown study" in done.err
    assert "\x1b" not in done.err


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize("content", ["", "a: [b", "- 1\n", "title: x\n", "a: !!python/name:os\n"])
def test_a_malformed_study_file_is_named(capsys: Capture, content: str) -> None:
    Path("mine.yaml").write_text(content, encoding="utf-8")
    for words in (("run",), ("studies", "show")):
        done = call(capsys, *words, "mine.yaml")
        assert done.code == 2
        assert done.err.startswith("error: mine.yaml: ")


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize("out", ["", " ", "file.txt", "file.txt/run", "a/b/c", "x" * 300])
def test_a_folder_that_cannot_be_written_stops_before_the_run(capsys: Capture, out: str) -> None:
    Path("file.txt").write_text("text", encoding="utf-8")
    done = call(capsys, "run", "mist", "--out", out)
    assert done.code == 1
    assert done.err.startswith("error: ")
    assert [path.name for path in Path.cwd().iterdir()] == ["file.txt"]


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize("file", ["x.txt", "", "mist;echo.txt", "a\n.yaml", "a" * 300 + ".yaml"])
def test_a_bad_name_for_a_new_study_file_writes_nothing(capsys: Capture, file: str) -> None:
    done = call(capsys, "study", "new", file)
    assert done.code in (1, 2)
    assert done.err.startswith("error: ")
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [("--no-such",), ("nonsense",), ("run",), ("run", "mist", "b", "c"), ("run", "--\x1b[31m")],
)
def test_wrong_words_point_to_the_help(capsys: Capture, words: tuple[str, ...]) -> None:
    done = call(capsys, *words)
    assert done.code == 2
    assert done.err.startswith("error: ")
    assert "--help" in done.err
    assert "\x1b" not in done.err


def test_an_unknown_parameter_offers_near_names(capsys: Capture) -> None:
    done = call(capsys, "parameters", "show", "lesion_rat")
    assert done.code == 2
    assert "did you mean lesion_rate" in done.err


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 1, "not enough memory"),
        (OSError(28, "No space left on device"), 1, "no space left on device"),
        (RuntimeError("odd\nthing"), 1, "internal error: RuntimeError: odd thing"),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
    ],
)
def test_a_failure_of_the_run_is_one_clear_error(
    capsys: Capture,
    failing: Any,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    text: str,
) -> None:
    monkeypatch.setattr("remyelin.cli.main._close_quietly", lambda: None)
    failing(error)
    done = call(capsys, "run", "mist", "--out", "here")
    assert done.code == code
    assert text in done.err
    assert done.out == ""
    assert list(Path.cwd().iterdir()) == []


def test_the_traceback_of_an_unexpected_error_is_shown_on_request(
    capsys: Capture, failing: Any
) -> None:
    from remyelin.cli.main import main

    failing(RuntimeError("odd"))
    assert main(["--debug", "run", "mist"]) == 1
    assert "Traceback" in capsys.readouterr().err


def _child(script: str, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


INTERRUPTED_WHILE_RUNNING = """
    import sys, time
    import remyelin
    from remyelin.cli.main import main
    def run(*_, **__):
        open("started", "w").close()
        time.sleep(30)
    remyelin.run = run
    sys.exit(main())
"""

INTERRUPTED_WHILE_WRITING = """
    import sys, time
    import remyelin
    from remyelin.cli.main import main
    from remyelin.reports import folder
    from tests import synthetic_run
    def stop(*_, **__):
        open("started", "w").close()
        time.sleep(30)
    folder.write_tables = stop
    remyelin.run = lambda *_, **__: synthetic_run.result()
    sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
@pytest.mark.parametrize("script", [INTERRUPTED_WHILE_RUNNING, INTERRUPTED_WHILE_WRITING])
def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path: Path, script: str) -> None:
    child = _child(script, "run", "mist", "--out", "runs/here", cwd=tmp_path)
    deadline = time.monotonic() + 30
    while not (tmp_path / "started").exists():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < deadline, "the run did not start"
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert err == "interrupted\n"
    assert out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["started"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX pipe")
def test_a_reader_that_goes_away_is_no_error_on_screen(tmp_path: Path) -> None:
    script = "import sys; from remyelin.cli.main import main; sys.exit(main())"
    with _child(script, "parameters", "list", "--json", cwd=tmp_path) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == ""
    assert child.returncode in (0, 1)


def test_output_that_the_encoding_lacks_is_escaped(tmp_path: Path) -> None:
    script = "import sys; from remyelin.cli.main import main; sys.exit(main())"
    os.environ["PYTHONIOENCODING"] = "ascii"
    try:
        child = _child(script, "run", "naïve 干", cwd=tmp_path)
    finally:
        del os.environ["PYTHONIOENCODING"]
    out, err = child.communicate(timeout=30)
    assert child.returncode == 2
    assert "na\\xefve" in err
    assert out == ""
