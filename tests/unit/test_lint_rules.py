"""Every lint rule passes small clean data and finds its own defect in it."""

# ruff: noqa: E501 (rows of tables stay on one line)

import pytest

from anagen.catalog.lint import RULES, lint, snapshot

REST_OF_TREATMENT = """class = "test"
route = "oral"
burden_level = 1
cost_class = "low"
positives = []
negatives = []
[stopping]
text = "it ends"
source = "assumption"
verified = "assumed"
"""
REST_OF_EVIDENCE = """n = ""
design = "rct"
comparator = "placebo"
direction = "benefit"
grade = "low"
verified = "seen"
"""
CLEAN = {
    "sources/a.bib": """@article{Ito_2020_trial,
  title = {A trial},
  journal = {J Hair 1:2},
  year = {2020},
  doi = {10.1000/one}
}

@misc{assumption,
  title = {A guess},
  note = {No publication: a guess}
}
""",
    "parameters/a.csv": """id,meaning,value,low,high,distribution,unit,role,source,locator,n,population,grade,verified,note
rate,A rate,2,1,3,normal,1/day,free,Ito_2020_trial,table 1,10,adults,low,seen,
""",
    "facts/a.csv": """id,quantity,value,low,high,unit,sd,se,k,n,statement,population,source,locator,grade,verified,note
share,A share,50,,,%,,,5,10,,,Ito_2020_trial,page,low,seen,
""",
    "endpoints.csv": """id,label,direction
salt_le_20,SALT 20 or less,higher_is_better
""",
    "studies/Ito_2020_trial/study.toml": """id = "Ito_2020_trial"
title = "A trial"
registration = ""
year = 2020
design = "randomised_controlled"
condition = "alopecia_areata"
treatment_class = "jak_inhibitor"
source = "Ito_2020_trial"
split = "train"
people = "Ito_2020_trial"
grade = "low"
note = ""
""",
    "studies/Ito_2020_trial/arms.csv": """arm,role,drug,formulation,dose,unit,times_per_day,route,schedule,n,population,sex,age_mean,stage,baseline,baseline_sd,baseline_unit,episode_years,share_salt_95_percent
drug_4_mg,active,drug,,4,mg,1,oral,,20,adults,,,,,,,,
""",
    "studies/Ito_2020_trial/endpoints.csv": """arm,endpoint,analysis,week,week_low,week_high,value,unit,baseline,baseline_unit,sd,se,ci_low,ci_high,k,n,kind,direction,source,locator,grade,verified,split,use,reason,note
drug_4_mg,salt_le_20,nri,36,,,35,%,,,,,20,50,7,20,responders,higher_is_better,Ito_2020_trial,table 2,low,seen,train,fit,,
drug_4_mg,salt_le_20,nri,52,,,40,%,,,,,,,8,20,responders,higher_is_better,Ito_2020_trial,table 2,low,seen,train,check,rounded,
""",
    "treatments/drug.toml": """id = "drug"
name = "Drug"
kind = "drug"
synonyms = ["drugol"]
tags = ["calmer"]
burden = "one a day"
"""
    + REST_OF_TREATMENT
    + """[[indication]]
causes = ["ache"]
role = "option"
when = "age >= 18"
ask = ""
note = ""
source = "Ito_2020_trial"
verified = "seen"
[[evidence]]
causes = ["ache"]
what = "works"
source = "Ito_2020_trial"
"""
    + REST_OF_EVIDENCE,
    "treatments/other.toml": """id = "other"
name = "Other"
kind = "care"
synonyms = []
tags = []
burden = "none"
"""
    + REST_OF_TREATMENT
    + """[[evidence]]
causes = ["*"]
what = "unknown"
source = "assumption"
"""
    + REST_OF_EVIDENCE,
    "treatments/third.toml": """id = "third"
name = "Third"
kind = "care"
synonyms = []
tags = []
burden = "none"
"""
    + REST_OF_TREATMENT
    + """[[evidence]]
causes = ["ache"]
what = "unknown"
source = "assumption"
"""
    + REST_OF_EVIDENCE,
    "causes/ache.toml": """id = "ache"
label = "Ache"
sources = ["Ito_2020_trial"]
[[prior]]
share_percent = 5.0
source = "assumption"
""",
    "findings.csv": "id,label,source\nred,Red,Ito_2020_trial\n",
    "finding_frequencies.csv": """finding,cause,p,low,high,n,source,locator,grade,verified,note
red,ache,0.3,0.2,0.4,10,Ito_2020_trial,table,low,seen,
""",
    "medicines.csv": """id,label,synonyms,classes,treatment,source,verified
drug,Drug,drugol,calmer,drug,Ito_2020_trial,seen
""",
    "harms.csv": """id,treatment,event,per_100_treated,n_treated,per_100_control,n_control,source,verified
h1,drug,headache,5,20,4,20,Ito_2020_trial,seen
""",
    "safety/rules.csv": """id,applies_to,effect,when,ask,text,because,authority,source,locator,verified,note
r1,drug,block,age < 12,,Not in pregnancy,harm,label,Ito_2020_trial,4.3,seen,
r2,drug,block,"medicine(""calmer"")",,Not with another,harm,label,Ito_2020_trial,4.5,seen,
""",
    "claims.csv": """id,kind,section,claim,verdict,grade,statement,sources,verified,note
A001,claim,hair,It works,supported,low,It does,Ito_2020_trial assumption,seen,
""",
    "carry_over.csv": """source_table,line,went_to,reason
trials,2,facts/a.csv,
trials,3,,no value found
""",
    "carry_over_tables.csv": "source_table,rows\ntrials,2\n",
}

