"""Cell products: what of a dose arrives, whose batch it is, and what a bad product is told."""

from __future__ import annotations

import math

import numpy as np
import pytest

from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.streams import Streams
from remyelin.errors import InputError, UnknownNameError
from remyelin.model.stage import Purpose
from remyelin.parameters import ParameterTable
from remyelin.study.fields import Figure
from remyelin.therapies import catalogue, product_catalogue
from remyelin.therapies.arrival import arriving, main_input, viability
from remyelin.therapies.batches import Donors, Uniforms, release
from remyelin.therapies.findings import errors
from remyelin.therapies.product import Product
from remyelin.therapies.rules import check_steps
from remyelin.therapies.step import Step
from remyelin.therapies.timeline import FOREVER, Course, Window, entries

TABLE = ParameterTable.load()
EACH = pytest.mark.parametrize("name", product_catalogue.names())
MANY = 20_000


def step(**changes: object) -> Step:
    plain: dict[str, object] = {
        "kind": "infusion",
        "agent": "MSC",
        "product": "bm_msc",
        "dose": 1.5,
        "unit": "1e6 cells/kg",
        "route": "IV",
        "day": 0,
        "moves": {"msc_lung": "by_product"},
    }
    return Step.model_validate({**plain, **changes})


def donors(count: int, age: float = 30.0) -> Donors:
    rows = np.arange(count, dtype=np.int64)
    streams = Streams.of(3, np.zeros(count, dtype=np.int64), rows)
    shared = Streams.of(3, np.zeros(count, dtype=np.int64), np.full(count, 2**40))

    def own(number: int) -> Uniforms:
        return streams.uniforms(number, Purpose.CELL_BATCH, 1)

    def common(number: int) -> Uniforms:
        return shared.uniforms(number, Purpose.CELL_PRODUCT, 1)

    return Donors(np.full(count, age), own, common, NUMPY)


def told(**changes: object) -> str:
    return "\n".join(errors(check_steps([(2, step(**changes))], TABLE)))


@EACH
def test_a_product_is_called_as_its_file_and_has_a_source(name: str) -> None:
    product = product_catalogue.load(name)
    assert product.product_id == name
    assert product.citation.strip()
    assert all(dose.source for dose in product.human_doses)


def test_cells_that_act_are_dose_times_viability_times_retention_times_potency() -> None:
    alive = TABLE["product_viability_thawed"].value
    alive *= math.exp(-TABLE["product_bag_loss"].value * 30.0)
    found = arriving(step(), product_catalogue.load("bm_msc"), TABLE)
    assert found == {"msc_lung": pytest.approx(1.5 * alive * TABLE["retention_lung"].value)}
    fluid = step(route="IT", moves={"msc_fluid": "by_product"})
    found = arriving(fluid, product_catalogue.load("bm_msc"), TABLE)
    assert found == {"msc_fluid": pytest.approx(105.0 * alive * TABLE["retention_fluid"].value)}


def test_cells_that_home_reach_the_fluid() -> None:
    homing = TABLE.with_values({"homing_share": 0.001})
    found = arriving(step(), product_catalogue.load("bm_msc"), homing)
    assert 0.0 < found["msc_fluid"] < 0.105


def test_a_neural_product_brings_precursors_and_supporters_its_reach_and_what_it_is() -> None:
    given = step(
        product="hnsc",
        dose=10.0,
        unit="1e6 cells",
        route="ICV",
        moves={"graft_precursors": "by_product"},
    )
    found = arriving(given, product_catalogue.load("hnsc"), TABLE)
    whole = found["graft_precursors"] + found["graft_supporters"]
    assert found["graft_precursors"] / whole == pytest.approx(
        TABLE["neural_precursor_share_nsc"].value
    )
    assert found["graft_foreign"] == 1.0
    assert found["graft_reach"] == TABLE["reach_ventricle"].value
    assert "graft_tumour_risk" not in found
    scenario = catalogue.load("ipsc_opc_scenario").steps[1]
    found = arriving(scenario, product_catalogue.load("ipsc_opc"), TABLE)
    assert found["graft_tumour_risk"] == TABLE["graft_tumour_probability"].value
    assert "graft_foreign" not in found


def test_a_dose_of_nothing_gives_nothing() -> None:
    for name in product_catalogue.names():
        product = product_catalogue.load(name)
        for route in product.routes:
            moves = {main_input(product, route): "by_product"}
            assert arriving(step(dose=0.0, route=route, moves=moves), product, TABLE) == {}


def test_viability_falls_in_the_bag() -> None:
    product = product_catalogue.load("bm_msc")
    longer = product.model_copy(update={"bag_minutes": Figure(value=90.0)})
    assert viability(longer, TABLE) < viability(product, TABLE) < 1.0


