"""Vary one input, and everything that names it moves; vary a face, and nothing does."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from remyelin.cohorts import reference
from remyelin.cohorts.course import Course
from remyelin.core import digest
from remyelin.core.digest import counts, part_of, provenance
from remyelin.credibility import groups, results, running
from remyelin.errors import SimulationError
from remyelin.study.population import Era
from remyelin.trials import run, vault
from remyelin.trials.foreman import Job
from remyelin.trials.plans import Plans
from tests.architecture import rules
from tests.trials.small import INPUTS, TABLE, mapping, plan, study

ROOT = Path(str(files("remyelin")))
EVERY = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)
CONTENTS = digest.contents_of(ROOT)
PLAN = plan()
PLANS = Plans.single(PLAN)
VARIANT = reference.Variant(Course.RELAPSING, Era.MODERN)
SHARD = 9
JOINS = {"trials/planned.py"}
"""Where published figures are set beside simulated ones, or asked for by name."""

Change = Callable[[str], None]


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    """Change one byte of a file of the package, as far as digests can see."""

    def changed(path: str) -> None:
        other = {**CONTENTS, path: hashlib.sha256(path.encode()).hexdigest()}
        monkeypatch.setattr(digest, "contents_of", lambda _: other)
        provenance.cache_clear()

    yield changed
    monkeypatch.undo()
    provenance.cache_clear()


def scoreboard_job() -> running.Job:
    natural = groups.load("natural-history")
    return next(running.jobs_of(natural, running.Settings(), (), INPUTS))


def names() -> dict[str, str]:
    """Everything that names the inputs of a simulated figure."""
    empty = running.GroupRun(
        group=groups.load("cells"),
        settings=running.Settings(),
        inputs=INPUTS,
        jobs=(),
        finished={},
        targets=(),
        reused=(),
        not_run={},
    )
    return {
        "digest": provenance().digest(),
        "manifest": repr(vault.identity_of(PLANS, SHARD)),
        "cache": reference.kept_name(VARIANT, INPUTS),
        "record": str(run._record(PLANS, 0.0)["provenance"]),
        "scoreboard key": scoreboard_job().key,
        "scoreboard result": results.result_of(empty, command="", version="").code,
    }


def one_of_each_part() -> list[str]:
    found: dict[str, str] = {}
    for path in CONTENTS:
        if counts(path):
            found.setdefault(part_of(path), path)
    return sorted(found.values())


@pytest.mark.parametrize("path", one_of_each_part(), ids=part_of)
def test_everything_that_names_an_input_moves_with_it(path: str, change: Change) -> None:
    before, job = names(), Job(PLAN, provenance().parts)
    job.check()
    change(path)
    after = names()
    assert [name for name in before if before[name] == after[name]] == []
    with pytest.raises(SimulationError, match=f"what differs: {part_of(path)}\n"):
        job.check()


def test_published_figures_move_the_record_of_a_run_and_no_name(change: Change) -> None:
    before, observed = names(), run._record(PLANS, 0.0)["evidence"]
    change("evidence/data/outcomes.csv")
    assert names() == before
    assert run._record(PLANS, 0.0)["evidence"] != observed


def test_every_file_counts_is_published_is_a_study_or_is_a_face() -> None:
    """A new file counts by itself: nobody has to think of it."""
    for path in EVERY:
        kinds = {
            "counts": counts(path),
            "published": path.startswith(digest.OBSERVED),
            "study": path.startswith(digest.BY_CONTENT),
            "face": path.startswith(digest.FACES) and not path.startswith(digest.COUNTED),
        }
        assert sum(kinds.values()) == 1, (path, kinds)
        assert (path in CONTENTS) == (kinds["counts"] or kinds["published"]), path
    assert counts("some_new_room/data/table.csv")


def test_a_face_or_another_study_moves_nothing() -> None:
    left_out = [path for path in EVERY if path not in CONTENTS]
    for wanted in ("reports/report.css", "cli/run.py", "study/studies/mist.yaml", "__init__.py"):
        assert wanted in left_out


def test_the_text_of_the_study_and_of_its_own_protocols_moves_its_names() -> None:
    def with_dose(dose: float) -> dict[str, Any]:
        content = {"protocol_id": "mine", "dose": dose}
        return {**mapping(), "protocols": [{"file": "mine.yaml", "content": content}]}

    longer = mapping()
    longer["design"]["n"] = longer["design"]["n"] + 1
    plans = [
        Plans.single(replace(PLAN, study=study(data)))
        for data in (mapping(), longer, with_dose(50.0), with_dose(5.0))
    ]
    manifests = [vault.identity_of(one, SHARD)["study"] for one in plans]
    assert len(set(manifests)) == len(plans)
    records = [run._record(one, 0.0)["study"] for one in plans[:2]]
    assert records == manifests[:2]


def test_parameters_move_every_name_of_a_run_and_of_a_population() -> None:
    other = TABLE.with_values({"lesion_rate": 1.1 * TABLE["lesion_rate"].value})
    changed = Plans.single(replace(PLAN, inputs=INPUTS.with_parameters(other)))
    for named in (lambda one: vault.identity_of(one, SHARD), lambda one: run._record(one, 0.0)):
        assert named(changed)["parameters"] != named(PLANS)["parameters"]
    assert reference.kept_name(VARIANT, changed.inputs) != reference.kept_name(VARIANT, INPUTS)


# What counts is what the makers of figures import: nothing else can reach a figure.


def module_of(path: str) -> str:
    parts = ("remyelin", *path.removesuffix(".py").split("/"))
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in EVERY if path.endswith(".py")}


def imported(path: str) -> Iterator[str]:
    """Paths of the modules that a module imports, at any depth."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    is_package = path.endswith("__init__.py")
    for _, name in rules.imports(module_of(path), tree, is_package=is_package):
        yield MODULES.get(name, name)


def offences(counted: Callable[[str], bool]) -> list[str]:
    found = []
    for path in EVERY:
        if not (path.endswith(".py") and counted(path)):
            continue
        for other in imported(path):
            if other.startswith(digest.OBSERVED):
                found += [] if path in JOINS else [f"{path} imports {other}"]
            elif not counts(other):
                found.append(f"{path} imports {other}")
    return found


def test_nothing_that_makes_a_figure_imports_what_does_not_count() -> None:
    assert offences(counts) == []


def test_the_rule_can_fail() -> None:
    assert offences(lambda path: path == "reports/folder.py") != []
    assert offences(lambda path: path == "credibility/rows.py") != []


def test_packages_of_the_faces_that_hold_counted_modules_have_no_code_of_their_own() -> None:
    for counted in digest.COUNTED:
        parent = ROOT / counted.split("/", 1)[0] / "__init__.py"
        assert len(ast.parse(parent.read_text(encoding="utf-8")).body) == 1, "a docstring only"
