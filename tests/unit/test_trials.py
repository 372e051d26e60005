"""Trials as data: what is asked, who takes part, what the spread is made of, what is refused."""

import contextlib
import copy
import json
import math
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from anagen.catalog.parameters import value
from anagen.catalog.studies import load_studies, load_study
from anagen.catalog.trial_designs import load_trial_designs
from anagen.errors import InputProblems
from anagen.rng import generator
from anagen.simulate.exposure import values
from anagen.simulate.parameter_draws import sets_off_mean
from anagen.trials.arms import above_plans, control_gain
from anagen.trials.asked import asked_of
from anagen.trials.design import Population, Trial
from anagen.trials.document import inside
from anagen.trials.empirical_salt import empirical_salt
from anagen.trials.endpoints import RULES, readings
from anagen.trials.leaving import leaving
from anagen.trials.population import strata
from anagen.trials.predict import predict, read
from anagen.trials.published import published_trial
from anagen.trials.read import load_trial, parse_trial
from anagen.trials.reference import (
    class_mean_nearest,
    class_mean_top,
    same_drug_mean,
)
from anagen.trials.schema import schema_text, shipped_schema, trial_schema
from anagen.trials.scorecard import (
    markdown,
    miss_causes,
    predictable,
    predicted_studies,
    score,
)
from anagen.trials.unaided import share_drawn, share_unaided, unaided
from trial_cases import small

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "trials").glob("*.toml"))
RUN = "from anagen.cli import run; run()"
PAGE = (ROOT / "docs" / "reference" / "trial-format.md").read_text("utf-8")


def page_example() -> dict:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return tomllib.loads(found.group(1))


def problems(document: object) -> list[str]:
    with pytest.raises(InputProblems) as caught:
        parse_trial(document, "file.toml")
    assert caught.value.exit_code == 2
    return [f"{p.field}: {p.message} {p.nearest}" for p in caught.value.problems]


# The format.


def test_the_shipped_schema_is_current():
    # Renew it: python -m anagen.trials.schema > src/anagen/data/schema/trial.schema.json
    assert shipped_schema() == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(shipped_schema()))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_valid_by_schema_and_by_reading(path: Path):
    jsonschema.validate(tomllib.loads(path.read_text("utf-8")), trial_schema())
    # The drug of this one is in examples/own_data; its own tests read and predict it.
    if path.stem != "own_drug":
        assert asked_of(load_trial(path))


def test_the_example_of_the_page_is_valid_and_predicted():
    document = page_example()
    jsonschema.validate(document, trial_schema())
    trial = parse_trial(document, "page")
    asked = asked_of(trial)
    # Three arms at two visits, two arms at one, one net.
    assert len(asked) == 3 * 2 + 2 + 1
    found = predict(trial, asked, draws=20, seed=1)
    by = {(p.asked.arm, p.asked.endpoint, p.asked.kind, p.asked.week): p for p in found}
    high = by["high", "salt_le_20", "responders", 36.0]
    placebo = by["placebo", "salt_le_20", "responders", 36.0]
    net = by["high", "salt_le_20", "net", 36.0]
    assert high.mean > placebo.mean
    assert net.mean == pytest.approx(high.mean - placebo.mean)
    assert high.asked.published == 36
    for p in found:
        assert p.low_90 <= p.low_50 <= p.high_50 <= p.high_90


def test_every_end_point_of_the_page_is_known():
    table = PAGE.split("## End points")[1].split("##")[0]
    named = set(re.findall(r"`(salt\w+|count\w+|hair_\w+|shed_rate|anagen\w+|telogen\w+)`", table))
    known = {name for name, _ in RULES}
    assert named <= known
    assert known - named <= {"salt50_response", "salt75_response"}


def test_same_trial_in_three_formats(tmp_path: Path):
    import yaml

    document = small()
    (tmp_path / "a.json").write_text(json.dumps(document))
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(document))
    assert load_trial(tmp_path / "a.json") == load_trial(tmp_path / "a.yaml")


# What is refused, all at once.


