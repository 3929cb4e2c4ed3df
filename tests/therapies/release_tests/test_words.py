"""Results in words: whole phrases of a closed list, everything else is not decided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.therapies.release_tests.texts import ResultKind, phrases, read_phrase
from remyelin.therapies.release_tests.verdict import Verdict
from tests.therapies.release_tests.bench import change, good, judged, of, with_result

WORDS = [kind for kind in ResultKind if kind is not ResultKind.NUMBER]
ODD = [
    "no growth aerobic, growth of S. epidermidis anaerobic at day 6",
    "no growth, but contaminated",
    "No growth after 14 days, see remark",
    "negative by culture but positive by PCR",
    "negative?",
    "not negative",
    "neg.",
    "neg",
    "normal in 16 of 20 metaphases and trisomy 20 in 4",
    "46,XX[18]/47,XX,+8[2]",
    "46,XX[18]/46,XX",
    "46,XX,t(9;22)",
    "47,XXY",
    "46,XX.",
    "<1 CFU",
    "0 CFU/mL",
    "n/a",
    "N/A",
    "-",
    "pending",
    "to follow",
    "not tested",
    "not done",
    "none",
    "ND",
    "n.d.",
    "OK",
    "Complies",
    "conforms",
    "pass",
    "passed",
    "within limits",
    "below detection (assay invalid)",
    "no growth in 1 of 2 bottles",
    "no growth to date",
    "no growth at 14 hours",
    "no growth at fourteen days",
    "no growth at -14 days",
    "no growth at 14.5 days",
    "indeterminate",
    "equivocal",
    "negative (retest after positive)",
    "sterile filtered",
    "normal saline",
    "absent from the report",
    "trace",
    "+",
    "-ve",
    "see attachment",
    "kein Wachstum",
    "negativ",
    "",
]


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("text", ODD)
def test_odd_words_are_never_read(text: str, kind: ResultKind) -> None:
    assert read_phrase(text, kind) is None


@pytest.mark.parametrize("test", ["sterility", "mycoplasma", "karyotype", "plastic adherence"])
@pytest.mark.parametrize("text", ODD)
def test_odd_words_leave_a_test_open_and_say_what_to_write(test: str, text: str) -> None:
    data = change(good(), test, {"result": text, "method": "culture", "days": 28})
    found = of(data, test)
    assert found.verdict is Verdict.NOT_DECIDED
    assert any("write a phrase of the closed list" in reason for reason in found.reasons)
    assert judged(data).verdict is Verdict.NOT_DECIDED


@given(text=st.text(max_size=40), kind=st.sampled_from(WORDS))
def test_no_text_outside_the_list_is_read(text: str, kind: ResultKind) -> None:
    listed = {phrase.casefold() for phrase in phrases()[kind].accepted + phrases()[kind].failing}
    said = read_phrase(text, kind)
    assert said is None or said.numbers or " ".join(text.casefold().split()) in listed


@given(
    kind=st.sampled_from(WORDS),
    position=st.integers(0, 100),
    more=st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip())),
    data=st.data(),
)
def test_an_accepted_phrase_with_anything_added_is_no_longer_accepted(
    kind: ResultKind, position: int, more: str, data: st.DataObject
) -> None:
    listed = phrases()[kind].accepted
    phrase = data.draw(st.sampled_from(listed))
    plain = phrase.format(days=14, metaphases=20) if "{" in phrase else phrase
    text = plain[:position] + " " + more + " " + plain[position:]
    said = read_phrase(text, kind)
    if said is not None and said.verdict is Verdict.PASS:
        known = {" ".join(one.casefold().split()) for one in listed}
        assert said.numbers or " ".join(text.casefold().split()) in known


@pytest.mark.parametrize("kind", WORDS)
def test_no_phrase_is_both_accepted_and_failing(kind: ResultKind) -> None:
    known = phrases()[kind]
    for phrase in known.accepted:
        assert "{" in phrase or read_phrase(phrase, kind) == read_phrase(phrase.upper(), kind)
    for phrase in known.failing:
        said = read_phrase(phrase.replace("{day}", "3"), kind)
        assert said is not None
        assert said.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("test", "text", "verdict"),
    [
        ("sterility", "No growth after 14 days", Verdict.PASS),
        ("sterility", "  NO   growth at 14 Days ", Verdict.PASS),
        ("sterility", "no growth (14 days)", Verdict.PASS),
        ("sterility", "no growth at 5 days", Verdict.NOT_DECIDED),
        ("sterility", "no growth", Verdict.NOT_DECIDED),
        ("sterility", "growth", Verdict.FAIL),
        ("sterility", "growth on day 6", Verdict.FAIL),
        ("sterility", "POSITIVE", Verdict.FAIL),
        ("karyotype", "normal", Verdict.PASS),
        ("karyotype", "46,XX", Verdict.PASS),
        ("karyotype", "46,xy[20]", Verdict.PASS),
        ("karyotype", "46,XX[12]", Verdict.NOT_DECIDED),
        ("karyotype", "abnormal", Verdict.FAIL),
        ("mycoplasma", "positive", Verdict.FAIL),
        ("plastic adherence", "no", Verdict.FAIL),
    ],
)
def test_listed_words_are_judged(test: str, text: str, verdict: Verdict) -> None:
    assert with_result(test, result=text).verdict is verdict


def test_a_negative_result_counts_only_by_a_method_that_a_rule_knows() -> None:
    assert with_result("mycoplasma", result="negative", method="RT-PCR").verdict is Verdict.PASS
    for method, said in (("", "say the method too"), ("smell", "no rule is known for it")):
        found = with_result("mycoplasma", result="negative", method=method)
        assert found.verdict is Verdict.NOT_DECIDED
        assert any(said in reason for reason in found.reasons)


def test_a_culture_for_mycoplasma_needs_its_weeks() -> None:
    short = with_result("mycoplasma", result="negative", method="culture", days=5)
    assert short.verdict is Verdict.NOT_DECIDED
    long = with_result("mycoplasma", result="negative", method="culture", days=28)
    assert long.verdict is Verdict.PASS


def test_the_days_of_incubation_are_those_of_the_method() -> None:
    by = {"result": "no growth", "days": 7}
    assert with_result("sterility", **by, method="BacT/ALERT").verdict is Verdict.PASS
    assert with_result("sterility", **by, method="USP <71>").verdict is Verdict.NOT_DECIDED
