"""Virtual twins of one person: lanes that agree with what is known and differ in what is not.

Each draw samples which mechanisms act, every uncertain parameter and every unmeasured trait, and
starts in a state that fits the person: pattern loss is run from a full scalp until the target area
is as thin as theirs; an episode of alopecia areata is run up to today and kept by how well it meets
their SALT. Draws with the same mechanisms share one array (a group).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from anagen.catalog.parameters import value
from anagen.model.hair_cycle import Layout, steady_state
from anagen.model.scalp import REGIONS
from anagen.model.scalp_day import CELL, CELL_INDEX, IMMUNE, PERSON, PERSON_INDEX
from anagen.rng import generator
from anagen.simulate.parameter_draws import from_normal, sample, sample_trait
from anagen.simulate.person import Person

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# What a person's place in the range of a stage is keyed by, and the scores that are weighed where
# hairs were counted.
STAGE = "stage within its range"
WIDEST_SCORE, SCORES = 3.0, 61
TINY = 1e-300
MECHANISMS = ("autoimmune", "androgenetic", "effluvium", "scarring", "inflammation")

# Ancestries whose density was measured beside the European one that the base rows stand for.
DENSITY_BY_ANCESTRY = ("african", "asian")

# Person parameters that the twin works out; each of the others is one row of the parameter table.
_WORKED_OUT = (
    "regrowth_rate",
    "androgen_gain",
    "androgen_independent_share",
    "log_susceptibility",
    "effector_leak",
    "recruitment",
    "memory_reactivation",
    *MECHANISMS,
)
_DIRECT = tuple(name for name in PERSON if name not in _WORKED_OUT)


@dataclass(slots=True)
class Group:
    """Twins with the same mechanisms, state and all. The last axis of every array is the lane.

    `draws` (lane,) are the draw numbers; `person` (parameter, lane); `cells` (quantity, cell,
    lane); `follicles` (cell, size, stage, lane) shares of each cell's own follicles; `immune`
    (quantity, cell, lane); `deleted` (cell, lane); `density` (lane,) follicles per cm2 of the
    target area before any loss; `head` (lane,) follicles of the whole scalp; `usual_shed` (lane,)
    hairs a day the whole scalp sheds when nothing is wrong; `target` (cell, lane) weights of the
    target area; `full_visible` and `full_mass` (lane,) what a full scalp shows;
    `salt_reference` (cell, lane) the visible terminal hair that counts as SALT 0; `release_scale`
    (lane,) how much stronger than drawn the releases are that fit the shedding as counted;
    `without_areata` the same twins without the attack, when more than the attack is at work.
    """

    mechanisms: frozenset[str]
    draws: IntArray
    layout: Layout
    diameters: FloatArray
    terminal_sizes: int
    mass: FloatArray
    size_factor: FloatArray
    person: FloatArray
    cells: FloatArray
    follicles: FloatArray
    immune: FloatArray
    deleted: FloatArray
    density: FloatArray
    head: FloatArray
    usual_shed: FloatArray
    target: FloatArray
    full_visible: FloatArray
    full_mass: FloatArray
    salt_reference: FloatArray
    activity_sd: FloatArray
    activity_days: FloatArray
    activity: FloatArray
    new_patch_rate: FloatArray
    patch_cells: int
    last_fallen: FloatArray | None = None
    hidden: NDArray[np.bool_] | None = None
    release_scale: FloatArray | None = None
    without_areata: Group | None = None

    def take(self, lanes: IntArray, draws: IntArray) -> Group:
        """The same group with other lanes (repeats allowed), numbered `draws`."""

        def pick(array: FloatArray) -> FloatArray:
            return np.ascontiguousarray(array[..., lanes])

        return Group(
            mechanisms=self.mechanisms,
            draws=draws,
            layout=self.layout,
            diameters=self.diameters,
            terminal_sizes=self.terminal_sizes,
            mass=self.mass,
            size_factor=pick(self.size_factor),
            person=pick(self.person),
            cells=pick(self.cells),
            follicles=pick(self.follicles),
            immune=pick(self.immune),
            deleted=pick(self.deleted),
            density=pick(self.density),
            head=pick(self.head),
            usual_shed=pick(self.usual_shed),
            target=pick(self.target),
            full_visible=pick(self.full_visible),
            full_mass=pick(self.full_mass),
            salt_reference=pick(self.salt_reference),
            activity_sd=pick(self.activity_sd),
            activity_days=pick(self.activity_days),
            activity=pick(self.activity),
            new_patch_rate=pick(self.new_patch_rate),
            patch_cells=self.patch_cells,
            last_fallen=None if self.last_fallen is None else pick(self.last_fallen),
            hidden=None if self.hidden is None else self.hidden[lanes],
            release_scale=None if self.release_scale is None else self.release_scale[lanes],
            without_areata=self.without_areata and self.without_areata.take(lanes, draws),
        )


@dataclass(frozen=True, slots=True)
class Lanes:
    """Which draws of one person a group holds, and where their random numbers come from.

    `index` (lane,) points into a pool of `pool` people: candidates for each of `draws` draws, one
    after the other. Candidates of one draw differ as people and share its parameters. `central`
    puts every parameter and trait at its central value instead, for checks of the model itself.
    """

    person: Person
    index: IntArray
    pool: int
    seed: int
    central: bool = False
    draws: int | None = None

    @property
    def draws_per_pool(self) -> int:
        """Draws the pool holds candidates of."""
        return self.draws or self.pool

    def parameter(self, name: str) -> FloatArray:
        """Draws of one parameter of the model. Shape: (lane,)."""
        if self.central:
            return np.full(self.index.size, value(name))
        draws = self.draws_per_pool
        return sample(name, draws, self.seed, self.person.parameters_id)[self.index % draws]

    def trait(self, name: str) -> FloatArray:
        """Draws of a row that differs from person to person. Shape: (lane,)."""
        if self.central:
            return np.full(self.index.size, value(name))
        return sample_trait(name, self.pool, self.seed, self.person.patient_id)[self.index]

    def normal(self, purpose: str) -> FloatArray:
        """Standard normal scores of a trait that varies between people. Shape: (lane,)."""
        if self.central:
            return np.zeros(self.index.size)
        random = generator(self.seed, self.person.patient_id, purpose)
        return random.standard_normal(self.pool)[self.index]


def hair_layout() -> Layout:
    """Stage counts from the parameter table."""
    return Layout(
        new_anagen=int(value("new_anagen_stages")),
        anagen=int(value("anagen_stages")),
        catagen=int(value("catagen_stages")),
        telogen=int(value("telogen_stages")),
        latency=int(value("latency_stages")),
    )


def size_classes() -> FloatArray:
    """Hair diameters of the size classes in um, largest first. Shape: (size,)."""
    return np.array([value(f"size_class_{i}_um") for i in range(1, 8)])


def sample_mechanisms(person: Person, draws: int, seed: int) -> tuple[frozenset[str], ...]:
    """The mechanisms of every draw, in the proportions of the assessment.

    Mixtures are used when the person carries them; otherwise each mechanism is sampled on its own.
    Stratified, so that 200 draws of a 60 % cause hold 120.
    """
    random = generator(seed, person.patient_id, "mechanisms")
    strata = (np.arange(draws) + random.random(draws)) / draws
    if person.mechanism_mixtures:
        sets = [frozenset(names) & set(MECHANISMS) for names, _ in person.mechanism_mixtures]
        weights = np.array([max(p, 0.0) for _, p in person.mechanism_mixtures])
        if weights.sum() > 0.0:
            edges = np.cumsum(weights / weights.sum())
            which = np.minimum(np.searchsorted(edges, strata), len(sets) - 1)
            return tuple(frozenset(sets[i]) for i in random.permutation(which))
    chosen = [set[str]() for _ in range(draws)]
    for name in MECHANISMS:
        probability = person.mechanism_probability.get(name, 0.0)
        hits = random.permutation(strata) < probability
        for draw in np.flatnonzero(hits):
            chosen[draw].add(name)
    return tuple(frozenset(names) for names in chosen)


def parameter_array(lanes: Lanes) -> FloatArray:
    """Person parameters of a group before any trait of a disease. Shape: (parameter, lane)."""
    person, draw = lanes.person, lanes.parameter
    out = np.zeros((len(PERSON), lanes.index.size))
    for name in _DIRECT:
        out[PERSON_INDEX[name]] = draw(name)
    # How fast effector cells turn over differs between people. Their sources are ratios to their
    # loss, so this sets how soon a person answers to a drug, not whether.
    turnover = draw("effector_loss_log_sd") * lanes.normal("effector turnover")
    loss = out[PERSON_INDEX["effector_loss"]]
    loss *= np.exp(turnover)
    out[PERSON_INDEX["recruitment"]] = draw("recruitment_ratio") * loss
    out[PERSON_INDEX["effector_leak"]] = draw("effector_leak_ratio") * loss
    out[PERSON_INDEX["memory_reactivation"]] = draw("memory_reactivation_ratio") * loss
    women = person.sex == "female"
    z = lanes.normal("androgen gain")
    gain = draw("androgen_gain_women" if women else "androgen_gain_men")
    out[PERSON_INDEX["androgen_gain"]] = np.maximum(
        gain + draw("androgen_gain_sd") * z, 0.05 * gain
    )
    if not women:
        share = "androgen_independent_share_men"
    elif person.postmenopausal:
        share = "androgen_independent_share_postmenopausal"
    else:
        share = "androgen_independent_share_premenopausal"
    out[PERSON_INDEX["androgen_independent_share"]] = draw(share)
    out[PERSON_INDEX["regrowth_rate"]] = draw("regrowth_rate")
    return out


def build(lanes: Lanes, mechanisms: frozenset[str]) -> Group:
    """A group before any history: full scalp, intact privilege."""
    person, count_lanes = lanes.person, lanes.index.size
    layout = hair_layout()
    parameters = parameter_array(lanes)
    for name in MECHANISMS:
        parameters[PERSON_INDEX[name]] = float(name in mechanisms)
    if "autoimmune" in mechanisms:
        # Attack leaves follicles in early anagen: a hair shows sooner than from a new beginning.
        parameters[PERSON_INDEX["new_anagen_days"]] = lanes.parameter("areata_new_anagen_days")
    sizes = size_classes() if "androgenetic" in mechanisms else size_classes()[:1]
    stays = {
        name: parameters[PERSON_INDEX[f"{name}_days"]]
        for name in ("new_anagen", "anagen", "catagen", "telogen", "latency")
    }
    patches = uses_patches(person, mechanisms)
    regions = patch_regions(person.ophiasis) if patches else REGIONS
    full = today = steady_state(layout, stays, len(sizes))
    if "inflammation" in mechanisms:
        # An inflamed scalp has been so: it starts where its shorter anagen leads.
        inflamed = {
            "anagen": stays["anagen"] * np.exp(-parameters[PERSON_INDEX["inflammation_anagen"]]),
            "latency": stays["latency"] * np.exp(parameters[PERSON_INDEX["inflammation_latency"]]),
        }
        today = steady_state(layout, stays | inflamed, len(sizes))
    count = len(regions)
    cells = np.zeros((len(CELL), count, count_lanes))
    sex = "women" if person.sex == "female" else "men"
    area = np.array([value(f"area_{name}") for name in regions])
    cells[CELL_INDEX["area_share"]] = (area / area.sum())[:, None]
    cells[CELL_INDEX["sensitivity"]] = np.array(
        [value(f"sensitivity_{sex}_{name}") for name in regions]
    )[:, None]
    growing = full[:, layout.phase("new_anagen")].sum(axis=(0, 1))
    growing = growing + full[:, layout.phase("anagen")].sum(axis=(0, 1))
    cells[CELL_INDEX["healthy_growing"]] = growing
    immune = np.zeros((len(IMMUNE), count, count_lanes))
    leak = parameters[PERSON_INDEX["effector_leak"]] / parameters[PERSON_INDEX["effector_loss"]]
    immune[IMMUNE.index("effector")] = leak
    immune[IMMUNE.index("privilege")] = 1.0
    exponent = lanes.parameter("growth_diameter_exponent")
    # One exponent a group keeps the weight of a hair a plain vector; it is a weak parameter.
    mass = (sizes / sizes[0]) ** (2.0 + float(np.median(exponent)))
    visible = sum(
        full[:, layout.phase(name)].sum(axis=(0, 1)) for name in ("anagen", "catagen", "telogen")
    )
    shown = visible
    if today is not full:
        shown = sum(
            today[:, layout.phase(name)].sum(axis=(0, 1))
            for name in ("anagen", "catagen", "telogen")
        )
    density = _density(lanes, np.asarray(shown), np.asarray(visible), "androgenetic" in mechanisms)
    head = density * lanes.parameter("whole_scalp_density_ratio") * lanes.trait("scalp_area_cm2")
    return Group(
        mechanisms=mechanisms,
        draws=lanes.index,
        layout=layout,
        diameters=sizes,
        terminal_sizes=int((sizes >= value("terminal_diameter_um")).sum()),
        mass=mass,
        size_factor=(sizes[:, None] / sizes[0]) ** lanes.parameter("anagen_size_exponent"),
        person=parameters,
        cells=cells,
        follicles=np.repeat(today[None], count, axis=0),
        immune=immune,
        deleted=np.zeros((count, count_lanes)),
        density=density,
        head=head,
        usual_shed=head / sum(stays.values()),
        target=target_weights(person, regions, cells[CELL_INDEX["area_share"]], patches),
        full_visible=np.asarray(visible),
        full_mass=full[0, layout.phase("anagen")].sum(axis=0),
        salt_reference=np.repeat(np.asarray(visible)[None], count, axis=0),
        activity_sd=lanes.parameter("activity_log_sd"),
        activity_days=lanes.parameter("activity_days"),
        activity=np.zeros(count_lanes),
        new_patch_rate=lanes.parameter("new_patch_rate"),
        patch_cells=int(value("patch_cells")) if patches else 0,
    )


def uses_patches(person: Person, mechanisms: frozenset[str]) -> bool:
    """Whether cells stand for patches and spared skin rather than for regions."""
    if "autoimmune" in mechanisms or "scarring" in mechanisms:
        return True
    # Loss whose mechanism is not modelled is held where it is, as patches that do not move.
    return not mechanisms - {"inflammation"} and (person.salt or 0.0) > 0.0


def patch_regions(ophiasis: bool = False) -> tuple[str, ...]:
    """The region each patch or spared cell lies in: patches first, spread over the scalp.

    In ophiasis the patches lie along the margin, at the back and the sides.
    """
    patches = int(value("patch_cells"))
    count = int(patches + value("spared_cells"))
    order = ("vertex", "occipital", "parietal", "frontal", "temporal", "mid_scalp")
    if ophiasis:
        margin, rest = ("occipital", "temporal"), ("parietal", "frontal", "vertex", "mid_scalp")
        return tuple(
            margin[i % len(margin)] if i < patches else rest[(i - patches) % len(rest)]
            for i in range(count)
        )
    return tuple(order[i % len(order)] for i in range(count))


def target_weights(
    person: Person, regions: tuple[str, ...], area: FloatArray, patches: bool
) -> FloatArray:
    """Weights of the cells in the target area, summing to 1. Shape: (cell, lane).

    Vertex in men, frontal and mid scalp in women, the whole scalp where cells are patches.
    """
    if patches:
        return area.copy()
    wanted = ("frontal", "mid_scalp") if person.sex == "female" else ("vertex",)
    weights = np.array([float(name in wanted) for name in regions])
    return np.repeat((weights / weights.sum())[:, None], area.shape[1], axis=1)


def target_fraction(lanes: Lanes, group: Group) -> FloatArray:
    """Terminal density at the target area over the full density of the same person. Shape: (lane,).

    The stage decides, or the population; a hair count moves it within its range (`counted_start`).
    """
    if hair_count(lanes.person) is not None:
        return counted_start(lanes, group.full_visible)[0]
    return from_normal(stage_parameter(lanes.person), lanes.normal(STAGE))


def stage_parameter(person: Person) -> str:
    """The parameter that says how thin a stage is."""
    if person.norwood:
        return f"norwood_{person.norwood.lower().replace(' ', '_')}_density_fraction"
    if person.sinclair_stage:
        return f"sinclair_{person.sinclair_stage}_density_fraction"
    if person.ludwig:
        return f"ludwig_{person.ludwig.lower()}_density_fraction"
    return "unstaged_density_fraction"


def start_alopecia_areata(
    group: Group, lanes: Lanes, salt: FloatArray, episode_days: FloatArray, run_in_days: float
) -> None:
    """Sets person traits and the state at the start of the run-in of an episode, in place.

    `salt` and `episode_days` (lane,); `run_in_days` from now to today. Episodes longer than the
    run-in start active with the memory of their length in closed form; shorter ones start healthy
    and get their patch on the way (`attack_days`).
    """
    p, index = group.person, PERSON_INDEX
    draw, normal = lanes.parameter, lanes.normal
    total = (salt >= value("total_salt")).astype(float)
    log_duration = np.log(
        np.maximum(episode_days, 7.0) / (365.25 * value("reference_episode_years"))
    )
    limited = (salt < value("limited_salt")).astype(float)
    p[index["log_susceptibility"]] = (
        np.log(draw("susceptibility"))
        + np.where(
            limited > 0.0, draw("susceptibility_limited_log_sd"), draw("susceptibility_log_sd")
        )
        * normal("susceptibility")
        + draw("susceptibility_total_log") * total
        + draw("susceptibility_limited_log") * limited
        + draw("susceptibility_duration_log") * log_duration
    )
    p[index["regrowth_rate"]] *= np.exp(
        draw("regrowth_rate_log_sd") * normal("regrowth rate")
        + draw("regrowth_duration_exponent") * log_duration
        + draw("regrowth_total_log") * total
    )
    count = group.cells.shape[1]
    field = generator(lanes.seed, lanes.person.patient_id, "susceptibility field")
    field = field.standard_normal((lanes.pool, count))[lanes.index]
    # Patches lie where susceptibility is highest.
    field = -np.sort(-field, axis=1)
    group.cells[CELL_INDEX["log_susceptibility"]] = (
        draw("susceptibility_field_log_sd")[None] * field.T
    )
    patch = slice(0, group.patch_cells)
    if lanes.person.ophiasis:
        margin = draw("ophiasis_susceptibility_log")
        group.cells[CELL_INDEX["log_susceptibility"], patch] += margin
    set_patch_area(group, salt / 100.0)
    group.activity = group.activity_sd * normal("disease activity at the start of the run-in")
    chronic = attack_days(lanes, episode_days) > run_in_days
    effector = p[index["new_patch_effector"]]
    formation = p[index["memory_formation"]] * effector
    rate = formation + p[index["memory_loss"]]
    before = np.maximum(episode_days - run_in_days, 0.0)
    memory = formation / rate * -np.expm1(-rate * before)
    regulation = p[index["regulation_induction"]] * effector / p[index["regulation_loss"]]
    regulation = regulation * -np.expm1(-p[index["regulation_loss"]] * before)
    still = group.immune[IMMUNE.index("effector"), patch]
    group.immune[IMMUNE.index("effector"), patch] = np.where(chronic, effector, still)
    group.immune[IMMUNE.index("memory"), patch] = np.where(chronic, memory, 0.0)
    group.immune[IMMUNE.index("regulation"), patch] = np.where(chronic, regulation, 0.0)
    group.immune[IMMUNE.index("privilege"), patch] = np.where(chronic, 0.0, 1.0)
    bald = group.follicles[patch].sum(axis=2)
    emptied = np.zeros_like(group.follicles[patch])
    emptied[:, :, group.layout.phase("dormant")] = bald[:, :, None]
    group.follicles[patch] = np.where(chronic, emptied, group.follicles[patch])


def attack_days(lanes: Lanes, episode_days: FloatArray) -> FloatArray:
    """Days since the attack began; loss is noticed some time later. Shape: (lane,)."""
    return episode_days + lanes.trait("onset_delay_days")


def set_patch_area(group: Group, share: FloatArray) -> None:
    """Gives the patches together `share` (lane) of the scalp and spared skin the rest, in place.

    Spared cells are where a next patch may come. Each is twice as large as the one before, the
    first as large as all patches now, none above an even part; the last takes what is left.
    """
    count, patches = group.cells.shape[1], group.patch_cells
    area = group.cells[CELL_INDEX["area_share"]]
    area[:patches] = share / patches
    rest, spared = 1.0 - share, count - patches
    for i in range(spared - 1):
        area[patches + i] = np.minimum(share * 2.0**i, rest / spared)
    area[count - 1] = rest - area[patches : count - 1].sum(axis=0)
    group.target[:] = area


def start_fixed_loss(group: Group, share: FloatArray, margin: FloatArray) -> None:
    """Bald skin that will not regrow: `share` (lane) of the scalp, with an active `margin` around.

    Half of the patch cells are scarred, the other half is the margin, in place.
    """
    patches = group.patch_cells
    scarred = patches // 2
    area = group.cells[CELL_INDEX["area_share"]]
    margin = np.minimum(margin, 1.0 - share)
    area[:scarred] = share / scarred
    area[scarred:patches] = margin / (patches - scarred)
    area[patches:] = (1.0 - share - margin) / (area.shape[0] - patches)
    group.target[:] = area
    group.deleted[:scarred] = 1.0
    group.follicles[:scarred] = 0.0
    group.cells[CELL_INDEX["scarred"], scarred:patches] = 1.0


def hair_count(person: Person) -> float | None:
    """Hairs per cm2 of the target area as counted: terminal hairs, else all of them."""
    return person.total_density if person.terminal_density is None else person.terminal_density


def counted_start(lanes: Lanes, full_visible: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How much is left of the hair of somebody whose hairs were counted, and of how many follicles.

    Few hairs are much loss or few follicles: a draw of the share left from its range given the
    count, every share weighed by the follicle density it asks for. Returns the share of terminal
    hair left and follicles per cm2, shape (lane,) each, which together give the count.
    """
    person, stage = lanes.person, stage_parameter(lanes.person)
    counted = hair_count(person) or 0.0

    def density(share: FloatArray) -> FloatArray:
        lost = 1.0 if person.terminal_density is not None else value("lost_hair_not_counted")
        return counted / (full_visible * (1.0 - lost * (1.0 - share)))

    scores = np.linspace(-WIDEST_SCORE, WIDEST_SCORE, SCORES)
    apart = np.log(density(from_normal(stage, scores)[:, None]) / _usual_density(lanes))
    misfit = scores[:, None] ** 2 + (apart / lanes.parameter("follicle_density_log_sd")) ** 2
    weight = np.exp(-0.5 * (misfit - misfit.min(axis=0)))
    # A lane stands among its like where it would without a count.
    below = (np.cumsum(weight, axis=0) - 0.5 * weight) / weight.sum(axis=0)
    rank, each = ndtr(lanes.normal(STAGE)), np.arange(below.shape[1])
    above = np.clip((below < rank).sum(axis=0), 1, SCORES - 1)
    low, high = below[above - 1, each], below[above, each]
    part = np.clip((rank - low) / np.maximum(high - low, TINY), 0.0, 1.0)
    share = from_normal(stage, scores[above - 1] + part * (scores[1] - scores[0]))
    return share, density(share)


def _usual_density(lanes: Lanes) -> FloatArray:
    """Follicles per cm2 of the target area of the median person like this one. Shape: (lane,)."""
    person = lanes.person
    density = lanes.parameter(f"follicle_density_{'women' if person.sex == 'female' else 'men'}")
    if person.ancestry in DENSITY_BY_ANCESTRY:
        density = density * lanes.parameter(f"follicle_density_ratio_{person.ancestry}")
    return density


def _density(
    lanes: Lanes, visible: FloatArray, full_visible: FloatArray, androgenetic: bool
) -> FloatArray:
    """Follicles per cm2 of the target area before any loss. Shape: (lane,)."""
    counted = hair_count(lanes.person)
    if counted is None:
        spread = lanes.parameter("follicle_density_log_sd") * lanes.normal("follicle density")
        return _usual_density(lanes) * np.exp(spread)
    if androgenetic:
        return counted_start(lanes, full_visible)[1]
    return (lanes.person.total_density or counted) / visible
