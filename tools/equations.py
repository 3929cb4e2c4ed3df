"""Write docs/equations.md from the model: every stage's equations as they are traced.

Usage: python -m tools.equations
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from remyelin.engine.fused.layout import PARTS, STATE_LEAVES
from remyelin.engine.graph import CONDITIONS, LEAVES, Graph, Op
from remyelin.engine.tracer import TracedStage, trace_stage
from remyelin.engine.unit_check import check_units
from remyelin.model.day import STAGES
from remyelin.model.stage import Stage
from remyelin.parameters import ParameterTable

PAGE = Path(__file__).resolve().parents[1] / "docs" / "equations.md"
STEP = "h"

MOST_STATES = 60
"""States that may move in every patient on every day."""

MOST_OPERATIONS = 1_500
"""Operations that every patient may cost on every day."""

_LONGEST = 110
"""Characters after which an expression gets a name of its own."""

_INFIX = {
    Op.ADD: ("+", 2),
    Op.SUB: ("−", 2),
    Op.MUL: ("·", 3),
    Op.DIV: ("/", 3),
    Op.LESS: ("<", 1),
    Op.AT_MOST: ("≤", 1),
    Op.GREATER: (">", 1),
    Op.AT_LEAST: ("≥", 1),
    Op.AND: ("and", 0),
    Op.OR: ("or", 0),
}
_CALLS = {
    Op.EXP: "exp",
    Op.LOG: "log",
    Op.SQRT: "sqrt",
    Op.COS: "cos",
    Op.MAXIMUM: "max",
    Op.MINIMUM: "min",
}
_ATOM = 9
_HEAD = "\n".join(
    (
        "# Equations\n",
        "Written from the code by `make equations`, not by hand: each stage of a day is run once "
        "on symbols and what it does is written down. [model.md](model.md) says in words what the "
        "stages mean.\n",
        "`x ← …` gives the value after the stage; everything on the right is the value before it. "
        "`h` is the step, one day. `u₀`, `u₁`, … are uniform draws of the stage's own stream; "
        "`normal(a, b)` is the standard normal value of two of them. `a if c else b` chooses by a "
        "condition. Names `v1`, `v2`, … hold what is used more than once in a stage. Times are "
        "days, ages years; rates of the parameter table are converted from years. Numbers have "
        "six digits here, all of them in the code.\n",
    )
)


def page() -> str:
    """Give the whole page."""
    table = ParameterTable.load()
    stages = [_Text(stage) for stage in STAGES]
    parts = [_HEAD, _counts(stages), _units(table)]
    for k, text in enumerate(stages):
        earlier = next((t for t in stages[:k] if t.shape == text.shape), None)
        parts.append(text.section(table, earlier))
    return "\n".join(parts).rstrip() + "\n"


class _Text:
    """One stage in words and equations."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.traced = trace_stage(stage, PARTS, step=STEP)
        self.graph = self.traced.graph
        self.names: dict[int, str] = {}
        self.lines: list[str] = []
        self._write()
        self.shape = re.sub(r"\d+", "#", "\n".join([stage.name, *self.lines]))

    def _write(self) -> None:
        results = self.traced.results
        uses = _uses(self.graph, results)
        for node in self.graph.needed(results):
            what = self.graph.nodes[node]
            if what.op in LEAVES or what.op in CONDITIONS or self._normal(node):
                continue
            text = self.of(node)
            long = len(text) > _LONGEST and node not in results
            if (uses[node] > 1 and len(text) > 2 * len("v99")) or long:
                name = f"v{len(self.names) + 1}"
                self.lines.append(f"{name} = {text}")
                self.names[node] = name
        for leaf, node in self.traced.changes.items():
            self.lines.append(f"{leaf} ← {self.names.get(node) or self.of(node)}")

    def of(self, node: int, above: int = 0) -> str:
        """Write a node; in brackets where it binds less than what stands above it."""
        text, binds = self._written(node)
        return f"({text})" if binds < above else text

    def _written(self, node: int) -> tuple[str, int]:
        what = self.graph.nodes[node]
        if node in self.names:
            return self.names[node], _ATOM
        if what.op in LEAVES:
            return _leaf(what.op, what.label)
        if pair := self._normal(node):
            return f"normal({self.of(pair[0])}, {self.of(pair[1])})", _ATOM
        if what.op in _INFIX:
            sign, binds = _INFIX[what.op]
            first, second = what.inputs
            right = binds + (what.op in {Op.SUB, Op.DIV})
            return f"{self.of(first, binds)} {sign} {self.of(second, right)}", binds
        if what.op is Op.NEG:
            return f"−{self.of(what.inputs[0], 3)}", 2
        if what.op is Op.WHERE:
            condition, yes, no = what.inputs
            return f"{self.of(yes, 1)} if {self.of(condition)} else {self.of(no)}", -1
        return f"{_CALLS[what.op]}({', '.join(self.of(k) for k in what.inputs)})", _ATOM

    def _normal(self, node: int) -> tuple[int, int] | None:
        """Recognise Box and Muller's normal value; give its two uniforms."""
        root, wave = self._inputs(node, Op.MUL, 2)
        (square,) = self._inputs(root, Op.SQRT, 1)
        minus_two, log = self._inputs(square, Op.MUL, 2)
        (first,) = self._inputs(log, Op.LOG, 1)
        (angle,) = self._inputs(wave, Op.COS, 1)
        turn, second = self._inputs(angle, Op.MUL, 2)
        if minus_two is None or turn is None or first is None or second is None:
            return None
        is_normal = self.graph.is_constant(minus_two, -2.0) and self.graph.is_constant(
            turn, 2.0 * math.pi
        )
        return (first, second) if is_normal else None

    def _inputs(self, node: int | None, op: Op, count: int) -> tuple[int | None, ...]:
        if node is None or self.graph.nodes[node].op is not op:
            return (None,) * count
        return self.graph.nodes[node].inputs

    def section(self, table: ParameterTable, earlier: _Text | None) -> str:
        """Give the section of the page."""
        text = [f"## {self.stage.name}\n", f"{self._when()} Changes {self._changed()}.\n"]
        if earlier is not None:
            text.append(
                f"Equations and parameters are those of *{earlier.stage.name}*, "
                "with its own number and draws.\n"
            )
            return "\n".join(text)
        text += ["```text", *self.lines, "```\n"]
        keys = sorted({label.split(".")[-1] for label in self._labels(Op.PARAMETER)})
        if keys:
            text += ["| parameter | value | unit | mark |", "|---|---|---|---|"]
            text += [
                f"| `{p.key}` | {p.value:.6g} | {p.unit} | {p.mark} |"
                for p in (table[key] for key in keys)
            ]
            text.append("")
        return "\n".join(text)

    def _when(self) -> str:
        if self.stage.every > 1:
            return f"Acts every {self.stage.every} days."
        if self.traced.guard is None:
            return "Acts every day."
        return f"Acts where `{self.of(self.traced.guard)}`."

    def _changed(self) -> str:
        parts = dict.fromkeys(leaf.split(".")[0] for leaf in self.traced.changes)
        return ", ".join(f"`{part}`" for part in parts)

    def _labels(self, op: Op) -> set[str]:
        nodes = (self.graph.nodes[k] for k in self.graph.needed(self.traced.results))
        return {node.label for node in nodes if node.op is op}


