"""The mean-field core as SBML (Level 3 Version 2), for other simulators to run and to check ours.

The equations are those of `model/immune`, `hair_cycle` and `miniaturization` in continuous time.
Follicles are species moved by reactions; the immune state follows rate rules; what is taken enters
as piecewise constant input of whole weeks. Needs python-libsbml (extra `sbml`).
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import load_parameters
from anagen.errors import AnagenError
from anagen.interop.sbml_core import SHARES_PER_DAY, Core, rows_of
from anagen.model.drivers import DRIVERS
from anagen.provenance import data_hash
from anagen.simulate.advance import DAYS_PER_WEEK

FloatArray = NDArray[np.float64]

LIMITS = (
    "Not medical advice. A structured summary of published trials as one set of equations.",
    "One cell of the scalp (a patch in alopecia areata, the target area in pattern loss) of one "
    "virtual twin; effector cells of the rest of the scalp enter as input, from our own run.",
    "Not exported: other twins and what is unknown of the parameters, single follicles and chance, "
    "the map of the scalp, disease activity that wanders, new patches, readings and their error.",
    "Anagen itself takes steps of one day with input of that day; this model is in continuous time "
    "with input as means of whole weeks. Drug levels, doses missed, hormones and nutrients are "
    "computed outside and enter through the inputs.",
    "A twin that lingers between bald and regrown answers to small changes: among eight twins the "
    "daily step moved up to 1.6 % of the follicles of one, input held over a week up to 16 %.",
    "After the last week of the plan the inputs stay as they were in that week.",
)
# Element -> what it is in a public vocabulary.
TERMS = {
    "effector": "https://identifiers.org/CL:0000625",
    "interferon_gamma": "https://identifiers.org/uniprot:P01579",
    "interleukin_15": "https://identifiers.org/uniprot:P40933",
    "scalp_dht_ratio": "https://identifiers.org/CHEBI:16330",
    "cell": "https://identifiers.org/UBERON:0002073",
}
IMMUNE_MEANING = {
    "effector": "effector CD8+NKG2D+ T cells, of order 1 in an active lesion",
    "privilege": "immune privilege, 1 intact, 0 collapsed",
    "regulation": "regulatory tone",
    "memory": "resident memory, 0 to 1",
}
SHOWN = ("anagen", "catagen", "telogen", "dystrophic")
GROWING = ("new_anagen", "anagen")


def to_sbml(core: Core) -> str:
    """The SBML document. Raises AnagenError when libSBML is missing or finds an error."""
    libsbml = _library()
    writer = _Writer(libsbml, core)
    text = writer.write()
    found = problems(text)
    if found:
        raise AnagenError("the SBML document is not valid: " + "; ".join(found))
    return text


def problems(text: str) -> list[str]:
    """Errors and warnings of libSBML's consistency checks, units included; empty when valid."""
    document = _library().readSBMLFromString(text)
    document.checkConsistency()
    return [
        f"line {error.getLine()}: {error.getMessage().strip()}"
        for error in (document.getError(i) for i in range(document.getNumErrors()))
    ]


def _library() -> Any:
    try:
        import libsbml
    except ImportError as error:
        raise AnagenError(
            'writing SBML needs libSBML: pip install "anagen[sbml]" (or python-libsbml)'
        ) from error
    return libsbml


def species_id(phase: str, size: int, stage: int) -> str:
    """Id of the follicles of one stage; sizes and stages count from 1."""
    return f"{phase}_{stage + 1}_size_{size + 1}"


