"""Sources, studies, facts, claims and supplements as records; search and cards."""

import pytest

from anagen.catalog.card import CARDS, card, headline
from anagen.catalog.census import census
from anagen.catalog.cite import bibtex, references
from anagen.catalog.claims import ASKED_OFTEN, load_claims
from anagen.catalog.facts import load_facts
from anagen.catalog.search import KINDS, Entry, entries, named, nearest, search
from anagen.catalog.sources import load_sources, parse_bibtex
from anagen.catalog.studies import load_studies, load_study, studies_of
from anagen.catalog.supplements import load_supplements

BIB = """% a comment
@article{One_2020_a,
  author = {{A Group} and Two, B.},
  title = {Rates of 5 \\% and more},
  doi = {10.1/x}
}

@misc{two_page,
  url = {https://example.org/a_(b)},
  note = {A page
    over two lines}
}
"""


def test_bibtex_keeps_braces_lines_and_places():
    one, two = parse_bibtex(BIB, "sources/t.bib")
    assert one.authors == "{A Group} and Two, B."
    assert one.address == "https://doi.org/10.1/x"
    assert one.place == "sources/t.bib:2"
    assert "5 % and more" in one.reference
    assert two.fields["note"] == "A page over two lines"
    assert two.text.endswith("}")


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("doi = {10.1/x}", True),
        ("registration = {NCT00000001}", True),
        ("journal = {J Hair 12:34}", True),
        ("note = {J Hair 2010;21(2):91}", True),
        ("note = {No publication: a guess}", True),
        ("note = {A page somewhere}", False),
        ("journal = {J Hair}", False),
    ],
)
def test_locator(field: str, found: bool):
    (source,) = parse_bibtex(f"@misc{{k,\n  {field}\n}}\n", "t.bib")
    assert source.has_locator is found


def test_registry_counts_stand_with_their_denominators():
    rows = [
        row
        for row in load_study("King_2022_baricitinib").endpoints
        if row.use == "fit" and row.endpoint == "salt_le_20" and row.week == 36
    ]
    assert {(row.k, row.n) for row in rows} == {(99, 281), (40, 184), (10, 189)}


def test_counts_per_target_area_become_counts_per_cm2():
    rows = {
        row.arm: row for row in load_study("Kaufman_1998_finasteride").endpoints if row.use == "fit"
    }
    assert rows["placebo"].value == pytest.approx(-21 / 5.067, abs=0.01)
    assert all(row.unit == "hairs/cm2" for row in rows.values())
    # Given per cm2 although the target area was 5.067: must not be divided again.
    given = load_study("GubelinHarcha_2014_dutasteride").endpoints
    assert 17.7 in [row.value for row in given]


def test_improvement_of_salt_is_negative():
    changes = [
        row
        for study in load_studies().values()
        for row in study.endpoints
        if row.endpoint.startswith(("salt_change_points", "salt_pct_change"))
    ]
    assert all(row.direction == "lower_is_better" for row in changes)
    flipped = load_study("Rezolve_2025_rezpegaldesleukin").endpoints
    assert all(row.value is not None and row.value < 0 for row in flipped)


def test_studies_of_reads_combinations():
    ids = {study.id for study in studies_of("minoxidil_topical")}
    assert {"Olsen_2002_minoxidil", "Dhurat_2013_microneedling"} <= ids
    assert "Panchaprateep_2020_oral_minoxidil" not in ids


def test_headline_prefers_numbers_that_may_be_fitted():
    rows = headline(load_study("Kaufman_1998_finasteride"))
    assert [row.endpoint for row in rows] == ["count_total", "count_total"]
    assert {row.use for row in rows} == {"fit"}


def test_facts_hold_a_number_bounds_or_a_statement():
    for fact in load_facts().values():
        assert fact.statement or any(v is not None for v in (fact.value, fact.low, fact.high))


def test_claims_are_claims_or_questions():
    claims = load_claims()
    often = [claim for claim in claims.values() if claim.section == ASKED_OFTEN]
    assert len(claims) - len(often) == 180
    assert len(often) >= 15
    assert sum(claim.kind == "question" for claim in claims.values()) == 23
    assert all(claim.statement and claim.sources for claim in claims.values())


def test_selenium_alert_is_the_limit_set_on_hair_loss():
    limits = {limit.quantity: limit.value for limit in load_supplements()["selenium"].limits}
    assert limits["alert_limit"] == 255


def test_cite_prints_each_source_once():
    keys = ["Olsen_2002_minoxidil", "Olsen_2002_minoxidil", "no_such_key"]
    assert bibtex(keys).count("@") == 1
    assert len(references(keys)) == 1


def test_search_by_id_name_synonym_and_words():
    assert named("finasteride")[0].kind == "treatment"
    assert named("Propecia")[0].id == "finasteride"
    assert named("A072")[0].kind == "claim"
    assert {entry.id for entry in search("olsen 2002")} >= {"Olsen_2002_minoxidil"}
    assert search("zzzz nothing") == ()
    assert "finasteride" in nearest("finastride")
    # A single letter stands alone: vitamin D is not vitamin C.
    assert "vitamin_c" not in {entry.id for entry in search("vitamin d")}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_card_with_sources(kind: str):
    assert kind in CARDS
    entry = next(entry for entry in entries() if entry.kind == kind)
    shown = card(entry)
    assert shown.sections
    assert set(shown.sources) <= set(load_sources())


def test_every_treatment_and_cause_has_a_card():
    for entry in entries():
        if entry.kind in ("treatment", "cause"):
            assert card(entry).title


def test_no_evidence_shows_no_study_numbers():
    shown = card(Entry("treatment", "nin_peptides", "NIN peptides"))
    assert "Studies" not in [section.heading for section in shown.sections]


def test_census_adds_up():
    counted = census()
    assert sum(counted.study_split.values()) == counted.rows["studies"]
    assert sum(counted.endpoint_use.values()) == counted.rows["study numbers"]
    assert sum(counted.verified["facts"].values()) == counted.rows["facts"]
