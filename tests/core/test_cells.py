"""Text from outside never becomes a formula in a CSV file, and comes back as it was."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from remyelin.core.cells import guarded, guarded_frame, unguarded

SIGNS = "=+-@\t\r\n"


@given(st.text(alphabet=SIGNS + "' 1a.e", max_size=6) | st.text(max_size=6))
@example("'=1")
@example("''=1")
def test_one_apostrophe_fewer_gives_the_text_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.sampled_from(SIGNS), st.text(alphabet="A(1)+!", min_size=1, max_size=6))
def test_what_begins_with_a_sign_is_guarded_unless_it_is_a_number(sign: str, rest: str) -> None:
    text = sign + rest
    assert guarded(text).startswith("'") or float(text) == float(text)


@pytest.mark.parametrize("text", ["-3.5", "+1e-3", "-inf", "-", "A-1", "", "SYN-001", "3=4"])
def test_numbers_and_harmless_text_stay(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize(
    "text", ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1+1"]
)
def test_formulas_are_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_a_table_is_guarded_in_text_and_names_only() -> None:
    frame = pd.DataFrame(
        {
            "=name": ["=1+1", None, "a"],
            "number": [-3.5, np.nan, 1.0],
            "whole": pd.array([-1, None, 2], dtype="Int64"),
            "word": pd.Categorical(["-a", "b", "-a"]),
        }
    )
    text = guarded_frame(frame).to_csv(index=False)
    assert text == "'=name,number,whole,word\n'=1+1,-3.5,-1,'-a\n,,,b\na,1.0,2,'-a\n"
    assert frame.columns[0] == "=name", "the table itself stays"
    back = pd.read_csv(io.StringIO(text))
    assert unguarded(back.iloc[0, 0]) == "=1+1"
