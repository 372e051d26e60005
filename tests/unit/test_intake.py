"""Patient files: what is read, and every way in which one can be wrong."""

from datetime import date
from pathlib import Path

import pytest

from anagen.errors import InputProblems
from anagen.patients.documents import MAX_JSON_BYTES
from anagen.patients.intake import load, load_many, parse, summary

GOOD = b'id = "a"\nage_years = 41\nsex = "female"\n'


def problems(content: bytes | str, name: str = "patient.toml"):
    data = content.encode() if isinstance(content, str) else content
    with pytest.raises(InputProblems) as caught:
        parse(data, name)
    assert caught.value.exit_code == 2
    return caught.value.problems


def one(content: bytes | str, name: str = "patient.toml"):
    found = problems(content, name)
    assert len(found) == 1, found
    return found[0]


def test_the_same_patient_in_three_formats():
    toml = (
        GOOD + b'[findings]\nitch = "present"\n[[labs]]\ntest = "tsh"\nvalue = 2\nunit = "mIU/L"\n'
    )
    yaml = (
        b"id: a\nage_years: 41\nsex: female\nfindings: {itch: yes}\n"
        b"labs:\n  - {test: tsh, value: 2, unit: mIU/L}\n"
    )
    json = (
        b'{"id": "a", "age_years": 41, "sex": "F", "findings": ["itch"],'
        b' "labs": [{"name": "TSH", "value": "2", "unit": "mIU/L"}]}'
    )
    first = parse(toml, "x")
    assert first == parse(yaml, "x")
    assert first == parse(json, "x")
    assert first.findings == {"itch": "present"}


def test_unknown_stays_unknown():
    record = parse(b'id = "a"', "x.toml")
    assert record.age_years is None
    assert record.findings == {}
    assert record.labs == ()
    assert record.situation.model_dump(exclude_none=True) == {}
    assert record.measurements.model_dump(exclude_none=True) == {}


def test_file_name_stands_in_for_the_id(tmp_path):
    path = tmp_path / "someone.toml"
    path.write_text('sex = "male"')
    assert load(path).id == "someone"


def test_units_are_converted_and_the_original_is_kept():
    record = parse(
        GOOD + b'[[labs]]\ntest = "vitamin_d"\nvalue = 50\nunit = "nmol/l"\nreference = ">50"\n',
        "x",
    )
    lab = record.labs[0]
    assert lab.value == pytest.approx(20.03, abs=0.01)
    assert lab.unit == "ng/mL"
    assert lab.original == "50 nmol/l"
    assert lab.reference_low == pytest.approx(20.03, abs=0.01)
    assert lab.reference_high is None


def test_bounds_titres_and_words():
    record = parse(
        GOOD
        + b'[[labs]]\ntest = "tsh"\nvalue = "<0.01"\nunit = "mIU/L"\n'
        + b'[[labs]]\ntest = "ANA"\nvalue = "1:160"\n'
        + b'[[labs]]\ntest = "igra"\nvalue = "Non-reactive"\n'
        + b'[[labs]]\ntest = "tsh"\ntext = "Within normal limits"\n',
        "x",
    )
    assert [lab.value for lab in record.labs] == [0.01, 160, None, None]
    assert [lab.text for lab in record.labs] == ["<0.01 m[IU]/L", "", "negative", "normal"]


def test_short_forms():
    record = parse(
        b'id = "a"\nfamily_history = ["alopecia areata"]\nmedicines = ["Olumiant"]\n'
        b'conditions = ["PCOS", { name = "gout" }]\n',
        "x.toml",
    )
    assert record.family_history == ("alopecia_areata",)
    assert record.medicines[0].name == "Olumiant"
    assert [entry.id for entry in record.conditions] == ["polycystic_ovary_syndrome", "gout"]


def test_an_unknown_medicine_is_kept_and_said():
    record = parse(GOOD + b'[[medicines]]\nname = "finastride"\n', "x.toml")
    assert record.medicines[0].name == "finastride"
    assert "did you mean finasteride?" in record.source.reading[0]
    assert record.source.reading[0] in summary(record)


