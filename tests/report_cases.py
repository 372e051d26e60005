"""Five plans as the planner would hand them over: numbers are invented and hold for no one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from anagen.assess.records import (
    Assessment,
    CauseProbability,
    FindingWeight,
    Mixture,
    RedFlag,
    SuggestedTest,
)
from anagen.patients.record import (
    Complaint,
    Condition,
    Event,
    Lab,
    Measurements,
    Medicine,
    PatientRecord,
    Situation,
)
from anagen.plan.records import (
    Change,
    HarmRate,
    Option,
    Outcome,
    Plan,
    SafetyReason,
    SafetyVerdict,
)
from anagen.provenance import Stamp
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import ArmForecast, Forecast

STAMP = Stamp("0.1.0", "0123456789ab", "none: draws from the parameter table's priors", 7, 64)
WEEKS = np.arange(105, dtype=float)
DRAWS = 64
TIMES = (26.0, 52.0, 104.0)


def finding(ident: str, label: str, llr: float, state: str = "present") -> FindingWeight:
    return FindingWeight(ident, label, state, llr, llr - 0.5, llr + 0.5, "assumption", "assumed")


def cause(
    ident: str,
    label: str,
    probability: float,
    low: float,
    high: float,
    found_for: Sequence[FindingWeight] = (),
    found_against: Sequence[FindingWeight] = (),
    description: str = "",
    reversibility: str = "reversible",
) -> CauseProbability:
    return CauseProbability(
        ident,
        label,
        probability,
        low,
        high,
        tuple(found_for),
        tuple(found_against),
        description or f"{label} is one of the causes of hair loss.",
        reversibility,
        "assumption",
    )


def curve_draws(start: float, end: float, half_time: float, spread: float, seed: int) -> np.ndarray:
    """Draws that go from about `start` to about `end`. Shape: (draw, week)."""
    random = np.random.default_rng(seed)
    begin = start + random.normal(0, spread / 4, (DRAWS, 1))
    reach = random.normal(1.0, 0.35, (DRAWS, 1))
    course = 1 - np.exp(-np.log(2) * WEEKS / half_time)
    return np.clip(begin + (end - start) * reach * course, 0, None)


def stopped(values: np.ndarray, untreated: np.ndarray, stop_week: int) -> np.ndarray:
    """The plan until the stop, then back to the untreated course over half a year."""
    weight = np.clip((WEEKS - stop_week) / 26.0, 0, 1)
    return values * (1 - weight) + untreated * weight


def verdict(
    treatment: str,
    status: str = "allowed",
    reasons: Sequence[SafetyReason] = (),
    conditions: Sequence[str] = (),
    monitoring: Sequence[str] = (),
) -> SafetyVerdict:
    return SafetyVerdict(treatment, status, tuple(reasons), tuple(conditions), tuple(monitoring))


def reason(rule: str, effect: str, text: str, because: str) -> SafetyReason:
    return SafetyReason(rule, effect, text, because, "assumption", "assumed", "House rule")


class PlanMaker:
    """Builds a plan around an untreated course of one main observable."""

    def __init__(
        self,
        observable: str,
        untreated: np.ndarray,
        better: int,
        worse: int,
        shed: tuple[float, float],
    ) -> None:
        self.observable = observable
        self.base = untreated
        self.sign = -1.0 if observable == "salt" else 1.0
        self.shed = shed
        self.arms: dict[str, ArmForecast] = {}
        self.options: list[Option] = []
        arm = Arm("untreated", "No treatment")
        values = {observable: untreated, "daily_shed": curve_draws(shed[0], shed[1], 20, 20, 3)}
        self.arms["untreated"] = ArmForecast(arm, values)
        self.untreated = tuple(
            Outcome(
                "better", week, better, 100 - better - worse, worse, 0.0, 0.0, 0.0, better, better
            )
            for week in TIMES
        )
        self.untreated_better = better
        self.options.append(
            replace(
                silent_option("watchful_waiting", "Watchful waiting", "The untreated arm"),
                tier="forecast",
                arm="untreated",
                outcomes=self.untreated,
                burden="Nothing to take; a visit every few months",
                cost_class="low",
            )
        )

    def add(
        self,
        ident: str,
        label: str,
        treatments: tuple[str, ...],
        texts: tuple[str, ...],
        values: np.ndarray,
        people: Sequence[tuple[int, int, int]],
        *,
        tier: str = "forecast",
        status: str = "allowed",
        certainty: str = "moderate",
        verdicts: Sequence[SafetyVerdict] = (),
        harms: Sequence[HarmRate] = (),
        judge: float = 26,
        burden: str = "One tablet a day and two visits a year",
        cost: str = "low",
    ) -> None:
        regimens = tuple(
            Regimen(treatment, 1.0, "mg", 1.0, 0.0, None, text)
            for treatment, text in zip(treatments, texts, strict=True)
        )
        stop_regimens = tuple(
            Regimen(r.treatment, r.dose, r.unit, r.interval_days, 0.0, 52.0, r.text)
            for r in regimens
        )
        stop_id = f"{ident}_stop52"
        shed = curve_draws(self.shed[0], self.shed[1] * 0.8, 16, 20, len(ident))
        self.arms[ident] = ArmForecast(
            Arm(ident, label, regimens), {self.observable: values, "daily_shed": shed}
        )
        self.arms[stop_id] = ArmForecast(
            Arm(stop_id, f"{label}, stopped", stop_regimens),
            {self.observable: stopped(values, self.base, 52), "daily_shed": shed},
        )
        changes = []
        for week in TIMES:
            gap = values[:, int(week)] - self.base[:, int(week)]
            low90, low50, median, high50, high90 = np.quantile(gap, [0.05, 0.25, 0.5, 0.75, 0.95])
            changes.append(Change(self.observable, week, median, low90, high90, low50, high50))
        outcomes = tuple(
            Outcome(
                "better",
                week,
                *counts,
                counts[0] - self.untreated_better,
                counts[0] - self.untreated_better - 14,
                counts[0] - self.untreated_better + 12,
                max(counts[0] - 9, 0),
                min(counts[0] + 8, 100),
            )
            for week, counts in zip(TIMES, people, strict=True)
        )
        self.options.append(
            Option(
                id=ident,
                label=label,
                regimens=regimens,
                treatments=treatments,
                tier=tier,
                tier_basis="Fitted to controlled trials in people of the same sex and disease"
                if tier == "forecast"
                else "Small trials that disagree; the range includes no effect",
                status=status,
                verdicts=tuple(verdicts) or tuple(verdict(t) for t in treatments),
                indication="Studied in adults with this cause",
                arm=ident,
                stop_arm=stop_id,
                outcomes=outcomes,
                changes=tuple(changes),
                certainty=certainty,
                harms=tuple(harms),
                burden=burden,
                cost_class=cost,
                weeks_to_judge=judge,
                if_stopped="The gain is lost again within about a year",
                positives=("More hair than without treatment in most studies",),
                negatives=("Has to be taken for as long as the effect is wanted",),
                score=None,
                sources=("assumption",),
            )
        )

    def forecast(self, patient_id: str) -> Forecast:
        return Forecast(
            patient_id,
            STAMP.seed,
            WEEKS,
            self.arms,
            ("your age and sex", "how much hair you have now"),
            ("your genes", "how fast your body clears the medicine"),
        )


def silent_option(ident: str, label: str, text: str) -> Option:
    return Option(
        id=ident,
        label=label,
        regimens=(),
        treatments=(ident,),
        tier="no_evidence",
        tier_basis=text,
        status="allowed",
        verdicts=(),
        indication="",
        arm=None,
        stop_arm=None,
        outcomes=(),
        changes=(),
        certainty="none",
        harms=(),
        burden="",
        cost_class="high",
        weeks_to_judge=None,
        if_stopped="",
        positives=(),
        negatives=("Sold at a high price",),
        score=None,
        sources=("assumption",),
    )


def blocked_option(ident: str, label: str, why: SafetyReason) -> Option:
    return replace(
        silent_option(ident, label, "Fitted to controlled trials"),
        tier="forecast",
        status="blocked",
        verdicts=(verdict(ident, "blocked", (why,)),),
    )


def harm(treatment: str, event: str, treated: float, control: float | None) -> HarmRate:
    return HarmRate(
        treatment,
        event,
        treated,
        control,
        945,
        934 if control is not None else None,
        "12 months",
        "adults in trials",
        "assumption",
        "assumed",
    )


def assessment(
    patient_id: str,
    causes: Sequence[CauseProbability],
    *,
    flags: Sequence[RedFlag] = (),
    found: bool = True,
) -> Assessment:
    tests = (
        SuggestedTest(
            "ferritin",
            "Ferritin (iron store)",
            "Low iron stores can add to shedding and can be treated",
            0.31,
            tuple(c.cause for c in causes[:2]),
            "Reads too high during an infection",
            "assumption",
        ),
        SuggestedTest(
            "trichoscopy",
            "Trichoscopy of the thin area",
            "Shows whether the hair roots shrink, rest or are attacked",
            0.84,
            tuple(c.cause for c in causes[:3]),
            "",
            "assumption",
        ),
    )
    return Assessment(
        patient_id=patient_id,
        complaint_found=found,
        causes=tuple(causes),
        mixtures=tuple(Mixture((c.cause,), c.label, c.probability) for c in causes),
        red_flags=tuple(flags),
        tests=tests if found else (),
        unknown=("ferritin", "thyroid test (TSH)") if found else (),
        cannot_tell_apart=(
            "Early pattern hair loss and long-standing shedding look alike without trichoscopy",
        )
        if found and len(causes) > 1
        else (),
        read=("Pattern and course of the hair loss", "Findings of the examination"),
        limits=("The frequencies of findings come from clinics, not from the whole population",),
    )


def plan(patient_id: str, judged: Assessment, maker: PlanMaker | None, **rest) -> Plan:
    fields = {
        "patient_id": patient_id,
        "assessment": judged,
        "stopped_by": (),
        "options": tuple(maker.options) if maker else (),
        "blocked": (),
        "no_evidence": (),
        "forecast": maker.forecast(patient_id) if maker else None,
        "main_observable": maker.observable if maker else "",
        "main_outcome": "better means a change that a measurement can tell from chance",
        "order_basis": "most people better after one year first; safety comes before any order",
        "values": {"regrowth": 0.8, "few_side_effects": 0.6},
        "limits": ("The forecast has not been checked against this person's own visits",),
        "sources": ("assumption", "anagen_prototype"),
        "untreated": maker.untreated if maker else (),
        "real_change": None,
    }
    return Plan(**{**fields, **rest})


def severe_alopecia_areata() -> tuple[PatientRecord, Plan]:
    record = PatientRecord(
        id="severe-alopecia-areata-woman-34",
        age_years=34,
        sex="female",
        complaint=Complaint(
            duration_weeks=95, onset="sudden", pattern=("patchy", "diffuse"), episode_number=2
        ),
        measurements=Measurements(salt=72, pull_test_hairs=9),
        findings={"exclamation_mark_hairs": "present", "scarring": "absent"},
        conditions=(Condition(id="atopic_dermatitis", status="current"),),
        family_history=("hypothyroidism",),
        labs=(
            Lab(
                test="ferritin",
                value=18,
                unit="ug/L",
                weeks_ago=6,
                reference_low=15,
                reference_high=150,
            ),
        ),
        situation=Situation(reproductive_status="premenopausal", contraception="reliable"),
    )
    causes = (
        cause(
            "alopecia_areata_patchy",
            "Alopecia areata, patchy",
            0.93,
            0.86,
            0.97,
            (
                finding("exclamation_mark_hairs", "Exclamation-mark hairs", 3.1),
                finding("onset_sudden", "Sudden onset", 1.2),
            ),
            (finding("nail_pitting", "Nail pitting", -0.4, "absent"),),
            "The body's defence attacks the hair roots. The roots stay alive.",
        ),
        cause("iron_deficiency", "Iron deficiency", 0.28, 0.12, 0.51),
        cause("telogen_effluvium_chronic", "Telogen effluvium, chronic", 0.11, 0.04, 0.22),
        cause("trichotillomania", "Hair pulling (trichotillomania)", 0.02, 0.0, 0.05),
        cause("tinea_capitis", "Ringworm of the scalp", 0.004, 0.001, 0.02),
    )
    flag = RedFlag(
        "thyroid_cluster",
        "signs that the thyroid should be checked",
        "Other autoimmune diseases are more frequent with alopecia areata",
        "ask for a thyroid blood test",
        "within weeks",
        False,
        "assumption",
        "assumed",
    )
    untreated = curve_draws(72, 68, 60, 12, 1)
    maker = PlanMaker("salt", untreated, better=9, worse=21, shed=(80, 70))
    maker.add(
        "baricitinib_4mg",
        "Baricitinib 4 mg daily",
        ("baricitinib",),
        ("Baricitinib 4 mg by mouth once daily",),
        curve_draws(72, 34, 28, 16, 2),
        ((31, 57, 12), (48, 43, 9), (55, 36, 9)),
        status="conditions",
        certainty="high",
        verdicts=(
            verdict(
                "baricitinib",
                "conditions",
                (
                    reason(
                        "jak_screen",
                        "condition",
                        "Tests before the first tablet",
                        "JAK inhibitors can wake a sleeping infection",
                    ),
                ),
                ("test for tuberculosis and hepatitis", "a reliable way not to become pregnant"),
                ("blood count, liver and fats after 4 and 12 weeks",),
            ),
        ),
        harms=(
            harm("baricitinib", "upper airway infection", 7.3, 6.1),
            harm("baricitinib", "acne", 5.6, 1.8),
            harm("baricitinib", "raised creatine kinase", 4.5, 1.4),
            harm("baricitinib", "shingles", 0.9, 0.4),
        ),
        judge=36,
        burden="One tablet a day, blood tests every three months",
        cost="very high",
    )
    maker.add(
        "clobetasol_topical",
        "Clobetasol foam twice daily, with a long name that has to wrap on a phone",
        ("clobetasol_topical",),
        ("Clobetasol 0.05 % on the patches twice daily",),
        curve_draws(72, 58, 30, 20, 5),
        ((14, 68, 18), (18, 63, 19), (19, 61, 20)),
        tier="plausible",
        certainty="low",
        harms=(harm("clobetasol_topical", "folliculitis", 10.0, None),),
        judge=12,
        burden="Foam twice a day",
    )
    maker.add(
        "minoxidil_topical",
        "Minoxidil 5 % foam daily",
        ("minoxidil_topical",),
        ("Minoxidil 5 % foam once daily",),
        curve_draws(72, 65, 30, 22, 6),
        ((10, 70, 20), (12, 67, 21), (12, 66, 22)),
        tier="plausible",
        certainty="very low",
    )
    made = plan(
        record.id,
        assessment(record.id, causes, flags=(flag,)),
        maker,
        real_change=11.0,
        blocked=(
            blocked_option(
                "finasteride",
                "Finasteride 1 mg daily",
                reason(
                    "pregnancy_possible",
                    "block",
                    "Not for women who could become pregnant",
                    "It can harm the sex organs of a male baby",
                ),
            ),
        ),
        no_evidence=(
            silent_option("nin_peptides", "NIN peptides", "No published study was found"),
            silent_option("exosomes", "Exosomes", "No controlled study was found"),
        ),
    )
    return record, made


def male_pattern() -> tuple[PatientRecord, Plan]:
    record = PatientRecord(
        id="male-pattern-vertex-29",
        age_years=29,
        sex="male",
        complaint=Complaint(duration_weeks=208, onset="gradual", pattern=("vertex", "bitemporal")),
        measurements=Measurements(norwood="III vertex", terminal_density_per_cm2=128),
        findings={"miniaturized_hairs": "present"},
        medicines=(Medicine(name="Biotin", dose="5 mg daily", supplement=True),),
        family_history=("male_pattern_hair_loss",),
        situation=Situation(suicidal_thoughts=False),
    )
    causes = (
        cause("male_pattern_hair_loss", "Male pattern hair loss", 0.97, 0.93, 0.99),
        cause("telogen_effluvium_acute", "Telogen effluvium, acute", 0.06, 0.02, 0.15),
    )
    untreated = curve_draws(128, 112, 70, 20, 11)
    maker = PlanMaker("terminal_density", untreated, better=4, worse=55, shed=(70, 75))
    maker.add(
        "finasteride",
        "Finasteride 1 mg daily",
        ("finasteride",),
        ("Finasteride 1 mg by mouth once daily",),
        curve_draws(128, 142, 30, 20, 12),
        ((30, 62, 8), (48, 46, 6), (50, 42, 8)),
        certainty="high",
        harms=(
            harm("finasteride", "decreased libido", 1.8, 1.3),
            harm("finasteride", "erectile dysfunction", 1.3, 0.7),
        ),
    )
    maker.add(
        "minoxidil_topical",
        "Minoxidil 5 % twice daily",
        ("minoxidil_topical",),
        ("Minoxidil 5 % solution twice daily",),
        curve_draws(128, 139, 16, 20, 13),
        ((38, 52, 10), (40, 48, 12), (37, 45, 18)),
        harms=(harm("minoxidil_topical", "itching of the scalp", 6.0, 4.0),),
        judge=16,
    )
    maker.add(
        "finasteride_minoxidil",
        "Finasteride 1 mg + minoxidil 5 %",
        ("finasteride", "minoxidil_topical"),
        ("Finasteride 1 mg by mouth once daily", "Minoxidil 5 % solution twice daily"),
        curve_draws(128, 150, 24, 20, 14),
        ((52, 43, 5), (63, 33, 4), (65, 30, 5)),
        harms=(
            harm("finasteride", "decreased libido", 1.8, 1.3),
            harm("minoxidil_topical", "itching of the scalp", 6.0, 4.0),
        ),
    )
    return record, plan(record.id, assessment(record.id, causes), maker, real_change=14.0)


def telogen_effluvium() -> tuple[PatientRecord, Plan]:
    record = PatientRecord(
        id="telogen-effluvium-after-fever-41",
        age_years=41,
        sex="female",
        complaint=Complaint(duration_weeks=8, onset="sudden", pattern=("diffuse",)),
        measurements=Measurements(hairs_shed_per_day=320),
        events=(Event(kind="fever", weeks_ago=18, note="influenza, 39.5 °C"),),
        labs=(Lab(test="ferritin", value=11, unit="ug/L"), Lab(test="tsh", text="normal")),
        situation=Situation(reproductive_status="perimenopausal", pregnancy_planned=False),
    )
    causes = (
        cause("telogen_effluvium_acute", "Telogen effluvium, acute", 0.88, 0.77, 0.95),
        cause("iron_deficiency", "Iron deficiency", 0.74, 0.58, 0.86),
        cause("female_pattern_hair_loss", "Female pattern hair loss", 0.21, 0.1, 0.38),
    )
    untreated = curve_draws(190, 214, 26, 24, 21)
    maker = PlanMaker("total_density", untreated, better=71, worse=6, shed=(320, 70))
    maker.add(
        "iron",
        "Iron by mouth, every other day",
        ("iron",),
        ("Ferrous sulfate 65 mg iron every other day",),
        curve_draws(190, 220, 24, 24, 22),
        ((60, 34, 6), (78, 18, 4), (80, 16, 4)),
        tier="plausible",
        certainty="low",
        harms=(harm("iron", "constipation or dark stools", 22.0, 9.0),),
    )
    return record, plan(record.id, assessment(record.id, causes), maker)


def scarring_stop() -> tuple[PatientRecord, Plan]:
    record = PatientRecord(
        id="scarring-frontal-63",
        age_years=63,
        sex="female",
        complaint=Complaint(duration_weeks=150, onset="gradual", pattern=("frontal_hairline",)),
        findings={"loss_of_follicular_openings": "present"},
        situation=Situation(reproductive_status="postmenopausal"),
    )
    flag = RedFlag(
        "scarring",
        "signs of scarring hair loss",
        "Roots that are scarred over do not come back, and each month can cost more of them",
        "see a dermatologist who can take a biopsy",
        "urgent",
        True,
        "assumption",
        "assumed",
    )
    causes = (
        cause(
            "frontal_fibrosing_alopecia",
            "Frontal fibrosing alopecia",
            0.81,
            0.66,
            0.9,
            reversibility="irreversible",
        ),
        cause("lichen_planopilaris", "Lichen planopilaris", 0.14, 0.06, 0.27),
    )
    return record, plan(
        record.id,
        assessment(record.id, causes, flags=(flag,)),
        None,
        stopped_by=("Signs of scarring hair loss",),
    )


def no_complaint() -> tuple[PatientRecord, Plan]:
    record = PatientRecord(id="no-complaint", age_years=50, sex="male")
    return record, plan(record.id, assessment(record.id, (), found=False), None)


CASES = {
    "severe_alopecia_areata": severe_alopecia_areata,
    "male_pattern": male_pattern,
    "telogen_effluvium": telogen_effluvium,
    "scarring_stop": scarring_stop,
    "no_complaint": no_complaint,
}
