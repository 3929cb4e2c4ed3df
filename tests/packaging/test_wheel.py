"""The wheel alone, installed outside the checkout, runs a study."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = {".digest", ".yaml", ".csv", ".parquet", ".json", ".css", ".html", ".typed"}

pytestmark = pytest.mark.wheel


def call(*command: str | Path, cwd: Path, limit: int = 300) -> str:
    """Run a command far from the checkout and give what it printed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout with the build backend of this environment."""
    out = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("remyelin-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of a fresh environment that has the wheel and, by path, the libraries of this one."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = home / scripts / ("python.exe" if os.name == "nt" else "python")
    site = Path(
        call(
            python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home
        ).strip()
    )
    # A path file is no site folder: the editable install of the checkout is not followed.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    call(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python),
        *("install", "--no-deps", "--ignore-installed", "--no-index", wheel),
        cwd=home,
    )
    return python


def test_the_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    source = ROOT / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "remyelin").rglob("*")
        if path.is_file() and path.suffix in DATA | {".py"}
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {n for n in archive.namelist() if n.startswith("remyelin/")}
        metadata = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode("utf-8")
    assert held == wanted
    assert "License-Expression: Apache-2.0" in text


def test_the_installed_wheel_runs_a_study(installed: Path, tmp_path: Path) -> None:
    where = call(installed, "-c", "import remyelin; print(remyelin.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent.parent)

    program = shutil.which("remyelin", path=str(installed.parent))
    assert program is not None
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] in call(program, "--version", cwd=tmp_path)
    assert "mist" in call(program, "studies", "list", cwd=tmp_path)

    small = ("--patients", "10", "--replicates", "1", "--seed", "1")
    call(program, "run", "mist", *small, "--out", "run", cwd=tmp_path)
    made = {path.suffix for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert {".json", ".parquet", ".html"} <= made
    assert {path.name for path in tmp_path.iterdir()} == {"run"}
