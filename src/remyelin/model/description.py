"""The part of the page on the model that is written from the code: stages and what they read.

Write it anew after a change of stages or parameters with
``python -m remyelin.model.description docs/model.md``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_type_hints

from remyelin.errors import UsageError
from remyelin.model.day import STAGES
from remyelin.model.patient import State
from remyelin.model.stage import Stage
from remyelin.model.traits import Traits
from remyelin.parameters import ParameterTable

BEGIN, END = "<!-- stages: written from the code -->", "<!-- end of stages -->"

_SERIES = re.compile(r"^(item_threshold|item_slope|mortality_ratio_edss)_.*")
"""Long series of parameters, shown as one."""


def stage_table(table: ParameterTable, stages: Sequence[Stage] = STAGES) -> str:
    """Give the stages of a day as a Markdown table.

    Marks after parameters: `s` seen at the source, `r` recalled, `a` assumed.
    """
    lines = ["| stage | acts | reads | parameters |", "|---|---|---|---|"]
    for stage in stages:
        reads = ", ".join(name for name in stage.reads if name != "u")
        if stage.purpose is not None:
            reads += f"; random words `{stage.purpose.name.lower()}`"
        parameters = ", ".join(_parameters(stage.parameters, table)) or "none"
        lines.append(f"| {stage.name} | {_when(stage)} | {reads} | {parameters} |")
    return "\n".join(lines)


def _when(stage: Stage) -> str:
    if stage.when is not None:
        return "where needed"
    return "daily" if stage.every == 1 else f"every {stage.every} days"


def _parameters(shape: type[Any], table: ParameterTable) -> Iterator[str]:
    shown: set[str] = set()
    for key in _keys(shape):
        series = _SERIES.match(key)
        name = f"{series[1]}_*" if series else key
        if name not in shown:
            shown.add(name)
            yield f"`{name}` {table[key].mark[0]}"


def _keys(shape: type[Any]) -> Iterator[str]:
    for name, hint in get_type_hints(shape).items():
        if isinstance(hint, type) and hasattr(hint, "_fields"):
            yield from _keys(hint)
        else:
            yield name


def state_fields() -> dict[str, tuple[str, ...]]:
    """Give the fields of every group of states, by group."""
    return {name: group._fields for name, group in get_type_hints(State).items()}


def trait_fields() -> dict[str, tuple[str, ...]]:
    """Give the fields of every group of traits, by group."""
    return {name: group._fields for name, group in get_type_hints(Traits).items()}


def renewed(page: str, table: ParameterTable) -> str:
    """Give the page with the table of stages as the code has it now.

    Raises
    ------
    UsageError
        The page lacks the two marks between which the table stands.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UsageError(f"the page needs the lines {BEGIN!r} and {END!r}; put them back")
    return f"{before}{BEGIN}\n{stage_table(table)}\n{END}{after}"


def main() -> None:
    """Renew the page named on the command line."""
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text("utf-8"), ParameterTable.load()), encoding="utf-8")


if __name__ == "__main__":
    main()
