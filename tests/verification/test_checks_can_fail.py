"""A check must find the fault that it is there for: each is shown something broken on purpose.

A test holds the list of checks to this file. Runs are shorter here than in the check itself; that
the model as it is passes at full length is the matter of ``test_verify.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from remyelin.engine.backends import Backend
from remyelin.engine.population import Population
from remyelin.verification import bookkeeping, bounds, effects, exchange, limits, signs, steady
from remyelin.verification.bench import SEED, rewired
from remyelin.verification.catalogue import names
from remyelin.verification.run import Verdict, verify
from tests.verification.broken import Bench, bench, spoilt, told, with_values


def failures(name: str, on: Bench) -> list[str]:
    (result,) = verify([name], bench=on).results
    assert not result.reason
    return [finding.quantity for finding in result.findings if not finding.passed]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in (
        (bookkeeping, "_DAYS", 240),
        (bounds, "_YEARS", 1),
        (bounds, "_HARSH_DAYS", 30),
        (limits, "_YEARS", 2),
        (signs, "_DAYS", 300),
        (steady, "_SETTLED_YEARS", 1),
        (steady, "_YEARS", 3),
        (effects, "_OLD_YEARS", 4),
        (effects, "_YOUNG_YEARS", 2),
        (effects, "_CANDIDATES", 600),
        (effects, "_FOLLOW_YEARS", 1),
        (effects, "_GRAFT_YEARS", 1),
        (exchange, "_DAYS", 30),
    ):
        monkeypatch.setattr(module, name, value)


def part(given: Mapping[str, Any], name: str, **changes: Any) -> Mapping[str, Any]:
    return {**given, name: given[name]._replace(**changes)}


def test_a_state_below_zero_is_found() -> None:
    on = spoilt("tissue", lambda g: part(g, "tissue", smouldering=g["tissue"].smouldering - 1.0))
    assert any("below 0" in text for text in failures("untreated_bounds", on))


def test_a_state_that_is_no_number_is_found() -> None:
    on = spoilt("T cells", lambda g: part(g, "t_cells", naive=np.nan * g["t_cells"].naive))
    assert any("not finite" in text for text in failures("untreated_bounds", on))


def test_a_state_above_its_ceiling_is_found() -> None:
    on = spoilt("B cells", lambda g: part(g, "b_cells", total=g["b_cells"].total + 5.0))
    assert any("ceiling" in text for text in failures("protocol_bounds", on))


def test_cells_below_zero_after_the_harshest_conditioning_are_found() -> None:
    # A fixed number is taken, whatever is there: more than six powers of ten leave.
    def taken(given: Mapping[str, Any]) -> Mapping[str, Any]:
        return part(given, "t_cells", naive=given["t_cells"].naive - 1.0)

    assert failures("harshest_conditioning", bench()) == []
    on = spoilt("depletion", taken)
    assert any("below 0" in text for text in failures("harshest_conditioning", on))


def test_enhancing_lesions_that_vanish_unseen_are_found() -> None:
    on = spoilt("lesion count", lambda g: part(g, "lesions", enhancing=0.0 * g["lesions"].rate))
    assert failures("lesion_book", on)[0].startswith("enhancing lesions: begun")


def test_damage_that_recovers_is_found() -> None:
    def heal(given: Mapping[str, Any]) -> Mapping[str, Any]:
        return part(given, "deficit", lasting_spinal=0.99 * given["deficit"].lasting_spinal)

    assert failures("never_falls", spoilt("recovery", heal)) == [
        "days on which deficit.lasting_spinal falls"
    ]


def test_lesions_that_come_too_often_are_found() -> None:
    def often(asked: dict[str, Any]) -> dict[str, Any]:
        return {"u": [asked["u"][0], asked["u"][1] ** 0.7, *asked["u"][2:]]}

    assert failures("lesions_as_expected", told("lesion count", often))


def test_a_marrow_that_drifts_is_found() -> None:
    on = spoilt("blood", lambda g: part(g, "marrow", platelets=1.001 * g["marrow"].platelets))
    assert failures("marrow_at_rest", on) == [
        "largest relative drift of platelets in 180 days at rest"
    ]


def test_bursts_of_the_wrong_size_are_found() -> None:
    on = spoilt("activation", lambda g: part(g, "activation", burst=1.02 * g["activation"].burst))
    assert failures("untreated_means", on)


def test_clones_that_settle_elsewhere_are_found() -> None:
    def grow(given: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**given, "clones": type(given["clones"])(*(c * 1.0002 for c in given["clones"]))}

    assert any("clone" in text for text in failures("untreated_means", spoilt("activation", grow)))


def test_a_fluctuation_of_the_wrong_width_is_found() -> None:
    def wide(given: Mapping[str, Any]) -> Mapping[str, Any]:
        return part(given, "fluctuation", level=1.05 * given["fluctuation"].level)

    assert failures("fluctuation_law", spoilt("fluctuation", wide))


def test_a_brain_that_does_not_age_normally_is_found() -> None:
    on = spoilt("tissue", lambda g: part(g, "tissue", volume=g["tissue"].volume - 1e-5))
    assert any("closed form" in text for text in failures("no_activity", on))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("memory_b_raised", {"memory_b_help": 0.0}),
        ("regulation_lost", {"treg_gain": 0.0}),
        ("regulation_whole", {"treg_gain": 0.0}),
        ("triggers_doubled", {"tonic_share": 1.0}),
    ],
)
def test_a_mechanism_without_effect_is_found(name: str, values: dict[str, float]) -> None:
    assert failures(name, with_values(**values))


@pytest.mark.parametrize("name", ["clones_depleted", "no_triggers", "no_memory_b"])
def test_lesions_that_do_not_follow_effectors_are_found(name: str) -> None:
    def deaf(asked: dict[str, Any]) -> dict[str, Any]:
        now = asked["activation"]
        return {"activation": now._replace(activity=np.ones_like(now.activity))}

    assert failures(name, told("lesion count", deaf))


def test_a_drug_that_does_not_fade_with_age_is_found() -> None:
    # Nobody is older than the reference age in what brings damage: no age, no fading.
    def young(asked: dict[str, Any]) -> dict[str, Any]:
        return {"clock": asked["clock"]._replace(age=np.full_like(asked["clock"].age, 30.0))}

    on = rewired_twice(young)
    assert failures("fades_with_age", on)


def test_a_transplant_that_helps_nobody_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "_PROGRESSIVE_DAMAGE", 0.0)
    monkeypatch.setattr(effects, "_QUIET_DAYS", 100)

    def nothing(asked: dict[str, Any]) -> dict[str, Any]:
        return {"pulse": type(asked["pulse"])(*(0.0 * amount for amount in asked["pulse"]))}

    assert failures("progressive_benefit", told("depletion", nothing))


def rewired_twice(change: Any) -> Bench:
    on = told("lesion count", change)
    return bench(stages=rewired(on.stages, "tissue", change), scale=0.2)


def test_a_marrow_with_the_wrong_speed_is_found_against_friberg() -> None:
    def slow(asked: dict[str, Any]) -> dict[str, Any]:
        traits = asked["blood_traits"]
        return {"blood_traits": traits._replace(transit_time=1.05 * traits.transit_time)}

    found = failures("friberg_docetaxel", told("blood", slow))
    assert any("largest distance" in text for text in found)


def test_a_graft_whose_dose_does_not_matter_is_found() -> None:
    def same(asked: dict[str, Any]) -> dict[str, Any]:
        pulse = asked["pulse"]
        return {"pulse": pulse._replace(graft_cd34=np.full_like(pulse.graft_cd34, 5.0))}

    assert len([t for t in failures("engraftment", told("graft", same)) if "instead of" in t]) == 4


def test_a_dose_of_nothing_that_does_something_is_found() -> None:
    def leak(given: Mapping[str, Any]) -> Mapping[str, Any]:
        return part(given, "tissue", smouldering=0.999 * given["tissue"].smouldering)

    stages = tuple(
        stage if stage.name != "depletion" else type(stage)(**{**vars(stage), "when": None})
        for stage in spoilt("depletion", leak).stages
    )
    assert failures("dose_zero", bench(stages=stages))


def test_a_treatment_that_changes_the_luck_of_a_twin_is_found() -> None:
    def other(asked: dict[str, Any]) -> dict[str, Any]:
        treated = asked["levels"].traffic_target > 0.0
        return {"u": [np.where(treated, 1.0 - u, u) for u in asked["u"]]}

    assert failures("twins", told("infection", other)) == [
        "infections that a traffic block changes"
    ]


def test_a_treatment_that_reaches_nobody_is_found() -> None:
    def deaf(asked: dict[str, Any]) -> dict[str, Any]:
        levels = asked["levels"]
        return {"levels": levels._replace(traffic_target=0.0 * levels.traffic_target)}

    on = told("drugs", deaf)
    stages = rewired(on.stages, "drug targets", deaf)
    found = failures("twins", bench(stages=stages))
    assert found == ["states in which twins differ after 200 days of treatment"]


def test_luck_that_no_seed_governs_is_found() -> None:
    random = np.random.default_rng(3)  # goes on from run to run

    def drift(asked: dict[str, Any]) -> dict[str, Any]:
        return {"u": [random.random(np.shape(u)) for u in asked["u"]]}

    on = told("activation", drift)
    assert failures("seeds", on) == ["states that differ with the same seed"]
    assert "states in which twins differ before treatment" in failures("twins", on)


def test_a_seed_that_does_not_matter_is_found() -> None:
    class Deaf(Bench):
        def newcomers(self, count: int, *, replicate: int = 0, seed: int = SEED) -> Population:
            return super().newcomers(count, replicate=replicate, seed=SEED)

    found = failures("seeds", Deaf(backend=Backend.NUMPY))
    assert found == ["states that differ with another seed"]


def test_patients_who_see_each_other_are_found() -> None:
    def crowd(asked: dict[str, Any]) -> dict[str, Any]:
        now = asked["activation"]
        return {"activation": now._replace(activity=now.activity * (1.0 + 1e-6 * len(now.help)))}

    assert failures("one_more_patient", told("lesion count", crowd))


def test_an_export_with_other_numbers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("roadrunner")
    from remyelin.standards import sbml as export

    right = export.sbml
    longer = 1.001 * bench().table["nfl_clearance"].value
    monkeypatch.setattr(
        export, "sbml", lambda table: right(table.with_values({"nfl_clearance": longer}))
    )
    found = failures("sbml_mean_field", bench())
    assert [text.split(" of ")[0] for text in found] == 2 * ["largest relative deviation"]


def test_a_stage_that_is_gone_is_a_failure_with_a_reason() -> None:
    stages = tuple(stage for stage in bench().stages if stage.name != "activation")
    (result,) = verify(["clones_depleted"], bench=bench(stages=stages)).results
    assert result.verdict is Verdict.FAILED
    assert "no stage 'activation'" in result.reason


def test_every_check_has_a_test_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in names() if f'"{name}"' not in text] == []
