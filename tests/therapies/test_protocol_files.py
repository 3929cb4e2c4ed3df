"""Malformed protocol files: one error that lists every problem."""

from __future__ import annotations

import pytest

from remyelin.errors import InputError
from remyelin.therapies.catalogue import parse
from remyelin.therapies.protocol import LAST_DAY

GOOD = """\
protocol_id: mine
label: My protocol
treatment_class: dmt
steps:
  - agent: something
    dose: 10.0
    unit: mg
    route: IV
    day: 0
    every_days: 28
    moves: {traffic_target: natalizumab_traffic_block}
citation: "assumption"
mark: assumed
"""


def problems(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse(text, where="mine.yaml")
    message = str(caught.value)
    assert message.startswith("mine.yaml")
    assert "Traceback" not in message
    return "\n".join(caught.value.problems)


def without(line: str) -> str:
    return "".join(kept for kept in GOOD.splitlines(keepends=True) if line not in kept)


def test_a_good_file_is_read() -> None:
    protocol = parse(GOOD, where="mine.yaml")
    assert protocol.protocol_id == "mine"
    assert protocol.steps[0].every_days == 28


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("protocol_id: mine", "protocol_id: My Protocol", "protocol_id"),
        ("treatment_class: dmt", "treatment_class: magic", "treatment_class"),
        ("route: IV", "route: through the ear", "route"),
        ("day: 0", "day: -1", "day"),
        ("day: 0", "day: 1.5", "day"),
        ("day: 0", f"day: {LAST_DAY + 1}", "day"),
        ("day: 0", "day: soon", "day"),
        ("every_days: 28", "every_days: 0", "every_days"),
        ("every_days: 28", "lasts_days: 0", "lasts_days"),
        ("dose: 10.0", "dose: -10.0", "dose"),
        ("dose: 10.0", "dose: .nan", "dose"),
        ("dose: 10.0", "dose: .inf", "dose"),
        ("dose: 10.0", 'dose: "10"', "dose"),
        ("unit: mg", 'unit: ""', "dose and unit go together"),
        ("mark: assumed", "mark: certain", "mark"),
        ("label: My protocol", "label: [1, 2]", "label"),
        ("citation:", "colour: red\ncitation:", "colour"),
        ("agent: something", "agent: something\n    colour: red", "colour"),
        ("traffic_target:", "traffic_targett:", "traffic_targett"),
        ("steps:", "steps: 5\nother:", "steps"),
    ],
)
def test_a_wrong_entry_is_named(old: str, new: str, place: str) -> None:
    assert old in GOOD
    assert place in problems(GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    "key", ["protocol_id", "label", "treatment_class", "citation", "mark", "agent", "route"]
)
def test_a_missing_entry_is_named(key: str) -> None:
    text = without(f"{key}:") if key != "agent" else GOOD.replace("agent: something", "note: x")
    assert key in problems(text)


def test_an_unknown_input_lists_what_is_allowed() -> None:
    found = problems(GOOD.replace("traffic_target:", "magic:"))
    for word in ("magic", "traffic_target", "clone_kill", "gcsf"):
        assert word in found


def test_all_problems_are_listed_in_one_error() -> None:
    text = (
        GOOD.replace("day: 0", "day: -1")
        .replace("mark: assumed", "mark: certain")
        .replace("route: IV", "route: nowhere")
    )
    with pytest.raises(InputError) as caught:
        parse(text, where="mine.yaml")
    assert len(caught.value.problems) == 3


def test_a_file_may_not_swap_two_kinds_of_input_for_a_list() -> None:
    assert "moves" in problems(GOOD.replace("{traffic_target: natalizumab_traffic_block}", "[a]"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "- a\n- b\n",
        "protocol_id: [unclosed",
        "protocol_id: mine\nprotocol_id: mine\n",
        "protocol_id: !!python/object/apply:os.system ['true']\n",
        "a: &a [1]\nb: " + "[" * 60 + "]" * 60,
    ],
    ids=["empty", "words", "list", "unclosed", "twice", "object", "deep"],
)
def test_a_text_that_is_no_protocol_is_refused_with_one_error(text: str) -> None:
    assert problems(text)