def test_all_problems_are_listed_at_once():
    found = problems(
        small(
            population={"salt_mean": 40, "salt_min": 50, "norwood": ["IV"]},
            arms=[
                {"id": "drug", "role": "active"},
                {"id": "drug", "role": "placebo", "n": 10},
                {"id": "odd", "role": "active", "n": 5, "regimens": ["barictinib 4 mg daily"]},
            ],
            endpoints=[
                {"endpoint": "salt_le_2O", "weeks": [24]},
                {"endpoint": "salt_le_20", "weeks": [24], "arms": ["drgu"]},
                {"endpoint": "count_total", "weeks": [24]},
            ],
            results=[
                {"arm": "drug", "endpoint": "salt_le_20", "week": 24, "value": 130},
                {"arm": "drug", "endpoint": "salt_le_20", "week": 30, "value": 10},
            ],
        )
    )
    text = "\n".join(found)
    for wanted in (
        "population.salt_min", "population.norwood", "arms[0].n: is missing",
        "arms[0].regimens", "arms[1].id", "arms[2].regimens[0]", "endpoints[0].endpoint",
        "salt_le_20", "endpoints[1].arms: is no arm of this trial drug", "endpoints[2].endpoint",
        "results[0].value: is no percentage", "results[1]: is the result of a visit",
    ):  # fmt: skip
        assert wanted in text, wanted


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"population": {"salt_mean": 140}}, "population.salt_mean"),
        ({"population": {"salt_mean": float("nan")}}, "population.salt_mean"),
        ({"populaton": {}}, "populaton"),
        ({"arms": []}, "arms"),
        ({"endpoints": [{"endpoint": "salt_le_20", "weeks": []}]}, "endpoints[0].weeks"),
        ({"selection": {"week": 52}}, "selection.week"),
        ({"condition": "tinea_capitis"}, "condition"),
        (
            {"endpoints": [{"endpoint": "salt_le_20", "weeks": [4], "unit": "hairs"}]},
            "endpoints[0].unit",
        ),
        (
            {
                "arms": [
                    {"id": "a", "role": "active", "n": 9, "regimens": ["ruxolitinib cream 1.5%"]}
                ]
            },
            "arms[0].regimens[0]",
        ),
        ({"population": {"episode_years": 9, "episode_years_max": 8}}, "population.episode_years"),
    ],
)
def test_impossible_trials_are_refused(change: dict, wanted: str):
    assert any(wanted in line for line in problems(small(**change)))


def photographed(**changes: object) -> dict:
    return small(
        condition="male_pattern_hair_loss",
        population={"norwood": ["IV"]},
        arms=[
            {"id": "drug", "role": "active", "n": 50, "regimens": ["finasteride 1 mg daily"]},
            {"id": "placebo", "role": "placebo", "n": 50},
        ],
        **changes,
    )


def test_a_count_and_stages_describe_the_same_people():
    people = {"norwood": ["III vertex", "IV"], "total_density": 172.0}
    trial = Trial.model_validate(photographed() | {"population": people})
    found = [
        (s.person.norwood, s.person.total_density, s.share) for s in strata(trial, trial.population)
    ]
    assert found == [("III vertex", 172.0, 0.5), ("IV", 172.0, 0.5)]


IN_TWO_UNITS = [
    {"endpoint": "hair_diameter", "unit": "um", "weeks": [24]},
    {"endpoint": "hair_diameter", "unit": "%", "weeks": [24]},
    {"endpoint": "hair_diameter", "unit": "um", "weeks": [24], "kind": "net", "arms": ["drug"]},
    {"endpoint": "anagen_pct_level", "weeks": [24]},
]


def test_a_result_belongs_to_one_number():
    def result(value: float, endpoint: str = "hair_diameter", **more: object) -> dict:
        return {"arm": "drug", "endpoint": endpoint, "week": 24, "value": value, **more}

    found = problems(
        photographed(
            endpoints=IN_TWO_UNITS,
            results=[
                result(3.0),
                result(3.0, unit="um"),
                result(2.0, unit="um", kind="change"),
                result(4000.0, unit="um", kind="net"),
                result(-101.0, unit="%"),
                result(101.0, "anagen_pct_level"),
                result(5.0, "anagen_pct_level", kind="net"),
            ],
        )
    )
    wanted = (
        "results[0]: may be the result of more than one number",
        "results[2]: is given twice",
        "results[3].value: is no possible net",
        "results[4].value: is no possible change",
        "results[5].value: is no possible level",
        "results[6]: is the result of a visit that no entry of endpoints asks for",
    )
    assert [line.strip() for line in found] == list(wanted)


def test_an_impossible_result_is_told_even_where_nothing_else_of_it_is_right():
    wrong = {"arm": "drgu", "endpoint": "salt_le_20", "week": 24, "value": 130}
    found = problems(small(results=[wrong]))
    assert [line.split(":")[0] for line in found] == ["results[0].arm", "results[0].value"]
    unread = [{"endpoint": "salt_le_20", "weeks": [24], "unit": "hairs"}]
    found = problems(small(endpoints=unread, results=[{**wrong, "arm": "drug"}]))
    assert [line.split(":")[0] for line in found] == ["endpoints[0].unit", "results[0].value"]


