"""Writing LLVM's intermediate language as text, on vectors with one patient in each lane."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from remyelin.errors import UsageError

LANES = (1, 2, 4, 8, 16, 32)
"""Patients that a block may hold; 1 gives scalar code."""

_REALS = {"float32": ("float", "f32", "i32"), "float64": ("double", "f64", "i64")}

PRECISIONS = tuple(_REALS)
"""Names of the precisions."""


@dataclass(frozen=True)
class Form:
    """Lanes and precision of a piece of code.

    Attributes
    ----------
    lanes
        Patients in a block; one of `LANES`.
    precision
        One of `PRECISIONS`.
    """

    lanes: int
    precision: str

    def __post_init__(self) -> None:
        if self.lanes not in LANES:
            raise UsageError(f"lanes is {self.lanes}; allowed: {', '.join(map(str, LANES))}")
        if self.precision not in PRECISIONS:
            raise UsageError(f"precision is {self.precision!r}; allowed: {', '.join(PRECISIONS)}")

    @property
    def scalar(self) -> str:
        """Type of one real number."""
        return _REALS[self.precision][0]

    @property
    def real(self) -> str:
        """Type of one real number in each lane."""
        return self.of(self.scalar)

    @property
    def word(self) -> str:
        """Type of 32 bits in each lane."""
        return self.of("i32")

    @property
    def bits(self) -> str:
        """Type of the bits of a real number in each lane."""
        return self.of(self.bit_type)

    @property
    def bit_type(self) -> str:
        """Type of the bits of one real number."""
        return _REALS[self.precision][2]

    @property
    def truth(self) -> str:
        """Type of a condition in each lane."""
        return self.of("i1")

    @property
    def double(self) -> bool:
        """Whether real numbers have 64 bits."""
        return self.precision == "float64"

    def of(self, one: str) -> str:
        """Type of one thing in each lane."""
        return one if self.lanes == 1 else f"<{self.lanes} x {one}>"

    def intrinsic(self, name: str) -> str:
        """Full name of an intrinsic function on real numbers."""
        suffix = _REALS[self.precision][1]
        return f"@llvm.{name}.{suffix if self.lanes == 1 else f'v{self.lanes}{suffix}'}"


def real_literal(value: float, form: Form) -> str:
    """Write a number, rounded to the precision, as LLVM reads it to the bit."""
    if not form.double:
        value = struct.unpack("<f", struct.pack("<f", value))[0]
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def bits_of(value: float, form: Form) -> int:
    """Bits of a number in the precision, as a whole number."""
    wide, code = ("<Q", "<d") if form.double else ("<I", "<f")
    return int(struct.unpack(wide, struct.pack(code, value))[0])


class Writer:
    """Lines of one function, with names for intermediate values."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.lines: list[str] = []
        self._names = 0
        self._blocks = 0

    def line(self, text: str) -> None:
        """Add a line as it is."""
        self.lines.append(f"  {text}")

    def set(self, expression: str) -> str:
        """Compute something and give its name."""
        self._names += 1
        name = f"%v{self._names}"
        self.lines.append(f"  {name} = {expression}")
        return name

    def block(self, hint: str) -> str:
        """Give a new label."""
        self._blocks += 1
        return f"{hint}{self._blocks}"

    def begin(self, label: str) -> None:
        """Begin the block of a label."""
        self.lines.append(f"{label}:")

    def every_lane(self, one: str, value: str) -> str:
        """Write a literal for every lane."""
        if self.form.lanes == 1:
            return value
        return f"<{', '.join([f'{one} {value}'] * self.form.lanes)}>"

    def real(self, value: float) -> str:
        """Write a real number for every lane."""
        return self.every_lane(self.form.scalar, real_literal(value, self.form))

    def word(self, value: int) -> str:
        """Write 32 bits for every lane."""
        return self.every_lane("i32", str(value & 0xFFFFFFFF))

    def whole(self, value: int) -> str:
        """Write a whole number as wide as a real one for every lane."""
        return self.every_lane(self.form.bit_type, str(value))

    def spread(self, one: str, value: str) -> str:
        """Put one value into every lane."""
        if self.form.lanes == 1:
            return value
        kind = self.form.of(one)
        first = self.set(f"insertelement {kind} poison, {one} {value}, i32 0")
        zeros = f"<{self.form.lanes} x i32> zeroinitializer"
        return self.set(f"shufflevector {kind} {first}, {kind} poison, {zeros}")

    def on_reals(self, operation: str, a: str, b: str) -> str:
        """Apply an operation to two real numbers in each lane."""
        return self.set(f"{operation} {self.form.real} {a}, {b}")

    def on_words(self, operation: str, a: str, b: str) -> str:
        """Apply an operation to 32 bits in each lane."""
        return self.set(f"{operation} {self.form.word} {a}, {b}")

    def on_bits(self, operation: str, a: str, b: str) -> str:
        """Apply an operation to the bits of real numbers in each lane."""
        return self.set(f"{operation} {self.form.bits} {a}, {b}")

    def fused(self, a: str, b: str, c: str) -> str:
        """``a * b + c``, rounded once."""
        real = self.form.real
        name = self.form.intrinsic("fma")
        return self.set(f"call {real} {name}({real} {a}, {real} {b}, {real} {c})")

    def horner(self, x: str, coefficients: Sequence[float]) -> str:
        """Polynomial, highest power first."""
        value = self.real(coefficients[0])
        for coefficient in coefficients[1:]:
            value = self.fused(value, x, self.real(coefficient))
        return value

    def compare(self, how: str, a: str, b: str) -> str:
        """Compare two real numbers in each lane."""
        return self.set(f"fcmp {how} {self.form.real} {a}, {b}")

    def select(self, condition: str, yes: str, no: str, kind: str = "") -> str:
        """Choose in each lane; real numbers unless another type is named."""
        kind = kind or self.form.real
        return self.set(f"select {self.form.truth} {condition}, {kind} {yes}, {kind} {no}")

    def as_bits(self, x: str) -> str:
        """Bits of real numbers."""
        return self.set(f"bitcast {self.form.real} {x} to {self.form.bits}")

    def as_real(self, x: str) -> str:
        """Real numbers of bits."""
        return self.set(f"bitcast {self.form.bits} {x} to {self.form.real}")

    def any_lane(self, condition: str) -> str:
        """Whether a condition holds in any lane."""
        if self.form.lanes == 1:
            return condition
        kind = self.form.truth
        return self.set(f"call i1 @llvm.vector.reduce.or.v{self.form.lanes}i1({kind} {condition})")