def test_a_named_disease_outside_the_vocabulary_is_kept_and_said():
    record = parse(GOOD + b'[[conditions]]\nname = "Moyamoya"\n', "x.toml")
    assert record.conditions[0].id == ""
    assert "no rule reads it" in record.source.reading[0]


BAD = """
id = "bad one"
age_years = 200
sexx = "male"
sex = "male"
[complaint]
duration_weeks = -4
pattern = ["vertix"]
onset = "suden"
[measurements]
salt = 130
norwod = "III"
[findings]
exclamation_marks_hairs = "present"
itch = "maybe"
[situation]
reproductive_status = "pregnant"
[[labs]]
test = "feritin"
value = 9
unit = "ng/mL"
[[labs]]
test = "ferritin"
value = -3
unit = "ng/mL"
[[labs]]
test = "ferritin"
value = 3
unit = "mmol/L"
[[labs]]
name = "TSH"
value = 30.5
[[events]]
kind = "fever"
weeks_ago = -3
[[medicines]]
name = "ibuprofen"
dosage = "x"
[[conditions]]
id = "migrane"
"""


def test_all_problems_at_once_with_place_value_allowed_and_nearest():
    found = {problem.field: problem for problem in problems(BAD)}
    assert set(found) == {
        "id",
        "age_years",
        "sexx",
        "complaint.duration_weeks",
        "complaint.pattern[0]",
        "complaint.onset",
        "measurements.salt",
        "measurements.norwod",
        "findings.exclamation_marks_hairs",
        "findings.itch",
        "situation.reproductive_status",
        "labs[0].test",
        "labs[1].value",
        "labs[2].unit",
        "labs[3].unit",
        "events[0].weeks_ago",
        "medicines[0].dosage",
        "conditions[0].id",
    }
    nearest = {
        "sexx": "sex",
        "complaint.pattern[0]": "vertex",
        "complaint.onset": "sudden",
        "measurements.norwod": "norwood",
        "findings.exclamation_marks_hairs": "exclamation_mark_hairs",
        "labs[0].test": "ferritin",
        "medicines[0].dosage": "dose",
        "conditions[0].id": "migraine",
    }
    for field, name in nearest.items():
        assert found[field].nearest == name, field
    for problem in found.values():
        assert problem.file == "patient.toml"
        assert problem.message
        assert problem.allowed
    assert found["age_years"].value == "200"
    assert "0 to 100" in found["measurements.salt"].allowed
    assert "ng/mL" in found["labs[2].unit"].allowed
    assert "future" in found["events[0].weeks_ago"].message


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('age_years = 12\nsex = "f"\nsituation.reproductive_status = "postmenopausal"', None),
        ('age_years = 70\nsex = "f"\nsituation.reproductive_status = "pregnant"', None),
        ('sex = "male"\nsituation.breastfeeding = true', "situation.breastfeeding"),
        ('sex = "male"\nevents = [{ kind = "childbirth" }]', "events[0].kind"),
        ("age_years = 20\ncomplaint.duration_weeks = 1200", "complaint.duration_weeks"),
        (
            'medicines = [{ name = "iron", started_weeks_ago = 3, stopped_weeks_ago = 9 }]',
            "medicines[0].stopped_weeks_ago",
        ),
        ("age_years = 30\nsituation.height_cm = 1.8", "situation.height_cm"),
        ("situation.height_cm = 180\nsituation.weight_kg = 7", "situation.weight_kg"),
        (
            "measurements.total_density_per_cm2 = 100\nmeasurements.terminal_density_per_cm2 = 200",
            "measurements.terminal_density_per_cm2",
        ),
        ("age_years = nan", "age_years"),
        ("situation.weight_kg = inf", "situation.weight_kg"),
    ],
)
def test_impossible_together(content, field):
    assert one('id = "a"\n' + content).field == (field or "situation.reproductive_status")