def test_results_stand_beside_the_unit_they_are_in():
    trial = Trial.model_validate(
        photographed(
            endpoints=IN_TWO_UNITS,
            results=[
                {"arm": "drug", "endpoint": "hair_diameter", "week": 24, "value": 3.0} | more
                for more in ({"unit": "um"}, {"unit": "%", "value": 5.0}, {"kind": "net"})
            ],
        )
    )
    drug = [item for item in asked_of(trial) if item.arm == "drug"]
    assert [(item.unit, item.kind, item.published) for item in drug] == [
        ("um", "change", 3.0), ("%", "change", 5.0), ("um", "net", 3.0), ("%", "level", None),
    ]  # fmt: skip


def test_files_that_are_no_trial(tmp_path: Path):
    for name, text in (("a.toml", "x = ["), ("a.json", "[1, 2]"), ("a.yaml", "a: [")):
        (tmp_path / name).write_text(text)
        with pytest.raises(InputProblems):
            load_trial(tmp_path / name)
    with pytest.raises(InputProblems, match="cannot be read"):
        load_trial(tmp_path / "none.toml")


def test_the_command_exits_2_and_lists_problems(tmp_path: Path):
    bad = tmp_path / "bad.toml"
    bad.write_text('id = "x"\ncondition = "alopecia_areata"\narms = []\n')
    for study in (str(bad), "King_2022_baricitini"):
        done = subprocess.run(
            [sys.executable, "-c", RUN, "trial", "predict", study, "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert json.loads(done.stdout)["problems"]


def test_one_slip_hides_no_other():
    text = "\n".join(
        problems(
            small(
                population={"sex": "men", "salt_mean": 120},
                arms=[
                    {"id": "a", "role": "actve", "n": 0},
                    {"id": "b", "role": "active", "regimens": ["nonsense 4 mg"]},
                ],
                endpoints=[{"endpoint": "salt_le_2O", "weeks": [24], "arms": ["a"]}],
            )
        )
    )
    for wanted in (
        "population.sex", "population.salt_mean", "arms[0].role: is no word of the format active",
        "arms[0].n", "arms[1].n: is missing", "arms[1].regimens[0]", "endpoints[0].endpoint",
    ):  # fmt: skip
        assert wanted in text, wanted
    # The arm is there, if wrong, and the list of arms is not empty.
    assert "is no arm" not in text
    assert "arms: is empty" not in text


JUNK = (None, "", "x", -1, 0, 1e308, 10**40, True, [], {}, [[]], {"a": 1}, "2024-01-01")


def _places(value: object, path: tuple = ()):
    yield path
    entries = value.items() if isinstance(value, dict) else ()
    entries = enumerate(value) if isinstance(value, list) else entries
    for key, entry in entries:
        yield from _places(entry, (*path, key))


def test_junk_anywhere_is_read_or_refused():
    whole = page_example()
    for path in _places(whole):
        for junk in JUNK:
            document = copy.deepcopy(whole)
            place = document
            for step in path[:-1]:
                place = place[step]
            if path:
                place[path[-1]] = junk
            else:
                document = junk
            # Any other error fails the test.
            with contextlib.suppress(InputProblems):
                assert asked_of(parse_trial(document, "file"))


def test_yaml_that_unfolds_without_end_is_refused(tmp_path: Path):
    bomb = "a: &a [1, 1]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    (tmp_path / "bomb.yaml").write_text(bomb)
    with pytest.raises(InputProblems, match="aliases"):
        load_trial(tmp_path / "bomb.yaml")


# Who takes part.


def test_the_people_have_the_reported_mix():
    trial = Trial.model_validate(small())
    people = strata(trial, trial.population)
    assert sum(s.share for s in people) == pytest.approx(1.0)
    salts = {s.person.salt for s in people}
    total = sum(s.share for s in people if (s.person.salt or 0) >= 95)
    assert total == pytest.approx(0.53)
    mean = sum(s.share * (s.person.salt or 0) for s in people)
    assert mean == pytest.approx(86.0, abs=1.0)
    assert min(salt for salt in salts if salt) >= 50
    # One group, so every stratum meets the same parameters; many people, so each tells more.
    assert {s.person.parameters_id for s in people} == {"trial small"}
    assert len({s.person.patient_id for s in people}) == len(people)


def test_people_of_a_group_share_parameters_and_differ_as_people():
    trial = Trial.model_validate(small())
    one, other = (s.person for s in strata(trial, trial.population)[:2])
    clearance, adherence = "baricitinib_clearance", "adherence_oral"
    cells = {"model": "oral", "clearance": clearance, "adherence": adherence}
    a, b = values(cells, one, 50, 3), values(cells, other, 50, 3)
    assert (a["clearance"] == b["clearance"]).all()
    assert not (a["adherence"] == b["adherence"]).any()
    # Within a set of parameters everybody has a share of doses of their own.
    assert np.unique(a["adherence"]).size == 50


def test_twins_nobody_would_have_let_in_are_not_counted(small_trial):
    trial, asked = small_trial
    open_to_all = trial.model_copy(
        update={"population": trial.population.model_copy(update={"salt_min": None})}
    )
    counted, everyone = (
        sum(float(r.weight.sum()) for r in read(t, asked, draws=50, seed=2))
        for t in (trial, open_to_all)
    )
    assert 0.0 < counted < everyone


def test_episodes_stay_within_who_was_let_in():
    trial = Trial.model_validate(small())
    short = Population(salt_min=50, episode_years_max=1.0)
    long = Population(salt_min=50, episode_years_min=1.0, episode_years_max=10.0)
    lengths = [
        [s.person.episode_years or 0.0 for s in strata(trial, people)] for people in (short, long)
    ]
    assert max(lengths[0]) <= 1.0 <= min(lengths[1])
    assert max(lengths[1]) <= 10.0


def test_a_mean_alone_gives_the_share_with_near_total_loss():
    """An extension reports both, a mean of 90.8 and 65.4 % of people at 95 or more."""
    trial = Trial.model_validate(small())
    people = strata(trial, Population(salt_min=50, salt_mean=90.8))
    total = 100.0 * sum(s.share for s in people if (s.person.salt or 0) >= 95)
    assert total == pytest.approx(65.4, abs=3.0)
    assert sum(s.share * (s.person.salt or 0) for s in people) == pytest.approx(90.8, abs=0.1)


def test_people_of_mild_trials_are_not_taken_for_near_total_loss():
    trial = Trial.model_validate(small())
    mild = strata(trial, Population(salt_min=0))
    severe = strata(trial, Population(salt_min=50))
    shares = [sum(s.share for s in p if (s.person.salt or 0) >= 95) for p in (mild, severe)]
    assert shares == pytest.approx([0.05, 0.53])


@pytest.mark.parametrize("mean", [2.0, 3.7, 4.5])
def test_a_reported_length_of_the_episode_is_that_of_who_was_let_in(mean):
    """Two halves stand for the whole, so their mean comes near it; without the cut it falls off."""
    trial = Trial.model_validate(small())
    people = strata(
        trial,
        Population(salt_min=50, episode_years=mean, episode_years_min=0.5, episode_years_max=8.0),
    )
    lengths = [(s.share, s.person.episode_years or 0.0) for s in people]
    assert sum(share * years for share, years in lengths) == pytest.approx(mean, rel=0.12)


def test_a_subgroup_below_95_holds_nobody_above():
    trial = Trial.model_validate(small())
    people = strata(trial, Population(salt_min=50, salt_max=94))
    assert all((s.person.salt or 0) < 95 for s in people)


def test_arms_fill_in_only_what_they_say():
    document = small()
    document["arms"][0]["population"] = {"salt_mean": 92}
    trial = parse_trial(document, "x")
    own = trial.population_of(trial.arms[0])
    assert (own.salt_mean, own.salt_min) == (92, 50)
    assert trial.population_of(trial.arms[1]) == trial.population


def test_a_dose_above_every_plan_is_pointed_out():
    document = small()
    assert above_plans(parse_trial(document, "x")) == ()
    document["arms"][0]["regimens"] = ["baricitinib 40 mg daily"]
    assert "more than the 4 mg" in above_plans(parse_trial(document, "x"))[0]
    document["arms"][0]["regimens"] = ["ritlecitinib 200 mg daily for 4 weeks"]
    assert above_plans(parse_trial(document, "x")) == ()
    document["arms"][0]["regimens"] = ["baricitinib 4 mg twice daily"]
    (note,) = above_plans(parse_trial(document, "x"))
    assert "more often" in note
    assert "at most 4 mg daily" in note


def test_a_week_asked_for_twice_is_told():
    document = small()
    document["endpoints"][0]["weeks"] = [24, 24]
    with pytest.raises(InputProblems, match="twice"):
        parse_trial(document, "x")


# The spread.


def test_parameter_spread_is_told_from_chance():
    random = np.random.default_rng(3)
    chance = random.standard_normal(5000)
    sets = np.repeat(random.standard_normal(1000), 5)
    assert sets_off_mean(chance)[0].std() < 0.15
    assert sets_off_mean(sets + 0.5 * chance)[0].std() == pytest.approx(1.0, rel=0.1)
    assert sets_off_mean(chance)[1] == pytest.approx(1.0 / math.sqrt(5000), rel=0.1)


def test_a_lopsided_parameter_spread_stays_lopsided():
    random = np.random.default_rng(4)
    sets = np.repeat(random.exponential(size=1000), 5)
    found, _ = sets_off_mean(sets - sets.mean() + 0.3 * random.standard_normal(5000))
    low, middle, high = np.quantile(found, (0.05, 0.5, 0.95))
    assert high - middle > 2.0 * (middle - low)


@pytest.fixture(scope="module")
def small_trial():
    trial = parse_trial(small(), "x")
    return trial, asked_of(trial)


def test_prediction_is_the_same_again_and_on_any_workers(small_trial):
    trial, asked = small_trial
    first = predict(trial, asked, draws=20, seed=4, workers=1)
    assert first == predict(trial, asked, draws=20, seed=4, workers=2)
    assert first != predict(trial, asked, draws=20, seed=5, workers=1)


def test_small_arms_have_wide_intervals_and_unseen_drugs_too(small_trial):
    trial, asked = small_trial
    few = tuple(replace(item, n=8) for item in asked)
    many = predict(trial, asked, draws=100, seed=4)
    for wide, narrow in zip(predict(trial, few, draws=100, seed=4), many, strict=True):
        assert wide.mean == narrow.mean
        assert wide.high_90 - wide.low_90 >= narrow.high_90 - narrow.low_90
    unseen = parse_trial(
        small(
            arms=[
                {"id": "drug", "role": "active", "n": 9, "regimens": ["upadacitinib 15 mg daily"]}
            ]
        ),
        "x",
    )
    assert not predict(unseen, asked_of(unseen), draws=20)[0].seen_drug
    assert all(p.seen_drug for p in many)


def test_leaving_lowers_responders_only_under_nri(small_trial):
    trial, asked = small_trial
    drug = asked[0]
    rules = [replace(drug, analysis=analysis) for analysis in ("nri", "observed")]
    nri, observed = predict(trial, rules, draws=40, seed=2)
    assert nri.mean < observed.mean


def test_who_is_not_helped_leaves_sooner_and_most_after_a_year():
    begin, random = np.zeros(20_000, dtype=np.int64), generator(1, "a", "b")
    helped, unhelped, later, other = (
        value(f"trial_dropout_{part}per_year")
        for part in ("helped_", "unhelped_", "unhelped_later_", "")
    )
    assert helped < unhelped < later
    for salt, hazards in ((100.0, (unhelped, unhelped + later)), (5.0, (helped, 2.0 * helped))):
        left = leaving("alopecia_areata", np.full((20_000, 120), salt), begin, random)
        for years, hazard in enumerate(hazards, start=1):
            stayed = (left > years * 365.25 / 7.0).mean()
            assert abs(stayed - math.exp(-hazard)) < 0.015
    left = leaving("male_pattern_hair_loss", np.zeros((20_000, 120)), begin, random)
    assert abs((left > 365.25 / 7.0).mean() - math.exp(-other)) < 0.015


def test_nobody_leaves_before_entry_and_who_stays_never_leaves():
    begin = np.full(5000, 52, dtype=np.int64)
    left = leaving("alopecia_areata", np.full((5000, 105), 5.0), begin, generator(1, "a", "b"))
    assert left.min() >= 52.0
    assert np.isinf(left).any()
    assert left[np.isfinite(left)].max() <= 105.0


def test_late_observed_cases_are_better_than_the_arm_and_carried_forward_keeps_all():
    study = load_studies()["AllegroLT_2023_ritlecitinib"]
    published = published_trial(study)
    assert published.trial is not None
    late = next(
        item
        for item in published.asked
        if (item.arm, item.endpoint, item.week) == ("ritlecitinib_50_mg", "salt_le_20", 104)
    )
    rules = [replace(late, analysis=name) for name in ("observed", "locf", "nri")]
    observed, carried, imputed = predict(published.trial, rules, draws=100, seed=2)
    assert observed.mean > carried.mean + 3.0 > imputed.mean + 3.0


def test_readings_carry_their_error_and_stay_scores():
    course = np.full((2000, 2), 98.0)
    read = readings("salt", course, np.zeros(2000, dtype=np.int64), generator(1, "a", "b"))
    assert read.max() <= 100.0
    assert 2.0 < read.std() < 6.0


def test_reading_error_alone_is_no_change_in_percent():
    rule = RULES["shed_rate", "%"]
    course = np.full((20_000, 2), 80.0)
    start, now = (
        readings("daily_shed", course, np.full(20_000, i), generator(1, "a", f"{i}"))
        for i in (0, 1)
    )
    assert abs(rule.person(start, now).mean()) < 1.0


def test_people_with_a_tenth_more_hairs_are_counted_and_shares_of_hairs_stay_shares():
    up = RULES["count_terminal_up_10_pct", "%"]
    counts = up.person(np.array([100.0, 100.0, 0.0]), np.array([109.0, 110.0, 0.0]))
    assert counts.tolist() == [0.0, 1.0, 0.0]
    course = np.full((5_000, 1), 99.0)
    read = readings("anagen_percent", course, np.zeros(5_000, dtype=int), generator(1, "a", "b"))
    assert read.max() == 100.0
    start, now = np.array([70.0]), np.array([75.0])
    for endpoint, unit, expected in (
        ("anagen_pct_level", "%", 75.0),
        ("telogen_pct_level", "%", 25.0),
        ("anagen_pct_points", "points", 5.0),
        ("telogen_pct_points", "points", -5.0),
        ("anagen_pct", "%", 100.0 * 5.0 / 70.0),
    ):
        assert RULES[endpoint, unit].person(start, now)[0] == pytest.approx(expected)


def test_finasteride_thickens_hairs_and_keeps_more_of_them_growing_than_placebo():
    document = photographed(
        endpoints=[
            {"endpoint": name, "unit": unit, "weeks": [52], "kind": "net", "arms": ["drug"]}
            for name, unit in (
                ("hair_diameter", "um"),
                ("hair_diameter", "%"),
                ("anagen_pct_points", "points"),
                ("telogen_pct_points", "points"),
                ("count_terminal_up_10_pct", "%"),
            )
        ],
        results=[],
    )
    trial = Trial.model_validate(document)
    um, percent, anagen, telogen, people = predict(trial, asked_of(trial), draws=100, seed=3)
    assert 0.5 < um.mean < 10.0
    # Of hairs of 40 to 70 um.
    assert um.mean / 0.7 < percent.mean < um.mean / 0.4
    assert anagen.mean > 1.0
    assert telogen.mean == pytest.approx(-anagen.mean)
    assert people.mean > 10.0


def test_withdrawal_counts_responders_and_stopping_is_worse():
    trial = load_trial(ROOT / "examples" / "trials" / "withdrawal.toml")
    asked = [a for a in asked_of(trial) if a.endpoint == "salt_worsening_gt20" and a.week > 100]
    found = {p.asked.arm: p.mean for p in predict(trial, asked, draws=40, seed=2)}
    assert found["stop"] > found["half_dose"] >= found["stay"]


def test_placebo_of_counts_gains_and_placebo_of_areata_does_not():
    people = Trial.model_validate(small(condition="male_pattern_hair_loss", population={}))
    man = strata(people, people.population)[0].person
    gain = control_gain("topical", man, 48, 40, 0)
    assert gain[:, 0].max() == 0.0
    assert 2.0 < gain[:, 48].mean() < 12.0
    areata = Trial.model_validate(small())
    person = strata(areata, areata.population)[0].person
    assert not control_gain("topical", person, 48, 40, 0).any()


# Who recovers unaided.


def test_one_kind_of_person_recovers_unaided_and_only_in_areata():
    trial = Trial.model_validate(small())
    people = strata(trial, trial.population)
    assert not any(stratum.person.attack_ceased for stratum in people)
    (own,) = unaided(trial, people)
    assert own.person.attack_ceased
    assert own.share == 1.0
    below = [s.person for s in people if (s.person.salt or 0.0) < 95.0]
    salts, years = [p.salt or 0.0 for p in below], [p.episode_years or 0.0 for p in below]
    assert min(salts) < (own.person.salt or 0.0) < max(salts)
    assert min(years) < (own.person.episode_years or 0.0) < max(years)
    assert own.person.parameters_id == below[0].parameters_id
    assert own.person.patient_id not in {s.person.patient_id for s in people}
    total = Trial.model_validate(small(population={"salt_min": 95}))
    (bald,) = unaided(total, strata(total, total.population))
    assert (bald.person.salt or 0.0) >= 95.0
    men = Trial.model_validate(small(condition="male_pattern_hair_loss", population={}))
    assert unaided(men, strata(men, men.population)) == ()


def test_the_share_that_recovers_is_one_a_set_and_never_most_of_a_trial():
    drawn = share_drawn("trial small", 5000, 3).reshape(-1, 5)
    assert (drawn == drawn[:, :1]).all()
    assert (share_drawn("trial small", 20, 3) == drawn[:4].ravel()).all()
    assert drawn.std() > 0.0
    assert 0.0 < drawn.min() < drawn.max() <= value("trial_unaided_most_percent") / 100.0
    many = share_unaided(np.array([6.0]), np.array([1.5]), np.array([9.0]))
    assert many == value("trial_unaided_most_percent") / 100.0


def test_people_who_recover_unaided_answer_in_every_arm_and_relapse_later():
    trial = Trial.model_validate(
        small(
            arms=[
                {
                    "id": "stop", "role": "active", "n": 200,
                    "regimens": ["baricitinib 4 mg daily until week 36"],
                },
                {"id": "placebo", "role": "placebo", "n": 100},
            ],
            endpoints=[{"endpoint": "salt_le_20", "weeks": [36, 76]}],
        )
    )  # fmt: skip
    asked = tuple(replace(item, analysis="observed") for item in asked_of(trial))
    found = {(r.asked.arm, r.asked.week): r for r in read(trial, asked, draws=300, seed=2)}

    def mean(arm: str, week: float, alone: bool) -> float:
        kind = found[arm, week].kind(alone)
        return float((kind.weight * kind.seen).sum() / kind.weight.sum())

    assert mean("placebo", 36, True) > mean("placebo", 36, False) + 20.0
    assert mean("stop", 36, True) > mean("placebo", 36, True)
    kept = [mean("stop", 76, alone) / mean("stop", 36, alone) for alone in (True, False)]
    assert kept[0] > kept[1] + 0.1
    # Remissions end.
    assert kept[0] < 1.0


def test_both_kinds_of_people_are_mixed_by_their_share(small_trial):
    trial, asked = small_trial
    (reading, *_) = read(trial, asked, draws=20, seed=4)
    assert reading.unaided.sum() == 1
    none, some = (reading.among(np.full(20, share)) for share in (0.0, 0.25))
    assert not none.weight[reading.unaided].any()
    assert (none.weight[~reading.unaided] == reading.weight[~reading.unaided]).all()
    assert (some.weight[reading.unaided] == 0.25 * reading.weight[reading.unaided]).all()
    assert (some.weight[~reading.unaided] == 0.75 * reading.weight[~reading.unaided]).all()
    assert reading.kind(unaided=False).weight.shape == (reading.weight.shape[0] - 1, 20)


def counted_men(count: str) -> Trial:
    return Trial.model_validate(
        {
            "id": "counted_men", "title": "Counts in men", "condition": "male_pattern_hair_loss",
            "source": "made up",
            "population": {"sex": "male", "norwood": ["III vertex"]},
            "arms": [
                {"id": "drug", "role": "active", "n": 100, "regimens": ["finasteride 1 mg daily"]},
                {"id": "placebo", "role": "placebo", "n": 100},
            ],
            "endpoints": [{"endpoint": count, "weeks": [52]}],
        }
    )  # fmt: skip


@pytest.mark.parametrize("count", ["count_total", "hair_weight"])
def test_what_is_expected_of_a_count_is_its_reading_without_chance(count):
    trial = counted_men(count)
    for reading in read(trial, asked_of(trial), draws=2000, seed=1):
        chance = reading.seen - reading.expected
        assert chance.std() > 0.5 * reading.expected.std()
        assert abs(chance.mean()) < 4.0 * chance.std() / math.sqrt(chance.size)
        # Nor do people who change much meet another chance.
        same = np.corrcoef(chance.ravel(), reading.expected.ravel())[0, 1]
        assert abs(same) < 0.15


def test_end_points_of_salt_keep_their_readings(small_trial):
    trial, asked = small_trial
    for reading in read(trial, asked, draws=20, seed=4):
        assert (reading.seen == reading.expected).all()


def test_intervals_of_counts_do_not_hang_on_the_seed():
    trial = counted_men("count_total")
    wide = []
    for seed in range(3):
        (drug, placebo) = predict(trial, asked_of(trial), draws=1000, seed=seed)
        wide.append((drug.high_90 - drug.low_90, placebo.high_90 - placebo.low_90))
    assert (np.ptp(wide, axis=0) < 0.2 * np.mean(wide, axis=0)).all()


# Shipped studies.


def test_designs_name_studies_and_arms_that_exist():
    studies = load_studies()
    for study, arm in load_trial_designs():
        assert study in studies
        assert not arm or arm in {a.id for a in studies[study].arms}


def test_numbers_that_may_not_be_used_are_left_out_with_a_reason():
    found = published_trial(load_study("King_2022_baricitinib"))
    assert found.trial is not None
    assert all(item.use in ("fit", "check") for item in found.asked)
    assert any("duplicate" in reason for reason in found.left_out)
    loading = published_trial(load_study("King_2023_ritlecitinib")).trial
    assert loading is not None
    words = {arm.id: arm.regimens for arm in loading.arms}
    assert "200 mg" in words["ritlecitinib_200_mg_x4wk_then_50_mg"][0]


def test_drugs_without_a_model_are_not_predicted():
    found = published_trial(load_study("Signal_2024_bempikibart"))
    assert {item.arm for item in found.asked} <= {"placebo"}
    assert any("no bempikibart" in reason for reason in found.left_out)


def test_the_page_holds_every_row_and_marks_misses():
    scored = predicted_studies(draws=20, seed=0, wanted=("Olsen_2002_minoxidil",))
    page = markdown(scored, 20, 0)
    rows = scored[0].predictions
    assert page.count("| count terminal,") == len(rows) == 3
    far = replace(rows[0], asked=replace(rows[0].asked, published=500.0))
    assert inside(far, 90) is False
    assert "**missed**: predicted below" in markdown(
        (replace(scored[0], predictions=(far,)),), 20, 0
    )
    exact = replace(rows[0], asked=replace(rows[0].asked, published=rows[0].mean))
    assert score([exact])["mae"] == 0.0
    assert score([exact])["cover_50"] == 100.0
    assert score([far])["cover_90"] == 0.0


def test_the_validation_page_holds_every_number_that_can_be_predicted():
    # Renew it: anagen trial table --out docs/validation.md
    page = (ROOT / "docs" / "validation.md").read_text("utf-8")
    for found in predictable():
        part = page.split(f"### {found.study.id}\n")[1:]
        rows = sum(
            bool(re.match(r"\| .* \| [\d.]+ \| [\d?]+ \| ", line))
            for text in part
            for line in text.split("\n## ")[0].split("\n### ")[0].splitlines()
        )
        assert rows == len(found.asked), found.study.id


def test_causes_of_misses_name_studies_that_exist():
    assert set(miss_causes()) <= {found.study.id for found in predictable()}
    assert all(cause.endswith(".") for cause in miss_causes().values())


def test_references_take_like_arms_of_other_people_only():
    study = load_study("GubelinHarcha_2014_dutasteride")
    found = published_trial(study)
    placebo = next(a for a in found.asked if a.arm == "placebo")
    active = next(a for a in found.asked if a.arm == "dutasteride_0p5_mg_d")
    control, drug = class_mean_nearest(found, placebo), class_mean_nearest(found, active)
    assert control is not None
    assert drug is not None
    assert drug > control
    assert same_drug_mean(found, placebo) is None
    kaufman = published_trial(load_study("Kaufman_1998_finasteride"))
    own = {row.value for row in kaufman.study.endpoints}
    assert class_mean_nearest(kaufman, kaufman.asked[0]) not in own


def test_the_nearest_dose_is_not_the_top_dose():
    found = published_trial(load_study("King_2022_baricitinib"))
    low = next(a for a in found.asked if a.arm == "baricitinib_2_mg" and a.week == 36)
    near, top = class_mean_nearest(found, low), class_mean_top(found, low)
    assert near is not None
    assert top is not None
    assert near < top


def test_the_published_model_of_ritlecitinib_answers_for_its_drug_and_placebo_alone():
    found = published_trial(load_study("King_2023_ritlecitinib"))
    asked = {a.arm: a for a in found.asked if a.endpoint == "salt_le_20" and a.week == 24}
    small, usual = (
        empirical_salt(found, asked[a]) for a in ("ritlecitinib_10_mg", "ritlecitinib_50_mg")
    )
    none = empirical_salt(found, asked["placebo"])
    assert small is not None
    assert usual is not None
    assert none is not None
    assert 0.0 < none < small < usual < 60.0
    other = published_trial(load_study("King_2022_baricitinib"))
    drug = next(a for a in other.asked if a.arm == "baricitinib_4_mg")
    assert empirical_salt(other, drug) is None


def test_a_diameter_comes_with_a_caution():
    from typer.testing import CliRunner

    from anagen.cli.app import app

    example = str(ROOT / "examples" / "trials" / "phototrichogram.toml")
    words = ["trial", "predict", example, "--draws", "20"]
    text = CliRunner().invoke(app, words, env={"COLUMNS": "120"})
    assert "Known to be wrong: hair diameter: hairs do not get thicker" in text.output
    # Nothing was published, so nothing stands beside.
    assert "Found" not in text.output
    (caution,) = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["cautions"]
    assert caution.startswith("hair diameter: ")


def test_the_command_prints_a_table_and_the_same_as_json():
    from typer.testing import CliRunner

    from anagen.cli.app import app

    words = ["trial", "predict", "Olsen_2002_minoxidil", "--draws", "20"]
    text = CliRunner().invoke(app, words, env={"COLUMNS": "120"})
    assert text.exit_code == 0, text.output
    document = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert len(document["predictions"]) == 3
    for found in document["predictions"]:
        assert f"{found['mean']:.1f}" in text.output
        assert f"{found['published']:g}" in text.output
        low, high = found["interval_90"]
        assert found["inside_90"] == (low - 0.05 <= found["published"] <= high + 0.05)
    assert document["cautions"] == []
    listed = CliRunner().invoke(app, ["trial", "list"], env={"COLUMNS": "120"})
    assert "Olsen_2002_minoxidil" in listed.output
