"""FHIR R4 bundles: what is read, what is refused, and what is said about the rest."""

import json
from datetime import date
from pathlib import Path

import pytest

from anagen.catalog.medicines import medicine_classes
from anagen.errors import InputProblems
from anagen.interop.fhir_bundle import day
from anagen.interop.fhir_codes import HAIR_SYSTEM
from anagen.patients.intake import load, parse, summary
from anagen.patients.record import Situation
from anagen.plan.safety import check
from plan_cases import assessment

EXAMPLES = Path(__file__).parents[2] / "examples"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-06-15"}


def bundle(*resources, kind="collection", patient=PATIENT, **more):
    entries = [{"resource": resource} for resource in ([patient] if patient else [])]
    entries += [{"resource": resource} for resource in resources]
    return {
        "resourceType": "Bundle",
        "type": kind,
        "timestamp": "2026-01-15T12:00:00Z",
        "entry": entries,
        **more,
    }


def concept(system, code, text=""):
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text or code}


def observation(code, system=LOINC, on="2026-01-01", **value):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(system, code),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": on,
        **value,
    }


def quantity(value, code):
    return {"value": value, "unit": code, "system": "http://unitsofmeasure.org", "code": code}


def condition(system, code, text="", **more):
    return {
        "resourceType": "Condition",
        "code": concept(system, code, text),
        "subject": {"reference": "Patient/p1"},
        "clinicalStatus": concept(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
        ),
        **more,
    }


def request(text, status="active", on="2025-01-01", **more):
    return {
        "resourceType": "MedicationRequest",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": text},
        "subject": {"reference": "Patient/p1"},
        "authoredOn": on,
        **more,
    }


def read(document, **kwargs):
    return parse(json.dumps(document).encode(), "bundle.json", **kwargs)


def refused(document):
    with pytest.raises(InputProblems) as caught:
        read(document)
    assert caught.value.exit_code == 2
    return caught.value.problems[0]


def test_person_and_laboratory():
    record = read(
        bundle(
            observation(
                "2276-4",
                valueQuantity=quantity(11, "ug/L"),
                referenceRange=[{"low": quantity(15, "ug/L"), "high": quantity(150, "ug/L")}],
            ),
            observation("62292-8", valueQuantity=quantity(50, "nmol/L"), on="2025-12-18"),
            observation("3016-3", valueQuantity={**quantity(0.01, "m[IU]/L"), "comparator": "<"}),
            observation("5195-3", valueCodeableConcept={"text": "Not detected"}),
        )
    )
    assert (record.source.kind, record.sex, record.age_years) == ("fhir", "female", 35)
    labs = {lab.test: lab for lab in record.labs}
    assert labs["ferritin"].value == 11
    assert (labs["ferritin"].reference_low, labs["ferritin"].reference_high) == (15, 150)
    assert labs["ferritin"].weeks_ago == 2.0
    assert labs["vitamin_d"].value == pytest.approx(20.03, abs=0.01)
    assert labs["vitamin_d"].weeks_ago == 4.0
    assert labs["tsh"].text.startswith("<0.01")
    assert labs["hepatitis_b_surface_antigen"].text == "negative"


def test_the_same_file_gives_the_same_record_on_every_day():
    document = bundle(observation("2276-4", valueQuantity=quantity(11, "ng/mL")))
    assert read(document) == read(document)
    later = read(document, today=date(2027, 1, 15))
    assert later.age_years == 36
    assert later.labs[0].weeks_ago == pytest.approx(54.1)


def test_now_is_the_latest_day_when_the_bundle_has_no_timestamp():
    document = bundle(observation("2276-4", on="2020-02-03", valueQuantity=quantity(9, "ng/mL")))
    del document["timestamp"]
    record = read(document)
    assert record.age_years == 29
    assert record.labs[0].weeks_ago == 0


def test_bad_laboratory_results_are_left_out_and_said():
    record = read(
        bundle(
            observation("2276-4", valueQuantity=quantity(3, "mmol/L")),
            observation("718-7", valueQuantity={"value": 12}),
            observation("3016-3", valueQuantity=quantity(-3, "m[IU]/L")),
            observation("2276-4", valueQuantity=quantity(22, "ng/mL"), on="2025-01-01"),
        )
    )
    assert [lab.value for lab in record.labs] == [22]
    said = "\n".join(record.source.reading)
    assert "Ferritin of 2026-01-01" in said
    assert "Haemoglobin of 2026-01-01: Haemoglobin has no unit" in said
    assert "TSH of 2026-01-01" in said