@pytest.mark.parametrize(
    ("lab", "field"),
    [
        ('value = "9,5"\nunit = "ng/mL"', "value"),
        ('value = 9\nunit = "ng"', "unit"),
        ("value = 9\nunit = 3", "unit"),
        ('value = true\nunit = "ng/mL"', "value"),
        ('value = nan\nunit = "ng/mL"', "value"),
        ('value = 9\nunit = "ng/mL"\nreference = "about 20"', "reference"),
        ('value = 9\nunit = "ng/mL"\nreference = "50-20"', "reference_low"),
        ("weeks_ago = 3", "value"),
        ('value = 9\nunit = "ng/mL"\nweeks_ago = -1', "weeks_ago"),
        ('value = 9000000\nunit = "ng/mL"', "value"),
    ],
)
def test_bad_laboratory_results(lab, field):
    found = one(f'id = "a"\n[[labs]]\ntest = "ferritin"\n{lab}\n')
    assert found.field == f"labs[0].{field}"


def test_a_qualitative_test_takes_words():
    assert one('id = "a"\n[[labs]]\ntest = "igra"\nvalue = 3\n').field == "labs[0].value"
    assert one('id = "a"\n[[labs]]\ntest = "igra"\n').field == "labs[0].text"


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.toml", "empty"),
        (b"  \n ", "a.toml", "empty"),
        (b"\xef\xbb\xbf", "a.toml", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.toml", "binary"),
        ("é".encode("latin1"), "a.toml", "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "a.json", "UTF-16"),
        (b'{"id": "a", "sex": "fem', "a.json", "cut off"),
        (b'{"id": "a"', "a.json", "cut off"),
        (b'{"id": "a", "id": "b"}', "a.json", "twice"),
        (b'{"id": NaN}', "a.json", "NaN"),
        (b'{"id": ' + b"9" * 5000 + b"}", "a.json", "digits"),
        (b"[" * 100_000, "a.json", "nested"),
        (b"[1, 2]", "a.json", "list"),
        (b"hello", "a.txt", "plain text"),
        (b"- a\n- b", "a.yaml", "list"),
        (b"id: a\nid: b", "a.yaml", "twice"),
        (b"a: &x [1]\nb: *x", "a.yaml", "aliases"),
        (b"!!python/object:os.system x", "a.yaml", "YAML"),
        (b"id: a\n---\nid: b", "a.yaml", "another document"),
        (b"a: [1, 2", "a.yaml", "YAML"),
        (b'{"notes": "\\ud800"}', "a.json", "broken"),
        (b'notes = "\\u001b[2J"', "a.toml", "control"),
        (b'id = "a"\nid = "b"', "a.toml", "TOML"),
        (b'id = "a', "a.toml", "TOML"),
        (b"id = [", "a.toml", "TOML"),
    ],
)
def test_unreadable_content(content, name, says):
    found = one(content, name)
    assert says in found.message
    assert found.file == name


def test_the_line_is_told():
    assert one(b'{\n"id": "a",\n"sex" "f"}', "a.json").field.startswith("line 3")
    assert one(b"id: a\nb: [1\nc: 2", "a.yaml").field.startswith("line 3")
    assert one(b'id = "a"\nsex = f\n', "a.toml").field == "line 2, column 7"


def test_files_that_are_no_patient_file(tmp_path):
    missing = tmp_path / "patint.toml"
    (tmp_path / "patient.toml").write_bytes(GOOD)
    with pytest.raises(InputProblems) as caught:
        load(missing)
    assert caught.value.problems[0].nearest == str(tmp_path / "patient.toml")
    with pytest.raises(InputProblems, match="folder"):
        load(tmp_path)
    with pytest.raises(InputProblems):
        load("bad\0name.toml")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as stream:
        stream.truncate(50_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("the file was read"))
    with pytest.raises(InputProblems, match="too large") as caught:
        load(huge)
    assert caught.value.problems[0].value == "50.0 MB"


def test_size_limits_of_content():
    assert "too large" in one(b"a: " + b"x" * 1_100_000, "a.yaml").message
    assert "too large" in one(b'{"a": "' + b"x" * 1_100_000 + b'"}', "a.json").message
    assert "20 MB" in one(b'{"a": "' + b"x" * MAX_JSON_BYTES + b'"}', "a.json").message


