"""What a question says of the person: rules it triggers, and nothing that needs a record."""

from __future__ import annotations

import re

import pytest

from anagen.ask.answer import ask
from anagen.ask.match import read
from anagen.ask.rules import OF_A_RECORD, StatedFacts, general_rules
from anagen.ask.situation import Situation
from anagen.ask.tokens import words
from anagen.ask.vocabulary import situation_names, situation_patterns
from anagen.catalog.conditions import load_conditions
from anagen.catalog.expressions import truth
from anagen.catalog.expressions import words as asked_of
from anagen.catalog.medicines import load_medicines
from anagen.catalog.safety import load_safety_rules
from anagen.catalog.treatments import load_treatments


def _texts(question: str) -> list[str]:
    return [statement.text for statement in ask(question).statements]


def _rule(rule_id: str) -> str:
    return next(rule.text for rule in load_safety_rules() if rule.id == rule_id)


@pytest.mark.parametrize(
    ("question", "treatment", "rule"),
    [
        ("I am on warfarin, can I have PRP", "prp", "prp_blood"),
        ("is PRP ok on blood thinners", "prp", "prp_blood"),
        (
            "I am on lisinopril, can I take spironolactone",
            "spironolactone_oral",
            "spironolactone_ace_or_arb",
        ),
        (
            "I have high blood pressure can I use minoxidil",
            "minoxidil_topical",
            "minoxidil_blood_pressure",
        ),
        ("I have prostate cancer can I take finasteride", "finasteride", "finasteride_prostate"),
        (
            "can I take ibuprofen with spironolactone",
            "spironolactone_oral",
            "spironolactone_nsaid",
        ),
        ("I take isotretinoin can I have microneedling", "microneedling", "microneedling_cautions"),
        ("I am on finasteride, is saw palmetto ok", "saw_palmetto", "one_of_the_class_at_a_time"),
        (
            "I have kidney disease, can I take spironolactone",
            "spironolactone_oral",
            "spironolactone_kidney",
        ),
        (
            "I have lupus, can I have a hair transplant",
            "hair_transplant",
            "transplant_active_disease",
        ),
        ("can I combine finasteride and dutasteride", "finasteride", "five_alpha_reductase_twice"),
        ("am I too young for a hair transplant at 22", "hair_transplant", "transplant_young"),
    ],
)
def test_the_rule_that_the_stated_situation_triggers_goes_first(
    question: str, treatment: str, rule: str
) -> None:
    answer = ask(question)
    assert answer.topics[0].id == treatment
    assert _rule(rule) in answer.statements[0].text
    assert not answer.verdict


def test_a_medicine_taken_is_not_the_disease_to_treat() -> None:
    taken = ask("I am on warfarin, can I have PRP")
    assert not any("warfarin" in statement.text for statement in taken.statements)
    assert taken.tier == "plausible"
    # Asked as the cause it still is one, with or without a treatment.
    assert ask("does minoxidil help hair loss from warfarin").tier == "no_evidence"
    assert ask("I am on warfarin and losing hair").topics[0].id == "trigger_drug_warfarin"


def test_where_no_rule_fits_that_is_said() -> None:
    first = _texts("I have asthma, can I take biotin")[0]
    assert "No rule about asthma" in first
    assert "not a sign of safety" in first


@pytest.mark.parametrize(
    "question",
    [
        "does finasteride treat prostate cancer",
        "I have a dog, can I give him finasteride",
        "I have lung cancer, cure me with biotin",
        "I am on holiday, what is the weather in Paris",
        "I have warfarin, is it good for my tomatoes",
    ],
)
def test_a_situation_is_no_way_round_the_bounds(question: str) -> None:
    assert not ask(question).covered


@pytest.mark.parametrize(
    "question", ["saw palmeto vs finasteride which better", "does dut work better than fin"]
)
def test_in_comparisons_each_sentence_names_its_treatment(question: str) -> None:
    answer = ask(question)
    names = [topic.label for topic in answer.topics if topic.kind == "treatment"]
    assert len(names) == 2
    heard = [next(name for name in names if one.text.startswith(name)) for one in answer.statements]
    assert set(heard) == set(names)


def test_beside_a_claim_on_another_thing_the_treatment_is_named() -> None:
    told = _texts("is rosemary oil as good as minoxidil")
    assert all("Minoxidil" in text for text in told[1:])


def test_what_needs_a_persons_record_is_no_fact_about_anybody() -> None:
    for treatment in load_treatments().values():
        told = {one.text for one in general_rules(treatment)}
        for rule in load_safety_rules():
            needs = OF_A_RECORD & {name for name, _ in asked_of(rule.when)}
            facts = StatedFacts({}, Situation(), treatment.id)
            if needs and truth(rule.when, facts) is not True:
                assert f"{treatment.name}: {rule.text} ({rule.authority})" not in told
    for question in (
        "Olumiant double dose",
        "dangers of jak inhibitors",
        "who should not take baricitinib",
    ):
        assert not any("not the likely cause" in text for text in _texts(question)), question