@pytest.mark.parametrize("code", ["29463-7", "8302-2", "8480-6", "2276-4"])
def test_a_number_of_hundreds_of_digits_is_left_out_and_said(code):
    record = read(bundle(observation(code, valueQuantity=quantity(10**400, "kg"))))
    assert any("without a value" in line and code in line for line in record.source.reading)
    assert not record.labs
    assert record.situation == Situation()


def test_body_smoking_and_pressure():
    pressure = observation("85354-9")
    pressure["component"] = [
        {"code": concept(LOINC, "8480-6"), "valueQuantity": quantity(131, "mm[Hg]")},
        {"code": concept(LOINC, "8462-4"), "valueQuantity": quantity(80, "mm[Hg]")},
    ]
    record = read(
        bundle(
            observation("29463-7", valueQuantity=quantity(143.3, "[lb_av]")),
            observation("29463-7", valueQuantity=quantity(50, "kg"), on="2020-01-01"),
            observation("8302-2", valueQuantity=quantity(1.7, "m")),
            pressure,
            observation("72166-2", valueCodeableConcept=concept(SNOMED, "449868002")),
        )
    )
    situation = record.situation
    assert situation.weight_kg == pytest.approx(65.0, abs=0.01)
    assert situation.height_cm == pytest.approx(170)
    assert situation.systolic_mmhg == 131
    assert situation.smoker is True


def test_pregnancy_counts_only_while_it_is_recent():
    def status(on):
        answer = concept(LOINC, "LA15173-0", "Pregnant")
        return read(
            bundle(observation("82810-3", on=on, valueCodeableConcept=answer))
        ).situation.reproductive_status

    assert status("2025-12-01") == "pregnant"
    assert status("2019-12-01") is None


def test_conditions_by_snomed_icd10_and_name():
    record = read(
        bundle(
            condition(SNOMED, "38341003", "Hypertensive disorder"),
            condition("http://hl7.org/fhir/sid/icd-10-cm", "I26.99", "Pulmonary embolism"),
            condition("urn:local", "17", "Polycystic ovary syndrome (disorder)"),
            condition(SNOMED, "444814009", "Viral sinusitis (disorder)"),
            condition(
                SNOMED,
                "35489007",
                "Depressive disorder",
                clinicalStatus=concept("x", "resolved"),
            ),
            condition(SNOMED, "73211009", verificationStatus=concept("x", "entered-in-error")),
        )
    )
    assert [(entry.id, entry.status) for entry in record.conditions] == [
        ("hypertension", "current"),
        ("venous_thromboembolism", "current"),
        ("polycystic_ovary_syndrome", "current"),
        ("", "current"),
        ("depression", "past"),
    ]
    assert record.complaint.description == ""


def test_a_name_overrules_a_code_that_says_something_else():
    record = read(bundle(condition(SNOMED, "38341003", "Migraine")))
    assert record.conditions[0].id == "migraine"
    assert "taken as 'Migraine'" in "\n".join(record.source.reading)


def test_a_coded_hair_disease_is_a_complaint():
    record = read(
        bundle(condition(SNOMED, "68225006", "Alopecia areata", onsetDateTime="2025-01-15"))
    )
    assert record.conditions[0].id == "alopecia_areata"
    assert record.complaint.duration_weeks == pytest.approx(52.1, abs=0.1)
    assert "Alopecia areata" in record.complaint.description