def test_a_flood_of_problems_is_cut_and_said():
    lines = "".join(f'nonsense_{number} = "present"\n' for number in range(20_000))
    found = problems('id = "a"\n[findings]\n' + lines)
    assert len(found) == 201
    assert "only the first 200" in found[-1].message


def test_many_files_are_checked_together(tmp_path):
    for name, text in (
        ("one", 'sex = "femal"'),
        ("two", "age_years = -1"),
        ("three", 'id = "same"'),
        ("four", 'id = "same"'),
    ):
        (tmp_path / f"{name}.toml").write_text(text)
    paths = [tmp_path / f"{name}.toml" for name in ("one", "two", "three", "four")]
    with pytest.raises(InputProblems) as caught:
        load_many(paths)
    assert [Path(problem.file).stem for problem in caught.value.problems] == ["one", "two", "four"]
    assert [record.id for record in load_many(paths[2:3])] == ["same"]


def test_wrong_types_are_told_in_plain_words():
    found = {
        problem.field: problem.message
        for problem in problems(
            'id = "a"\nage_years = "old"\nlabs = 3\nfindings = 4\nsituation = 5\n'
            'medicines = [3]\nconditions = [{ status = "x" }]\nfamily_history = "aunt"\n'
        )
    }
    assert found["age_years"] == "this must be a number"
    assert found["labs"] == "this must be a list"
    assert "situation" in found
    assert "findings" in found
    assert "medicines[0]" in found
    assert "family_history" in found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("age_years = true", "a number"),
        ('age_years = "3_6"', "a number"),
        ("measurements.sinclair_stage = true", "a whole number"),
        ('complaint.episode_number = "1_0"', "a whole number"),
        ("values.regrowth = true", "a number"),
        ("visit_date = 0", "a day"),
        ("visit_date = 1767225600.0", "a day"),
        ('visit_date = "20260501"', "a day"),
        ("visit_date = true", "a day"),
        ("visit_date = 2999-01-01", "possible day"),
        ('visit_date = "0999-01-01"', "possible day"),
    ],
)
def test_nothing_is_bent_into_a_number_or_a_day(line, said):
    problem = one(f'id = "a"\n{line}')
    assert problem.field == line.partition(" ")[0]
    assert said in problem.message


def test_numbers_and_days_may_be_written_in_several_ways():
    record = parse(
        b'age_years = "36"\nvisit_date = "2026-05-01"\nmeasurements.salt = 40\n'
        b"measurements.sinclair_stage = 3.0\nsituation.smoker = true\nsituation.weight_kg = 7_0",
        "a.toml",
    )
    assert (record.age_years, record.measurements.salt, record.situation.weight_kg) == (36, 40, 70)
    assert (record.measurements.sinclair_stage, record.situation.smoker) == (3, True)
    dated = parse(b"visit_date = 2026-05-01", "a.toml")
    assert dated.visit_date == record.visit_date == date(2026, 5, 1)


@pytest.mark.parametrize("height", ["1e200", "1e308", "5e-324"])
def test_a_height_beyond_all_numbers_is_a_problem(height):
    found = problems(f"situation = {{ height_cm = {height}, weight_kg = 60 }}")
    assert {problem.field for problem in found} <= {"situation.height_cm", "situation.weight_kg"}


def test_summary_speaks_of_what_was_read():
    record = parse(
        GOOD
        + b'[complaint]\nduration_weeks = 8\nonset = "sudden"\n'
        + b'[findings]\nitch = "present"\npustules = "absent"\n'
        + b'[[labs]]\ntest = "tsh"\nvalue = 30.5\nunit = "mIU/L"\n',
        "x.toml",
    )
    text = "\n".join(summary(record))
    assert "female, 41 years" in text
    assert "for 8 weeks" in text
    assert "1 present (itch), 1 absent; all others unknown" in text
    assert "TSH 30.5 mIU/L" in text
    assert "No hair complaint" in "\n".join(summary(parse(GOOD, "x.toml")))
