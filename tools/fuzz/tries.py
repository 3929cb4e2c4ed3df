"""One try: an input is given to the program in this process, and the answer is judged."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from tools.fuzz.kinds import KINDS, OUT, Try
from tools.fuzz.mutators import Gentle

HANG_SECONDS: Final = 20.0
"""A try hangs that takes more processor time, or thrice as long by the clock."""

_SHOWN: Final = 300


class _HangError(BaseException):
    """The alarm rang; no handler of the program may take it for its own."""


@dataclass(frozen=True)
class Verdict:
    """What became of a try.

    Attributes
    ----------
    answer
        ``done`` or ``refused``; else the fault: ``traceback``, ``warning``, ``hang``, ``memory``,
        ``status``, ``control characters``, ``file outside``, ``silent``.
    told
        For people.
    seconds
        Duration.
    """

    answer: str
    told: str
    seconds: float

    @property
    def is_fault(self) -> bool:
        """Whether the program did what it must not."""
        return self.answer not in ("done", "refused")


def made(kind: str, number: int, seed: int) -> Try:
    """Input of a kind; the same for the same seed and number."""
    return KINDS[kind][0](Random(f"{seed}/{kind}/{number}"))


def unspoilt(kind: str, number: int) -> Try:
    """Valid example of a kind, with one of its commands."""
    return KINDS[kind][0](Gentle(f"{kind}/{number}"))


def tried(one: Try, folder: Path) -> Verdict:
    """Give an input to the program in a folder, which is emptied first, and judge the answer."""
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    for name, content in one.inputs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    before = set(folder.iterdir())
    began = time.monotonic()
    with _inside(folder):
        answer, told = _answer(one)
    seconds = time.monotonic() - began
    strange = [
        path.name
        for path in set(folder.iterdir()) - before
        if path.name.split(".")[0] != OUT or OUT not in " ".join(one.words)
    ]
    if strange and answer in ("done", "refused"):
        answer, told = "file outside", ", ".join(strange)
    return Verdict(answer, told[:_SHOWN], seconds)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise _HangError

    alarms = {signal.ITIMER_PROF: signal.SIGPROF, signal.ITIMER_REAL: signal.SIGALRM}
    old_folder, old = Path.cwd(), {sign: signal.signal(sign, ring) for sign in alarms.values()}
    os.chdir(folder)
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, 3 * HANG_SECONDS)
    try:
        yield
    finally:
        for alarm in alarms:
            signal.setitimer(alarm, 0)
        for sign, handler in old.items():
            signal.signal(sign, handler)
        os.chdir(old_folder)


def _answer(one: Try) -> tuple[str, str]:
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            answer, told = _commanded(one.words) if one.call is None else _called(one.call)
    except _HangError:
        return "hang", f"no answer in {HANG_SECONDS:g} s"
    except MemoryError:
        return "memory", "MemoryError"
    except BaseException as error:  # the program must raise nothing else, whatever it is
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        return "traceback", f"{type(error).__name__} at {place}: {error}"
    if warned and answer in ("done", "refused"):
        first = warned[0]
        place = f"{Path(first.filename).name}:{first.lineno}"
        return "warning", f"{first.category.__name__} at {place}: {first.message}"
    return answer, told


def _called(call: Any) -> tuple[str, str]:
    from remyelin.errors import RemyelinError

    try:
        call()
    except RemyelinError as error:
        return (
            ("refused", str(error)) if str(error).strip() else ("silent", "an error without text")
        )
    return "done", ""


def _commanded(words: tuple[str, ...]) -> tuple[str, str]:
    from remyelin.cli.main import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    said, complained = out.getvalue(), err.getvalue()
    if "Traceback" in said + complained or "internal error" in complained:
        return "traceback", complained
    if "not enough memory" in complained:
        return "memory", complained
    if any(ord(mark) < 32 and mark not in "\n\t" for mark in said + complained):
        return "control characters", ascii((said + complained)[:_SHOWN])
    if code not in (0, 1, 2):
        return "status", f"ended with {code}: {complained}"
    if code and not (said + complained).strip():
        return "silent", f"ended with {code} without a word"
    return ("refused", complained) if code else ("done", "")