def test_medicines_one_entry_a_name_the_newest_record_wins():
    record = read(
        bundle(
            request("Simvastatin 10 MG", "stopped", "2019-06-17"),
            request("Simvastatin 10 MG", "active", "2025-06-16"),
            request("Ibuprofen 200 MG", "stopped", "2025-01-15"),
            request("Nothing", "entered-in-error"),
            {
                "resourceType": "MedicationStatement",
                "status": "completed",
                "medicationReference": {"reference": "Medication/m1"},
                "subject": {"reference": "Patient/p1"},
                "effectivePeriod": {"start": "2025-01-15", "end": "2025-12-18"},
            },
            {"resourceType": "Medication", "id": "m1", "code": {"text": "finasteride 1 mg"}},
        )
    )
    found = {medicine.name: medicine for medicine in record.medicines}
    assert set(found) == {"Simvastatin 10 MG", "Ibuprofen 200 MG", "finasteride 1 mg"}
    assert found["Simvastatin 10 MG"].stopped_weeks_ago is None
    assert found["Simvastatin 10 MG"].started_weeks_ago == pytest.approx(343.4)
    assert (
        found["Ibuprofen 200 MG"].stopped_weeks_ago == found["Ibuprofen 200 MG"].started_weeks_ago
    )
    assert found["finasteride 1 mg"].stopped_weeks_ago == 4.0


def test_allergies_procedures_and_family():
    record = read(
        bundle(
            {
                "resourceType": "AllergyIntolerance",
                "patient": {"reference": "Patient/p1"},
                "code": {"text": "Minoxidil"},
            },
            {
                "resourceType": "AllergyIntolerance",
                "patient": {"reference": "Patient/p1"},
                "category": ["food"],
                "code": {"text": "Kiwi"},
            },
            {
                "resourceType": "Procedure",
                "status": "completed",
                "subject": {"reference": "Patient/p1"},
                "code": concept(SNOMED, "11466000"),
                "performedDateTime": "2025-11-06",
            },
            {
                "resourceType": "FamilyMemberHistory",
                "status": "completed",
                "patient": {"reference": "Patient/p1"},
                "relationship": {"text": "father"},
                "condition": [{"code": concept(SNOMED, "87872006", "Male pattern alopecia")}],
            },
        )
    )
    assert [entry.id for entry in record.conditions] == ["minoxidil_allergy", "food_allergy"]
    assert (record.events[0].kind, record.events[0].weeks_ago) == ("childbirth", 10.0)
    assert record.family_history == ("male_pattern_hair_loss",)


CVX = "http://hl7.org/fhir/sid/cvx"


def vaccine(code, text, system=CVX, **more):
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": concept(system, code, text),
        "patient": {"reference": "Patient/p1"},
        "occurrenceDateTime": "2026-01-01",
        **more,
    }


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (vaccine("03", "MMR"), "MMR (live vaccine)"),
        (vaccine("37", "yellow fever", "urn:oid:2.16.840.1.113883.12.292"), None),
        (vaccine("J07BL01", "Stamaril", "http://www.whocc.no/atc"), "Stamaril (live vaccine)"),
        (vaccine("x", "Yellow fever vaccine", "urn:local"), "Yellow fever vaccine"),
    ],
)
def test_a_live_vaccine_given_lately_counts_against_lowering_the_defence(given, name):
    (found,) = read(bundle(given)).medicines
    assert found.name == (name or "yellow fever (live vaccine)")
    assert (found.started_weeks_ago, found.stopped_weeks_ago) == (2.0, 2.0)
    assert "live_vaccine" in medicine_classes(found.name)


@pytest.mark.parametrize(
    "given",
    [
        vaccine("140", "Influenza, seasonal, injectable, preservative free"),
        vaccine("187", "Varicella-zoster vaccine, recombinant"),
        vaccine("x", "Varicella-zoster vaccine, recombinant (Shingrix)", "urn:local"),
        vaccine("03", "MMR", occurrenceDateTime="2025-11-30"),
    ],
)
def test_vaccines_not_live_or_long_past_are_counted(given):
    record = read(bundle(given))
    assert record.medicines == ()
    assert "not taken into the record: 1." in "\n".join(record.source.reading)


def test_a_live_vaccine_without_a_day_or_not_given_is_said():
    unknown = vaccine("03", "MMR", occurrenceString="in winter")
    del unknown["occurrenceDateTime"]
    (found,) = read(bundle(unknown, vaccine("21", "varicella", status="not-done"))).medicines
    assert (found.name, found.note) == ("MMR (live vaccine)", "day not recorded")
    ahead = vaccine("21", "varicella", occurrenceDateTime="2026-02-01")
    assert read(bundle(ahead)).medicines[0].note == "planned"


def test_a_live_vaccine_of_a_record_blocks_methotrexate():
    record = read(bundle(vaccine("94", "MMRV")))
    verdict = check(record, assessment({}), "methotrexate")
    assert verdict.status == "blocked"
    assert "methotrexate_live_vaccine" in {reason.rule for reason in verdict.reasons}


