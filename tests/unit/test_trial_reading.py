"""How descriptions of trials are read: contradictions, words, notes, and the schema beside it."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from anagen.catalog.studies import load_studies
from anagen.cli.app import app
from anagen.errors import InputProblems, Problem
from anagen.trials.arms import regimens_of, route_problems
from anagen.trials.asked import asked_of, read_as
from anagen.trials.contradictions import contradictions
from anagen.trials.design import Trial, TrialArm
from anagen.trials.endpoints import RULES, against_start
from anagen.trials.notes import notes
from anagen.trials.predict import predict
from anagen.trials.published import BOTH_SEXES, published_trial
from anagen.trials.read import parse_trial
from anagen.trials.schema import trial_schema
from trial_cases import small

ROOT = Path(__file__).parents[2]
# The drug of one example is in examples/own_data; its own tests read it.
EXAMPLES = sorted(
    set((ROOT / "examples" / "trials").glob("*.toml"))
    - {ROOT / "examples" / "trials" / "own_drug.toml"}
)
MEN, WOMEN = "male_pattern_hair_loss", "female_pattern_hair_loss"


def counted(condition: str, population: dict) -> dict:
    """A trial of pattern hair loss in these people."""
    drug = {"id": "drug", "role": "active", "n": 50, "regimens": ["minoxidil 5% topical daily"]}
    return small(
        condition=condition,
        population=population,
        arms=[drug],
        endpoints=[{"endpoint": "count_terminal", "weeks": [24]}],
    )


def found(document: object) -> tuple[Problem, ...]:
    """Every problem of a document; none when it is read."""
    try:
        parse_trial(document, "file.toml")
    except InputProblems as error:
        return error.problems
    return ()


def fields(document: object) -> list[str]:
    return [problem.field for problem in found(document)]


# Contradictions.


@pytest.mark.parametrize(
    ("people", "field"),
    [
        ({"share_salt_95_percent": 90, "salt_mean": 60}, "salt_mean"),
        ({"share_salt_95_percent": 53, "salt_min": 50, "salt_mean": 70}, "salt_mean"),
        ({"share_salt_95_percent": 0, "salt_mean": 98}, "salt_mean"),
        ({"share_salt_95_percent": 5, "salt_max": 80}, "share_salt_95_percent"),
        ({"share_salt_95_percent": 50, "salt_min": 95}, "share_salt_95_percent"),
        ({"sex": "male", "postmenopausal": True}, "postmenopausal"),
        ({"sex": "both", "postmenopausal": True}, "postmenopausal"),
        ({"age_mean_years": 8, "episode_years": 12}, "episode_years"),
        ({"age_mean_years": 3, "episode_years_min": 4}, "episode_years_min"),
    ],
)
def test_people_who_contradict_themselves_are_told(people: dict, field: str) -> None:
    assert fields(small(population=people)) == [f"population.{field}"]


@pytest.mark.parametrize(
    "people",
    [
        {"share_salt_95_percent": 53, "salt_mean": 85.5, "salt_min": 50},
        {"share_salt_95_percent": 100, "salt_mean": 100, "salt_min": 99},
        {"share_salt_95_percent": 100, "salt_mean": 95},
        {"share_salt_95_percent": 0, "salt_max": 94, "salt_min": 50},
        {"share_salt_95_percent": 0, "salt_mean": 30},
        {"sex": "female", "postmenopausal": True},
        {"sex": "male", "postmenopausal": False},
        {"age_mean_years": 8, "episode_years": 2, "weight_kg": 27},
    ],
)
def test_people_who_can_be_are_read(people: dict) -> None:
    assert found(small(population=people)) == ()


@pytest.mark.parametrize(
    ("condition", "people", "field"),
    [
        (MEN, {"ludwig": ["II"]}, "ludwig"),
        (MEN, {"sinclair": [3]}, "sinclair"),
        (WOMEN, {"norwood": ["IV"]}, "norwood"),
        (WOMEN, {"sinclair": [3], "ludwig": ["II"]}, "ludwig"),
        (MEN, {"postmenopausal": True}, "postmenopausal"),
    ],
)
def test_stages_of_the_other_sex_are_told(condition: str, people: dict, field: str) -> None:
    assert fields(counted(condition, people)) == [f"population.{field}"]


def test_stages_of_the_own_sex_are_read() -> None:
    for condition, people in (
        (MEN, {"norwood": ["IV"]}),
        (WOMEN, {"ludwig": ["II"], "postmenopausal": True}),
        (WOMEN, {"sinclair": [2, 3]}),
    ):
        assert found(counted(condition, people)) == ()


def test_the_people_of_an_arm_are_checked_with_what_they_take_from_the_trial() -> None:
    document = small()
    document["arms"][0]["population"] = {"salt_mean": 60}
    (told,) = found(document)
    assert told.field == "arms[0].population.salt_mean"
    assert told.value == "60"
    assert told.allowed == "73.8 to 97.7"
    document["arms"][0]["population"] = {"salt_mean": 60, "share_salt_95_percent": 5}
    assert found(document) == ()


def test_all_contradictions_are_told_at_once() -> None:
    document = small(
        population={
            "share_salt_95_percent": 5,
            "salt_max": 80,
            "sex": "male",
            "postmenopausal": True,
            "age_mean_years": 5,
            "episode_years": 9,
        },
    )
    document["arms"][0]["route"] = "topical"
    assert fields(document) == [
        "population.share_salt_95_percent", "population.episode_years",
        "population.postmenopausal", "arms[0].route",
    ]  # fmt: skip


def test_no_shipped_study_contradicts_itself() -> None:
    """Published people are as they are; a rule that refuses one of them is wrong."""
    read = 0
    for study in load_studies().values():
        shipped = published_trial(study).trial
        if shipped is None:
            continue
        # Of women and men together the condition says nothing of the sex.
        condition = "" if study.condition == BOTH_SEXES else shipped.condition
        for arm in shipped.arms:
            people = shipped.population_of(arm)
            assert list(contradictions(people, condition, study.id, arm.id)) == []
            regimens = regimens_of(arm, study.id, arm.id)
            assert list(route_problems(arm, regimens, study.id, arm.id)) == []
            read += 1
    assert read > 100


# Routes.


@pytest.mark.parametrize(
    ("arm", "told"),
    [
        ({"role": "active", "regimens": ["minoxidil 2.5 mg oral daily"], "route": "topical"}, True),
        ({"role": "active", "regimens": ["minoxidil 2.5 mg oral daily"], "route": "none"}, True),
        ({"role": "active", "regimens": ["minoxidil 2.5 mg oral daily"], "route": "oral"}, False),
        ({"role": "untreated", "route": "oral"}, True),
        ({"role": "untreated", "route": "none"}, False),
        ({"role": "placebo", "route": "topical"}, False),
    ],
)
def test_a_route_that_would_be_passed_over_is_told(arm: dict, told: bool) -> None:
    document = counted(MEN, {"norwood": ["IV"]})
    document["arms"] = [{"id": "a", "n": 20, **arm}]
    assert fields(document) == (["arms[0].route"] if told else [])


@pytest.mark.parametrize("words", ["minoxidil 5 mg topical", "baricitinib topical 4 mg daily"])
def test_a_regimen_by_a_way_its_drug_does_not_go_is_told(words: str) -> None:
    document = small()
    document["arms"][0]["regimens"] = [words]
    assert fields(document) == ["arms[0].regimens[0]"]


# Words.


def courses(words: str) -> list[tuple[str, float, float, float, float | None]]:
    arm = TrialArm(id="a", role="active", n=10, regimens=(words,))
    return [
        (r.treatment, r.dose, r.interval_days, r.start_week, r.stop_week)
        for r in regimens_of(arm, "file", "arms[0]")
    ]


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("ritlecitinib 200 mg daily x4 weeks", "ritlecitinib 200 mg daily for 4 weeks"),
        ("ritlecitinib 200 mg daily ×4wk then 50 mg",
         "ritlecitinib 200 mg daily for 4 weeks then 50 mg"),
        ("baricitinib 4 mg daily for 36 weeks, followed by 2 mg",
         "baricitinib 4 mg daily for 36 weeks then 2 mg"),
        ("baricitinib 4 mg daily for 36 weeks then placebo", "baricitinib 4 mg daily for 36 weeks"),
        ("baricitinib 4 mg daily until week 36, then matching placebo until week 60",
         "baricitinib 4 mg daily until week 36"),
        ("baricitinib 4 mg daily for 36 weeks then placebo + finasteride 1 mg daily",
         "baricitinib 4 mg daily for 36 weeks + finasteride 1 mg daily"),
        ("platelet-rich plasma every 4 weeks x3 sessions",
         "platelet-rich plasma every 4 weeks for 12 weeks"),
        ("baricitinib 4 mg daily for 36 weeks then off for 16 weeks then 2 mg",
         "baricitinib 4 mg daily for 36 weeks + baricitinib 2 mg daily from week 52"),
        ("Baricitinib 4 MG QD from week 12 to week 24",
         "baricitinib 4 mg daily from week 12 until week 24"),
    ],
)  # fmt: skip
def test_words_of_papers_are_read_as_plain_ones(words: str, plain: str) -> None:
    assert courses(words) == courses(plain)


@pytest.mark.parametrize(
    ("words", "value", "form"),
    [
        ("triamcinolone 5 mg/ml intralesional every 4-6 weeks", "every 4-6 weeks",
         '"every 4 weeks" or "every 6 weeks"'),
        ("triamcinolone 5 mg/ml intralesional every 4 to 6 wk", "every 4 to 6 wk",
         '"every 4 weeks" or "every 6 weeks"'),
        ("baricitinib 4 mg daily (weeks 0-24)", "weeks 0-24", '"from week 0 until week 24"'),
        ("placebo for 24 weeks then baricitinib 4 mg daily", "placebo for 24 weeks",
         '"baricitinib 4 mg daily from week 24"'),
        ("placebo until week 24 then baricitinib 4 mg daily for 12 weeks then 2 mg",
         "placebo until week 24", '"baricitinib 4 mg daily for 12 weeks from week 24 then 2 mg"'),
        ("placebo", "placebo", 'role = "placebo"'),
        ("baricitinib 4 mg daily + placebo", "placebo", 'role = "placebo"'),
        ("baricitinib 4 mg daily for 12 weeks then placebo for 12 weeks then 2 mg daily",
         "placebo for 12 weeks", '"baricitinib 4 mg daily from week 60"'),
        ("baricitinib 4 mg daily for 12 weeks then stop then 2 mg daily", "stop",
         '"baricitinib 4 mg daily from week 60"'),
    ],
)  # fmt: skip
def test_words_of_no_one_meaning_show_the_right_form(words: str, value: str, form: str) -> None:
    document = small()
    document["arms"][0]["regimens"] = [words]
    (told,) = found(document)
    assert told.field == "arms[0].regimens[0]"
    assert told.value == value
    assert form in told.fix
    for shown in told.fix.split('"')[1::2]:
        # A right form that is a whole regimen is read.
        if shown.startswith("baricitinib"):
            assert courses(shown)


# Visits.


def test_a_change_is_nothing_where_it_is_counted_from() -> None:
    document = small(
        endpoints=[{"endpoint": "salt_pct_change", "weeks": [0, 12]},
                   {"endpoint": "salt50_response", "weeks": [0, 12]},
                   {"endpoint": "salt_level_mean", "weeks": [0]}],
    )  # fmt: skip
    read = parse_trial(document, "file")
    told = {
        (p.asked.endpoint, p.asked.week): (p.mean, p.low_90, p.high_90)
        for p in predict(read, asked_of(read), draws=20)
        if p.asked.arm == "drug"
    }
    assert told["salt_pct_change", 0.0] == told["salt50_response", 0.0] == (0.0, 0.0, 0.0)
    for later in (("salt_pct_change", 12.0), ("salt50_response", 12.0), ("salt_level_mean", 0.0)):
        assert told[later][1] < told[later][0] < told[later][2]
    assert {name for name, unit in RULES if not against_start(name, unit)} == {
        "salt_le_20", "salt_le_10", "salt_lt_10", "salt_le_20_maintained", "salt_level_mean",
        "anagen_pct_level", "telogen_pct_level",
    }  # fmt: skip


def test_after_a_selection_changes_are_counted_from_its_week() -> None:
    document = small(
        selection={"week": 24, "salt_at_most": 60},
        endpoints=[{"endpoint": "salt_worsening_gt20", "weeks": [24, 40]},
                   {"endpoint": "salt_le_20_maintained", "weeks": [24]}],
    )  # fmt: skip
    read = parse_trial(document, "file")
    found = [p for p in predict(read, asked_of(read), draws=100) if p.asked.arm == "drug"]
    start, later, kept = found
    assert (start.asked.week, start.low_90, start.high_90) == (24.0, 0.0, 0.0)
    assert later.high_90 > 0.0
    assert kept.mean > 0.0


# Notes.


def test_a_mean_of_nri_is_told_to_be_read_otherwise() -> None:
    document = small(
        endpoints=[
            {"endpoint": name, "weeks": [24], "analysis": "nri", "arms": ["drug"]}
            for name in ("salt_pct_change", "salt_worsening_gt20", "salt_le_20")
        ]
    )
    read = parse_trial(document, "file")
    asked = asked_of(read)
    assert [read_as(item) for item in asked] == ["mixed_model", "mixed_model", "nri"]
    first, second = notes(read, asked)
    assert first.startswith("salt pct change: nri is read as mixed_model")
    assert second.startswith("salt worsening gt20: ")
    for request in document["endpoints"][:2]:
        request["analysis"] = "mixed_model"
    other = parse_trial(document, "file")
    # What is said is what is done.
    same = zip(
        predict(read, asked, draws=20), predict(other, asked_of(other), draws=20), strict=True
    )
    assert all(a.mean == b.mean and a.low_90 == b.low_90 for a, b in same)
    assert notes(other, asked_of(other)) == ()


def test_children_without_a_weight_are_told_to_be_taken_for_adults() -> None:
    def told(**people: object) -> tuple[str, ...]:
        read = parse_trial(small(population={"salt_mean": 86, **people}), "file")
        return notes(read, asked_of(read))

    (note,) = told(age_mean_years=9)
    assert "Mean age 9 years" in note
    assert "weight_kg" in note
    assert told(age_mean_years=9, weight_kg=30) == ()
    assert told(age_mean_years=30) == ()
    assert told() == ()


def test_notes_are_printed_and_in_the_json(tmp_path: Path) -> None:
    document = small(
        population={"salt_mean": 86, "age_mean_years": 9},
        endpoints=[{"endpoint": "salt_pct_change", "weeks": [24], "analysis": "nri"}],
    )
    (tmp_path / "a.json").write_text(json.dumps(document))
    words = ["trial", "predict", str(tmp_path / "a.json"), "--draws", "20"]
    text = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    assert text.exit_code == 0, text.output
    assert "(modelled mean)" in text.output
    out = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert len(out["notes"]) == 2
    for note in out["notes"]:
        assert f"Note: {note}" in text.output
    assert {(p["analysis"], p["read_as"]) for p in out["predictions"]} == {("nri", "mixed_model")}


# Plain messages and nearest names.


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"arms": "drug"}, "arms", "should be a list"),
        ({"arms": {"id": "drug"}}, "arms", "should be a list"),
        ({"arms": ["drug"]}, "arms[0]", "should be a table of fields"),
        ({"population": []}, "population", "should be a table of fields"),
        ({"endpoints": [{"endpoint": "salt_le_20", "weeks": 24}]}, "endpoints[0].weeks",
         "should be a list"),
        ({"title": 3}, "title", "should be text"),
        ({"id": "two words"}, "id", "should be letters, digits and . _ -"),
        ({"population": {"salt_mean": "much"}}, "population.salt_mean", "should be a number"),
        ({"population": {"salt_mean": float("nan")}}, "population.salt_mean", "should be"),
        ({"population": {"postmenopausal": "perhaps"}}, "population.postmenopausal",
         "should be true or false"),
        ({"arms": [{"id": "a", "role": "placebo", "n": 3.5}]}, "arms[0].n",
         "should be a whole number"),
    ],
)  # fmt: skip
def test_messages_are_plain(change: dict, field: str, message: str) -> None:
    told = {problem.field: problem.message for problem in found(small(**change))}
    assert told[field].startswith(message)
    assert not any(word in " ".join(told.values()) for word in ("tuple", "instance", "dictionary"))


@pytest.mark.parametrize(
    ("change", "nearest"),
    [
        ({"endpoints": [{"endpoint": "SALT_LE_20", "weeks": [24]}]}, "salt_le_20"),
        ({"endpoints": [{"endpoint": "Salt_Pct_Chnge", "weeks": [24]}]}, "salt_pct_change"),
        ({"Population": {}}, "population"),
        ({"condition": "Alopecia_Areata"}, "alopecia_areata"),
        ({"endpoints": [{"endpoint": "salt_le_20", "weeks": [24], "arms": ["DRUG"]}]}, "drug"),
        ({"arms": [{"id": "a", "role": "ACTIVE", "n": 3, "regimens": ["Barictinib 4 mg"]}]},
         "active"),
    ],
)  # fmt: skip
def test_the_nearest_name_is_found_whatever_its_letters_are(change: dict, nearest: str) -> None:
    assert nearest in {problem.nearest for problem in found(small(**change))}


def test_a_drug_is_read_in_any_case_and_a_study_is_suggested_in_any_case() -> None:
    assert courses("BARICITINIB 4 mg daily") == courses("baricitinib 4 mg daily")
    done = CliRunner().invoke(app, ["trial", "predict", "KING_2022_BARICITINIB"])
    assert isinstance(done.exception, InputProblems)
    assert [p.nearest for p in done.exception.problems] == ["King_2022_baricitinib"]


# Schema and program.

OTHERS = (None, "", "x", "24", -1, 0, 3.5, True, [], {}, [[]], {"a": 1})


def _places(value: object, path: tuple = ()) -> Iterator[tuple]:
    yield path
    entries = value.items() if isinstance(value, dict) else ()
    entries = enumerate(value) if isinstance(value, list) else entries
    for key, entry in entries:
        yield from _places(entry, (*path, key))


def _with(document: dict, path: tuple, value: object) -> dict:
    changed = copy.deepcopy(document)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_program_takes_nothing_that_the_schema_refuses(path: Path) -> None:
    schema = jsonschema.Draft202012Validator(trial_schema())
    whole = tomllib.loads(path.read_text("utf-8"))
    assert schema.is_valid(whole)
    assert found(whole) == ()
    refused = 0
    for place in _places(whole):
        for other in OTHERS if place else ():
            changed = _with(whole, place, other)
            if not schema.is_valid(changed):
                refused += 1
                assert found(changed), f"the schema alone refuses {other!r} at {place}"
    assert refused > 100


def test_what_the_schema_alone_takes_concerns_several_fields() -> None:
    """Of one field by itself both say the same."""
    schema = jsonschema.Draft202012Validator(trial_schema())
    for change, good in (
        ({"arms": [{"id": "a", "role": "placebo", "n": None}]}, False),
        ({"arms": [{"id": "a", "role": "placebo"}]}, False),
        ({"arms": [{"id": "a", "role": "placebo", "n": 0}]}, False),
        ({"arms": [{"id": "a", "role": "placebo", "n": 10.5}]}, False),
        ({"arms": [{"id": "a", "role": "placebo", "n": 10, "route": None}]}, True),
        ({"arms": []}, False),
        ({"selection": None}, True),
        ({"population": None}, False),
        ({"population": {"salt_mean": None}}, True),
        ({"population": {"salt_mean": 101}}, False),
        ({"population": {"salt_mean": 86, "weight": 70}}, False),
        ({"endpoints": [{"endpoint": "salt_le_21", "weeks": [24]}]}, False),
        ({"endpoints": [{"endpoint": "salt_le_20", "weeks": []}]}, False),
        ({"endpoints": [{"endpoint": "salt_le_20", "weeks": [24], "unit": "percent"}]}, False),
        ({"endpoints": [{"endpoint": "salt_le_20", "weeks": [24], "unit": "%"}]}, True),
        ({"results": [{"arm": "drug", "endpoint": "salt_le_21", "week": 24, "value": 3}]}, False),
        ({"results": [{"arm": "drug", "endpoint": "salt_le_20", "week": 24, "value": 3}]}, True),
        ({"results": [{"arm": "drug", "endpoint": "salt_le_20", "week": 24, "value": 3,
                       "unit": "percent"}]}, False),
    ):  # fmt: skip
        document = small(**change)
        assert schema.is_valid(document) is good, change
        assert (found(document) == ()) is good, change
    assert Trial.model_fields.keys() == trial_schema()["properties"].keys()
