"""The kernel that carries blocks of patients through days.

A block's states stay in local variables for the whole stretch. A stage with a guard, or one that
acts every few days, is jumped over when no lane needs it; else it is computed for the block and
kept in the lanes that need it, so that every lane gets what it would get alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from remyelin.engine.fused import elementary, words
from remyelin.engine.fused.expressions import Expressions
from remyelin.engine.fused.layout import IDENTITY, LEAVES, LEVEL_LEAVES, PARTS, STATE_LEAVES
from remyelin.engine.fused.pieces import ATTRIBUTES, RECORD, Kernel, Locals, declarations, loop
from remyelin.engine.fused.shared import Shared
from remyelin.engine.fused.text import Form, Writer
from remyelin.engine.tracer import TracedStage, trace_stage, word
from remyelin.model.day import SIGNALS
from remyelin.model.stage import Purpose, Stage

NAME = "advance"

_ARGUMENTS = (
    "ptr noalias %leaves, ptr noalias readonly %shared, i64 %blocks, i32 %start, i32 %stop, "
    "i32 %given, ptr noalias %events, i64 %capacity, ptr noalias %count"
)
_HEAD = f"define void @{NAME}({_ARGUMENTS}) {ATTRIBUTES} {{"
_GPU_HEAD = f"define ptx_kernel void @{NAME}({_ARGUMENTS}) nounwind {{"

_GPU_REGISTERS = ("tid", "ctaid", "ntid", "nctaid")
_GPU_DECLARATIONS = "\n".join(
    f"declare i32 @llvm.nvvm.read.ptx.sreg.{name}.x()" for name in _GPU_REGISTERS
)


def write(stages: Sequence[Stage], form: Form, *, gpu: bool = False) -> Kernel:
    """Write the kernel of a day made of stages.

    Parameters
    ----------
    stages
        Stages in the order in which they act.
    form
        Lanes and precision.
    gpu
        Write it for a graphics processor: each thread takes blocks of its own.
    """
    traced = [trace_stage(stage, PARTS) for stage in stages]
    shared = Shared()
    day = _Day(form, traced, shared, gpu=gpu)
    parts = (
        declarations(form),
        elementary.functions(form),
        words.functions(form),
        RECORD,
        _GPU_DECLARATIONS if gpu else "",
        "\n".join([_GPU_HEAD if gpu else _HEAD, *day.write(), "}"]),
    )
    return Kernel("\n".join(parts), tuple(t.graph for t in traced), shared)


class _Day:
    """Writes the body of the kernel."""

    def __init__(
        self, form: Form, stages: Sequence[TracedStage], shared: Shared, *, gpu: bool
    ) -> None:
        self.gpu = gpu
        self.w = Writer(form)
        self.form = form
        self.stages = stages
        self.shared = shared
        self.locals = Locals(self.w, [leaf for leaf in LEAVES if not leaf.startswith("pulse.")])
        self.daily: list[str] = []
        self.identity: list[str] = []
        self.own_day = ""

    def write(self) -> list[str]:
        w = self.w
        w.begin("entry")
        self.locals.declare()
        w.line("%pulsed = icmp ne i32 %given, 0")
        first, step = self._share() if self.gpu else ("0", "1")
        w.line("br label %blocks_head")
        with loop(w, "blocks", "i64", (first, "%blocks"), "entry", step=step) as block:
            offset = w.set(f"mul i64 {block}, {self.form.lanes}")
            self._load(offset)
            start = w.block("first")
            w.line(f"br label %{start}")
            w.begin(start)
            w.line("br label %days_head")
            with loop(w, "days", "i32", ("%start", "%stop"), start) as day:
                self._one_day(day, offset)
            self.locals.store(offset, (*STATE_LEAVES, *LEVEL_LEAVES))
        w.line("ret void")
        return w.lines

    def _share(self) -> tuple[str, str]:
        """First block of this thread, and the number of threads."""
        w = self.w
        read = "call i32 @llvm.nvvm.read.ptx.sreg"
        thread, group, size, groups = (w.set(f"{read}.{name}.x()") for name in _GPU_REGISTERS)
        mine = w.set(f"add i32 {w.set(f'mul i32 {group}, {size}')}, {thread}")
        every = w.set(f"mul i32 {groups}, {size}")
        return w.set(f"zext i32 {mine} to i64"), w.set(f"zext i32 {every} to i64")

    def _load(self, offset: str) -> None:
        self.locals.load(offset)
        columns = range(len(LEAVES), len(LEAVES) + len(IDENTITY))
        self.identity = [self.locals.column(k, offset) for k in columns]

    def _one_day(self, day: str, offset: str) -> None:
        w = self.w
        passed = w.spread("i32", w.set(f"sub i32 {day}, %start"))
        self.own_day = w.on_words("add", self.identity[-1], passed)
        self.daily = self.words_of(Purpose.DAILY, 1)
        for number, stage in enumerate(self.stages):
            self._stage(number, stage, offset)
        self._look(day, offset)

    def words_of(self, purpose: Purpose, blocks: int) -> list[str]:
        return words.stream(self.w, self.identity, self.own_day, purpose, blocks)

    def _stage(self, number: int, traced: TracedStage, offset: str) -> None:
        w, after = self.w, self.w.block("after")
        if "pulse" in traced.stage.reads:
            given = w.block("pulsed")
            w.line(f"br i1 %pulsed, label %{given}, label %{after}")
            w.begin(given)
        values = _Values(self, traced, offset)
        expressions = Expressions(w, traced.graph, number, self.shared, values.look_up)
        acts = self._acts(traced, expressions)
        if acts:
            here = w.block("acts")
            w.line(f"br i1 {w.any_lane(acts)}, label %{here}, label %{after}")
            w.begin(here)
        values.draw()
        new = expressions.write(traced.changes.values())
        for leaf, value in zip(traced.changes, new, strict=True):
            kept = w.select(acts, value, self.locals.get(leaf)) if acts else value
            self.locals.set(leaf, kept)
        w.line(f"br label %{after}")
        w.begin(after)

    def _acts(self, traced: TracedStage, expressions: Expressions) -> str:
        w, conditions = self.w, []
        if traced.stage.every > 1:
            rest = w.on_words("urem", self.own_day, w.word(traced.stage.every))
            conditions.append(w.set(f"icmp eq {self.form.word} {rest}, {w.word(0)}"))
        if traced.guard is not None:
            conditions += expressions.write([traced.guard])
        if not conditions:
            return ""
        acts = conditions[0]
        for other in conditions[1:]:
            acts = w.set(f"and {self.form.truth} {acts}, {other}")
        return acts

    def _look(self, day: str, offset: str) -> None:
        """Write down what an observer sees at the end of the day."""
        w, truth = self.w, self.form.truth
        flags = [
            w.compare("une", self.locals.get(f"{s.part}.{s.field}"), w.real(0.0)) for s in SIGNALS
        ]
        anything = flags[0]
        for flag in flags[1:]:
            anything = w.set(f"or {truth} {anything}, {flag}")
        seen, after = w.block("seen"), w.block("after")
        w.line(f"br i1 {w.any_lane(anything)}, label %{seen}, label %{after}")
        w.begin(seen)
        tomorrow = w.set(f"add i32 {day}, 1")
        first = w.set(f"trunc i64 {offset} to i32")
        for kind, flag in enumerate(flags):
            whole = w.set(f"bitcast {truth} {flag} to i{self.form.lanes}")
            lanes = whole
            if self.form.lanes < 32:
                lanes = w.set(f"zext i{self.form.lanes} {whole} to i32")
            w.line(
                f"call void @record(ptr %events, i64 %capacity, ptr %count, "
                f"i32 {lanes}, i32 {kind}, i32 {first}, i32 {tomorrow})"
            )
        w.line(f"br label %{after}")
        w.begin(after)


class _Values:
    """Finds a patient's values for one stage."""

    def __init__(self, day: _Day, traced: TracedStage, offset: str) -> None:
        self._day = day
        self._stage = traced.stage
        self._offset = offset
        self._words: dict[str, str] = {
            word(Purpose.DAILY, k): name for k, name in enumerate(day.daily)
        }

    def draw(self) -> None:
        """Draw the stage's own words here; those of the day are drawn already."""
        purpose = self._stage.purpose
        if purpose is not None and purpose is not Purpose.DAILY:
            drawn = self._day.words_of(purpose, self._stage.blocks)
            self._words |= {word(purpose, k): name for k, name in enumerate(drawn)}

    def look_up(self, label: str) -> str:
        """Name of a value by its label."""
        if "#" in label:
            return self._words[label]
        if label.startswith("pulse."):
            return self._day.locals.column_of_reals(LEAVES.index(label), self._offset)
        return self._day.locals.get(label)
