"""Each rule on combinations fires wherever its facts are known, or the reason is told here."""

from __future__ import annotations

from typing import Any

import pytest

from remyelin.errors import InputError
from remyelin.inputs import Inputs
from remyelin.patients.description import Description, default_patient
from remyelin.patients.intake import accept
from remyelin.patients.judging import findings
from remyelin.patients.settings import Settings
from remyelin.study import catalogue as studies
from remyelin.study.schema import Study
from remyelin.therapies import catalogue
from remyelin.therapies.conflicts import ConflictRule, conflict_rules
from remyelin.therapies.drugs import drugs, routes_of
from remyelin.therapies.findings import Finding, Grade
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.rules import check
from remyelin.trials.treatments import combined, treatments
from tests.trials.small import TABLE, mapping

INPUTS = Inputs.packaged()

RULES = conflict_rules()
EACH = pytest.mark.parametrize("rule", RULES, ids=[rule.rule for rule in RULES])
VACCINES = ("live_vaccine", "inactivated_vaccine")


def agents(group: str) -> list[str]:
    if group == "transplant":
        return ["busulfan"]
    found = {drug.agent: drug for drug in drugs().values() if group in drug.groups}
    return list(found)


def pair(rule: ConflictRule) -> tuple[str, str]:
    """Two drugs that break a rule, of two substances."""
    for first in agents(rule.earlier):
        for second in agents(rule.later):
            if first != second:
                return first, second
    raise AssertionError(rule)


def giving(name: str, agent: str, group: str) -> Protocol:
    drug = next(drug for drug in drugs().values() if drug.agent == agent)
    known = routes_of(drug)
    assert known is not None
    transplant = group == "transplant"
    step: dict[str, Any] = {
        "kind": "conditioning" if transplant else "vaccination" if group in VACCINES else "drug",
        "agent": agent,
        "route": known.routes[0],
        "day": 0,
    }
    if not transplant and group not in VACCINES:
        step |= {"every_days": 1}
    return Protocol.model_validate(
        {
            "protocol_id": name,
            "label": name,
            "treatment_class": "ahsct" if transplant else "dmt",
            "steps": [step],
            "citation": "mine",
            "mark": "assumed",
        }
    )


def own(rule: ConflictRule) -> dict[str, Protocol]:
    first, second = pair(rule)
    return {
        "first": giving("first", first, rule.earlier),
        "second": giving("second", second, rule.later),
    }


def rules_of(found: list[Finding]) -> set[str]:
    return {one.rule for one in found}


def fires(rule: ConflictRule, found: list[Finding]) -> bool:
    """The rule, or one on the same later drug that is graver or asks to wait longer."""
    hiding = {
        other.rule
        for other in RULES
        if other.later == rule.later
        and (other.grade is Grade.ERROR, other.within_days)
        > (rule.grade is Grade.ERROR, rule.within_days)
    }
    return bool(rules_of(found) & ({rule.rule} | hiding))


def trial(*, prior: bool, fate: str, first: str | None, switch: bool) -> Study:
    data = mapping()
    data["arms"] = [
        {
            "arm_id": "one",
            "label": "One",
            "treatment_class": "dmt" if first else "none",
            "treatment": [{"protocol_id": first}] if first else [],
        },
        {"arm_id": "two", "label": "Two", "treatment_class": "none"},
    ]
    if prior:
        data["population"]["prior_treatment"] = {
            "protocols": [{"protocol_id": "first"}],
            "share": {"value": 0.9},
            "start_years": {"value": 0.5},
        }
        data["arms"][0]["prior_drug"] = fate
    if switch:
        data["arms"][0]["switch"] = {
            "protocol_id": "second",
            "after": "relapse_protocol",
            "earliest_months": 6.0,
            "probability": {"value": 0.5},
            "delay_days": 0,
        }
    data["endpoints"] = [
        {
            "outcome": "edss",
            "definition_id": "edss_rated",
            "measure": "mean",
            "times_months": [0.0],
        }
    ]
    return studies.from_mapping(data)


def in_trial(rule: ConflictRule, **how: Any) -> list[Finding]:
    return combined(trial(**how), catalogue.lookup_with(own(rule), catalogue.packaged()), TABLE)


@EACH
def test_it_fires_in_an_arm(rule: ConflictRule) -> None:
    both = Protocol.model_validate(
        {
            "protocol_id": "both",
            "label": "both",
            "treatment_class": "other",
            "sequence": [
                {"protocol_id": "first", "day": 0, "lasts_days": 100},
                {"protocol_id": "second", "day": 99 if rule.within_days == 1 else 100},
            ],
            "citation": "mine",
            "mark": "assumed",
        }
    )
    protocols = own(rule)
    if rule.earlier in VACCINES or rule.earlier == "transplant":
        both = both.model_copy(
            update={"sequence": (both.sequence[0], both.sequence[1].model_copy(update={"day": 1}))}
        )
    found = check(
        both, TABLE, catalogue.lookup_with({**protocols, "both": both}, catalogue.packaged())
    )
    assert fires(rule, found), [str(one) for one in found]