def test_hair_codes_of_our_own():
    record = read(
        bundle(
            observation("exclamation_mark_hairs", HAIR_SYSTEM, valueBoolean=True),
            observation("scalp_scale", HAIR_SYSTEM, valueString="absent"),
            observation("measurements.salt", HAIR_SYSTEM, valueQuantity=quantity(92, "%")),
            observation("complaint.pattern", HAIR_SYSTEM, valueString="patchy"),
            observation("exclamation_mark_hair", HAIR_SYSTEM, valueBoolean=True),
        )
    )
    assert record.findings == {"exclamation_mark_hairs": "present", "scalp_scale": "absent"}
    assert record.measurements.salt == 92
    assert record.complaint.pattern == ("patchy",)
    assert "did you mean exclamation_mark_hairs?" in "\n".join(record.source.reading)


def test_impossible_hair_values_are_problems():
    document = bundle(observation("measurements.salt", HAIR_SYSTEM, valueQuantity={"value": 130}))
    assert refused(document).field == "measurements.salt"


def test_a_document_bundle_as_the_patient_summary_sends_it():
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": concept(LOINC, "60591-5"),
        "date": "2026-01-15",
        "author": [{"display": "x"}],
        "title": "Patient Summary",
    }
    absent = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    nothing = condition(absent, "no-problem-info", "No information about problems")
    none_taken = request("No current medications")
    document = bundle(nothing, none_taken, kind="document")
    document["entry"].insert(0, {"resource": composition})
    record = read(document)
    assert record.conditions == ()
    assert record.medicines == ()
    assert "No information about problems" in "\n".join(record.source.reading)


def test_a_record_without_hair_says_so_and_what_was_read():
    record = read(bundle(observation("718-7", valueQuantity=quantity(13, "g/dL"))))
    text = "\n".join(summary(record))
    assert "No hair complaint is described." in text
    assert "Haemoglobin 13 g/dL" in text


def test_real_world_mess_is_read_and_said():
    messy = observation("718-7", valueQuantity=quantity(13, "g/dL"))
    messy["bodySite"] = None
    messy["note"] = []
    messy["issued"] = "yesterday"
    broken = observation("2276-4", valueQuantity={"value": "many"})
    broken["status"] = {"wrong": "type"}
    record = read(bundle(messy, broken, {"resourceType": "Claim"}, kind="history"))
    assert record.labs[0].value == 13
    said = "\n".join(record.source.reading)
    assert "issued" in said
    assert "Bundle type 'history'" in said
    assert "1 Claim" in said


@pytest.mark.parametrize(
    "resource",
    [
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medication": {"concept": {"text": "finasteride"}},
            "subject": {"reference": "Patient/p1"},
        },
        {"resourceType": "Encounter", "status": "completed", "class": [{"text": "x"}]},
        {"resourceType": "Procedure", "status": "completed", "occurrenceDateTime": "2020-01-01"},
        {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"},
        {"resourceType": "Basic", "meta": {"profile": ["http://hl7.org/fhir/5.0/x"]}},
    ],
)
def test_r5_is_refused_by_name(resource):
    problem = refused(bundle(resource))
    assert "only R4" in problem.message
    assert "5" in problem.message
    assert problem.field.startswith("entry[1]")


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "MedicationOrder"},
        condition(SNOMED, "68225006", clinicalStatus="active"),
        {"resourceType": "MedicationStatement", "taken": "y"},
    ],
)
def test_older_versions_are_refused_by_name(resource):
    assert "STU3" in refused(bundle(resource)).message


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (PATIENT, "resourceType"),
        ({"resourceType": 3}, "resourceType"),
        ({"resourceType": "Bundle"}, "entry"),
        ({"resourceType": "Bundle", "entry": []}, "entry"),
        ({"resourceType": "Bundle", "entry": [3, {"resource": 4}]}, "entry"),
        (bundle(patient=None), "entry"),
        (bundle(PATIENT), "entry"),
        (bundle(patient={**PATIENT, "birthDate": "2030-01-01"}), "Patient.birthDate"),
        (bundle(issues={"x": 1}), "issues"),
        (bundle(fhirVersion="5.0.0"), "fhirVersion"),
    ],
)
def test_what_is_no_bundle_of_one_person(document, field):
    assert refused(document).field == field


