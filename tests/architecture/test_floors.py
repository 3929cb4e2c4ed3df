"""The house stands: imports go down, modules stay short, what is public is explained."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import rules

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / rules.PACKAGE
FOLDERS = ("src", "tests", "docs", "examples", "validation", "benchmarks", ".ci")
TEXTS = {".py", ".md", ".toml", ".yaml", ".yml", ".csv", ".json", ".txt", ".cff", ".css", ".html"}


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = sorted(SOURCE.rglob("*.py"))
NAMES = [module_name(path) for path in MODULES]


def text_files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and (path.suffix in TEXTS or not path.suffix):
                yield path
    yield from (p for p in ROOT.iterdir() if p.is_file() and (p.suffix in TEXTS or not p.suffix))


def test_the_package_is_found() -> None:
    assert "remyelin.errors" in NAMES
    assert "remyelin.study.definition" in NAMES


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_imports_go_down_only(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    is_package = path.name == "__init__.py"
    assert rules.floor_offences(module_name(path), source, is_package=is_package) == []


@pytest.mark.parametrize(
    "rule", [rules.size_offences, rules.public_offences], ids=["short", "explained"]
)
@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_modules_are_short_and_explained(path: Path, rule: Callable[[str, str], list[str]]) -> None:
    assert rule(module_name(path), path.read_text(encoding="utf-8")) == []


def test_yaml_is_read_by_safe_loaders_only() -> None:
    sources = {module_name(path): path.read_text(encoding="utf-8") for path in MODULES}
    safe = rules.SAFE_LOADERS.union(*(rules.safe_loaders(s) for s in sources.values()))
    found = [o for name, source in sources.items() for o in rules.yaml_offences(name, source, safe)]
    assert found == []


STILL_FETCHING = frozenset(
    {
        # Words of a file are checked where the file is read.
        "remyelin.credibility.measures.milestones",
        "remyelin.credibility.measures.worsening",
        "remyelin.patients.description",
        "remyelin.study.schema",
        "remyelin.therapies.inspection",
        # A step or a certificate names a cell product.
        "remyelin.therapies.batches",
        "remyelin.therapies.product_rules",
        "remyelin.therapies.release_tests.subject",
        "remyelin.therapies.timeline",
        "remyelin.therapies.transplant",
        # Published figures are joined, and the base asked.
        "remyelin.credibility.overlap",
        "remyelin.credibility.roles",
        "remyelin.evidence.export",
        "remyelin.evidence.planning",
        "remyelin.evidence.query",
        "remyelin.evidence.readiness",
        "remyelin.evidence.words",
        "remyelin.comparison.join",
        # Figures of the scoreboard and their keys, for readings and roles.
        "remyelin.credibility.figures",
        "remyelin.credibility.keys",
        # Studies are found by name.
        "remyelin.credibility.running",
        "remyelin.trials.planned",
    }
)
"""Modules below the top that fetch for themselves; the list may only become shorter."""


def test_what_a_run_depends_on_is_handed_in() -> None:
    fetching = {
        name
        for path, name in zip(MODULES, NAMES, strict=True)
        if rules.loader_offences(name, path.read_text(encoding="utf-8"))
    }
    assert fetching == STILL_FETCHING


def test_trials_predict_and_do_not_know_what_was_published() -> None:
    met = [
        (name, other)
        for path, name in zip(MODULES, NAMES, strict=True)
        if rules.room_of(name) == "trials"
        for _, other in rules.imports(name, ast.parse(path.read_text(encoding="utf-8")))
        if rules.room_of(other) in {"evidence", "synthesis", "comparison"}
    ]
    assert met == []


def test_every_folder_of_the_package_stands_on_a_floor() -> None:
    rooms = {p.name for p in SOURCE.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert rooms <= set(rules.HEIGHT)


def test_no_text_names_a_machine_path_or_a_registry() -> None:
    found = [
        offence
        for path in text_files()
        for offence in rules.text_offences(
            str(path.relative_to(ROOT)), path.read_text(encoding="utf-8", errors="replace")
        )
    ]
    assert found == []


def test_the_constraints_hold_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert len(pins) > 10
    assert [p for p in pins if p.count("==") != 1 or set(p) & set(" :/@;")] == []


def test_the_typed_marker_ships() -> None:
    assert (SOURCE / "py.typed").is_file()


# The rules must be able to fail: one small offender, and one near miss, for each.


@pytest.mark.parametrize(
    ("module", "source", "way"),
    [
        ("remyelin.study.schema", "from remyelin.trials import run\n", "up"),
        ("remyelin.study.schema", "import remyelin.model.state\n", "sideways"),
        ("remyelin.study.schema", "from remyelin import model\n", "sideways"),
        ("remyelin.study.schema", "from ..engine import kernel\n", "up"),
        ("remyelin.study.schema", "from remyelin import __version__\n", "up"),
        (
            "remyelin.study.schema",
            "import importlib\nimportlib.import_module('remyelin.cli')",
            "up",
        ),
        ("remyelin.endpoints.edss", "def f():\n    import remyelin.cohorts\n", "sideways"),
        ("remyelin.errors", "from remyelin.files import read_yaml\n", "sideways"),
        ("remyelin.reports.html", "from remyelin.cli.main import main\n", "sideways"),
    ],
)
def test_an_import_up_or_sideways_is_found(module: str, source: str, way: str) -> None:
    (offence,) = rules.floor_offences(module, source)
    assert f", {way} from floor" in offence


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("remyelin.trials.run", "from remyelin.endpoints import events\nimport numpy\n"),
        (
            "remyelin.trials.run",
            "from .prediction import Prediction\nimport remyelin.trials.arms\n",
        ),
        ("remyelin.parameters.table", "from remyelin.files import read_text\n"),
        ("remyelin.cli.main", "import remyelin\nfrom remyelin.reports import write\n"),
        ("remyelin.__main__", "from remyelin.cli.main import main\n"),
        ("remyelin", "def f():\n    from remyelin.trials import run\n"),
        ("remyelin.study.schema", "import remyelinate\n"),
    ],
)
def test_an_import_down_or_within_the_room_passes(module: str, source: str) -> None:
    assert rules.floor_offences(module, source) == []


def test_a_relative_import_in_a_package_file_is_resolved_from_the_package() -> None:
    source = "from .schema import Study\n"
    assert rules.floor_offences("remyelin.study", source, is_package=True) == []
    assert list(rules.imports("remyelin.study", ast.parse(source), is_package=True)) == [
        (1, "remyelin.study.schema")
    ]


@pytest.mark.parametrize(
    "source",
    [
        "from remyelin.parameters import ParameterTable\nt = ParameterTable.load()\n",
        "from remyelin.inputs import Inputs\nt = Inputs.packaged()\n",
        "from remyelin.therapies import catalogue as given\nt = map(given.load, [])\n",
        "def f():\n    from remyelin.study.catalogue import definitions\n    definitions()\n",
    ],
)
def test_a_loader_below_the_top_is_found(source: str) -> None:
    assert len(rules.loader_offences("remyelin.trials.run", source)) == 1
    assert rules.loader_offences("remyelin.cli.run", source) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(definitions):\n    return definitions()\n",
        "from remyelin.parameters import ParameterTable\nt = ParameterTable.parse('')\n",
        "import json\njson.load(file)\n",
    ],
)
def test_what_is_handed_in_is_no_loader(source: str) -> None:
    assert rules.loader_offences("remyelin.trials.run", source) == []


def test_an_unknown_room_is_found() -> None:
    assert "stands on no floor" in rules.floor_offences("remyelin.attic.box", "")[0]


def test_long_modules_and_functions_are_found() -> None:
    long_function = "def f():\n" + "    x = 1\n" * rules.MAX_FUNCTION_LINES
    assert len(rules.size_offences("m", "x = 1\n" * (rules.MAX_MODULE_LINES + 1))) == 1
    assert len(rules.size_offences("m", long_function)) == 1
    assert rules.size_offences("m", long_function.replace("    x = 1\n", "", 1)) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n",
        '"""M."""\ndef f() -> None: ...\n',
        '"""M."""\ndef f(a) -> None:\n    """Do."""\n',
        '"""M."""\ndef f(*, a) -> None:\n    """Do."""\n',
        '"""M."""\ndef f():\n    """Do."""\n',
        '"""M."""\nclass C:\n    """C."""\n    def f(self) -> None: ...\n',
    ],
)
def test_what_is_public_and_unexplained_is_found(source: str) -> None:
    assert len(rules.public_offences("m", source)) == 1


def test_private_and_explained_code_passes() -> None:
    source = '"""M."""\ndef f(a: int) -> None:\n    """Do."""\ndef _g(a): ...\n'
    assert rules.public_offences("m", source) == []


@pytest.mark.parametrize(
    ("source", "offences"),
    [
        ("yaml.load(text)", 1),
        ("yaml.load(text, Loader=yaml.Loader)", 1),
        ("yaml.unsafe_load(text)", 1),
        ("yaml.full_load(text)", 1),
        ("class L(yaml.Loader): ...\nyaml.load(text, Loader=L)", 1),
        ("yaml.safe_load(text)", 0),
        ("yaml.load(text, Loader=yaml.CSafeLoader)", 0),
        ("class L(yaml.SafeLoader): ...\nyaml.load(text, L)", 0),
        ("json.load(file)", 0),
    ],
)
def test_unsafe_yaml_is_found(source: str, offences: int) -> None:
    safe = rules.SAFE_LOADERS | rules.safe_loaders(source)
    assert len(rules.yaml_offences("m", source, safe)) == offences


@pytest.mark.parametrize("place", ["work", "root", "home", "Users"])
def test_a_machine_path_is_found(place: str) -> None:
    assert len(rules.text_offences("f", f"see /{place}/somebody/notes.txt")) == 1


@pytest.mark.parametrize(
    "text", ["docs/work/plan.md", "https://doi.org/10.1/work", "./home/x", "/usr/bin/env bash"]
)
def test_a_path_that_holds_everywhere_passes(text: str) -> None:
    assert rules.text_offences("f", text) == []


def test_a_registry_host_is_found() -> None:
    assert len(rules.text_offences("f", "index-url = https://" + "pypi" + ".org/simple")) == 1
