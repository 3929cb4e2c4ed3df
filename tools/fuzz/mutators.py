"""Damage to bytes and to text, whatever they mean."""

from __future__ import annotations

from random import Random
from typing import Final

ODD: Final = (
    "",
    "NA",
    "nan",
    "NaN",
    "inf",
    "-inf",
    ".inf",
    ".nan",
    "1e400",
    "-1e400",
    "1e308",
    "5e-324",
    "-0.0",
    "0x10",
    "0b11",
    "0o17",
    "1_000",
    "1:30:00",
    "9" * 400,
    "9" * 5_000,
    str(2**63),
    str(-(10**30)),
    "3,5",
    "+3",
    "3.",
    ".5",
    "٣",
    "½",
    "true",
    "no",
    "null",
    "~",
    "None",
    "2024-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "1600-01-01",
    "31/12/2024",
    "2024-01-01T00:00:00Z",
    "2024-01-01 25:00",
    "20240101",
    "2262-04-12",
    "=1+1",
    "@SUM(1)",
    "<b>x</b>",
    "{0.__class__}",
    "%s%n",
    "../../etc/passwd",
    "/dev/zero",
    "$HOME",
    "x" * 5_000,
    "a\nb",
    "a\rb",
    "a\tb",
    '"',
    "'",
    "\\",
    "\x00",
    "\x07",
    "\x1b[31m",
    "\x85",
    "\u2028",
    "\u202eabc",
    "\ufeff",
    "\ufffd",
    "\U0001f600" * 40,
    "e\u0301" * 30,
    " ",
    "\u00a0",
)
"""Texts that readers stumble over."""

YAML_LINES: Final = (
    "q: !!python/object/apply:os.system [ls]",
    "q: &a [x]",
    "q: *a",
    "<<: {a: 1}",
    "q: !!binary aGk=",
    "q: {a: 1, a: 2}",
    "? [1]\n: 2",
    "---\nq: 1",
    "%TAG ! !",
    "q: [",
    'q: "',
    'q: "\\ud800"',
    "q: 1:2:3",
    "q: 0x" + "f" * 3_000,
    "q: " + "[" * 40,
    "q: " + "[" * 100_000,
    "\t- x",
    "- 1",
    "q: |\n x",
    "null: 1",
    "1: 1",
    "1.5: 1",
    "true: 1",
    "q" * 3_000 + ": 1",
    "a: 1" + ":1" * 100_000,
)
"""Lines that mean something special in YAML."""


class Gentle(Random):
    """Random numbers with which nothing is spoilt, to see that the examples are good ones."""


def spoil_bytes(data: bytes, random: Random) -> bytes:
    """Turn bits, cut, insert, repeat or encode anew."""
    way = random.randrange(11)
    made = bytearray(data)
    if way <= 2 and made:
        for _ in range(random.choice((1, 1, 1, 5, 50))):
            place = random.randrange(len(made))
            made[place] ^= 1 << random.randrange(8)
    elif way == 3:
        del made[random.randrange(len(made) + 1) :]
    elif way == 4:
        place = random.randrange(len(made) + 1)
        made[place:place] = random.choice(ODD).encode("utf-8", "surrogatepass")
    elif way == 5:
        made = bytearray(data.replace(b"\n", random.choice((b"\r", b"\r\n", b"\n\n", b"\0"))))
    elif way == 6:
        text = data.decode("utf-8", "replace")
        code = random.choice(("utf-16", "utf-8-sig", "latin-1", "utf-32", "cp037"))
        made = bytearray(text.encode(code, "replace"))
    elif way == 7:
        begin = random.randrange(len(made) + 1)
        end = min(len(made), begin + random.choice((1, 30, 400)))
        made[begin:begin] = made[begin:end] * random.choice((1, 3, 200))
    elif way == 8:
        made = bytearray(random.choice((b"", b"\n", b" ", b"\0", b"\xff\xfe", b"PK\x03\x04")))
    elif way == 9:
        made = bytearray(random.randbytes(random.choice((1, 60, 3_000))))
    else:
        begin = random.randrange(len(made) + 1)
        del made[begin : begin + random.choice((1, 8, 100))]
    return bytes(made)


def spoil_text(text: str, random: Random) -> bytes:
    """Move, repeat and add lines, or change a word in one."""
    lines = text.split("\n")
    way = random.randrange(6)
    place = random.randrange(len(lines))
    if way == 0:
        lines.insert(place, random.choice(lines))
    elif way == 1:
        random.shuffle(lines)
    elif way == 2:
        lines.insert(random.choice((0, place, len(lines))), random.choice(YAML_LINES))
    elif way == 3:
        words = lines[place].split(" ")
        words[random.randrange(len(words))] = random.choice(ODD)
        lines[place] = " ".join(words)
    elif way == 4:
        lines[place] = lines[place].replace(":", random.choice((" :", "=", ": -", ": |", ":\t")))
    else:
        lines[place] = random.choice((" ", "  ", "\t", "- ", "# ")) + lines[place]
    return "\n".join(lines).encode("utf-8", "surrogatepass")