def _leaf(op: Op, label: str) -> tuple[str, int]:
    if op is Op.CONSTANT:
        value = float.fromhex(label)
        return f"{value:.6g}".replace("-", "−"), 2 if value < 0 else _ATOM
    if "#" in label:
        return f"u{label.split('#')[1].translate(str.maketrans('0123456789', '₀₁₂₃₄₅₆₇₈₉'))}", _ATOM
    return label.rsplit(".", maxsplit=1)[-1] if op is Op.PARAMETER else label, _ATOM


def _uses(graph: Graph, results: Iterable[int]) -> Counter[int]:
    found: Counter[int] = Counter()
    for node in graph.needed(results):
        found.update(graph.nodes[node].inputs)
    return found


def operations(stage: Stage) -> Counter[Op]:
    """Count what a stage does for one patient, what is the same for all left out."""
    return trace_stage(stage, PARTS).graph.operations()


def daily_operations() -> float:
    """Operations that every patient costs on every day: stages without guard."""
    return sum(operations(stage).total() / stage.every for stage in STAGES if stage.when is None)


def daily_states() -> set[str]:
    """States that stages without guard move."""
    found = set[str]()
    for stage in STAGES:
        if stage.when is None:
            found |= set(_traced(stage).changes)
    return found


def _traced(stage: Stage) -> TracedStage:
    return trace_stage(stage, PARTS)


def _counts(stages: list[_Text]) -> str:
    costly = (Op.EXP, Op.LOG, Op.SQRT, Op.COS)
    rows = []
    for text in stages:
        count = operations(text.stage)
        when = "always" if text.stage.when is None else "where its guard holds"
        when = f"every {text.stage.every} days" if text.stage.every > 1 else when
        functions = sum(count[op] for op in costly)
        rows.append(f"| {text.stage.name} | {count.total()} | {functions} | {when} |")
    total = sum(operations(text.stage).total() for text in stages)
    return "\n".join(
        [
            "## How much a day costs\n",
            f"{len(STATE_LEAVES)} states are carried; {len(daily_states())} of them move in "
            f"every patient on every day (limit {MOST_STATES}). A day without therapy, lesion or "
            f"graft takes {daily_operations():.0f} operations (limit {MOST_OPERATIONS}); all "
            f"stages together have {total:,}. Exponential, logarithm, root and cosine count as "
            "one; what is the same for all patients is computed once and does not count; random "
            "numbers do not count.\n",
            "| stage | operations | of these exp, log, sqrt, cos | acts |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _units(table: ParameterTable) -> str:
    report = check_units(table)
    parts = dict.fromkeys(leaf.split(".")[0] for leaf in report.undeclared)
    rows = [
        f"| {finding.stage} | {finding.op.value} | {' and '.join(finding.units)} | {reason} |"
        for finding, reason in report.by_design
    ]
    missing = f" No unit is declared yet for: {', '.join(parts)}." if parts else ""
    return "\n".join(
        [
            "## Units\n",
            "Every value of a patient has a unit (`src/remyelin/model/units.csv`), every parameter "
            "too. A test walks all equations: sums, choices and comparisons must be of one unit, "
            "exponents and logarithms of plain numbers. Counts and shares are plain numbers; 0 "
            "fits everywhere; damage has the unit of latent disability. These misfits stay by "
            f"design (`unit_exceptions.csv`):{missing}\n",
            "| stage | operation | units that meet | why |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
