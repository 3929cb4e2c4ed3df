"""Exponential, logarithm and cosine: within the last place, right at the edges."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine.fused import elementary
from remyelin.engine.fused.machine import Code, Processor, compile_text
from remyelin.engine.fused.pieces import declarations
from remyelin.engine.fused.text import Form, Writer
from remyelin.errors import UsageError

LANES = 8
TYPES: dict[str, Any] = {"float64": np.float64, "float32": np.float32}
RNG = np.random.default_rng(5)


class Functions:
    def __init__(self, precision: str) -> None:
        form = Form(LANES, precision)
        texts = [declarations(form), elementary.functions(form)]
        for name in ("exp", "log", "cos"):
            w = Writer(form)
            value = w.set(f"load {form.real}, ptr %in, align 8")
            result = w.set(f"call {form.real} @{name}({form.real} {value})")
            w.line(f"store {form.real} {result}, ptr %out, align 8")
            texts.append(f"define void @try_{name}(ptr %in, ptr %out) {{")
            texts += [*w.lines, "  ret void", "}"]
        host = Processor.host()
        self.type = TYPES[precision]
        self.code = Code(compile_text("\n".join(texts), host), host)

    def of(self, name: str, x: NDArray[Any]) -> NDArray[Any]:
        given = np.ascontiguousarray(x, dtype=self.type)
        found = np.empty_like(given)
        for k in range(0, len(given), LANES):
            places = (given[k:].ctypes.data, found[k:].ctypes.data)
            self.code.call(f"try_{name}", [ctypes.c_void_p(place) for place in places])
        return found


FUNCTIONS = {precision: Functions(precision) for precision in TYPES}


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="needs a wider type to compare")
@pytest.mark.parametrize("precision", list(TYPES))
@pytest.mark.parametrize(
    ("name", "x", "places"),
    [
        ("exp", RNG.uniform(-80.0, 80.0, 8000), 1.0),
        ("exp", RNG.uniform(-1e-3, 1e-3, 8000), 1.0),
        ("log", np.exp(RNG.uniform(-80.0, 80.0, 8000)), 1.0),
        ("log", 1.0 - RNG.uniform(0.0, 1e-3, 8000), 1.0),
        ("cos", RNG.uniform(0.0, 6.3, 8000), 1.5),
    ],
)
def test_functions_are_right_to_the_last_place(
    name: str, x: NDArray[np.float64], places: float, precision: str
) -> None:
    given = x.astype(TYPES[precision])
    exact = getattr(np, name)(given.astype(np.longdouble))
    place = np.spacing(np.abs(exact).astype(TYPES[precision]))
    if name == "cos":
        place = np.full_like(place, np.finfo(TYPES[precision]).eps / 2)
    error = np.abs(FUNCTIONS[precision].of(name, given) - exact) / place
    assert float(error.max()) <= places


@pytest.mark.parametrize("precision", list(TYPES))
def test_functions_are_right_at_the_edges(precision: str) -> None:
    x = np.array([0.0, np.inf, -np.inf, np.nan, -1.0, 800.0, -800.0, 1.0])
    exp = FUNCTIONS[precision].of("exp", x)
    np.testing.assert_array_equal(exp[[0, 1, 2, 3, 5, 6]], [1.0, np.inf, 0.0, np.nan, np.inf, 0.0])
    log = FUNCTIONS[precision].of("log", x)
    np.testing.assert_array_equal(
        log[[0, 1, 2, 3, 4, 6, 7]], [-np.inf, np.inf, np.nan, np.nan, np.nan, np.nan, 0.0]
    )


def test_lanes_and_precision_are_checked() -> None:
    with pytest.raises(UsageError, match=r"lanes is 5; allowed: 1, 2, 4"):
        Form(5, "float64")
    with pytest.raises(UsageError, match="precision is 'float16'"):
        Form(8, "float16")