class _Writer:
    """Holds the document under construction; each method writes one part of the model."""

    def __init__(self, libsbml: Any, core: Core) -> None:
        self.core = core
        self.libsbml = libsbml
        self.document = libsbml.SBMLDocument(3, 2)
        self.model = self.document.createModel()
        self.immune = "autoimmune" in core.mechanisms
        self.pattern = core.follicles.shape[0] > 1

    def write(self) -> str:
        self._frame()
        self._inputs()
        self._parameters()
        if self.immune:
            self._immune_layer()
        if self.pattern:
            self._androgens()
        self._stays()
        self._follicles()
        self._cycle()
        if self.immune:
            self._attack()
        self._impulses()
        if self.pattern:
            self._caliber()
        self._losses()
        self._observed()
        return str(self.libsbml.writeSBMLToString(self.document))

    # The frame: units, compartment, notes.

    def _frame(self) -> None:
        core, model = self.core, self.model
        model.setId("anagen_core")
        model.setMetaId("anagen_core")
        model.setName(f"Hair of one scalp cell: {core.patient_id}, {core.label}")
        for name, exponent in (("day", 1), ("per_day", -1)):
            definition = model.createUnitDefinition()
            definition.setId(name)
            unit = definition.createUnit()
            unit.setKind(self.libsbml.UNIT_KIND_SECOND)
            unit.setExponent(exponent)
            unit.setScale(0)
            unit.setMultiplier(86400.0)
        model.setTimeUnits("day")
        for setter in (model.setSubstanceUnits, model.setExtentUnits, model.setVolumeUnits):
            setter("dimensionless")
        compartment = model.createCompartment()
        compartment.setId("cell")
        compartment.setName("one cell of the scalp")
        compartment.setSize(1.0)
        compartment.setSpatialDimensions(3)
        compartment.setUnits("dimensionless")
        compartment.setConstant(True)
        self._annotate(compartment, "cell")
        model.setNotes(self._notes())

    def _notes(self) -> str:
        core = self.core
        table = load_parameters()
        lines = [
            f"<p>Mean-field core of Anagen, data {data_hash()}. {escape(core.origin)}. "
            f"Mechanisms: {escape(', '.join(core.mechanisms) or 'none')}. "
            f"Plan: {escape(core.label)}.</p>",
            "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in LIMITS) + "</ul>",
            "<table><tr><th>parameter</th><th>row</th><th>central value</th><th>unit</th>"
            "<th>source</th><th>locator</th><th>known</th></tr>",
        ]
        for name in core.parameters:
            for row in rows_of(name):
                p = table[row]
                cells = (name, row, f"{p.value:g}", p.unit, p.source, p.locator, p.verified)
                lines.append(
                    "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"
                )
        lines.append("</table>")
        return f'<body xmlns="http://www.w3.org/1999/xhtml">{"".join(lines)}</body>'

    def _annotate(self, element: Any, name: str) -> None:
        if name not in TERMS:
            return
        element.setMetaId(f"meta_{name}")
        term = self.libsbml.CVTerm(self.libsbml.BIOLOGICAL_QUALIFIER)
        term.setBiologicalQualifierType(
            self.libsbml.BQB_OCCURS_IN if name == "cell" else self.libsbml.BQB_IS_VERSION_OF
        )
        term.addResource(TERMS[name])
        element.addCVTerm(term)

    # Small pieces.

    def _constant(self, name: str, value: float, unit: str, meaning: str = "") -> None:
        parameter = self.model.createParameter()
        parameter.setId(name)
        parameter.setValue(float(value))
        parameter.setUnits(unit)
        parameter.setConstant(True)
        if meaning:
            parameter.setName(meaning)
        self._annotate(parameter, name)

    def _assigned(self, name: str, formula: str, unit: str, meaning: str = "") -> None:
        parameter = self.model.createParameter()
        parameter.setId(name)
        parameter.setUnits(unit)
        parameter.setConstant(False)
        if meaning:
            parameter.setName(meaning)
        self._annotate(parameter, name)
        rule = self.model.createAssignmentRule()
        rule.setVariable(name)
        rule.setMath(self._math(formula))

    def _state(self, name: str, start: float, formula: str, meaning: str) -> None:
        parameter = self.model.createParameter()
        parameter.setId(name)
        parameter.setValue(start)
        parameter.setUnits("dimensionless")
        parameter.setConstant(False)
        parameter.setName(meaning)
        self._annotate(parameter, name)
        rule = self.model.createRateRule()
        rule.setVariable(name)
        rule.setMath(self._math(formula))

    def _math(self, formula: str) -> Any:
        tree = self.libsbml.parseL3Formula(formula)
        if tree is None:
            raise AnagenError(f"SBML formula: {self.libsbml.getLastParseL3Error()}")
        _declare_units(tree)
        return tree

    def _move(self, name: str, source: str, target: str | None, rate: str) -> None:
        """Follicles from one stage to another (or away) at `rate` (1/day) times what is there."""
        reaction = self.model.createReaction()
        reaction.setId(name)
        reaction.setReversible(False)
        reactant = reaction.createReactant()
        reactant.setSpecies(source)
        reactant.setStoichiometry(1.0)
        reactant.setConstant(True)
        if target is not None:
            product = reaction.createProduct()
            product.setSpecies(target)
            product.setStoichiometry(1.0)
            product.setConstant(True)
        # A rate may read quantities that are neither made nor used up.
        reaction.createKineticLaw().setMath(self._math(f"({rate}) * {source}"))

    # Inputs and parameters.

    def _inputs(self) -> None:
        for name, course in self.core.drivers.items():
            unit = "per_day" if name in SHARES_PER_DAY or name == "thickening" else "dimensionless"
            meaning = f"input: {DRIVERS[name].meaning}"
            if course.size == 1:
                self._constant(name, float(course[0]), unit, meaning)
            else:
                self._assigned(name, _piecewise(course, unit, self.core.input_days), unit, meaning)

    def _parameters(self) -> None:
        core, table = self.core, load_parameters()
        for name, value in core.parameters.items():
            rows = rows_of(name)
            meaning = table[rows[0]].meaning if rows else ""
            self._constant(name, value, _unit_of(name), meaning)
        self._constant("sensitivity", core.sensitivity, "dimensionless", "androgen sensitivity")
        self._constant("scarred", core.scarred, "dimensionless", "1 where skin scars")

    # The immune layer.

    def _immune_layer(self) -> None:
        core = self.core
        self._constant(
            "cell_log_susceptibility", core.log_susceptibility, "dimensionless",
            "what this cell adds to the person's susceptibility",
        )  # fmt: skip
        self._constant(
            "healthy_growing", core.healthy_growing, "dimensionless",
            "share of follicles that grow in healthy skin",
        )  # fmt: skip
        self._assigned(
            "pool", _piecewise(core.pool, "dimensionless", DAYS_PER_WEEK), "dimensionless",
            "input: effector cells of the whole scalp",
        )  # fmt: skip
        self._assigned(
            "interferon_gamma", "effector * (1 - jak1_2_block)", "dimensionless",
            "interferon-gamma signal G",
        )  # fmt: skip
        self._assigned(
            "interleukin_15", "(1 - jak1_3_block) * (1 - privilege)", "dimensionless",
            "interleukin-15 signal I",
        )  # fmt: skip
        growing = " + ".join(self._species(GROWING))
        self._assigned(
            "antigen",
            f"antigen_floor + (1 - antigen_floor) * min(1, ({growing}) / healthy_growing)",
            "dimensionless",
            "antigen shown by growing hairs H",
        )
        self._assigned(
            "recruited",
            "recruitment * exp(log_susceptibility + cell_log_susceptibility) * interleukin_15 "
            "* antigen / (1 + regulation * exp(regulatory_tone_log) / regulation_half)",
            "per_day",
            "effector cells recruited",
        )
        rates = {
            "effector": "effector_leak + memory_reactivation * memory * (1 - jak1_3_block) "
            "+ recruited + effector_mixing * (pool - effector) - effector_loss * effector "
            "* (1 + glucocorticoid_effector_loss * glucocorticoid)",
            "privilege": "(1 / (1 + (interferon_gamma / (privilege_half * exp(privilege_guard)))^4)"
            " - privilege) / privilege_days",
            "regulation": "regulation_induction * effector "
            "+ sensitizer_regulation * antigenic_competition - regulation_loss * regulation",
            "memory": "memory_formation * effector * (1 - memory) - memory_loss * memory",
        }
        for name, rate in rates.items():
            self._state(name, core.immune[name], rate, IMMUNE_MEANING[name])
        self._assigned(
            "attack", "attack_rate * effector * (1 - privilege)", "per_day",
            "hazard of attack on growing hairs",
        )  # fmt: skip
        self._assigned(
            "reentry", "1 / (1 + (interferon_gamma / regrowth_arrest_half)^2)", "dimensionless",
            "what interferon-gamma leaves of the return to growth",
        )  # fmt: skip

    # Androgens.

    def _androgens(self) -> None:
        self._assigned(
            "drive",
            "sensitivity * androgen_gain * ((1 - androgen_independent_share) "
            "* scalp_dht_ratio^dht_exponent * (1 - androgen_receptor_block) "
            "+ androgen_independent_share) * exp(androgen_drive_log)",
            "dimensionless",
            "androgen drive a",
        )
        self._assigned("smaller_next", "min(1, step_down * drive)", "dimensionless")
        self._assigned(
            "larger_next",
            "min(1 - smaller_next, step_up * max(0, 1 - drive) * exp(size_step_up_log))",
            "dimensionless",
        )
        self._assigned(
            "smallest_dies",
            "min(1 - larger_next, min(1, smallest_class_death * drive))",
            "dimensionless",
        )
        self._assigned(
            "thicker", "caliber_gain * max(0, 1 - drive) + thickening", "per_day",
            "growing hairs that become thicker",
        )  # fmt: skip
        self._assigned(
            "thinner", "caliber_loss * drive", "per_day", "growing hairs that become thinner"
        )

    # How long follicles stay.

    def _stays(self) -> None:
        core = self.core
        self._assigned(
            "inflamed", "perifollicular_inflammation * (1 - inflammation_relief)", "dimensionless"
        )
        slowed = " * reentry" if self.immune else ""
        self._assigned(
            "to_growth",
            f"exp(latency_exit_log - inflammation_latency * inflamed){slowed}",
            "dimensionless",
            "speed of the return to growth",
        )
        shorter = " * (1 - anagen_shortening)^drive" if self.pattern else ""
        self._assigned(
            "mean_anagen",
            "anagen_days * exp(anagen_log + season_log - inflammation_anagen * inflamed)" + shorter,
            "day",
        )
        count = {phase: span.stop - span.start for phase, span in core.phases.items()}
        self._assigned("leave_new_anagen", f"{count['new_anagen']} / new_anagen_days", "per_day")
        self._assigned("leave_catagen", f"{count['catagen']} / catagen_days", "per_day")
        self._assigned(
            "leave_telogen",
            f"{count['telogen']} * exp(telogen_exit_log) / telogen_days",
            "per_day",
        )
        for size, factor in enumerate(core.size_factor):
            self._assigned(
                f"leave_anagen_size_{size + 1}",
                f"{count['anagen']} / (mean_anagen * {float(factor)!r})",
                "per_day",
            )
            longer = ""
            if self.pattern:
                thin = 1.0 - float(core.relative_diameter[size])
                longer = f" * (1 + latency_lengthening * drive * (latency_offset + {thin!r}))"
            self._assigned(
                f"leave_latency_size_{size + 1}",
                f"{count['latency']} * to_growth / (latency_days{longer})",
                "per_day",
            )

    # Follicles and what moves them.

    def _species(self, phases: tuple[str, ...], sizes: int | None = None) -> list[str]:
        spans = self.core.phases
        return [
            species_id(phase, size, stage)
            for size in range(self.core.follicles.shape[0] if sizes is None else sizes)
            for phase in phases
            for stage in range(spans[phase].stop - spans[phase].start)
        ]

    def _create(self, name: str, amount: float, meaning: str) -> None:
        species = self.model.createSpecies()
        species.setId(name)
        species.setName(meaning)
        species.setCompartment("cell")
        species.setInitialAmount(amount)
        species.setHasOnlySubstanceUnits(True)
        species.setSubstanceUnits("dimensionless")
        species.setBoundaryCondition(False)
        species.setConstant(False)

    def _follicles(self) -> None:
        core = self.core
        for size in range(core.follicles.shape[0]):
            for phase, span in core.phases.items():
                for stage in range(span.stop - span.start):
                    self._create(
                        species_id(phase, size, stage),
                        float(core.follicles[size, span.start + stage]),
                        f"share of follicles: {phase.replace('_', ' ')}, stage {stage + 1}, "
                        f"size class {size + 1}",
                    )
        self._create("lost", core.deleted, "share of follicles gone for good")

    def _cycle(self) -> None:
        phases = ("new_anagen", "anagen", "catagen", "telogen", "latency")
        spans = self.core.phases
        for size in range(self.core.follicles.shape[0]):
            for i, phase in enumerate(phases):
                count = spans[phase].stop - spans[phase].start
                sized = phase in ("anagen", "latency")
                rate = f"leave_{phase}_size_{size + 1}" if sized else f"leave_{phase}"
                for stage in range(count):
                    here = species_id(phase, size, stage)
                    if stage < count - 1:
                        self._move(f"on_{here}", here, species_id(phase, size, stage + 1), rate)
                    elif phase != "latency":
                        self._move(f"on_{here}", here, species_id(phases[i + 1], size, 0), rate)
                    else:
                        self._start_growing(here, size, rate)
            dystrophic, dormant = (species_id(name, size, 0) for name in ("dystrophic", "dormant"))
            self._move(f"fall_{dystrophic}", dystrophic, dormant, "1 / dystrophic_days")
            self._start_growing(dormant, size, "regrowth_rate * to_growth")

    def _start_growing(self, here: str, size: int, rate: str) -> None:
        """The size of the next hair is settled when it starts to grow."""
        last = self.core.follicles.shape[0] - 1
        stay = ["1"]
        if self.pattern and size > 0:
            stay.append("larger_next")
            self._move(
                f"larger_{here}", here, species_id("new_anagen", size - 1, 0),
                f"{rate} * larger_next",
            )  # fmt: skip
        if self.pattern and size < last:
            stay.append("smaller_next")
            self._move(
                f"smaller_{here}", here, species_id("new_anagen", size + 1, 0),
                f"{rate} * smaller_next",
            )  # fmt: skip
        elif self.pattern:
            stay.append("smallest_dies")
            self._move(f"die_{here}", here, "lost", f"{rate} * smallest_dies")
        self._move(
            f"grow_{here}",
            here,
            species_id("new_anagen", size, 0),
            f"{rate} * ({' - '.join(stay)})",
        )

    def _attack(self) -> None:
        for size in range(self.core.follicles.shape[0]):
            dormant = species_id("dormant", size, 0)
            for here in self._of("new_anagen", size):
                self._move(f"attack_{here}", here, dormant, "attack")
            for here in self._of("anagen", size):
                self._move(
                    f"attack_{here}", here, species_id("dystrophic", size, 0),
                    "attack * (1 - attack_catagen_share)",
                )  # fmt: skip
                self._move(
                    f"early_{here}", here, species_id("catagen", size, 0),
                    "attack * attack_catagen_share",
                )  # fmt: skip

    def _of(self, phase: str, size: int) -> list[str]:
        span = self.core.phases[phase]
        return [species_id(phase, size, stage) for stage in range(span.stop - span.start)]

    def _acts(self, name: str) -> bool:
        return bool(np.any(self.core.drivers[name] != DRIVERS[name].neutral))

    def _impulses(self) -> None:
        for size in range(self.core.follicles.shape[0]):
            empty = species_id("latency", size, 0)
            for here in self._of("anagen", size):
                if self._acts("anagen_release"):
                    catagen = species_id("catagen", size, 0)
                    self._move(f"release_{here}", here, catagen, "anagen_release")
                if self._acts("anagen_destruction"):
                    self._move(f"break_{here}", here, empty, "anagen_destruction")
            if self._acts("anagen_destruction"):
                for here in self._of("new_anagen", size):
                    self._move(f"break_{here}", here, empty, "anagen_destruction")

    def _caliber(self) -> None:
        last = self.core.follicles.shape[0] - 1
        for size in range(last + 1):
            for stage, here in enumerate(self._of("anagen", size)):
                if size > 0:
                    thick = species_id("anagen", size - 1, stage)
                    self._move(f"thicken_{here}", here, thick, "thicker")
                if size < last:
                    thin = species_id("anagen", size + 1, stage)
                    self._move(f"thin_{here}", here, thin, "thinner")

    def _losses(self) -> None:
        if not (self.core.scarred > 0.0 or self._acts("follicle_loss")):
            return
        self._assigned(
            "scarring",
            "scarred * scarring_rate * exp(-scarring_glucocorticoid * glucocorticoid) "
            "+ follicle_loss",
            "per_day",
            "follicles gone for good",
        )
        for here in self._species(tuple(self.core.phases)):
            self._move(f"lose_{here}", here, "lost", "scarring")

    # What is seen.

    def _observed(self) -> None:
        terminal = self.core.terminal_sizes
        for name, species, meaning in (
            ("visible_terminal", self._species(SHOWN, terminal), "visible terminal hair"),
            ("visible_total", self._species(SHOWN), "visible hair"),
            ("visible_telogen", self._species(("telogen",)), "hair in telogen"),
        ):
            self._assigned(
                name, " + ".join(species), "dimensionless", f"{meaning}, share of follicles"
            )


def _declare_units(tree: Any) -> None:
    """Numbers without a unit are pure numbers; said so, units can be checked throughout."""
    if tree.isNumber() and not tree.isSetUnits():
        tree.setUnits("dimensionless")
    for i in range(tree.getNumChildren()):
        _declare_units(tree.getChild(i))


def _piecewise(course: FloatArray, unit: str, days: int) -> str:
    """Values held for `days` each as one expression of time; equal neighbors are written once."""
    parts = []
    for i, value in enumerate(course):
        if i + 1 == course.size:
            parts.append(_number(value, unit))
        elif course[i + 1] != value:
            parts.append(f"{_number(value, unit)}, time < {days * (i + 1)} day")
    return f"piecewise({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _number(value: float, unit: str) -> str:
    return f"{float(value)!r} {unit}"


def _unit_of(name: str) -> str:
    row = rows_of(name)
    unit = load_parameters()[row[0]].unit if row else "1"
    if name in ("recruitment", "effector_leak", "memory_reactivation"):
        return "per_day"
    return {"d": "day", "1/d": "per_day"}.get(unit, "dimensionless")