def test_unknown_sex_and_age_stay_unknown():
    record = read(bundle(patient={"resourceType": "Patient", "gender": "other"}))
    assert record.sex is None
    assert record.age_years is None
    assert record.id == "fhir-patient"


def test_no_name_or_address_is_kept():
    person = {
        **PATIENT,
        "name": [{"family": "Nobody", "given": ["Jane"]}],
        "address": [{"city": "Atlantis"}],
        "telecom": [{"system": "phone", "value": "555"}],
    }
    text = read(bundle(patient=person)).model_dump_json()
    assert not any(word in text for word in ("Nobody", "Jane", "Atlantis", "555"))


def test_days():
    assert day("2020") == date(2020, 7, 1)
    assert day("2020-02") == date(2020, 2, 15)
    assert day("2020-02-03T10:00:00+02:00") == date(2020, 2, 3)
    assert day("2020-13-40") is None
    assert day(None) is None


def test_shipped_bundles_are_the_shipped_patients():
    for path in sorted((EXAMPLES / "fhir").glob("*.json")):
        record, original = load(path), load(EXAMPLES / "patients" / f"{path.stem}.toml")
        assert record.findings == original.findings
        assert record.measurements == original.measurements
        assert record.situation == original.situation
        assert record.complaint == original.complaint
        assert {lab.test for lab in record.labs} == {lab.test for lab in original.labs}


ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def said(record):
    return "\n".join(record.source.reading)


def statement(concept_, status="active", **more):
    return {
        "resourceType": "MedicationStatement",
        "status": status,
        "medicationCodeableConcept": concept_,
        "subject": {"reference": "Patient/p1"},
        **more,
    }


def procedure(code, status="completed", **more):
    return {
        "resourceType": "Procedure",
        "status": status,
        "subject": {"reference": "Patient/p1"},
        "code": code,
        **more,
    }


def allergy(code, **more):
    return {
        "resourceType": "AllergyIntolerance",
        "patient": {"reference": "Patient/p1"},
        "code": code,
        **more,
    }


def composition(*sections):
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": concept(LOINC, "60591-5"),
        "date": "2026-01-15",
        "author": [{"display": "x"}],
        "title": "Patient Summary",
        "section": list(sections),
    }


def section(title, code, *references, **more):
    entries = {"entry": [{"reference": name} for name in references]} if references else {}
    return {"title": title, "code": concept(LOINC, code), **entries, **more}


def test_unknown_codes_are_listed_by_name_and_code():
    record = read(
        bundle(
            observation("39156-5", valueQuantity=quantity(22, "kg/m2")),
            observation("39156-5", valueQuantity=quantity(23, "kg/m2"), on="2025-01-01"),
            procedure(concept(SNOMED, "73761001", "Colonoscopy")),
            statement(concept(RXNORM, "999999", "Nosuchdrug 5 MG")),
        )
    )
    assert "39156-5 (2 times)" in said(record).replace("[LOINC ", "").replace("]", "")
    assert "Colonoscopy [SNOMED CT 73761001]" in said(record)
    assert "Nosuchdrug 5 MG [rxnorm 999999]" in said(record)
    assert record.medicines[0].name == "Nosuchdrug 5 MG"


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (
            condition(SNOMED, "73211009", "Diabetes", verificationStatus=concept("x", "refuted")),
            "ruled out: Diabetes",
        ),
        (
            condition(
                SNOMED, "73211009", "Diabetes", verificationStatus=concept("x", "entered-in-error")
            ),
            "entered in error: Diabetes",
        ),
        ({**observation("2276-4"), "status": "entered-in-error"}, "entered in error: 2276-4"),
        (statement({"text": "Finasteride 1 mg"}, "not-taken"), "not taken: Finasteride"),
        (statement({"text": "Finasteride 1 mg"}, "intended"), "only intended: Finasteride"),
        ({**request("Finasteride 1 mg"), "intent": "proposal"}, "only proposed: Finasteride"),
        (request("Finasteride 1 mg", doNotPerform=True), "not to be given: Finasteride"),
        (procedure({"text": "Hysterectomy"}, "not-done"), "not done: Hysterectomy"),
        (
            allergy({"text": "Minoxidil"}, verificationStatus=concept("x", "refuted")),
            "ruled out: Minoxidil",
        ),
    ],
)
def test_what_does_not_count_is_set_aside_and_said(resource, reason):
    record = read(bundle(resource))
    assert (record.conditions, record.medicines, record.events, record.labs) == ((), (), (), ())
    assert reason in said(record).replace("[LOINC ", "")