@EACH
def test_it_fires_for_a_drug_before_a_trial_that_is_stopped_or_goes_on(rule: ConflictRule) -> None:
    fate = "continued" if rule.within_days == 1 else "stopped"
    found = in_trial(rule, prior=True, fate=fate, first="second", switch=False)
    assert fires(rule, found), [str(one) for one in found]


@EACH
def test_it_fires_for_a_switch(rule: ConflictRule) -> None:
    """The drug of the arm ends with the switch; while a drug before goes on it still is given."""
    goes_on = rule.within_days == 1
    once = rule.earlier in VACCINES or rule.earlier == "transplant"
    if once and rule.within_days < 180:
        pytest.skip("given once, half a year before the switch: the rule is not broken")
    found = in_trial(
        rule,
        prior=goes_on,
        fate="continued",
        first=None if goes_on else "first",
        switch=True,
    )
    assert fires(rule, found), [str(one) for one in found]


def acting(group: str) -> list[str]:
    """Protocols of the catalogue that expose to a group."""
    names = []
    for name in catalogue.acting_names():
        protocol = catalogue.load(name)
        if group == "transplant":
            fits = protocol.treatment_class == "ahsct"
        else:
            fits = protocol.treatment_class == "dmt" and any(
                step.agent in agents(group) for step in protocol.steps
            )
        names += [name] if fits else []
    return names


def like_the_default(*prior: dict[str, Any] | str) -> Description:
    known = default_patient().model_dump()
    return Description.model_validate({**known, "prior_drugs": list(prior)})


@EACH
def test_it_fires_for_the_drugs_of_a_patient(rule: ConflictRule) -> None:
    if rule.later in VACCINES or rule.earlier in VACCINES:
        assert not acting(rule.later) or not acting(rule.earlier)
        return  # no protocol of the catalogue gives a vaccine, so nobody can be asked for one
    if rule.within_days == 1:
        return  # a patient's drugs are stopped at the start, so none goes on beside an option
    pairs = [(a, b) for a in acting(rule.earlier) for b in acting(rule.later) if a != b]
    assert pairs
    assert any(
        fires(rule, list(findings(like_the_default(a), Settings(years=2, options=(b,)), INPUTS)))
        for a, b in pairs
    )


def test_prior_natalizumab_and_a_transplant_are_told_by_the_days_since_it_was_stopped() -> None:
    def told(days: int) -> set[str]:
        prior = {"name": "Tysabri", "stopped_days_ago": days, "lasted_days": 400}
        settings = Settings(years=1, options=("ahsct_cy200_ratg6",))
        return rules_of(list(findings(like_the_default(prior), settings, INPUTS)))

    assert "natalizumab_before_transplant" in told(0)
    assert "natalizumab_before_transplant" in told(50)
    assert told(90) == set()


def test_the_lifetime_of_a_patient_counts_what_was_given_before() -> None:
    settings = Settings(years=1, options=("mitoxantrone",))
    prior = {"name": "Novantrone", "stopped_days_ago": 400, "total_dose": 100.0, "unit": "mg/m2"}
    assert accept(like_the_default(), settings, INPUTS)
    with pytest.raises(InputError, match="140 mg/m2"):
        accept(like_the_default(prior), settings, INPUTS)


def test_a_patient_is_not_given_mitoxantrone_for_twenty_years() -> None:
    with pytest.raises(InputError, match="lifetime"):
        accept(like_the_default(), Settings(years=20, options=("Novantrone",)), INPUTS)


def with_mitoxantrone(months: float) -> Study:
    data = mapping()
    data["arms"][0].update(
        treatment_class="dmt", treatment=[{"protocol_id": "Novantrone"}], switch=None
    )
    data["design"]["follow_up"] = {"months": months}
    return studies.from_mapping(data)


def test_a_study_of_ones_own_that_lasts_beyond_a_limit_is_refused() -> None:
    assert treatments(with_mitoxantrone(24.0), INPUTS)
    with pytest.raises(InputError, match="dose_limit_lifetime"):
        treatments(with_mitoxantrone(60.0), INPUTS)


def test_a_study_of_the_package_keeps_it_as_a_warning() -> None:
    study = studies.load("mist")
    found = combined(study, catalogue.load_as_written, TABLE)
    assert treatments(study, INPUTS)
    goes_on = [one for one in found if one.rule == "dose_limit_lifetime_goes_on"]
    assert goes_on
    assert {one.grade for one in goes_on} == {Grade.WARNING}


def test_the_facts_of_a_prior_drug_are_checked() -> None:
    for prior in ({"name": "Tysabri", "total_dose": 3.0}, {"name": "Tysabri", "unit": "mg/d"}):
        with pytest.raises(ValueError, match=r"total_dose|unit"):
            like_the_default(prior)
