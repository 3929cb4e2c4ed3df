"""Exponential, logarithm and cosine as polynomials, so that every processor gives the same bits.

Fused multiply-add stands here and nowhere else. Coefficients: fdlibm (Sun Microsystems 1993) for
log and cos in double precision and for the reduction constants, Cephes (Moshier 1984) in single
precision, Taylor for exp in double precision, whose remainder is below a tenth of the last place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from remyelin.engine.fused.text import Form, Writer, bits_of


@dataclass(frozen=True)
class _Constants:
    """What differs between the precisions.

    Attributes
    ----------
    rounder
        Added and subtracted again, it rounds to a whole number.
    mantissa, bias
        Bits of the mantissa and bias of the exponent.
    exp_low, exp_high
        Outside them the exponential is 0 or infinite.
    ln2, half_pi
        Parts that add up to log(2) and pi/2; products of the first part are exact.
    """

    rounder: float
    mantissa: int
    bias: int
    exp_low: float
    exp_high: float
    smallest: float
    ln2: tuple[float, float]
    half_pi: tuple[float, float]
    exp: tuple[float, ...]
    sine: tuple[float, ...]
    cosine: tuple[float, ...]


DOUBLE = _Constants(
    rounder=6755399441055744.0,
    mantissa=52,
    bias=1023,
    exp_low=-708.0,
    exp_high=709.0,
    smallest=2.0**-1022,
    ln2=(6.93147180369123816490e-01, 1.90821492927058770002e-10),
    half_pi=(1.5707963267948966, 6.123233995736766e-17),
    exp=tuple(1.0 / math.factorial(k) for k in range(13, 1, -1)),
    sine=(
        1.58969099521155010221e-10,
        -2.50507602534068634195e-08,
        2.75573137070700676789e-06,
        -1.98412698298579493134e-04,
        8.33333333332248946124e-03,
        -1.66666666666666324348e-01,
    ),
    cosine=(
        -1.13596475577881948265e-11,
        2.08757232129817482790e-09,
        -2.75573143513906633035e-07,
        2.48015872894767294178e-05,
        -1.38888888888741095749e-03,
        4.16666666666666019037e-02,
    ),
)

SINGLE = _Constants(
    rounder=12582912.0,
    mantissa=23,
    bias=127,
    exp_low=-87.0,
    exp_high=88.0,
    smallest=2.0**-126,
    ln2=(0.693359375, -2.12194440e-4),
    half_pi=(1.57079637050628662109375, -4.37113900018624283e-8),
    exp=(
        1.9875691500e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    ),
    sine=(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1),
    cosine=(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2),
)

LOG_DOUBLE = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)
LOG_SINGLE = (
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
)


def functions(form: Form) -> str:
    """Write the functions ``@exp``, ``@log``, ``@cos``, ``@maximum`` and ``@minimum``."""
    constants = DOUBLE if form.double else SINGLE
    bodies = {"exp": _exp, "log": _log, "cos": _cos}
    texts = []
    for name, body in bodies.items():
        writer = Writer(form)
        result = body(writer, constants)
        texts.append(_function(name, "%x", writer, result))
    for name, comparison in (("maximum", "ogt"), ("minimum", "olt")):
        writer = Writer(form)
        texts.append(_function(name, "%x, %y", writer, _extreme(writer, comparison)))
    return "\n".join(texts)


def _function(name: str, arguments: str, writer: Writer, result: str) -> str:
    real = writer.form.real
    given = ", ".join(f"{real} {argument}" for argument in arguments.split(", "))
    head = f"define internal {real} @{name}({given}) alwaysinline nounwind {{"
    return "\n".join([head, *writer.lines, f"  ret {real} {result}", "}"])


def _extreme(w: Writer, comparison: str) -> str:
    """Larger or smaller of two; nan where either is nan."""
    either = w.select(w.compare(comparison, "%x", "%y"), "%x", "%y")
    return w.select(w.compare("uno", "%x", "%x"), "%x", either)


def _rounded(w: Writer, c: _Constants, x: str) -> tuple[str, str]:
    """Nearest whole number, as bits and as a real number."""
    shifted = w.on_reals("fadd", x, w.real(c.rounder))
    whole = w.on_bits("sub", w.as_bits(shifted), w.whole(bits_of(c.rounder, w.form)))
    return whole, w.on_reals("fsub", shifted, w.real(c.rounder))


def _less(w: Writer, x: str, times: str, parts: tuple[float, float]) -> str:
    """``x - times * (parts[0] + parts[1])``."""
    first = w.fused(times, w.real(-parts[0]), x)
    return w.fused(times, w.real(-parts[1]), first)


def _exp(w: Writer, c: _Constants) -> str:
    whole, turns = _rounded(w, c, w.on_reals("fmul", "%x", w.real(1.0 / math.log(2.0))))
    rest = _less(w, "%x", turns, c.ln2)
    square = w.on_reals("fmul", rest, rest)
    tail = w.fused(w.horner(rest, c.exp), square, rest)
    near = w.on_reals("fadd", tail, w.real(1.0))
    raised = w.on_bits("add", whole, w.whole(c.bias))
    scale = w.as_real(w.on_bits("shl", raised, w.whole(c.mantissa)))
    value = w.on_reals("fmul", near, scale)
    value = w.select(w.compare("olt", "%x", w.real(c.exp_low)), w.real(0.0), value)
    return w.select(w.compare("ogt", "%x", w.real(c.exp_high)), w.real(math.inf), value)


def _log(w: Writer, c: _Constants) -> str:
    half = w.whole(bits_of(math.sqrt(0.5), w.form))
    bits = w.as_bits("%x")
    turns = w.on_bits("ashr", w.on_bits("sub", bits, half), w.whole(c.mantissa))
    shifted = w.on_bits("shl", turns, w.whole(c.mantissa))
    rest = w.on_reals("fsub", w.as_real(w.on_bits("sub", bits, shifted)), w.real(1.0))
    if w.form.double:
        turns = w.set(f"trunc {w.form.bits} {turns} to {w.form.word}")
    power = w.set(f"sitofp {w.form.word} {turns} to {w.form.real}")
    value = (_log_double if w.form.double else _log_single)(w, c, rest, power)
    value = w.select(w.compare("olt", "%x", w.real(c.smallest)), w.real(-math.inf), value)
    value = w.select(w.compare("olt", "%x", w.real(0.0)), w.real(math.nan), value)
    infinite = w.compare("ueq", "%x", w.real(math.inf))
    return w.select(infinite, "%x", value)


def _log_double(w: Writer, c: _Constants, rest: str, power: str) -> str:
    ratio = w.on_reals("fdiv", rest, w.on_reals("fadd", rest, w.real(2.0)))
    square = w.on_reals("fmul", ratio, ratio)
    series = w.on_reals("fmul", w.horner(square, LOG_DOUBLE), square)
    half = w.on_reals("fmul", w.on_reals("fmul", rest, w.real(0.5)), rest)
    small = w.on_reals("fmul", power, w.real(c.ln2[1]))
    inner = w.fused(ratio, w.on_reals("fadd", half, series), small)
    outer = w.on_reals("fsub", w.on_reals("fsub", half, inner), rest)
    return w.on_reals("fsub", w.on_reals("fmul", power, w.real(c.ln2[0])), outer)


def _log_single(w: Writer, c: _Constants, rest: str, power: str) -> str:
    square = w.on_reals("fmul", rest, rest)
    series = w.on_reals("fmul", w.horner(rest, LOG_SINGLE), rest)
    small = w.on_reals("fmul", power, w.real(c.ln2[1]))
    value = w.fused(series, square, small)
    value = w.fused(square, w.real(-0.5), value)
    near = w.on_reals("fadd", rest, value)
    return w.fused(power, w.real(c.ln2[0]), near)


def _cos(w: Writer, c: _Constants) -> str:
    quarter, turns = _rounded(w, c, w.on_reals("fmul", "%x", w.real(2.0 / math.pi)))
    rest = _less(w, "%x", turns, c.half_pi)
    square = w.on_reals("fmul", rest, rest)
    cube = w.on_reals("fmul", square, rest)
    sine = w.fused(w.horner(square, c.sine), cube, rest)
    near = w.fused(square, w.real(-0.5), w.real(1.0))
    fourth = w.on_reals("fmul", square, square)
    cosine = w.fused(w.horner(square, c.cosine), fourth, near)
    odd = w.on_bits("and", quarter, w.whole(1))
    is_odd = w.set(f"icmp ne {w.form.bits} {odd}, {w.whole(0)}")
    value = w.select(is_odd, sine, cosine)
    turned = w.on_bits("and", w.on_bits("add", quarter, w.whole(1)), w.whole(2))
    top = w.on_bits("shl", turned, w.whole(62 if w.form.double else 30))
    return w.as_real(w.on_bits("xor", w.as_bits(value), top))