def test_a_result_without_a_value_stays_unknown_and_its_reason_is_said():
    absent = {"dataAbsentReason": concept("x", "not-performed", "Not performed")}
    record = read(
        bundle(
            observation("2276-4", **absent),
            observation("29463-7", **absent),
            observation("exclamation_mark_hairs", HAIR_SYSTEM, **absent),
            observation("measurements.salt", HAIR_SYSTEM),
        )
    )
    assert record.labs == ()
    assert record.findings == {}
    assert record.measurements.salt is None
    assert record.situation.weight_kg is None
    assert said(record).count("(Not performed)") == 3


@pytest.mark.parametrize(
    "resource",
    [
        allergy(concept(ABSENT, "no-allergy-info", "No information about allergies")),
        allergy(concept(ABSENT, "no-known-allergies", "No known allergies")),
        allergy(concept(SNOMED, "429625007", "No known food allergy (situation)")),
        allergy({"text": "No known drug allergies"}),
        condition(ABSENT, "no-known-problems", "No known problems"),
        statement(concept(ABSENT, "no-medication-info", "No information about medications")),
        procedure(concept(ABSENT, "no-procedure-info", "No information about procedures")),
    ],
)
def test_statements_of_nothing_become_no_disease_and_no_medicine(resource):
    record = read(bundle(resource))
    assert (record.conditions, record.medicines, record.events) == ((), (), ())
    assert "The record states: No" in said(record)


def test_an_end_makes_a_disease_past_unless_the_record_contradicts_itself():
    ended = condition(SNOMED, "35489007", "Depression", abatementDateTime="2020-05-01")
    record = read(bundle({**ended, "clinicalStatus": None}))
    assert record.conditions[0].status == "past"
    record = read(bundle(ended))
    assert record.conditions[0].status == "current"
    assert "though an end is recorded" in said(record)


def test_an_onset_at_an_age_dates_the_loss():
    age = {"value": 30, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}
    record = read(bundle(condition(SNOMED, "68225006", "Alopecia areata", onsetAge=age)))
    assert record.complaint.duration_weeks == pytest.approx(5.59 * 52.18, abs=2)


def test_results_inside_a_report_are_read():
    inner = observation("2276-4", valueQuantity=quantity(9, "ng/mL"))
    inner["id"] = "o1"
    report = {
        "resourceType": "Procedure",
        "status": "completed",
        "id": "r1",
        "subject": {"reference": "Patient/p1"},
        "code": {"text": "Blood draw"},
        "contained": [inner],
    }
    assert read(bundle(report)).labs[0].value == 9
    report["resourceType"] = "DiagnosticReport"
    assert read(bundle({**report, "status": "final"})).labs[0].value == 9


@pytest.mark.parametrize(
    ("reference", "taken"),
    [
        ("Patient/p1", True),
        ("https://example.org/fhir/Patient/p1", True),
        ("https://example.org/fhir/Patient/p1/_history/3", True),
        ("#me", True),
        ("Patient?identifier=x", True),
        ("Patient/p2", False),
        ("https://example.org/fhir/Patient/p2", False),
        ("Group/g1", False),
    ],
)
def test_what_is_about_another_person_is_not_taken(reference, taken):
    other = condition(SNOMED, "73211009", "Diabetes")
    other["subject"] = {"reference": reference}
    record = read(bundle(other))
    assert bool(record.conditions) is taken
    assert ("Not about this patient" in said(record)) is not taken


def test_medicines_are_found_by_full_url_and_version():
    url = "urn:uuid:6c1b2f5e-0000-4000-8000-000000000001"
    document = bundle(
        statement({"text": ""}),
        {"resourceType": "Medication", "id": "m1", "code": {"text": "Dutasteride 0.5 mg"}},
    )
    for reference, full in (
        (url, url),
        ("https://example.org/fhir/Medication/m1/_history/2", "https://example.org/fhir/x"),
    ):
        document["entry"][1]["resource"].pop("medicationCodeableConcept", None)
        document["entry"][1]["resource"]["medicationReference"] = {"reference": reference}
        document["entry"][2]["fullUrl"] = full
        assert read(document).medicines[0].name == "Dutasteride 0.5 mg"


