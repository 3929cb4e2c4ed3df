"""The stored reference populations belong to the parameters and the model that ship with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from remyelin.cohorts import packing, reference
from remyelin.cohorts.course import Course, silent_days
from remyelin.cohorts.packing import packed, unpacked
from remyelin.cohorts.reference import Variant, find, looks_at, make, of, stored_variants
from remyelin.cohorts.screening import NEVER_RELAPSED_DAYS
from remyelin.core.cache import Cache
from remyelin.engine.backends import Backend
from remyelin.errors import CohortError, InputError, UnknownNameError
from remyelin.inputs import Inputs
from remyelin.study.fields import Figure
from remyelin.study.past import PriorProtocol, PriorTreatment
from remyelin.study.population import Era
from remyelin.study.vocabulary import Covariate, Region

PEOPLE, YEARS = 24, 2.0
INPUTS = Inputs.packaged()
TABLE = INPUTS.parameters
STORED = pytest.mark.parametrize("variant", list(stored_variants()), ids=lambda v: v.name)
ON_INTERFERON = PriorTreatment(
    protocols=(PriorProtocol(protocol_id="interferon_beta"),),
    share=Figure(value=0.6),
    start_years=Figure(value=0.5),
)
TREATED = Variant(Course.RELAPSING, Era.MODERN, prior=ON_INTERFERON)


@STORED
def test_the_stored_population_was_made_with_the_shipped_parameters(variant: Variant) -> None:
    assert reference.stored(variant, TABLE) is not None, (
        f"{variant.name} was made with other parameters, or its file is damaged; "
        "run `make reference` and commit the files that it writes"
    )


@STORED
def test_making_the_first_patients_anew_gives_the_stored_rows(variant: Variant) -> None:
    primary = variant.course is Course.PRIMARY
    backend = Backend.FUSED if primary else Backend.NUMPY  # ten silent years take long on NumPy
    frame = make(variant, INPUTS, candidates=PEOPLE, horizon_years=YEARS, backend=backend)
    made, alive = unpacked(frame, PEOPLE, silent_days(TABLE, variant.course))
    early = of(variant, INPUTS).within(YEARS)
    first = early.where(early.candidate < PEOPLE)
    candidate = np.repeat(np.arange(PEOPLE), len(frame) // PEOPLE)
    assert np.array_equal(first.candidate, candidate[alive]), "run `make reference`"
    for name, values in first.covariates.items():
        assert np.array_equal(values, made[name][alive]), f"{name} differs; run `make reference`"


@STORED
def test_few_die_before_onset_is_recognised_and_the_dead_do_not_return(
    variant: Variant,
) -> None:
    looks = of(variant, INPUTS)
    found = np.bincount(looks.candidate, minlength=looks.candidates)
    silent = variant.course is Course.PRIMARY  # ten years of life table from about 32
    assert (found > 0).mean() == pytest.approx(0.97 if silent else 1.0, abs=0.015)
    assert found.min() < found.max(), "deaths in the years after onset"
    duration = looks.covariates[Covariate.DURATION]
    seen_at = np.unique(duration)
    place = np.concatenate([np.arange(count) for count in found])
    assert np.array_equal(duration, seen_at[place]), "a look is missing before the last one"


@pytest.mark.parametrize("variant", [TREATED, Variant(Course.PRIMARY, Era.MODERN)])
def test_packed_looks_say_what_live_looks_say(variant: Variant) -> None:
    looks = list(looks_at(variant, INPUTS, PEOPLE, 3.0))
    covariates, _ = unpacked(packed(looks), PEOPLE, silent_days(TABLE, variant.course))
    assert set(covariates) == set(Covariate)
    for name, values in covariates.items():
        live = np.stack([look.covariates[name] for look in looks], axis=1).ravel()
        slack = 1e-5 if name is Covariate.AGE else 1e-9
        assert np.allclose(values, live, rtol=0.0, atol=slack), name


def test_the_dead_are_not_looked_at() -> None:
    looks = list(looks_at(Variant(Course.RELAPSING, Era.MODERN), INPUTS, 4, 1.0))
    for look in looks[2:]:
        look.alive[1] = False
    _, alive = unpacked(packed(looks), 4, 0.0)
    assert alive.reshape(4, -1).sum(axis=1).tolist() == [4, 2, 4, 4]


@pytest.mark.parametrize("course", list(Course))
def test_the_calendar_periods_differ_and_older_patients_are_worse_off(course: Course) -> None:
    modern, historical = (of(Variant(course, era), INPUTS) for era in (Era.MODERN, Era.HISTORICAL))
    assert historical.covariates["edss"].mean() > modern.covariates["edss"].mean()


def test_primary_progressive_patients_are_older_relapse_less_and_worsen_more_steadily() -> None:
    relapsing, primary = (
        of(Variant(c, Era.MODERN), INPUTS).within(10.0).covariates for c in Course
    )
    assert primary["age_years"].mean() - relapsing["age_years"].mean() > 8.0
    assert primary["relapses_last_12_months"].mean() < 0.3 * (
        relapsing["relapses_last_12_months"].mean()
    )
    assert abs(primary["female"].mean() - 0.5) < 0.03
    worse = {
        name: c["edss_worsened_last_24_months"][c["relapses_last_24_months"] == 0.0].mean()
        for name, c in (("relapsing", relapsing), ("primary", primary))
    }
    assert worse["primary"] > worse["relapsing"], "progression without relapses"


@pytest.mark.parametrize("course", list(Course))
def test_duration_counts_from_recognised_onset(course: Course) -> None:
    looks = of(Variant(course, Era.MODERN), INPUTS)
    duration = looks.covariates["disease_duration_years"]
    assert 0.0 < duration.min() < 0.25
    assert looks.horizon_years - 0.25 < duration.max() <= looks.horizon_years


def test_looks_within_a_time_are_no_later() -> None:
    near = of(Variant(Course.RELAPSING, Era.MODERN), INPUTS).within(5.0)
    assert near.covariates["disease_duration_years"].max() <= 5.0
    assert near.candidates == reference.CANDIDATES


def test_a_time_beyond_the_horizon_is_a_clear_error() -> None:
    with pytest.raises(CohortError, match=r"max_duration_years is 30; .*followed for 25 years"):
        of(Variant(Course.PRIMARY, Era.MODERN), INPUTS).within(30.0)


def test_a_rise_of_the_edss_is_told_from_the_looks_a_year_and_two_years_before() -> None:
    looks = of(Variant(Course.RELAPSING, Era.MODERN), INPUTS).within(4.0)
    first = looks.candidate == 17
    edss = looks.covariates["edss"][first]
    for name, back in (("edss_rise_last_12_months", 4), ("edss_rise_last_24_months", 8)):
        rise = looks.covariates[Covariate(name)][first]
        expected = [edss[k] - edss[max(k - back, 0)] for k in range(len(edss))]
        assert rise.tolist() == expected


def test_a_documented_worsening_is_kept_at_two_looks() -> None:
    looks = of(Variant(Course.RELAPSING, Era.MODERN), INPUTS).within(6.0)
    count = np.bincount(looks.candidate, minlength=looks.candidates)
    followed = looks.where(count[looks.candidate] == count.max())
    assert (count == count.max()).mean() > 0.97, "the others died"
    edss = followed.covariates["edss"].reshape(-1, count.max())
    worse = followed.covariates["edss_worsened_last_24_months"].reshape(edss.shape) > 0.0
    for k in range(edss.shape[1]):
        low = np.minimum(edss[:, k], edss[:, max(k - 1, 0)])
        rise = low - edss[:, max(k - 8, 0)]
        assert np.array_equal(worse[:, k], rise >= np.where(low >= 6.0, 0.5, 1.0))
    assert 0.02 < worse[:, -1].mean() < 0.4


def test_a_relapse_never_had_is_told_in_the_same_words_live_and_stored() -> None:
    (look,) = looks_at(Variant(Course.RELAPSING, Era.MODERN), INPUTS, PEOPLE, 0.26)
    assert look.covariates[Covariate.DAYS_SINCE_RELAPSE].max() == NEVER_RELAPSED_DAYS
    stored = of(Variant(Course.RELAPSING, Era.MODERN), INPUTS).covariates[
        Covariate.DAYS_SINCE_RELAPSE
    ]
    assert stored.max() == NEVER_RELAPSED_DAYS


class TestMadeOnDemand:
    """Populations with prior treatment, of another country or under other parameters."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(reference, "CANDIDATES", PEOPLE)
        monkeypatch.setattr(reference, "HORIZON_YEARS", dict.fromkeys(Course, YEARS))
        monkeypatch.setenv("REMYELIN_CACHE", str(tmp_path))

    def test_a_population_is_made_once_and_then_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = find(TREATED, INPUTS)

        def never(*_: object, **__: object) -> pd.DataFrame:
            raise AssertionError("made again")

        monkeypatch.setattr(reference, "make", never)
        again = find(TREATED, INPUTS)
        assert all(np.array_equal(first.covariates[n], again.covariates[n]) for n in Covariate)
        with pytest.raises(AssertionError, match="made again"):
            find(Variant(Course.RELAPSING, Era.HISTORICAL, prior=ON_INTERFERON), INPUTS)

    @pytest.mark.parametrize("damage", ["bit", "table", "columns", "rows", "half"])
    def test_a_damaged_file_or_another_shape_is_made_anew(
        self, tmp_path: Path, damage: str
    ) -> None:
        first = find(TREATED, INPUTS)
        (kept,) = (tmp_path / "cohorts").iterdir()
        good, cache = kept.read_bytes(), Cache.of(reference.KIND)
        content = cache.read(kept.name)
        assert content is not None
        frame = packing.from_bytes(content, PEOPLE)
        if damage == "bit":
            spoilt = bytearray(good)
            spoilt[len(good) // 2] ^= 1
            kept.write_bytes(spoilt)
        else:
            body = {
                "table": b"PAR1 not a table",
                "columns": packing.to_bytes(pd.DataFrame({"x": [1, 2]})),
                "rows": packing.to_bytes(frame.head(50)),
                "half": content[: len(content) // 2],
            }[damage]
            cache.write(kept.name, body)
        again = find(TREATED, INPUTS)
        for name, values in first.covariates.items():
            assert np.array_equal(values, again.covariates[name]), name
        kept_again = cache.read(kept.name)
        assert kept_again is not None
        assert packing.from_bytes(kept_again, PEOPLE).equals(frame)

    def test_without_a_folder_nothing_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REMYELIN_CACHE", "")
        assert find(TREATED, INPUTS).candidates == PEOPLE
        assert Cache.of(reference.KIND).folder is None

    def test_an_unknown_prior_protocol_is_named(self) -> None:
        odd = PriorTreatment(
            protocols=(PriorProtocol(protocol_id="interferon"),),
            share=Figure(value=1.0),
            start_years=Figure(value=1.0),
        )
        with pytest.raises(UnknownNameError, match=r"interferon_beta"):
            find(Variant(Course.RELAPSING, Era.MODERN, prior=odd), INPUTS)

    def test_a_prior_protocol_that_does_not_act_is_refused_with_the_reason(self) -> None:
        odd = PriorTreatment(
            protocols=(PriorProtocol(protocol_id="halt_ms"),),
            share=Figure(value=1.0),
            start_years=Figure(value=1.0),
        )
        with pytest.raises(InputError, match=r"does not act.*ahsct_halt_ms acts"):
            find(Variant(Course.RELAPSING, Era.MODERN, prior=odd), INPUTS)

    def test_another_country_has_a_population_of_its_own(self, tmp_path: Path) -> None:
        find(Variant(Course.RELAPSING, Era.MODERN, region=Region.SWEDEN), INPUTS)
        assert len(list((tmp_path / "cohorts").iterdir())) == 1

    def test_other_parameters_have_a_population_of_their_own(self, tmp_path: Path) -> None:
        plain = Variant(Course.RELAPSING, Era.MODERN)
        many = TABLE.with_values({"lesion_rate": 2.0 * TABLE["lesion_rate"].value})
        told: list[float] = []
        found = find(plain, INPUTS.with_parameters(many), told.append)
        assert found.digest == many.digest()
        assert told == sorted(told)
        assert 0.9 < told[-1] <= 1.0
        assert len(list((tmp_path / "cohorts").iterdir())) == 1
        relapses = Covariate.RELAPSES_12M
        before = of(plain, INPUTS).covariates[relapses]
        assert found.covariates[relapses].mean() > 1.2 * before.mean()

    @pytest.mark.parametrize("spoilt", ["parquet", "json", "no json"])
    def test_a_stored_file_that_is_damaged_or_gone_is_not_used(
        self, spoilt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        plain = Variant(Course.RELAPSING, Era.MODERN)
        folder = tmp_path / "data"
        shutil.copytree(Path(reference.__file__).parent / "data", folder)
        monkeypatch.setattr(reference, "files", lambda _: tmp_path)
        assert reference.stored(plain, TABLE) is not None
        file = folder / f"{plain.name}.{spoilt.removeprefix('no ')}"
        if spoilt == "no json":
            file.write_text("{", encoding="utf-8")
        elif spoilt == "json":
            file.unlink()
        else:
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
        assert reference.stored(plain, TABLE) is None