def test_a_late_passage_and_an_old_donor_cost_potency() -> None:
    data = product_catalogue.load("cord_msc").model_dump(mode="json", exclude_none=True)

    def lung(**changes: object) -> float:
        product = Product.model_validate({**data, **changes})
        return arriving(step(), product, TABLE)["msc_lung"]

    young = lung()
    assert lung(donor_age_years={"value": 60.0}) == pytest.approx(
        young * math.exp(-30.0 * TABLE["donor_age_potency_loss"].value)
    )
    assert lung(manufacture={"passage": {"value": 5.0}}) == pytest.approx(
        young * math.exp(-2.0 * TABLE["passage_potency_loss"].value)
    )


def test_potency_differs_between_patients_by_its_spread_and_falls_with_their_age() -> None:
    product = product_catalogue.load("bm_msc")
    young = np.log(donors(MANY).potency(product, 0, TABLE))
    spread = TABLE["potency_log_sd"].value
    error = spread / math.sqrt(MANY)
    assert abs(young.mean()) < 4.0 * error
    assert abs(young.std() - spread) < 4.0 * error / math.sqrt(2.0)
    old = np.log(donors(MANY, age=50.0).potency(product, 0, TABLE))
    assert old == pytest.approx(young - 20.0 * TABLE["donor_age_potency_loss"].value)


def test_autologous_batches_are_one_donor_and_foreign_ones_are_not() -> None:
    own, foreign = product_catalogue.load("bm_msc"), product_catalogue.load("cord_msc")
    some = donors(50)
    assert (some.potency(own, 0, TABLE) == some.potency(own, 1, TABLE)).all()
    assert (some.potency(foreign, 0, TABLE) != some.potency(foreign, 1, TABLE)).all()


def test_what_is_not_known_of_a_product_is_the_same_for_all_patients_of_a_replicate() -> None:
    sharp = TABLE.with_values({"potency_log_sd": 0.0, "donor_age_potency_loss": 0.0})
    found = donors(50).potency(product_catalogue.load("adipose_msc"), 0, sharp)
    assert len(set(found.tolist())) == 1
    assert found[0] != 1.0
    known = donors(50).potency(product_catalogue.load("bm_msc"), 0, sharp)
    assert known == pytest.approx(1.0)


def test_each_patient_of_a_course_gets_the_cells_of_the_own_batch() -> None:
    protocol = catalogue.load("msc_it_petrou")
    rows = np.arange(4)
    course = Course(protocol, rows, np.zeros(4, np.int64), np.full(4, FOREVER), donors(4))
    found = [e for e in entries(course, TABLE, Window(0, 400)) if e.field == "msc_fluid"]
    assert [int(e.days[0]) for e in found] == [0, 182]
    first, second = (np.asarray(e.amount) for e in found)
    assert len(set(first.tolist())) == 4
    assert (first == second).all()


def test_batches_fail_as_often_as_told_and_cost_the_time_of_another() -> None:
    product = product_catalogue.load("adipose_msc")
    share = product.manufacture.failure.value  # type: ignore[union-attr]
    made = release(product, donors(MANY))
    error = math.sqrt(share * (1.0 - share) / MANY)
    assert abs((made.delay > 0).mean() - share) < 4.0 * error
    assert abs((~made.given).mean() - share**2) < 4.0 * error
    assert set(made.delay.tolist()) == {0, 35}
    sure = release(product_catalogue.load("bm_msc_fresh"), donors(50))
    assert sure.given.all()
    assert not sure.delay.any()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"product": "marrow"}, "steps[2] (MSC): unknown product"),
        (
            {"route": "ICV"},
            "route ICV given; bm_msc can be given by IV, IT (rule route_of_product)",
        ),
        ({"dose": 100.0}, "beyond any human dose by this route; allowed: up to 600 million"),
        ({"dose": 5.0, "unit": "mg"}, "dose 5.0 mg given; allowed: a number of 1e6 cells"),
        ({"moves": {"msc_fluid": "by_product"}}, "needs moves: {msc_lung: by_product}"),
        ({"product": ""}, "the step names no product (rule product_is_named)"),
    ],
)
def test_a_step_that_its_product_cannot_take_is_told_step_and_rule(
    changes: dict[str, object], words: str
) -> None:
    assert words in told(**changes)
    assert "steps[2]" in told(**changes)


def test_a_good_step_is_told_nothing() -> None:
    assert told() == ""


def test_an_unknown_product_is_offered_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match="bm_msc"):
        product_catalogue.load("bm_mcs")


def test_a_bad_product_is_told_every_problem_at_once() -> None:
    data = product_catalogue.load("bm_msc").model_dump(mode="json", exclude_none=True)
    del data["viability"]
    data["donor_age_years"] = {"value": 30.0}
    data["manufacture"]["failure"] = {"value": 2.0}
    with pytest.raises(InputError) as caught:
        product_catalogue.from_mapping(data, where="mine.yaml")
    text = "\n".join(caught.value.problems)
    assert "viability: missing" in text
    assert "rule viability_is_known" in text
    assert "manufacture.failure: 2 given" in text
    assert "rule donor_age" in text