def test_a_medicine_is_known_by_its_code_where_its_words_are_not():
    record = read(
        bundle(
            statement(concept("http://www.whocc.no/atc", "G04CB01", "Finastérid comprimés")),
            statement({"coding": [{"system": RXNORM, "code": "25025"}]}),
        )
    )
    names = [medicine.name for medicine in record.medicines]
    assert names == ["Finastérid comprimés (Finasteride (oral))", "Finasteride (oral)"]


def test_a_dose_is_put_together_from_its_parts():
    dose = {
        "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}],
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
    }
    record = read(bundle(statement({"text": "Biotin"}, dosage=[dose])))
    assert record.medicines[0].dose == "5 mg, 2 per 1 d"


def test_procedures_by_code_name_and_category():
    surgery = [concept(SNOMED, "387713003", "Surgical procedure")]
    record = read(
        bundle(
            procedure({"text": "Bariatric surgery"}),
            procedure(
                {"text": "Knee replacement"},
                category=surgery[0],
                performedDateTime="2025-11-06",
            ),
            procedure({"text": "Chat"}, performedDateTime="2027-01-01"),
        )
    )
    assert [(c.id, c.status) for c in record.conditions] == [("bariatric_surgery", "past")]
    assert [(e.kind, e.weeks_ago) for e in record.events] == [("surgery", 10.0)]
    assert "Procedures after the day that counts as now: Chat" in said(record)


def test_the_substance_of_a_reaction_names_an_allergy():
    reaction = [{"substance": {"text": "Minoxidil"}, "manifestation": [{"text": "rash"}]}]
    entry = allergy(None, reaction=reaction)
    del entry["code"]
    assert read(bundle(entry)).conditions[0].id == "minoxidil_allergy"


def test_titres_words_and_flags_are_results():
    ratio = {"numerator": {"value": 1}, "denominator": {"value": 320}}
    record = read(
        bundle(
            observation("5195-3", interpretation=[concept("x/v3-ObservationInterpretation", "POS")])
        )
    )
    assert record.labs[0].text == "positive"
    record = read(bundle(observation("2276-4", valueRatio=ratio)))
    assert "Ferritin" in said(record)


@pytest.mark.parametrize(("answer", "text"), [("Negative", "negative"), ("Positive", "positive")])
def test_an_interferon_test_of_tuberculosis_is_read_by_its_code(answer, text):
    record = read(bundle(observation("71773-6", valueCodeableConcept={"text": answer})))
    assert [(lab.test, lab.text) for lab in record.labs] == [("igra", text)]


def test_a_test_without_a_loinc_code_is_read_by_its_name():
    local = observation("17", "urn:local", valueQuantity=quantity(9, "ng/mL"))
    local["code"]["text"] = "Ferritin"
    record = read(bundle(local))
    assert record.labs[0].test == "ferritin"
    assert "no LOINC code" in said(record)


def test_hair_measures_are_converted_and_wrong_units_are_said():
    record = read(
        bundle(
            observation(
                "measurements.terminal_density_per_cm2",
                HAIR_SYSTEM,
                valueQuantity=quantity(1.2, "/mm2"),
            ),
            observation("complaint.duration_weeks", HAIR_SYSTEM, valueQuantity=quantity(2, "a")),
            observation("measurements.salt", HAIR_SYSTEM, valueQuantity=quantity(3, "kg")),
        )
    )
    assert record.measurements.terminal_density_per_cm2 == pytest.approx(120)
    assert record.complaint.duration_weeks == pytest.approx(104.4 + 2, abs=0.1)
    assert record.measurements.salt is None
    assert "kg" in said(record)


def test_the_newest_statement_of_a_finding_wins():
    new = observation("scalp_scale", HAIR_SYSTEM, on="2026-01-10", valueBoolean=False)
    old = observation("scalp_scale", HAIR_SYSTEM, on="2024-01-10", valueBoolean=True)
    assert read(bundle(new, old)).findings == {"scalp_scale": "absent"}
    coded = observation(
        "scalp_scale", HAIR_SYSTEM, valueCodeableConcept=concept(SNOMED, "373066001", "Yes")
    )
    assert read(bundle(coded)).findings == {"scalp_scale": "present"}


