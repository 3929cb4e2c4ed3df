"""Philox4x32-10 and uniforms in LLVM's language; the same words as `remyelin.engine.philox`."""

from __future__ import annotations

from collections.abc import Sequence

from remyelin.engine import philox
from remyelin.engine.fused.text import Form, Writer
from remyelin.engine.streams import PURPOSE_SHIFT
from remyelin.model.stage import Purpose


def functions(form: Form) -> str:
    """Write the function ``@philox``: four counters and two keys give four uniforms."""
    w = Writer(form)
    counter = ["%c0", "%c1", "%c2", "%c3"]
    for turn in range(philox.ROUNDS):
        counter = _round(w, counter, turn)
    kind = f"{{{', '.join([form.real] * 4)}}}"
    result = "poison"
    for k, word in enumerate(counter):
        result = w.set(f"insertvalue {kind} {result}, {form.real} {_uniform(w, word)}, {k}")
    names = (*("%c0", "%c1", "%c2", "%c3"), "%k0", "%k1")
    given = ", ".join(f"{form.word} {name}" for name in names)
    head = f"define internal {kind} @philox({given}) alwaysinline nounwind {{"
    return "\n".join([head, *w.lines, f"  ret {kind} {result}", "}"])


def stream(
    w: Writer, identity: Sequence[str], day: str, purpose: Purpose, blocks: int
) -> list[str]:
    """Write the draw of a purpose's uniforms, four in each block.

    Parameters
    ----------
    identity
        Patient (low and high word) and key (two words), in the order of the layout.
    day
        Day of the decision in each lane.
    """
    low, high, key0, key1 = identity[:4]
    found: list[str] = []
    for block in range(blocks):
        label = w.word(purpose << PURPOSE_SHIFT | block)
        found += _uniforms(w, (low, high, day, label), (key0, key1))
    return found


def _uniforms(w: Writer, counter: Sequence[str], key: Sequence[str]) -> list[str]:
    kind = f"{{{', '.join([w.form.real] * 4)}}}"
    given = ", ".join(f"{w.form.word} {name}" for name in (*counter, *key))
    four = w.set(f"call {kind} @philox({given})")
    return [w.set(f"extractvalue {kind} {four}, {k}") for k in range(4)]


def _round(w: Writer, counter: Sequence[str], turn: int) -> list[str]:
    c0, c1, c2, c3 = counter
    high0, low0 = _product(w, philox.MULTIPLIERS[0], c0)
    high1, low1 = _product(w, philox.MULTIPLIERS[1], c2)
    k0, k1 = (
        w.on_words("add", f"%k{k}", w.word(turn * step)) for k, step in enumerate(philox.KEY_STEPS)
    )
    first = w.on_words("xor", w.on_words("xor", high1, c1), k0)
    third = w.on_words("xor", w.on_words("xor", high0, c3), k1)
    return [first, low1, third, low0]


def _product(w: Writer, multiplier: int, x: str) -> tuple[str, str]:
    """High and low 32 bits of a product."""
    wide, narrow = w.form.of("i64"), w.form.word
    extended = w.set(f"zext {narrow} {x} to {wide}")
    product = w.set(f"mul {wide} {extended}, {w.every_lane('i64', str(multiplier))}")
    above = w.set(f"lshr {wide} {product}, {w.every_lane('i64', '32')}")
    return (
        w.set(f"trunc {wide} {above} to {narrow}"),
        w.set(f"trunc {wide} {product} to {narrow}"),
    )


def _uniform(w: Writer, word: str) -> str:
    kept = w.on_words("lshr", word, w.word(philox.DISCARDED_BITS))
    real = w.set(f"sitofp {w.form.word} {kept} to {w.form.real}")
    return w.on_reals("fmul", w.on_reals("fadd", real, w.real(0.5)), w.real(philox.UNIT))
