"""What a forecast must show for typical people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from anagen.observe.noise import smallest_real_change
from anagen.simulate.forecast import UNTREATED, forecast
from anagen.simulate.person import Person, Perturbation
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import OBSERVABLES
from anagen.simulate.twins import sample_mechanisms


def _arm(treatment: str, dose: float, unit: str, interval: float, stop: float | None = None) -> Arm:
    name = treatment if stop is None else f"{treatment}_stopped"
    return Arm(name, name, (Regimen(treatment, dose, unit, interval, stop_week=stop),))


def test_twins_start_where_the_person_is() -> None:
    person = Person("start", "female", 30.0, {"autoimmune": 1.0}, salt=60.0, episode_years=2.0)
    salt = forecast(person, (UNTREATED,), weeks=1, draws=60).arms["untreated"].values["salt"]
    assert np.abs(np.median(salt[:, 0]) - 60.0) < 4.0
    assert np.abs(salt[:, 0] - 60.0).max() < 25.0


@pytest.mark.parametrize("stage", [None, "II", "V"])
@pytest.mark.parametrize("observable", ["total_density", "terminal_density"])
@pytest.mark.parametrize("counted", [60.0, 130.0, 290.0])
def test_counted_hair_is_what_twins_have_today(
    observable: str, counted: float, stage: str | None
) -> None:
    person = Person("dens", "male", 40.0, {"androgenetic": 1.0}, norwood=stage)
    person = replace(person, **{observable: counted})
    result = forecast(person, (UNTREATED,), weeks=1, draws=24).arms["untreated"]
    np.testing.assert_allclose(result.values[observable][:, 0], counted, rtol=1e-9)


def test_a_stage_says_how_much_of_a_count_is_loss() -> None:
    def thin(counted: float, stage: str | None) -> float:
        person = Person(
            "dens", "male", 45.0, {"androgenetic": 1.0}, total_density=counted, norwood=stage
        )
        values = forecast(person, (UNTREATED,), weeks=1, draws=60).arms["untreated"].values
        return 1.0 - float((values["terminal_density"] / values["total_density"])[:, 0].mean())

    assert thin(160.0, "V") > thin(160.0, None) + 0.01 > thin(160.0, "II") + 0.02
    assert thin(110.0, None) > thin(200.0, None) + 0.05


def test_a_count_is_met_after_years_of_treatment() -> None:
    taken = (Regimen("finasteride", 1.0, "mg", 1.0, start_week=-104.0),)
    person = Person(
        "run", "male", 40.0, {"androgenetic": 1.0}, total_density=150.0, norwood="IV", running=taken
    )
    values = forecast(person, (UNTREATED,), weeks=1, draws=20).arms["untreated"].values
    np.testing.assert_allclose(values["total_density"][:, 0], 150.0, rtol=1e-9)


def test_acute_effluvium_is_over_within_a_year_without_treatment() -> None:
    person = Person(
        "fever", "female", 30.0, {"effluvium": 1.0}, perturbations=(Perturbation("fever", 10.0),)
    )
    result = forecast(person, (UNTREATED,), weeks=52, draws=40).arms["untreated"]
    shed = result.mean("daily_shed")
    density = result.mean("total_density")
    assert shed[:10].max() > 1.5 * shed[52]
    assert shed[40] < 1.25 * shed[52]
    assert density[52] > density[:20].min() + 10.0


def test_effluvium_without_a_known_trigger_still_sheds_now() -> None:
    person = Person("why", "female", 30.0, {"effluvium": 1.0}, episode_years=0.1)
    shed = forecast(person, (UNTREATED,), weeks=52, draws=60).arms["untreated"].mean("daily_shed")
    assert shed[:6].max() > 1.3 * shed[52]


def test_events_do_nothing_where_effluvium_is_ruled_out() -> None:
    calm = Person("x", "male", 30.0, {"androgenetic": 1.0, "effluvium": 0.0}, norwood="IV")
    fever = replace(calm, perturbations=(Perturbation("fever", 6.0),))
    one = forecast(calm, (UNTREATED,), weeks=8, draws=10).arms["untreated"].values["daily_shed"]
    two = forecast(fever, (UNTREATED,), weeks=8, draws=10).arms["untreated"].values["daily_shed"]
    np.testing.assert_allclose(one, two, rtol=1e-3)


def test_scarring_never_regrows() -> None:
    person = Person("scar", "female", 60.0, {"scarring": 1.0}, salt=20.0)
    arms = (UNTREATED, _arm("minoxidil_topical", 5.0, "%", 1.0))
    result = forecast(person, arms, weeks=104, draws=30)
    course = result.arms["untreated"].mean("salt")
    assert course[104] > course[0]
    treated = result.arms["minoxidil_topical"].values["salt"]
    assert (treated.min(axis=1) >= 20.0 - 1e-6).all()


@pytest.mark.parametrize(
    "names",
    [
        ("scarring", "androgenetic"),
        ("scarring", "autoimmune"),
        ("autoimmune", "androgenetic"),
        ("autoimmune", "effluvium"),
        ("androgenetic", "effluvium"),
        ("autoimmune", "androgenetic", "effluvium", "scarring"),
    ],
)
def test_causes_act_together(names: tuple[str, ...]) -> None:
    person = Person("both", "male", 45.0, dict.fromkeys(names, 1.0), salt=30.0, episode_years=1.0)
    values = forecast(person, (UNTREATED,), weeks=8, draws=5).arms["untreated"].values
    for name, course in values.items():
        assert np.isfinite(course).all(), name
    if "scarring" not in names and "autoimmune" in names:
        assert abs(np.median(values["salt"][:, 0]) - 30.0) < 10.0


def test_a_cause_the_model_does_not_have_stays_as_it_is() -> None:
    person = Person(
        "held", "female", 30.0, {}, salt=30.0, mechanism_mixtures=(((), 1.0),),
        ferritin_ug_per_l=80.0, vitamin_d_nmol_per_l=80.0, zinc_umol_per_l=14.0, tsh_miu_per_l=1.5,
    )  # fmt: skip
    salt = forecast(person, (UNTREATED,), weeks=52, draws=8).arms["untreated"].values["salt"]
    assert np.abs(salt - 30.0).max() < 3.0


def test_the_gain_of_finasteride_goes_when_it_is_stopped() -> None:
    person = Person("fin", "male", 33.0, {"androgenetic": 1.0}, norwood="III vertex")
    arms = (
        UNTREATED,
        _arm("finasteride", 1.0, "mg", 1.0),
        _arm("finasteride", 1.0, "mg", 1.0, stop=52.0),
    )
    result = forecast(person, arms, weeks=104, draws=40)
    untreated = result.arms["untreated"].mean("terminal_density")
    treated = result.arms["finasteride"].mean("terminal_density")
    stopped = result.arms["finasteride_stopped"].mean("terminal_density")
    assert untreated[104] < untreated[52] < untreated[0]
    assert treated[52] > treated[0] + 5.0
    assert np.array_equal(stopped[:53], treated[:53])
    # As the published fact counts it: all hairs, a year after stopping.
    names = ("untreated", "finasteride", "finasteride_stopped")
    untreated, treated, stopped = (result.arms[name].mean("total_density") for name in names)
    gain = treated[52] - untreated[52]
    assert stopped[104] - untreated[104] < 0.45 * gain


def test_finasteride_does_little_for_women_after_menopause() -> None:
    before = Person("w", "female", 60.0, {"androgenetic": 1.0}, ludwig="II", postmenopausal=False)
    drug = _arm("finasteride", 1.0, "mg", 1.0)

    def gain(person: Person) -> float:
        result = forecast(person, (UNTREATED, drug), weeks=52, draws=40)
        mass = result.arms["finasteride"].mean("hair_mass") - result.arms["untreated"].mean(
            "hair_mass"
        )
        return float(mass[52])

    assert gain(replace(before, postmenopausal=True)) < 0.6 * gain(before)


def test_mechanisms_are_sampled_in_proportion() -> None:
    joint = ((("autoimmune",), 0.6), (("autoimmune", "androgenetic"), 0.3), ((), 0.1))
    person = Person("m", None, None, {}, mechanism_mixtures=joint)
    drawn = sample_mechanisms(person, 200, 0)
    for names, probability in joint:
        assert abs(drawn.count(frozenset(names)) - 200 * probability) <= 1
    alone = sample_mechanisms(Person("m", None, None, {"effluvium": 0.35}), 200, 0)
    assert abs(sum("effluvium" in names for names in alone) - 70) <= 1


def test_what_was_used_and_what_was_not_is_said() -> None:
    person = Person(
        "said", "male", 33.0, {"androgenetic": 1.0}, norwood="IV", notes={"used: a": "used words"}
    )
    result = forecast(person, (UNTREATED,), weeks=1, draws=2)
    assert any("Norwood stage IV" in text for text in result.individualised)
    assert "used words" in result.individualised
    assert any("ferritin" in text for text in result.not_individualised)


def test_progress_counts_to_its_total() -> None:
    seen: list[tuple[int, int, str]] = []
    person = Person("p", "male", 33.0, {"androgenetic": 1.0}, norwood="IV")
    forecast(person, (UNTREATED,), weeks=1, draws=2, progress=lambda *args: seen.append(args))
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize("observable", list(OBSERVABLES))
def test_the_smallest_real_change_is_positive(observable: str) -> None:
    assert smallest_real_change(observable, 100.0) > 0.0
    # 1.96 x sqrt 2 x 7 % of the count.
    assert smallest_real_change("total_density", 100.0) == pytest.approx(19.4, abs=0.1)


def test_areata_and_pattern_loss_at_once_answer_to_their_own_treatment() -> None:
    """SALT is what areata took: DHT does not move it, and the density knows both."""
    man = Person(
        "both", "male", 35.0, {"autoimmune": 1.0, "androgenetic": 1.0},
        salt=25.0, episode_years=0.5, norwood="III vertex", patches=True, weight_kg=78.0,
    )  # fmt: skip
    arms = [
        Arm(name, name, regimens, as_in_trial=False)
        for name, regimens in (
            ("untreated", ()),
            ("finasteride", (Regimen("finasteride", 1.0, "mg", 1.0),)),
            ("baricitinib", (Regimen("baricitinib", 4.0, "mg", 1.0),)),
        )
    ]
    result = forecast(man, arms, weeks=104, draws=20, seed=3)
    salt = {name: arm.mean("salt")[104] for name, arm in result.arms.items()}
    hairs = {name: arm.mean("terminal_density")[104] for name, arm in result.arms.items()}
    assert salt["finasteride"] == pytest.approx(salt["untreated"], abs=2.0)
    assert salt["baricitinib"] < salt["untreated"] - 5.0
    assert hairs["finasteride"] > hairs["untreated"] + 5.0
    assert hairs["baricitinib"] > hairs["untreated"] + 5.0


def test_ancestry_says_how_densely_hair_stands_where_it_was_not_counted() -> None:
    def density(ancestry: str | None, counted: float | None = None) -> float:
        person = Person(
            "dense", "male", 33.0, {"androgenetic": 1.0}, norwood="III vertex", ancestry=ancestry,
            total_density=counted,
        )  # fmt: skip
        values = forecast(person, (UNTREATED,), weeks=4, draws=40).arms["untreated"].values
        return float(values["total_density"][:, 0].mean())

    assert density("european") == density(None) == density("other")
    assert 0.6 < density("african") / density(None) < density("asian") / density(None) < 0.85
    assert density("african", 173.0) == pytest.approx(density(None, 173.0), rel=0.02)