ENDPOINTS = "studies/Ito_2020_trial/endpoints.csv"
STUDY = "studies/Ito_2020_trial/study.toml"
SECOND_ENTRY = "\n@article{Ito_2021_copy,\n  title = {Copy},\n  doi = {10.1000/ONE}\n}\n"

# rule -> (file, text to replace, with what); an empty old text appends to the file.
DEFECTS = {
    "unreadable_file": (STUDY, 'title = "A trial"', "title = A trial"),
    "misshapen_treatment": ("treatments/drug.toml", '["drugol"]', '"drugol"'),
    "missing_key": ("treatments/drug.toml", 'route = "oral"\n', ""),
    "parameter_columns": ("parameters/a.csv", "locator", "locater"),
    "row_shape": ("findings.csv", "red,Red,", "red,Red,one too many,"),
    "control_character": ("claims.csv", "It works", "It\x0bworks"),
    "unknown_source": ("facts/a.csv", "Ito_2020_trial", "Ito_2020_tiral"),
    "missing_source": ("facts/a.csv", "Ito_2020_trial", ""),
    "missing_unit": ("parameters/a.csv", "1/day", ""),
    "not_a_number": ("parameters/a.csv", ",2,1,3,", ",1-3,1,3,"),
    "outside_limits": ("parameters/a.csv", ",2,1,3,", ",5,1,3,"),
    "limits_reversed": ("parameters/a.csv", ",2,1,3,", ",2,3,1,"),
    "unknown_word": ("parameters/a.csv", "normal", "gaussian"),
    "unknown_split": (STUDY, '"train"', '"training"'),
    "duplicate_id": ("findings.csv", "", "red,Red again,Ito_2020_trial\n"),
    "id_is_not_file_name": ("causes/ache.toml", 'id = "ache"', 'id = "pain"'),
    "percent_outside": (ENDPOINTS, ",35,%,", ",135,%,"),
    "probability_outside": ("finding_frequencies.csv", "0.3,0.2,0.4", "30,20,40"),
    "study_incomplete": (STUDY, 'registration = ""\n', ""),
    "fit_row_incomplete": (ENDPOINTS, ",nri,36,", ",nri,,"),
    "fit_not_train": (ENDPOINTS, "seen,train,fit", "seen,check_only,fit"),
    "use_without_reason": (ENDPOINTS, "check,rounded", "check,"),
    "unknown_arm": (ENDPOINTS, "drug_4_mg,salt_le_20,nri,36", "drug_5_mg,salt_le_20,nri,36"),
    "count_against_percent": (ENDPOINTS, ",7,20,", ",12,20,"),
    "treatment_without_evidence": ("treatments/other.toml", "[[evidence]]", "[[evidences]]"),
    "unknown_reference": ("harms.csv", "h1,drug,", "h1,durg,"),
    "unknown_question": ("safety/rules.csv", "age < 12", "aeg < 12"),
    "untold_medicine": ("medicines.csv", "drugol", "drugal"),
    "unverified_block": ("safety/rules.csv", "4.3,seen", "4.3,recalled"),
    "source_without_locator": ("sources/a.bib", "journal = {J Hair 1:2},", ""),
    "duplicate_doi": ("sources/a.bib", "", SECOND_ENTRY),
    "unknown_key": ("treatments/drug.toml", "burden =", "burdn ="),
    "row_without_fate": ("carry_over.csv", "trials,3,,no value found\n", ""),
}
# A source without a locator must lose its DOI as well.
ALSO = {"source_without_locator": ("sources/a.bib", "  doi = {10.1000/one}\n", "  pages = {1}\n")}