def test_an_expected_birth_ahead_means_pregnant():
    def status(due):
        return read(bundle(observation("11778-8", valueDateTime=due))).situation.reproductive_status

    assert status("2026-06-01") == "pregnant"
    assert status("2025-06-01") is None
    assert status("2029-06-01") is None


def test_of_two_versions_of_a_resource_the_newer_is_read():
    old = {**condition(SNOMED, "73211009", "Diabetes"), "id": "c", "meta": {"lastUpdated": "2020"}}
    new = {**condition(SNOMED, "37796009", "Migraine"), "id": "c", "meta": {"lastUpdated": "2021"}}
    for order in ((old, new), (new, old)):
        record = read(bundle(*order))
        assert [entry.id for entry in record.conditions] == ["migraine"]
        assert "1 entries repeat" in said(record)


def test_sections_of_a_patient_summary():
    problem = {**condition(SNOMED, "38341003", "Hypertension"), "id": "c1"}
    old = {**condition(SNOMED, "35489007", "Depression"), "id": "c2"}
    del old["clinicalStatus"]
    document = bundle(problem, old, kind="document")
    document["entry"][2]["fullUrl"] = "urn:uuid:6c1b2f5e-0000-4000-8000-000000000002"
    parts = composition(
        section("Problems", "11450-4", "Condition/c1"),
        section("Past illness", "11348-0", document["entry"][2]["fullUrl"]),
        section("Results", "30954-2", "Observation/gone"),
        section("Medications", "10160-0", emptyReason={"text": "Unavailable"}),
        section(
            "History",
            "x",
            section=[
                section("Travel", "y", text={"status": "generated", "div": "<div>Text</div>"})
            ],
        ),
    )
    document["entry"].insert(0, {"resource": parts})
    record = read(document)
    assert [(c.id, c.status) for c in record.conditions] == [
        ("hypertension", "current"),
        ("depression", "past"),
    ]
    assert "Section 'Results' points to what the bundle does not hold" in said(record)
    assert "Section 'Medications' is empty: Unavailable." in said(record)
    assert "Section 'Travel' holds text alone" in said(record)
    assert "Section 'History'" not in said(record)
    assert "Section 'Problems'" not in said(record)


def salt(value, on):
    return observation("measurements.salt", HAIR_SYSTEM, on, valueQuantity=quantity(value, "%"))


def test_the_last_salt_before_the_first_treatment_of_the_attack_is_kept():
    record = read(
        bundle(
            salt(60, "2023-03-01"),
            salt(85, "2024-05-20"),
            salt(70, "2024-10-01"),
            salt(15, "2026-01-10"),
            request("minoxidil 5 % foam", on="2023-01-01"),
            request("baricitinib 4 mg", "stopped", "2024-06-01"),
            request("ritlecitinib 50 mg", on="2025-06-01"),
        )
    )
    assert record.measurements.salt == 15
    assert record.measurements.salt_before_treatment == 85
    assert any("SALT 85" in note and "baricitinib" in note for note in record.source.reading)


@pytest.mark.parametrize(
    "resources",
    [
        # Nothing is known of today, of the time before, or of a treatment that holds the attack.
        (salt(85, "2024-05-20"), request("baricitinib 4 mg", on="2024-06-01")),
        (salt(15, "2026-01-10"), request("baricitinib 4 mg", on="2024-06-01")),
        (salt(85, "2024-05-20"), salt(15, "2026-01-10"), request("minoxidil", on="2024-06-01")),
        (salt(85, "2024-05-20"), salt(15, "2026-01-10")),
    ],
)
def test_no_salt_before_treatment_is_made_up(resources):
    assert read(bundle(*resources)).measurements.salt_before_treatment is None


def test_a_salt_before_treatment_that_is_told_counts():
    told = observation(
        "measurements.salt_before_treatment", HAIR_SYSTEM, valueQuantity=quantity(95, "%")
    )
    record = read(
        bundle(
            told,
            salt(85, "2024-05-20"),
            salt(15, "2026-01-10"),
            request("baricitinib 4 mg", on="2024-06-01"),
        )
    )
    assert record.measurements.salt_before_treatment == 95
