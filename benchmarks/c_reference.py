"""The same day in C++ with vector extensions, written from the same graph: a yardstick.

The same polynomials and generator, double precision, multiply-add wherever gcc likes. It serves the
benchmark alone: it looks at no event and takes no dated input.
"""

from __future__ import annotations

import ctypes
import math
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.engine import philox
from remyelin.engine.fused import elementary
from remyelin.engine.fused.layout import IDENTITY, LEAVES, LEVEL_LEAVES, PARTS, STATE_LEAVES
from remyelin.engine.fused.runner import Part, listed
from remyelin.engine.fused.shared import Shared, flat
from remyelin.engine.graph import CONDITIONS, Graph, Op
from remyelin.engine.population import Population
from remyelin.engine.streams import PURPOSE_SHIFT
from remyelin.engine.tracer import TracedStage, trace_stage
from remyelin.model.day import STAGES
from remyelin.model.stage import Purpose
from remyelin.parameters import ParameterTable, bind

LANES = 8
"""One widest vector; with 16 lanes gcc gives code three times as slow."""

FLAGS = (
    "-O3 -march=native -mprefer-vector-width=512 -ffp-contract=fast -fno-math-errno "
    "-fno-trapping-math -Wno-psabi -shared -fPIC"
)

_INFIX = {
    Op.ADD: "+",
    Op.SUB: "-",
    Op.MUL: "*",
    Op.DIV: "/",
    Op.LESS: "<",
    Op.AT_MOST: "<=",
    Op.GREATER: ">",
    Op.AT_LEAST: ">=",
    Op.AND: "&",
    Op.OR: "|",
}
_CALLS = {Op.EXP: "exp_", Op.LOG: "log_", Op.COS: "cos_", Op.SQRT: "sqrt_"}


def _polynomial(name: str, coefficients: Sequence[float]) -> str:
    text = f"V{{}} + {coefficients[0]!r}"
    for c in coefficients[1:]:
        text = f"({text}) * x + {c!r}"
    return f"static inline V {name}(V x) {{ return {text}; }}"


def _functions() -> str:
    c = elementary.DOUBLE
    half = np.float64(math.sqrt(0.5)).view(np.int64)
    return f"""
#include <stdint.h>
#include <math.h>
#define L {LANES}
typedef double V __attribute__((vector_size(8 * L)));
typedef int64_t I __attribute__((vector_size(8 * L)));
typedef uint64_t U __attribute__((vector_size(8 * L)));
static inline V real(double x) {{ return V{{}} + x; }}
static inline V larger(V a, V b) {{ return a > b ? a : b; }}
static inline V smaller(V a, V b) {{ return a < b ? a : b; }}
static inline V sqrt_(V x) {{ V r; for (int l = 0; l < L; l++) r[l] = sqrt(x[l]); return r; }}
static inline int any(I x) {{
  int64_t r = 0; for (int l = 0; l < L; l++) r |= x[l]; return r != 0; }}
static inline I every(I x, int n) {{
  I r; for (int l = 0; l < L; l++) r[l] = -((int32_t)x[l] % n == 0); return r; }}
{_polynomial("exp_tail", c.exp)}
{_polynomial("log_tail", elementary.LOG_DOUBLE)}
{_polynomial("sine", c.sine)}
{_polynomial("cosine", c.cosine)}
static inline V exp_(V x) {{
  V s = x * {1.0 / math.log(2.0)!r} + {c.rounder!r}, n = s - {c.rounder!r};
  V r = (x - n * {c.ln2[0]!r}) - n * {c.ln2[1]!r};
  V scale = (V)(((I)s - (I)real({c.rounder!r}) + {c.bias}) << {c.mantissa});
  V v = ((exp_tail(r) * (r * r) + r) + 1.0) * scale;
  v = x < {c.exp_low!r} ? real(0.0) : v; return x > {c.exp_high!r} ? real(INFINITY) : v; }}
static inline V log_(V x) {{
  I v = (I)x, e = (v - {half}LL) >> {c.mantissa};
  V f = (V)(v - (e << {c.mantissa})) - 1.0, k = __builtin_convertvector(e, V);
  V s = f / (2.0 + f), z = s * s, R = log_tail(z) * z, h = 0.5 * f * f;
  V y = k * {c.ln2[0]!r} - ((h - (s * (h + R) + k * {c.ln2[1]!r})) - f);
  y = x < {c.smallest!r} ? real(-INFINITY) : y; return x < 0.0 ? real(NAN) : y; }}
static inline V cos_(V x) {{
  V s = x * {2.0 / math.pi!r} + {c.rounder!r}, n = s - {c.rounder!r};
  I q = (I)s - (I)real({c.rounder!r});
  V r = (x - n * {c.half_pi[0]!r}) - n * {c.half_pi[1]!r}, z = r * r;
  V a = sine(z) * (z * r) + r, b = cosine(z) * (z * z) + (1.0 - 0.5 * z);
  return (V)((I)((q & 1) != 0 ? a : b) ^ (((q + 1) & 2) << 62)); }}
static inline V uniform(U w) {{
  return (__builtin_convertvector((I)(w >> {philox.DISCARDED_BITS}), V) + 0.5) * {philox.UNIT!r}; }}
static inline void draw(V *u, const U *id, U day, uint64_t tag) {{
  U a = id[0], b = id[1], c = day, d = U{{}} + tag, k0 = id[2], k1 = id[3];
  U low = U{{}} + 0xffffffffu;
  #pragma GCC unroll {philox.ROUNDS}
  for (int r = 0; r < {philox.ROUNDS}; r++) {{
    U p = a * {philox.MULTIPLIERS[0]}ull, q = c * {philox.MULTIPLIERS[1]}ull;
    a = (q >> 32) ^ b ^ k0; c = (p >> 32) ^ d ^ k1; b = q & low; d = p & low;
    k0 = (k0 + {philox.KEY_STEPS[0]}ull) & low; k1 = (k1 + {philox.KEY_STEPS[1]}ull) & low;
  }}
  u[0] = uniform(a); u[1] = uniform(b); u[2] = uniform(c); u[3] = uniform(d);
}}
"""