def test_breastfeeding_pregnancy_and_planning_are_told_apart() -> None:
    feeding = _texts("can I use minoxidil while breast-feeding")
    assert feeding[0].startswith("Only options safe in breast-feeding")
    assert not any("pregnan" in text for text in feeding)

    pregnant = _texts("I am pregnant on spironolactone")
    assert "do not stop a vital drug alone" in pregnant[0]
    assert _rule("spironolactone_pregnancy") in pregnant[1]
    assert not any("is planned" in text for text in pregnant)

    planned = _texts("I am trying for a baby, can I take baricitinib")
    assert any(_rule("jak_pregnancy_planned") in text for text in planned)
    assert not any(_rule("baricitinib_pregnancy") in text for text in planned)

    born = _texts("hair loss after pregnancy can I use minoxidil")
    assert any(_rule("minoxidil_topical_breastfeeding") in text for text in born)

    partner = _texts("my wife is pregnant, can I take dutasteride")
    assert any(_rule("dutasteride_partner") in text for text in partner)


def test_the_disease_a_treatment_is_for_is_no_hindrance() -> None:
    told = _texts("I have alopecia areata, can I take baricitinib")
    assert not any("No rule about" in text or "not the likely cause" in text for text in told)


def test_a_problem_on_a_drug_that_is_taken_raises_its_flag() -> None:
    first = _texts("I'm on finasteride and have erectile dysfunction")[0]
    assert first.startswith("Review the drug with the prescriber")


@pytest.mark.parametrize(
    ("question", "topic", "said"),
    [
        ("how long till ritlecitinib works", "ritlecitinib", "24 weeks"),
        ("is rogaine poisonous for my cat", "minoxidil_topical", "fatal to cats"),
        ("does roaccutane make hair fall out", "trigger_drug_retinoid", "isotretinoin"),
        ("does sertraline cause hair loss", "trigger_drug_antidepressant", "SSRI"),
        ("does stress make you bald", "trigger_stress", "severe strain"),
    ],
)
def test_what_a_row_knows_is_answered(question: str, topic: str, said: str) -> None:
    answer = ask(question)
    assert answer.covered
    assert answer.topics[0].id == topic
    assert said in answer.statements[0].text


@pytest.mark.parametrize(
    "question", ["does stress make you bald", "is stress related hair loss reversible"]
)
def test_nobody_is_alarmed_who_did_not_ask(question: str) -> None:
    assert not any(re.search(r"suicid|finasteride", text) for text in _texts(question))


def test_what_a_treatment_may_cause_is_no_verdict_on_it() -> None:
    answer = ask("can baricitinib cause blood clots")
    assert not answer.verdict
    assert any("clots" in one.text for one in answer.statements[:2])


def test_the_whole_word_is_shown() -> None:
    assert dict(ask("finastride and hair").corrected)["finastride"] == "finasteride"
    assert dict(ask("impotance from finasteride").corrected)["impotance"] == "impotence"


def test_contractions_tell_nothing() -> None:
    assert words("I'm, I've, don't, can't, Hashimoto's") == (
        ["i", "m", "i", "ve", "do", "not", "can", "not", "hashimoto"]
    )
    for question in ("I'm losing hair, does minoxidil work", "im losing hair, does minoxidil work"):
        assert ask(question).unread == ()


def test_patterns_of_situations_are_read_and_hold_known_facts() -> None:
    facts = StatedFacts({}, Situation())
    for row in situation_patterns():
        re.compile(row.pattern)
        assert row.who in ("self", "partner", "feeding")
        for mark in filter(None, row.holds.split(";")):
            assert facts.name(mark.split("=")[0].strip()) is None, row.id


def test_without_a_treatment_no_situation_is_read() -> None:
    from anagen.ask.index import index

    assert not read("I am on warfarin and losing hair", index()).situation.told


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        # A cause that is named.
        ("can I put clobetasol on ringworm", "steroid_scalp_infection"),
        ("can i use ketoconazole shampoo for ringworm", "topical_antifungal_alone"),
        ("hair transplant for lichen planopilaris", "transplant_active_disease"),
        # Medicines and diseases that stand beside a treatment.
        ("can i take viagra with minoxidil tablets", "oral_minoxidil_pde5"),
        ("oral minoxidil heart failure", "oral_minoxidil_heart_disease"),
        ("vaccine on a JAK inhibitor", "jak_live_vaccine"),
        ("methotrexate trimethoprim", "methotrexate_trimethoprim"),
        ("steroid cream on infected scalp", "steroid_scalp_infection"),
        # Treatments that are asked together.
        ("jak inhibitor and the pill", "jak_oestrogen"),
        ("finasteride and saw palmetto", "one_of_the_class_at_a_time"),
        ("can my girlfriend take my finasteride", "finasteride_women"),
    ],
)
def test_what_stands_beside_a_treatment_makes_its_rules_true(question: str, rule: str) -> None:
    answer = ask(question)
    assert _rule(rule) in answer.statements[0].text
    assert not answer.verdict