def spoiled(rule: str) -> dict[str, str]:
    """The clean texts with the defect of one rule."""
    texts = dict(CLEAN)
    for file, old, new in filter(None, (DEFECTS[rule], ALSO.get(rule))):
        assert old in texts[file], f"{rule}: the text to spoil is gone"
        texts[file] = texts[file].replace(old, new, 1) if old else texts[file] + new
    return texts


def test_clean_data_has_no_issue():
    assert lint(snapshot(CLEAN)) == []


def test_every_rule_has_a_defect():
    assert {rule().id for rule in RULES} == set(DEFECTS)
    assert all(rule.__doc__ for rule in RULES)


@pytest.mark.parametrize("rule", sorted(DEFECTS))
def test_defect_is_found_where_it_is(rule: str):
    found = [issue for issue in lint(snapshot(spoiled(rule))) if issue.rule == rule]
    assert found, f"{rule} overlooks its defect"
    files = {issue.file for issue in found}
    assert DEFECTS[rule][0] in files or rule == "row_without_fate"
    assert all(issue.wrong and issue.fix for issue in found)


def test_a_tag_that_rules_ask_for_is_a_class_of_the_medicine():
    texts = {**CLEAN, "medicines.csv": CLEAN["medicines.csv"].replace("calmer", "pusher")}
    (issue,) = [one for one in lint(snapshot(texts)) if one.rule == "untold_medicine"]
    assert (issue.file, issue.field, issue.value) == ("medicines.csv", "classes", "calmer")


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        (STUDY, '"low"', '"lowest"', "grade"),
        (
            "causes/ache.toml",
            'label = "Ache"',
            'label = "Ache"\nmechanism = "efluvium"',
            "mechanism",
        ),
        ("treatments/drug.toml", 'route = "oral"', 'route = "orl"', "route"),
        ("treatments/drug.toml", 'kind = "drug"', 'kind = "drog"', "kind"),
        (
            "treatments/drug.toml",
            'design = "rct"',
            'design = "rtc"',
            "evidence[0].design",
        ),
        (
            "treatments/drug.toml",
            'direction = "benefit"',
            'direction = "benifit"',
            "evidence[0].direction",
        ),
    ],
)
def test_words_of_documents_are_of_their_vocabulary(file: str, old: str, new: str, place: str):
    texts = {**CLEAN, file: CLEAN[file].replace(old, new, 1)}
    (issue,) = [one for one in lint(snapshot(texts)) if one.rule == "unknown_word"]
    assert (issue.file, issue.field) == (file, place)


def test_issue_names_the_nearest_source():
    (issue,) = lint(snapshot(spoiled("unknown_source")))
    assert issue.value == "Ito_2020_tiral"
    assert "Ito_2020_trial" in issue.fix
    assert issue.row == 2


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("age < ", "age < "),
        ("age < 12 < 13", "age < 12 < 13"),
        ("age in sex", "age in sex"),
        ("ags < 12", "ags"),
        ("cause('ahce') > 0.5", "ahce"),
        ("causes('ache') > 0.5", "causes"),
        ("also('drag')", "drag"),
    ],
)
def test_conditions_are_read_as_they_will_be_asked(condition: str, value: str):
    texts = {**CLEAN, "safety/rules.csv": CLEAN["safety/rules.csv"].replace("age < 12", condition)}
    (issue,) = [one for one in lint(snapshot(texts)) if one.rule == "unknown_question"]
    assert issue.value == value.strip()


@pytest.mark.parametrize(
    ("table", "column"), [("red_flags.csv", "rule"), ("ask/synonyms.csv", "phrase")]
)
def test_rows_told_apart_by_another_column_may_not_stand_twice(table: str, column: str):
    texts = {**CLEAN, table: f"{column},label\nfever,One\nfever,Two\n"}
    found = [issue for issue in lint(snapshot(texts)) if issue.rule == "duplicate_id"]
    assert [(issue.file, issue.row) for issue in found] == [(table, 3)]