class _Lines:
    """C++ for nodes of one stage."""

    def __init__(self, traced: TracedStage, number: int, shared: Shared) -> None:
        self._graph, self._number, self._shared = traced.graph, number, shared
        self._purpose = traced.stage.purpose

    def of(self, wanted: Iterable[int]) -> list[str]:
        results = list(wanted)
        waiting, found = list(results), set[int]()
        while waiting:
            node = waiting.pop()
            if node not in found and not self._graph.same_for_all[node]:
                found.add(node)
                waiting += self._graph.nodes[node].inputs
        return [self._line(node) for node in sorted(found)]

    def name(self, node: int) -> str:
        what = self._graph.nodes[node]
        if what.op is Op.CONSTANT:
            return f"real({float.fromhex(what.label)!r})"
        if self._graph.same_for_all[node]:
            return f"real(shared[{self._shared.slot(self._graph, self._number, node)}])"
        return f"t{node}"

    def _line(self, node: int) -> str:
        what = self._graph.nodes[node]
        kind = "I" if what.op in CONDITIONS else "V"
        return f"const {kind} t{node} = {self._expression(what.op, what.inputs, what.label)};"

    def _expression(self, op: Op, inputs: tuple[int, ...], label: str) -> str:
        if op is Op.VALUE:
            return self._value(label)
        names = [self.name(k) for k in inputs]
        if op in _INFIX:
            return f"{names[0]} {_INFIX[op]} {names[1]}"
        if op is Op.NEG:
            return f"-{names[0]}"
        if op is Op.WHERE:
            return f"{names[0]} ? {names[1]} : {names[2]}"
        if op in {Op.MAXIMUM, Op.MINIMUM}:
            return f"{'larger' if op is Op.MAXIMUM else 'smaller'}({names[0]}, {names[1]})"
        return f"{_CALLS[op]}({names[0]})"

    def _value(self, label: str) -> str:
        if "#" in label:
            purpose, number = label.split("#")
            return f"{'daily' if purpose == 'DAILY' else 'u'}[{number}]"
        return f"x[{LEAVES.index(label)}]"