def test_a_block_is_told_to_a_child_and_to_whoever_asks_whether_it_works() -> None:
    child = _texts("dads steroid cream on my kids ringworm")
    assert _rule("steroid_scalp_infection") in child[1]
    works = _texts("does clobetasol work on ringworm")
    assert _rule("steroid_scalp_infection") in works[0]


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("does biotin affect blood test", "biotin_tests"),
        ("does biotin affect thyroid test", "biotin_tests"),
        ("biotin messed up my thyroid labs", "biotin_tests"),
        ("does finasteride affect psa test", "finasteride_psa"),
        ("should i get blood tests on spironolactone", "spironolactone_potassium_check"),
    ],
)
def test_questions_on_tests_get_the_rules_on_tests(question: str, rule: str) -> None:
    answer = ask(question)
    assert any(_rule(rule) in one.text for one in answer.statements[:2])
    assert not answer.verdict
    assert any("thyroid" in one.text for one in ask("biotin and blood tests").statements)


def test_a_partner_who_touched_a_tablet_is_told_of_it() -> None:
    answer = ask("my wife touched my crushed finasteride tablet and she is pregnant")
    assert answer.corrected == ()
    assert any(_rule("finasteride_partner") in one.text for one in answer.statements)


@pytest.mark.parametrize(
    "question",
    ["who won the world cup", "is a different brand safe", "minoxidil at a faster speed"],
)
def test_ordinary_words_are_not_corrected(question: str) -> None:
    assert ask(question).corrected == ()


@pytest.mark.parametrize("question", ["i feel low on finasteride", "low mood on finasteride"])
def test_low_mood_on_a_drug_is_told_first(question: str) -> None:
    told = _texts(question)
    assert _rule("finasteride_suicidality") in told[0]
    assert _rule("finasteride_mood_on_it") in told[1]
    assert any(_rule("finasteride_depression") in text for text in told)


def test_low_mood_without_a_drug_goes_to_care() -> None:
    assert ask("i feel hopeless about my hair").outcome == "care"


def test_low_iron_is_no_low_mood() -> None:
    assert ask("i am low in iron and losing hair").intent != "mood"


def test_birth_defects_are_a_question_of_pregnancy() -> None:
    told = _texts("does minoxidil cause birth defects")
    assert told[0].startswith("Only options safe in pregnancy")
    assert any(_rule("minoxidil_topical_pregnancy") in text for text in told)


@pytest.mark.parametrize(
    ("question", "topic", "said"),
    [
        ("how many prp sessions", "prp", "monthly x 3"),
        ("does prp work and how many sessions", "prp", "monthly x 3"),
        ("does stopping birth control cause hair loss", "trigger_drug_contraceptive", "hormones"),
        ("does dermarolling help", "microneedling", "needling"),
        ("does fever cause hair loss", "trigger_fever", "two months"),
    ],
)
def test_peoples_words_lead_to_their_rows(question: str, topic: str, said: str) -> None:
    answer = ask(question)
    assert answer.topics[0].id == topic
    assert any(said in one.text for one in answer.statements)


@pytest.mark.parametrize(
    "drug", ["warfarin", "lithium", "valproate", "beta blocker", "antidepressant", "isotretinoin"]
)
def test_no_needed_drug_is_stopped_for_hair(drug: str) -> None:
    for question in (
        f"can i stop {drug} because my hair is falling out",
        f"can i skip my {drug} because of hair loss",
    ):
        assert re.search("never stop", _texts(question)[0], re.IGNORECASE), question


def test_the_oncologist_is_asked_before_a_chemotherapy_is_stopped() -> None:
    assert "oncology" in _texts("can i stop chemo because of my hair")[0]


def test_a_disease_without_a_rule_leaves_no_verdict() -> None:
    answer = ask("finasteride liver disease")
    assert "No rule about liver disease" in answer.statements[0].text
    assert not answer.verdict


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("my cat licked my minoxidil", "pet_took"),
        ("my toddler ate my iron tablets", "child_took"),
        ("my daughter chewed a finasteride pill", "child_took"),
        ("i took two finasteride today by mistake", "overdose"),
    ],
)
def test_what_an_animal_or_a_child_took_is_an_emergency(question: str, topic: str) -> None:
    answer = ask(question)
    assert answer.outcome == "care"
    assert answer.topics[0].id == topic


def test_names_of_situations_lead_somewhere() -> None:
    known = {word for row in load_medicines().values() for word in (row.id, *row.classes)}
    for phrase, (kind, target) in situation_names().items():
        assert phrase
        assert target in (load_conditions() if kind == "condition" else known), phrase
