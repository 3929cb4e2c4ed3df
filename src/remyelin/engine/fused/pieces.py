"""Pieces that kernels are made of: loops, local variables, the record of events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from remyelin.engine.fused.layout import LEAVES
from remyelin.engine.fused.shared import Shared
from remyelin.engine.fused.text import Form, Writer
from remyelin.engine.graph import Graph

ATTRIBUTES = '"min-legal-vector-width"="512" "prefer-vector-width"="512" nounwind'
"""Attributes of a kernel: wide vectors where the processor has them."""


@dataclass(frozen=True)
class Kernel:
    """Code and what its table of shared numbers holds."""

    text: str
    graphs: tuple[Graph, ...]
    shared: Shared


RECORD = """
define internal void @record(ptr %events, i64 %capacity, ptr %count, i32 %lanes, i32 %kind,
                             i32 %first, i32 %day) noinline nounwind {
entry:
  br label %next
next:
  %left = phi i32 [%lanes, %entry], [%rest, %more]
  %none = icmp eq i32 %left, 0
  br i1 %none, label %end, label %one
one:
  %n = atomicrmw add ptr %count, i64 1 monotonic
  %room = icmp slt i64 %n, %capacity
  br i1 %room, label %write, label %more
write:
  %lane = call i32 @llvm.cttz.i32(i32 %left, i1 true)
  %row = add i32 %first, %lane
  %at = mul i64 %n, 3
  %p0 = getelementptr i32, ptr %events, i64 %at
  %p1 = getelementptr i32, ptr %p0, i64 1
  %p2 = getelementptr i32, ptr %p0, i64 2
  store i32 %kind, ptr %p0
  store i32 %row, ptr %p1
  store i32 %day, ptr %p2
  br label %more
more:
  %less = sub i32 %left, 1
  %rest = and i32 %left, %less
  br label %next
end:
  ret void
}
"""
"""Writes kind, row and day of every lane that is set; counts those for which there is no room."""


def declarations(form: Form) -> str:
    """Declare the intrinsic functions that kernels use."""
    real = form.real
    lines = [
        f"declare {real} {form.intrinsic('fma')}({real}, {real}, {real})",
        f"declare {real} {form.intrinsic('sqrt')}({real})",
        "declare i32 @llvm.cttz.i32(i32, i1)",
    ]
    if form.lanes > 1:
        lines.append(f"declare i1 @llvm.vector.reduce.or.v{form.lanes}i1({form.truth})")
    return "\n".join(lines)


@contextmanager
def loop(
    w: Writer, name: str, kind: str, ends: tuple[str, str], before: str, *, step: str = "1"
) -> Iterator[str]:
    """Write a loop from one number to below another; gives the name of the counter.

    The code before it must jump from the block ``before`` to ``NAME_head``; the code after it goes
    on in ``NAME_end``.
    """
    low, high = ends
    w.begin(f"{name}_head")
    w.line(f"%{name}_k = phi {kind} [{low}, %{before}], [%{name}_next, %{name}_step]")
    w.line(f"%{name}_more = icmp slt {kind} %{name}_k, {high}")
    w.line(f"br i1 %{name}_more, label %{name}_body, label %{name}_end")
    w.begin(f"{name}_body")
    yield f"%{name}_k"
    w.line(f"br label %{name}_step")
    w.begin(f"{name}_step")
    w.line(f"%{name}_next = add {kind} %{name}_k, {step}")
    w.line(f"br label %{name}_head")
    w.begin(f"{name}_end")


class Locals:
    """Local variables of a block, one for each leaf; arrays outside are in double precision."""

    def __init__(self, w: Writer, leaves: Sequence[str]) -> None:
        self._w = w
        self._leaves = tuple(leaves)

    def declare(self) -> None:
        """Reserve room for every leaf."""
        for leaf in self._leaves:
            self._w.line(f"{_local(leaf)} = alloca {self._w.form.real}")

    def get(self, leaf: str) -> str:
        """Value of a leaf now."""
        return self._w.set(f"load {self._w.form.real}, ptr {_local(leaf)}")

    def set(self, leaf: str, value: str) -> None:
        """Change a leaf."""
        self._w.line(f"store {self._w.form.real} {value}, ptr {_local(leaf)}")

    def load(self, offset: str) -> None:
        """Read every leaf from the arrays."""
        for leaf in self._leaves:
            self.set(leaf, self.column_of_reals(LEAVES.index(leaf), offset))

    def store(self, offset: str, leaves: Sequence[str]) -> None:
        """Write leaves back to the arrays."""
        for leaf in leaves:
            self.write(LEAVES.index(leaf), offset, self.get(leaf))

    def write(self, number: int, offset: str, value: str) -> None:
        """Write the lanes of an array of real numbers."""
        w = self._w
        double = w.form.of("double")
        if not w.form.double:
            value = w.set(f"fpext {w.form.real} {value} to {double}")
        place = self._place(number, offset, "double")
        w.line(f"store {double} {value}, ptr {place}, align 8")

    def column_of_reals(self, number: int, offset: str) -> str:
        """Read the lanes of an array of real numbers."""
        w = self._w
        double = w.form.of("double")
        place = self._place(number, offset, "double")
        value = w.set(f"load {double}, ptr {place}, align 8")
        if w.form.double:
            return value
        return w.set(f"fptrunc {double} {value} to {w.form.real}")

    def column(self, number: int, offset: str) -> str:
        """Read the lanes of an array of 32-bit words."""
        place = self._place(number, offset, "i32")
        return self._w.set(f"load {self._w.form.word}, ptr {place}, align 4")

    def _place(self, number: int, offset: str, one: str) -> str:
        w = self._w
        base = w.set(f"load ptr, ptr {w.set(f'getelementptr ptr, ptr %leaves, i64 {number}')}")
        return w.set(f"getelementptr {one}, ptr {base}, i64 {offset}")


def _local(leaf: str) -> str:
    return f"%local.{leaf}"
