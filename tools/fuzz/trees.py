"""Damage to nested data: keys, values and nesting of YAML and JSON."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any, Final

import yaml

from tools.fuzz.mutators import ODD, Gentle, spoil_bytes, spoil_text

_VALUES: Final[tuple[Any, ...]] = (
    None,
    [],
    {},
    [[[[1]]]],
    {"a": {"b": 1}},
    [1] * 300,
    {1: 2},
    {None: 1},
    True,
    False,
    -1,
    0,
    1.5,
    -0.0,
    float("nan"),
    float("inf"),
    float("-inf"),
    1e308,
    -1e308,
    5e-324,
    10**30,
    10**399,
    2**63,
    *ODD,
)
_KEYS: Final[tuple[Any, ...]] = ("x", "", " ", "__class__", "value", "mark", "n" * 2_000, 1, None)


def _places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    pairs = tree.items() if isinstance(tree, dict) else ()
    pairs = enumerate(tree) if isinstance(tree, list) else pairs
    for key, value in pairs:
        found += _places(value, (*path, key))
    return found


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def spoil_tree(tree: Any, random: Random) -> Any:
    """Change one or a few places of nested data: leave out, replace, add, swap, nest, scale."""
    tree = copy.deepcopy(tree)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        places = _places(tree)
        if not places:
            return copy.deepcopy(random.choice(_VALUES))
        path = random.choice(places)
        parent, key = _at(tree, path[:-1]), path[-1]
        _change(tree, parent, key, places, random)
    return tree


def _change(tree: Any, parent: Any, key: Any, places: list[Any], random: Random) -> None:
    value = parent[key]
    way = random.randrange(8)
    if way == 0:
        del parent[key]
    elif way <= 3:
        parent[key] = copy.deepcopy(random.choice(_VALUES))
    elif way == 4 and isinstance(parent, dict):
        parent[random.choice(_KEYS)] = copy.deepcopy(random.choice(_VALUES))
    elif way == 4:
        parent.extend(copy.deepcopy([value] * random.choice((1, 5, 300))))
    elif way == 5:
        parent[key] = copy.deepcopy(_at(tree, random.choice(places)))
    elif way == 6 and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            parent[key] = value * random.choice((-1, 0, 1e-9, 1e9, 1e300, 0.5, 1000))
        except OverflowError:
            parent[key] = 0
    else:
        for _ in range(random.choice((1, 3, 30, 40))):
            value = [value] if random.random() < 0.5 else {"a": value}
        parent[key] = value


def yaml_input(text: str, random: Random) -> bytes:
    """Spoilt YAML: in three of four cases well-formed YAML of spoilt data."""
    if isinstance(random, Gentle):
        return text.encode()
    if random.random() < 0.25:
        if random.random() < 0.5:
            return spoil_text(text, random)
        return spoil_bytes(text.encode(), random)
    tree = spoil_tree(yaml.safe_load(text), random)
    made = yaml.safe_dump(tree, allow_unicode=random.random() < 0.5, sort_keys=False)
    return str(made).encode("utf-8", "surrogatepass")


def json_input(text: str, random: Random) -> bytes:
    """Spoilt JSON: in half of all cases well-formed JSON of spoilt data."""
    if isinstance(random, Gentle):
        return text.encode()
    if random.random() < 0.5:
        return spoil_bytes(text.encode(), random)
    if random.random() < 0.1:
        return random.choice((b"[" * 100_000, b"9" * 5_000, b"[]", b"null", b'{"a":1,"a":2}'))
    try:
        return json.dumps(spoil_tree(json.loads(text), random), skipkeys=True).encode()
    except ValueError:  # a number of thousands of digits
        return b'{"seed": ' + b"9" * 5_000 + b"}"