def _stage(traced: TracedStage, number: int, shared: Shared) -> str:
    stage, lines = traced.stage, _Lines(traced, number, shared)
    guarded = traced.guard is not None or stage.every > 1
    text = [f"{{ /* {stage.name} */"]
    if guarded:
        guard = [] if traced.guard is None else [traced.guard]
        test = f"every((I)day, {stage.every})" if stage.every > 1 else lines.name(guard[0])
        text += [*lines.of(guard), f"const I act = {test};", "if (any(act)) {"]
    if stage.purpose is not None and stage.purpose is not Purpose.DAILY:
        text.append(f"V u[{4 * stage.blocks}];")
        for block in range(stage.blocks):
            text.append(
                f"draw(u + {4 * block}, id, day, {stage.purpose << PURPOSE_SHIFT | block});"
            )
    done = set(() if traced.guard is None else lines.of([traced.guard]))
    text += [line for line in lines.of(traced.changes.values()) if line not in done]
    for leaf, node in traced.changes.items():
        place, new = f"x[{LEAVES.index(leaf)}]", lines.name(node)
        text.append(
            f"const V n{LEAVES.index(leaf)} = "
            + (f"act ? {new} : {place};" if guarded else f"{new};")
        )
    text += [f"x[{LEAVES.index(leaf)}] = n{LEAVES.index(leaf)};" for leaf in traced.changes]
    return "\n".join([*text, "}" if guarded else "", "}"])


def source() -> tuple[str, list[Graph], Shared]:
    """Write the C++ text; gives it with what its table of numbers holds."""
    shared = Shared()
    stages = [stage for stage in STAGES if "pulse" not in stage.reads]
    traced = [trace_stage(stage, PARTS) for stage in stages]
    body = "\n".join(_stage(t, k, shared) for k, t in enumerate(traced))
    kept = len(STATE_LEAVES) + len(LEVEL_LEAVES)
    first_id = len(LEAVES)
    text = f"""{_functions()}
extern "C" void advance(void **a, const double *__restrict shared, int64_t blocks, int days) {{
  for (int64_t b = 0; b < blocks; b++) {{
    V x[{len(LEAVES)}], daily[4];
    U id[4], day;
    for (int k = 0; k < {len(LEAVES)}; k++)
      for (int l = 0; l < L; l++) x[k][l] = ((double *)a[k])[b * L + l];
    for (int k = 0; k < 4; k++)
      for (int l = 0; l < L; l++) id[k][l] = ((uint32_t *)a[{first_id} + k])[b * L + l];
    for (int l = 0; l < L; l++) day[l] = ((uint32_t *)a[{first_id + len(IDENTITY) - 1}])[b * L + l];
    for (int d = 0; d < days; d++) {{
      draw(daily, id, day, {Purpose.DAILY << PURPOSE_SHIFT});
{body}
      day += 1;
    }}
    for (int k = 0; k < {kept}; k++)
      for (int l = 0; l < L; l++) ((double *)a[k])[b * L + l] = x[k][l];
  }}
}}
"""
    return text, [t.graph for t in traced], shared


class CReference:
    """The compiled C++; carries untreated patients and gives their states."""

    def __init__(self, table: ParameterTable, folder: Path) -> None:
        text, graphs, shared = source()
        path, library = folder / "reference.cpp", folder / "reference.so"
        path.write_text(text, encoding="utf-8")
        subprocess.run(["g++", *FLAGS.split(), str(path), "-o", str(library), "-lm"], check=True)
        stages = [stage for stage in STAGES if "pulse" not in stage.reads]
        parameters = [flat(bind(stage.parameters, table)) for stage in stages]
        self._shared = shared.values(graphs, parameters)
        self._advance = ctypes.CDLL(str(library)).advance

    def advance(self, population: Population, start: int, stop: int) -> NDArray[np.float64]:
        """Give states and levels at ``stop``, one row for each leaf."""
        part = Part(0, len(population), LANES)
        state = (population.state, population.levels)
        kept = np.array([leaf for group in state for leaf in part.reals(group)])
        pulse = np.zeros(part.room)
        arrays: list[NDArray[Any]] = [*kept, *part.reals(population.traits)]
        arrays += [pulse] * (len(LEAVES) - len(arrays))
        arrays += part.identity(population, 0)
        addresses = np.array([array.ctypes.data for array in arrays], dtype=np.uintp)
        self._advance(
            ctypes.c_void_p(addresses.ctypes.data),
            ctypes.c_void_p(self._shared.ctypes.data),
            ctypes.c_int64(part.blocks),
            ctypes.c_int(stop - start),
        )
        return kept[:, : part.count]


def states(population: Population) -> NDArray[np.float64]:
    """States and levels of a population, one row for each leaf."""
    return np.stack([*listed(population.state), *listed(population.levels)])
