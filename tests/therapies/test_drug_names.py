"""A drug is found by any of its names, and an unknown name is never answered by another drug."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.errors import InputError, UnknownNameError, nearest
from remyelin.patients.description import therapy_problem
from remyelin.patients.settings import Settings
from remyelin.study.vocabulary import Mark
from remyelin.therapies import catalogue, product_catalogue
from remyelin.therapies.drug_names import drug_names, plain
from remyelin.therapies.drugs import drugs, find
from remyelin.therapies.known_names import unknown_drug


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        ("Tysabri", "natalizumab"),
        ("tysabri®", "natalizumab"),
        ("Tyruko", "natalizumab"),
        ("Gilenya", "fingolimod"),
        ("Lemtrada", "alemtuzumab"),
        ("Kesimpta", "ofatumumab"),
        ("Ocrevus", "ocrelizumab"),
        ("MabThera", "rituximab"),
        ("Rebif", "interferon_beta"),
        ("Avonex", "interferon_beta_1a_im"),
        ("Betaferon", "interferon_beta_1b"),
        ("natalizumab", "natalizumab"),
    ],
)
def test_a_brand_stands_for_the_one_standard_protocol(name: str, protocol: str) -> None:
    assert catalogue.resolved(name) == protocol
    assert catalogue.load(name).protocol_id == protocol
    assert Settings(options=(name,)).options == (protocol,)
    assert catalogue.lookup_with({}, catalogue.packaged())(name).protocol_id == protocol


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Aubagio", "teriflunomide_7"),
        ("Mavenclad", "cladribine_5_25"),
        ("Campath", "oncology"),
        ("Tysabri SC", "natalizumab (SC)"),
        ("Arzerra", "(IV)"),
        ("Endoxan", "cyclophosphamide_pulses"),
        ("Thymoglobuline", "rabbit anti-thymocyte globulin"),
        ("Zinbryta", "no protocol of the catalogue"),
    ],
)
def test_where_the_protocol_is_not_plain_those_of_the_drug_are_listed(name: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        catalogue.resolved(name)
    assert told in str(caught.value)
    assert told in therapy_problem(name)


@pytest.mark.parametrize(
    "name", ["Tysabry", "Tysarbi", "natalizumb", "Lemtarda", "ocrelizumba", "cytabi", "fludarabin"]
)
def test_a_slip_of_the_pen_offers_the_same_drug_only_with_what_it_is(name: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        catalogue.resolved(name)
    for near in caught.value.near:
        assert len(nearest(name, [near])) == 1
        assert f"{near} (" in str(caught.value)


@pytest.mark.parametrize("name", ["Tysabrinol", "foo", "zzz", "clofarabine", "vidarabine"])
def test_a_name_that_is_far_from_all_is_answered_by_the_way_to_the_list(name: str) -> None:
    with pytest.raises(UnknownNameError, match="remyelin therapies list"):
        catalogue.resolved(name)
    assert "remyelin therapies drugs" in unknown_drug(name)


@given(st.sampled_from(sorted(drugs())), st.integers(0, 60), st.sampled_from("aeiostx"))
def test_one_wrong_letter_in_a_name_never_leads_to_another_drug(
    name: str, place: int, letter: str
) -> None:
    wrong = name[: place % len(name)] + letter + name[place % len(name) + 1 :]
    meant = find(name)
    assert meant is not None
    drug = find(wrong)
    if drug is not None:
        return
    hint = unknown_drug(wrong)
    for other in drugs().values():
        if other != meant:
            assert f"a name of {other.agent})" not in hint
            assert f"{other.agent} (drug" not in hint


def test_each_name_stands_for_one_known_drug_and_has_a_source() -> None:
    known = {drug.agent for drug in drugs().values()}
    names = [plain(one.name) for one in drug_names()]
    assert len(set(names)) == len(names)
    assert not set(names) & {plain(agent) for agent in known}
    for one in drug_names():
        assert one.agent in known
        assert one.source
        assert one.mark in Mark
    for protocol in map(catalogue.load, catalogue.names()):
        drug = find(protocol.protocol_id)
        given_drugs = {find(step.agent) for step in protocol.steps}
        assert drug is None or drug in given_drugs or not protocol.steps, (
            "a protocol's name is that of its own drug"
        )


def test_no_short_name_is_one_letter_from_that_of_another_drug() -> None:
    short = [name for name in drugs() if len(name) <= 4 and not name.endswith(("atg", "sc", "msc"))]
    for one in short:
        for other in short:
            near = len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True))
            assert drugs()[one] == drugs()[other] or near != 1, (one, other)


def test_two_kinds_of_rabbit_atg_are_two_drugs() -> None:
    one, other = find("Thymoglobuline"), find("Grafalon")
    assert one is not None
    assert other is not None
    assert one.substance != other.substance


def test_a_product_is_found_by_the_name_of_its_maker() -> None:
    assert product_catalogue.load("NurOwn").product_id == "msc_ntf"


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("cdw_24", ["cdw24", "cdi24"], ("cdw24",)),
        ("Tysabri", ["cytbi", "natalizumab"], ()),
        ("NSC", ["MSC"], ()),
        ("natalizumab_6", ["natalizumab", "natalizumab_every_6_weeks"], None),
        ("", ["a", "b"], ()),
        ("mits", ["mist", "bmt"], ("mist",)),
    ],
)
def test_near_is_a_slip_of_the_pen(
    name: str, known: list[str], found: tuple[str, ...] | None
) -> None:
    near = nearest(name, known)
    assert near == found if found is not None else set(near) == set(known)


@given(st.text(max_size=80))
def test_any_text_is_a_protocol_or_is_told_why_not(text: str) -> None:
    told = therapy_problem(text)
    assert told or catalogue.resolved(text) in catalogue.names()
