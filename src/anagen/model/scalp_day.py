"""Where SKIN and FOLLICLE meet the daily drivers: the cells of one person, day by day.

Order within a step: signals and drive from today's state and drivers, then the immune step, the
hair cycle, and what disturbs it (attack, impulses, caliber, scarring). Lanes (draws of one person)
are innermost and never mix, so any order of blocks and any number of workers give the same bits.

Only `advance_scalp` and `miniaturize` are kept compiled; what they call is compiled into them.
"""

from __future__ import annotations

import numpy as np

from anagen.model.compiled import kernel, kernel_part
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.hair_cycle import (
    advance_cycle,
    attack_anagen,
    change_caliber,
    exit_share,
    release_anagen,
    remove_follicles,
)
from anagen.model.immune import (
    antigen,
    effector_source,
    memory_step,
    privilege_step,
    reentry_factor,
    relaxing_step,
)
from anagen.model.miniaturization import (
    anagen_factor,
    androgen_drive,
    latency_factor,
    step_down_probability,
    step_up_probability,
)

# Rows of the `person` array (parameter, lane). Names are those of the parameter table where the
# value is one row of it; the others are set by the twin.
PERSON = (
    "anagen_days",
    "catagen_days",
    "telogen_days",
    "latency_days",
    "new_anagen_days",
    "dystrophic_days",
    "regrowth_rate",
    "androgen_gain",
    "dht_exponent",
    "androgen_independent_share",
    "step_down",
    "step_up",
    "smallest_class_death",
    "anagen_shortening",
    "latency_lengthening",
    "latency_offset",
    "caliber_gain",
    "caliber_loss",
    "log_susceptibility",
    "effector_leak",
    "recruitment",
    "effector_loss",
    "privilege_half",
    "privilege_days",
    "antigen_floor",
    "regulation_half",
    "regulation_induction",
    "regulation_loss",
    "memory_formation",
    "memory_loss",
    "memory_reactivation",
    "attack_rate",
    "attack_catagen_share",
    "regrowth_arrest_half",
    "glucocorticoid_effector_loss",
    "sensitizer_regulation",
    "effector_mixing",
    "new_patch_effector",
    "inflammation_anagen",
    "inflammation_latency",
    "scarring_rate",
    "scarring_glucocorticoid",
    "autoimmune",
    "androgenetic",
    "effluvium",
    "scarring",
    "inflammation",
)
PERSON_INDEX = {name: i for i, name in enumerate(PERSON)}

# Rows of the `cells` array (quantity, cell, lane).
CELL = ("area_share", "sensitivity", "log_susceptibility", "healthy_growing", "scarred")
CELL_INDEX = {name: i for i, name in enumerate(CELL)}

# Rows of the immune state (quantity, cell, lane) and of the weekly record (week, quantity, ...).
IMMUNE = ("effector", "privilege", "regulation", "memory")
RECORD = (
    "visible_terminal",
    "visible_total",
    "visible_telogen",
    "growing_mass",
    "fallen",
    "visible_growing",
    "visible_width",
)
FALLEN = RECORD.index("fallen")

# Lanes worked on at once; the cohort hands over blocks of as many.
TILE = 32

# Compiled code needs plain integers.
_D_JAK1_2_BLOCK = DRIVER_INDEX["jak1_2_block"]
_D_JAK1_3_BLOCK = DRIVER_INDEX["jak1_3_block"]
_D_GLUCOCORTICOID = DRIVER_INDEX["glucocorticoid"]
_D_ANTIGENIC_COMPETITION = DRIVER_INDEX["antigenic_competition"]
_D_REGULATORY_TONE_LOG = DRIVER_INDEX["regulatory_tone_log"]
_D_PRIVILEGE_GUARD = DRIVER_INDEX["privilege_guard"]
_D_SCALP_DHT_RATIO = DRIVER_INDEX["scalp_dht_ratio"]
_D_ANDROGEN_RECEPTOR_BLOCK = DRIVER_INDEX["androgen_receptor_block"]
_D_ANAGEN_LOG = DRIVER_INDEX["anagen_log"]
_D_TELOGEN_EXIT_LOG = DRIVER_INDEX["telogen_exit_log"]
_D_LATENCY_EXIT_LOG = DRIVER_INDEX["latency_exit_log"]
_D_SIZE_STEP_UP_LOG = DRIVER_INDEX["size_step_up_log"]
_D_THICKENING = DRIVER_INDEX["thickening"]
_D_ANAGEN_RELEASE = DRIVER_INDEX["anagen_release"]
_D_ANAGEN_DESTRUCTION = DRIVER_INDEX["anagen_destruction"]
_D_PERIFOLLICULAR_INFLAMMATION = DRIVER_INDEX["perifollicular_inflammation"]
_D_SEASON_LOG = DRIVER_INDEX["season_log"]
_D_ANDROGEN_DRIVE_LOG = DRIVER_INDEX["androgen_drive_log"]
_D_INFLAMMATION_RELIEF = DRIVER_INDEX["inflammation_relief"]
_D_FOLLICLE_LOSS = DRIVER_INDEX["follicle_loss"]
_P_ANAGEN_DAYS = PERSON_INDEX["anagen_days"]
_P_CATAGEN_DAYS = PERSON_INDEX["catagen_days"]
_P_TELOGEN_DAYS = PERSON_INDEX["telogen_days"]
_P_LATENCY_DAYS = PERSON_INDEX["latency_days"]
_P_NEW_ANAGEN_DAYS = PERSON_INDEX["new_anagen_days"]
_P_DYSTROPHIC_DAYS = PERSON_INDEX["dystrophic_days"]
_P_REGROWTH_RATE = PERSON_INDEX["regrowth_rate"]
_P_ANDROGEN_GAIN = PERSON_INDEX["androgen_gain"]
_P_DHT_EXPONENT = PERSON_INDEX["dht_exponent"]
_P_ANDROGEN_INDEPENDENT_SHARE = PERSON_INDEX["androgen_independent_share"]
_P_STEP_DOWN = PERSON_INDEX["step_down"]
_P_STEP_UP = PERSON_INDEX["step_up"]
_P_SMALLEST_CLASS_DEATH = PERSON_INDEX["smallest_class_death"]
_P_ANAGEN_SHORTENING = PERSON_INDEX["anagen_shortening"]
_P_LATENCY_LENGTHENING = PERSON_INDEX["latency_lengthening"]
_P_LATENCY_OFFSET = PERSON_INDEX["latency_offset"]
_P_CALIBER_GAIN = PERSON_INDEX["caliber_gain"]
_P_CALIBER_LOSS = PERSON_INDEX["caliber_loss"]
_P_LOG_SUSCEPTIBILITY = PERSON_INDEX["log_susceptibility"]
_P_EFFECTOR_LEAK = PERSON_INDEX["effector_leak"]
_P_RECRUITMENT = PERSON_INDEX["recruitment"]
_P_EFFECTOR_LOSS = PERSON_INDEX["effector_loss"]
_P_PRIVILEGE_HALF = PERSON_INDEX["privilege_half"]
_P_PRIVILEGE_DAYS = PERSON_INDEX["privilege_days"]
_P_ANTIGEN_FLOOR = PERSON_INDEX["antigen_floor"]
_P_REGULATION_HALF = PERSON_INDEX["regulation_half"]
_P_REGULATION_INDUCTION = PERSON_INDEX["regulation_induction"]
_P_REGULATION_LOSS = PERSON_INDEX["regulation_loss"]
_P_MEMORY_FORMATION = PERSON_INDEX["memory_formation"]
_P_MEMORY_LOSS = PERSON_INDEX["memory_loss"]
_P_MEMORY_REACTIVATION = PERSON_INDEX["memory_reactivation"]
_P_ATTACK_RATE = PERSON_INDEX["attack_rate"]
_P_ATTACK_CATAGEN_SHARE = PERSON_INDEX["attack_catagen_share"]
_P_REGROWTH_ARREST_HALF = PERSON_INDEX["regrowth_arrest_half"]
_P_GLUCOCORTICOID_EFFECTOR_LOSS = PERSON_INDEX["glucocorticoid_effector_loss"]
_P_SENSITIZER_REGULATION = PERSON_INDEX["sensitizer_regulation"]
_P_EFFECTOR_MIXING = PERSON_INDEX["effector_mixing"]
_P_NEW_PATCH_EFFECTOR = PERSON_INDEX["new_patch_effector"]
_P_INFLAMMATION_ANAGEN = PERSON_INDEX["inflammation_anagen"]
_P_INFLAMMATION_LATENCY = PERSON_INDEX["inflammation_latency"]
_P_SCARRING_RATE = PERSON_INDEX["scarring_rate"]
_P_SCARRING_GLUCOCORTICOID = PERSON_INDEX["scarring_glucocorticoid"]
_P_AUTOIMMUNE = PERSON_INDEX["autoimmune"]
_P_ANDROGENETIC = PERSON_INDEX["androgenetic"]
_P_SCARRING = PERSON_INDEX["scarring"]
_C_AREA_SHARE = CELL_INDEX["area_share"]
_C_SENSITIVITY = CELL_INDEX["sensitivity"]
_C_LOG_SUSCEPTIBILITY = CELL_INDEX["log_susceptibility"]
_C_HEALTHY_GROWING = CELL_INDEX["healthy_growing"]
_C_SCARRED = CELL_INDEX["scarred"]


@kernel_part(error_model="numpy")
def _immune_step(n, starts, immune, person, cells, driver, activity, signal, attack, dt):
    """One immune step of all cells; fills `signal` (cell, lane) and `attack` (cell + 1, lane).

    Both stand for the middle of the step. `attack` ends as the attacked share of growing follicles;
    its last row is scratch space for the pool of effector cells all cells share.

    Lanes are taken in tiles of fixed width: only then does the compiler know that rows do not
    overlap, and works on several lanes at once. Exponentials stand in loops of their own.
    """
    _, count, lanes = immune.shape
    sizes = n.shape[1]
    pool = attack[count]
    for lane in range(lanes):
        pool[lane] = 0.0
    for cell in range(count):
        for lane in range(lanes):
            pool[lane] += cells[_C_AREA_SHARE, cell, lane] * immune[0, cell, lane]
    tile = np.empty((30, TILE))
    # What is the same in all cells.
    half, tone, lost, left_1, left_3 = tile[0], tile[1], tile[2], tile[3], tile[4]
    kept_halfway, kept_effector, kept_regulation = tile[5], tile[6], tile[7]
    arriving, leak, reactivation, recruitment = tile[8], tile[9], tile[10], tile[11]
    floor, half_regulation, induction, sensitized = tile[12], tile[13], tile[14], tile[15]
    regulation_loss, formation, forgetting, attacking = tile[16], tile[17], tile[18], tile[19]
    susceptible = tile[20]
    # What belongs to one cell.
    effector, privilege, regulation, memory = tile[21], tile[22], tile[23], tile[24]
    growing, healthy, susceptibility, gamma, hazard = (
        tile[25],
        tile[26],
        tile[27],
        tile[28],
        tile[29],
    )
    for first in range(0, lanes, TILE):
        width = min(TILE, lanes - first)
        for lane in range(width):
            at = first + lane
            half[lane] = person[_P_PRIVILEGE_HALF, at] * np.exp(driver[_D_PRIVILEGE_GUARD, at])
            tone[lane] = np.exp(driver[_D_REGULATORY_TONE_LOG, at])
            lost[lane] = person[_P_EFFECTOR_MIXING, at] + person[_P_EFFECTOR_LOSS, at] * (
                1.0 + person[_P_GLUCOCORTICOID_EFFECTOR_LOSS, at] * driver[_D_GLUCOCORTICOID, at]
            )
            left_1[lane] = 1.0 - driver[_D_JAK1_2_BLOCK, at]
            left_3[lane] = 1.0 - driver[_D_JAK1_3_BLOCK, at]
            kept_halfway[lane] = np.exp(-0.5 * dt / person[_P_PRIVILEGE_DAYS, at])
            kept_effector[lane] = np.exp(-lost[lane] * dt)
            kept_regulation[lane] = np.exp(-person[_P_REGULATION_LOSS, at] * dt)
            arriving[lane] = person[_P_EFFECTOR_MIXING, at] * pool[at]
            leak[lane] = person[_P_EFFECTOR_LEAK, at]
            reactivation[lane] = person[_P_MEMORY_REACTIVATION, at]
            recruitment[lane] = person[_P_RECRUITMENT, at]
            floor[lane] = person[_P_ANTIGEN_FLOOR, at]
            half_regulation[lane] = person[_P_REGULATION_HALF, at]
            induction[lane] = person[_P_REGULATION_INDUCTION, at]
            sensitized[lane] = (
                person[_P_SENSITIZER_REGULATION, at] * driver[_D_ANTIGENIC_COMPETITION, at]
            )
            regulation_loss[lane] = person[_P_REGULATION_LOSS, at]
            formation[lane] = person[_P_MEMORY_FORMATION, at]
            forgetting[lane] = person[_P_MEMORY_LOSS, at]
            attacking[lane] = person[_P_ATTACK_RATE, at]
            susceptible[lane] = person[_P_LOG_SUSCEPTIBILITY, at]
        for cell in range(count):
            for lane in range(width):
                at = first + lane
                effector[lane] = immune[0, cell, at]
                privilege[lane] = immune[1, cell, at]
                regulation[lane] = immune[2, cell, at]
                memory[lane] = immune[3, cell, at]
                healthy[lane] = cells[_C_HEALTHY_GROWING, cell, at]
                growing[lane] = 0.0
            for size in range(sizes):
                for stage in range(starts[0], starts[2]):
                    for lane in range(width):
                        growing[lane] += n[cell, size, stage, first + lane]
            for lane in range(width):
                at = first + lane
                susceptibility[lane] = np.exp(
                    susceptible[lane] + cells[_C_LOG_SUSCEPTIBILITY, cell, at] + activity[at]
                )
            for lane in range(width):
                # The middle of the step, from where it starts: sources taken there are right to
                # second order, while sources at the start lag half a step behind.
                kept = kept_halfway[lane]
                halfway = privilege_step(
                    privilege[lane], effector[lane] * left_1[lane], half[lane], 1.0 - kept
                )
                regulated = regulation[lane] + 0.5 * dt * (
                    induction[lane] * effector[lane]
                    + sensitized[lane]
                    - regulation_loss[lane] * regulation[lane]
                )
                remembered = memory_step(
                    memory[lane], effector[lane], formation[lane], forgetting[lane], 0.5 * dt
                )
                present = growing[lane] / (
                    1.0 + 0.5 * dt * attacking[lane] * effector[lane] * (1.0 - privilege[lane])
                )
                source = arriving[lane] + effector_source(
                    leak[lane],
                    remembered,
                    reactivation[lane],
                    recruitment[lane],
                    susceptibility[lane],
                    halfway,
                    antigen(present, healthy[lane], floor[lane]),
                    regulated * tone[lane],
                    half_regulation[lane],
                    left_3[lane],
                )
                after = relaxing_step(effector[lane], source, lost[lane], kept_effector[lane])
                mean = 0.5 * (effector[lane] + after)
                gamma[lane] = mean * left_1[lane]
                hazard[lane] = -dt * attacking[lane] * mean * (1.0 - halfway)
                effector[lane] = after
                privilege[lane] = privilege_step(
                    privilege[lane], gamma[lane], half[lane], 1.0 - kept * kept
                )
                regulation[lane] = relaxing_step(
                    regulation[lane],
                    induction[lane] * mean + sensitized[lane],
                    regulation_loss[lane],
                    kept_regulation[lane],
                )
                memory[lane] = memory_step(
                    memory[lane], mean, formation[lane], forgetting[lane], dt
                )
            for lane in range(width):
                at = first + lane
                immune[0, cell, at] = effector[lane]
                immune[1, cell, at] = privilege[lane]
                immune[2, cell, at] = regulation[lane]
                immune[3, cell, at] = memory[lane]
                signal[cell, at] = gamma[lane]
                attack[cell, at] = 1.0 - np.exp(hazard[lane])


@kernel_part()
def _observe(n, starts, terminal_sizes, mass, diameters, record):
    """Fills one week of the record from the state, all but `fallen`; `record` (quantity, cell,
    lane). `visible_width` adds up diameters, in those of the largest class."""
    count, sizes, _, lanes = n.shape
    for cell in range(count):
        for quantity in range(record.shape[0]):
            if quantity != FALLEN:
                for lane in range(lanes):
                    record[quantity, cell, lane] = 0.0
        for size in range(sizes):
            for stage in range(starts[1], starts[6]):
                if starts[4] <= stage < starts[5]:
                    continue
                for lane in range(lanes):
                    hairs = n[cell, size, stage, lane]
                    record[1, cell, lane] += hairs
                    record[6, cell, lane] += diameters[size] / diameters[0] * hairs
                    if size < terminal_sizes:
                        record[0, cell, lane] += hairs
                    if starts[3] <= stage < starts[4]:
                        record[2, cell, lane] += hairs
                    if stage < starts[2]:
                        record[3, cell, lane] += mass[size] * hairs
                        record[5, cell, lane] += hairs


@kernel_part()
def acting(person):
    """Whether immune attack, androgens and scarring act in any lane of `person`."""
    any_immune = False
    any_androgen = False
    any_scar = False
    for lane in range(person.shape[1]):
        any_immune = any_immune or person[_P_AUTOIMMUNE, lane] > 0.0
        any_androgen = any_androgen or person[_P_ANDROGENETIC, lane] > 0.0
        any_scar = any_scar or person[_P_SCARRING, lane] > 0.0
    return any_immune, any_androgen, any_scar


@kernel_part()
def work_rows(lanes):
    """Scratch space of `day_of_person` and `move_cells`, one row a quantity of a lane."""
    return np.empty((13, lanes))


@kernel_part()
def day_of_person(driver, person, starts, rows, share, side_share, dt):
    """What a day's drivers (driver, lane) mean for all cells of a lane; fills the work arrays.

    Returns whether any lane meets an impulse, and whether any loses follicles to more than scars.
    """
    lanes = rows.shape[1]
    sizes = share.shape[1]
    released, broken, dht_power, step_up_factor = rows[6], rows[7], rows[8], rows[9]
    drive_factor, growth_speed, anagen_days = rows[10], rows[11], rows[12]
    any_impulse = False
    any_loss = False
    for lane in range(lanes):
        drive_factor[lane] = np.exp(driver[_D_ANDROGEN_DRIVE_LOG, lane])
        any_loss = any_loss or driver[_D_FOLLICLE_LOSS, lane] > 0.0
        dht_power[lane] = driver[_D_SCALP_DHT_RATIO, lane] ** person[_P_DHT_EXPONENT, lane]
        step_up_factor[lane] = np.exp(driver[_D_SIZE_STEP_UP_LOG, lane])
        any_impulse = (
            any_impulse
            or driver[_D_ANAGEN_RELEASE, lane] > 0.0
            or driver[_D_ANAGEN_DESTRUCTION, lane] > 0.0
        )
        # What is the same in all cells is worked out once a day.
        inflamed = driver[_D_PERIFOLLICULAR_INFLAMMATION, lane] * (
            1.0 - driver[_D_INFLAMMATION_RELIEF, lane]
        )
        growth_speed[lane] = np.exp(
            driver[_D_LATENCY_EXIT_LOG, lane] - person[_P_INFLAMMATION_LATENCY, lane] * inflamed
        )
        anagen_days[lane] = person[_P_ANAGEN_DAYS, lane] * np.exp(
            driver[_D_ANAGEN_LOG, lane]
            + driver[_D_SEASON_LOG, lane]
            - person[_P_INFLAMMATION_ANAGEN, lane] * inflamed
        )
        telogen_exit = exit_share(
            dt
            * (starts[4] - starts[3])
            * np.exp(driver[_D_TELOGEN_EXIT_LOG, lane])
            / person[_P_TELOGEN_DAYS, lane]
        )
        for size in range(sizes):
            share[0, size, lane] = exit_share(
                dt * (starts[1] - starts[0]) / person[_P_NEW_ANAGEN_DAYS, lane]
            )
            share[2, size, lane] = exit_share(
                dt * (starts[3] - starts[2]) / person[_P_CATAGEN_DAYS, lane]
            )
            share[3, size, lane] = telogen_exit
        side_share[0, lane] = exit_share(dt / person[_P_DYSTROPHIC_DAYS, lane])
    if any_impulse:
        for lane in range(lanes):
            released[lane] = 1.0 - (1.0 - driver[_D_ANAGEN_RELEASE, lane]) ** dt
            broken[lane] = 1.0 - (1.0 - driver[_D_ANAGEN_DESTRUCTION, lane]) ** dt
    return any_impulse, any_loss


# Inlined before it is compiled: else it would be compiled on its own first, for nobody.
@kernel_part(inline="always")
def move_cells(
    n,
    starts,
    immune,
    deleted,
    fallen,
    diameters,
    size_factor,
    person,
    cells,
    driver,
    activity,
    rows,
    share,
    side_share,
    signal,
    attack,
    work,
    dt,
    any_immune,
    any_androgen,
    any_impulse,
    any_loss,
):
    """One step of all cells, in place, after `day_of_person` has filled the work arrays.

    State as in `advance_scalp`; `driver` (driver, lane), `activity` (lane,); `fallen` (cell, lane)
    takes up what is shed; `signal` (cell, lane) and `attack` (cell + 1, lane) are scratch space.
    """
    count, sizes, _, lanes = n.shape
    step_down, step_up, death, thicker, thinner = rows[0], rows[1], rows[2], rows[3], rows[4]
    scar, released, broken, dht_power = rows[5], rows[6], rows[7], rows[8]
    step_up_factor, drive_factor, growth_speed = rows[9], rows[10], rows[11]
    anagen_days = rows[12]
    if any_immune:
        _immune_step(
            n,
            starts,
            immune,
            person,
            cells,
            driver,
            activity,
            signal,
            attack,
            dt,
        )
    for cell in range(count):
        for lane in range(lanes):
            drive = 0.0
            if any_androgen:
                drive = person[_P_ANDROGENETIC, lane] * androgen_drive(
                    cells[_C_SENSITIVITY, cell, lane],
                    person[_P_ANDROGEN_GAIN, lane],
                    dht_power[lane],
                    driver[_D_ANDROGEN_RECEPTOR_BLOCK, lane],
                    person[_P_ANDROGEN_INDEPENDENT_SHARE, lane],
                )
                drive *= drive_factor[lane]
                step_down[lane] = step_down_probability(drive, person[_P_STEP_DOWN, lane])
                step_up[lane] = step_up_probability(
                    drive,
                    person[_P_STEP_UP, lane],
                    step_up_factor[lane],
                    step_down[lane],
                )
                death[lane] = min(1.0, person[_P_SMALLEST_CLASS_DEATH, lane] * drive)
                thicker[lane] = 1.0 - np.exp(
                    -dt
                    * (
                        person[_P_CALIBER_GAIN, lane] * max(0.0, 1.0 - drive)
                        + driver[_D_THICKENING, lane]
                    )
                )
                thinner[lane] = 1.0 - np.exp(-dt * person[_P_CALIBER_LOSS, lane] * drive)
            to_growth = growth_speed[lane]
            if any_immune:
                to_growth *= reentry_factor(
                    signal[cell, lane], person[_P_REGROWTH_ARREST_HALF, lane]
                )
            mean_anagen = anagen_days[lane]
            if any_androgen:
                mean_anagen *= anagen_factor(drive, person[_P_ANAGEN_SHORTENING, lane])
            for size in range(sizes):
                share[1, size, lane] = exit_share(
                    dt * (starts[2] - starts[1]) / (mean_anagen * size_factor[size, lane])
                )
                longer = latency_factor(
                    drive,
                    person[_P_LATENCY_LENGTHENING, lane],
                    person[_P_LATENCY_OFFSET, lane],
                    diameters[size] / diameters[0],
                )
                share[4, size, lane] = exit_share(
                    dt
                    * (starts[5] - starts[4])
                    * to_growth
                    / (person[_P_LATENCY_DAYS, lane] * longer)
                )
            side_share[1, lane] = exit_share(dt * person[_P_REGROWTH_RATE, lane] * to_growth)
            if any_loss:
                scar[lane] = 1.0 - np.exp(
                    -dt
                    * cells[_C_SCARRED, cell, lane]
                    * person[_P_SCARRING_RATE, lane]
                    * np.exp(
                        -person[_P_SCARRING_GLUCOCORTICOID, lane] * driver[_D_GLUCOCORTICOID, lane]
                    )
                )
                kept = (1.0 - driver[_D_FOLLICLE_LOSS, lane]) ** dt
                scar[lane] = 1.0 - (1.0 - scar[lane]) * kept
        advance_cycle(
            n[cell],
            starts,
            share,
            side_share,
            step_down,
            step_up,
            death,
            deleted[cell],
            fallen[cell],
            work,
        )
        if any_immune:
            attack_anagen(
                n[cell],
                starts,
                attack[cell],
                person[_P_ATTACK_CATAGEN_SHARE],
                share,
                side_share,
                fallen[cell],
                work,
            )
        if any_impulse:
            release_anagen(n[cell], starts, released, broken, fallen[cell])
        if any_androgen:
            change_caliber(n[cell], starts, thicker, thinner)
        if any_loss:
            remove_follicles(n[cell], starts, scar, deleted[cell], fallen[cell])


@kernel(nogil=True)
def advance_scalp(
    n,
    immune,
    deleted,
    starts,
    diameters,
    size_factor,
    mass,
    terminal_sizes,
    person,
    cells,
    drivers,
    activity,
    seeds,
    record,
    substeps,
):
    """Runs all days of `drivers` (day, driver, lane) and fills `record`. Changes state in place.

    n (cell, size, stage, lane) follicles; immune (quantity, cell, lane); deleted (cell, lane);
    size_factor (size, lane) = (d / d0) ** b; mass (size,) weight of a growing hair relative to the
    largest; activity (day, lane) log disease activity; seeds (day, lane) the cell where a new patch
    starts, or -1; record (week, quantity, cell, lane): week 0 is the state at the start, its
    `fallen` row is left alone; `fallen` is the mean of the last seven days, per day.
    """
    count, sizes, _, lanes = n.shape
    days = drivers.shape[0]
    dt = 1.0 / substeps
    rows = work_rows(lanes)
    work = np.empty((2 + sizes, lanes))
    signal = np.zeros((count, lanes))
    attack = np.zeros((count + 1, lanes))
    share = np.empty((5, sizes, lanes))
    side_share = np.empty((2, lanes))
    fallen = np.zeros((count, lanes))
    any_immune, any_androgen, any_scar = acting(person)
    _observe(n, starts, terminal_sizes, mass, diameters, record[0])
    for day in range(days):
        driver = drivers[day]
        for lane in range(lanes):
            if any_immune and seeds[day, lane] >= 0:
                immune[0, seeds[day, lane], lane] += person[_P_NEW_PATCH_EFFECTOR, lane]
        any_impulse, any_loss = day_of_person(driver, person, starts, rows, share, side_share, dt)
        for _ in range(substeps):
            move_cells(
                n,
                starts,
                immune,
                deleted,
                fallen,
                diameters,
                size_factor,
                person,
                cells,
                driver,
                activity[day],
                rows,
                share,
                side_share,
                signal,
                attack,
                work,
                dt,
                any_immune,
                any_androgen,
                any_impulse,
                any_loss or any_scar,
            )
        if (day + 1) % 7 == 0:
            week = (day + 1) // 7
            _observe(n, starts, terminal_sizes, mass, diameters, record[week])
            for cell in range(count):
                for lane in range(lanes):
                    record[week, FALLEN, cell, lane] = fallen[cell, lane] / 7.0
                    fallen[cell, lane] = 0.0


@kernel(nogil=True)
def miniaturize(
    n,
    deleted,
    starts,
    diameters,
    size_factor,
    terminal_sizes,
    person,
    cells,
    target_weight,
    target_share,
    full_share,
    step,
    longest,
    time,
    until,
    stopped,
    years,
    reached,
):
    """Lets pattern loss run untreated from `time` to `until` years, or until it is thin enough.

    A lane stops when visible terminal hair of the target area (`target_weight` (cell, lane)) over
    `full_share` (lane) has come down to `target_share` (lane), or after `longest` (lane) years.
    `n` and `deleted` end as each lane was when it stopped; `years` and `reached` (lane) say when
    and how far, `stopped` (lane) which lanes are through; the others go on from here. Drivers are
    neutral, so all shares are constant and one step may take `step` days. Returns the years run.
    """
    count, sizes, stages, lanes = n.shape
    work = np.empty((2 + sizes, lanes))
    shed = np.zeros(lanes)
    share = np.empty((count, 5, sizes, lanes))
    side_share = np.empty((2, lanes))
    step_down = np.empty((count, lanes))
    step_up = np.empty((count, lanes))
    death = np.empty((count, lanes))
    thicker = np.empty((count, lanes))
    thinner = np.empty((count, lanes))
    for cell in range(count):
        for lane in range(lanes):
            drive = person[_P_ANDROGENETIC, lane] * androgen_drive(
                cells[_C_SENSITIVITY, cell, lane],
                person[_P_ANDROGEN_GAIN, lane],
                1.0,
                0.0,
                person[_P_ANDROGEN_INDEPENDENT_SHARE, lane],
            )
            step_down[cell, lane] = step_down_probability(drive, person[_P_STEP_DOWN, lane])
            step_up[cell, lane] = step_up_probability(
                drive, person[_P_STEP_UP, lane], 1.0, step_down[cell, lane]
            )
            death[cell, lane] = min(1.0, person[_P_SMALLEST_CLASS_DEATH, lane] * drive)
            thicker[cell, lane] = 1.0 - np.exp(
                -step * person[_P_CALIBER_GAIN, lane] * max(0.0, 1.0 - drive)
            )
            thinner[cell, lane] = 1.0 - np.exp(-step * person[_P_CALIBER_LOSS, lane] * drive)
            mean_anagen = person[_P_ANAGEN_DAYS, lane] * anagen_factor(
                drive, person[_P_ANAGEN_SHORTENING, lane]
            )
            for size in range(sizes):
                latency_days = person[_P_LATENCY_DAYS, lane] * latency_factor(
                    drive,
                    person[_P_LATENCY_LENGTHENING, lane],
                    person[_P_LATENCY_OFFSET, lane],
                    diameters[size] / diameters[0],
                )
                share[cell, 0, size, lane] = (starts[1] - starts[0]) / person[
                    _P_NEW_ANAGEN_DAYS, lane
                ]
                share[cell, 1, size, lane] = (starts[2] - starts[1]) / (
                    mean_anagen * size_factor[size, lane]
                )
                share[cell, 2, size, lane] = (starts[3] - starts[2]) / person[_P_CATAGEN_DAYS, lane]
                share[cell, 3, size, lane] = (starts[4] - starts[3]) / person[_P_TELOGEN_DAYS, lane]
                share[cell, 4, size, lane] = (starts[5] - starts[4]) / latency_days
                # One step of several days meets the same steady state as as many of one day.
                for phase in range(5):
                    share[cell, phase, size, lane] = min(
                        1.0, step * exit_share(share[cell, phase, size, lane])
                    )
            side_share[0, lane] = min(
                1.0, step * exit_share(1.0 / person[_P_DYSTROPHIC_DAYS, lane])
            )
            side_share[1, lane] = min(1.0, step * exit_share(person[_P_REGROWTH_RATE, lane]))
    kept = n.copy()
    kept_deleted = deleted.copy()
    visible = np.empty(lanes)
    waiting = lanes
    while waiting > 0 and time < until:
        for lane in range(lanes):
            visible[lane] = 0.0
        for cell in range(count):
            for size in range(terminal_sizes):
                for stage in range(starts[1], starts[4]):
                    for lane in range(lanes):
                        visible[lane] += target_weight[cell, lane] * n[cell, size, stage, lane]
        for lane in range(lanes):
            if stopped[lane]:
                continue
            fraction = visible[lane] / full_share[lane]
            if fraction <= target_share[lane] or time >= longest[lane]:
                stopped[lane] = True
                waiting -= 1
                years[lane] = time
                reached[lane] = fraction
                for cell in range(count):
                    kept_deleted[cell, lane] = deleted[cell, lane]
                    for size in range(sizes):
                        for stage in range(stages):
                            kept[cell, size, stage, lane] = n[cell, size, stage, lane]
        # Density is looked at about monthly; the cycle itself runs in between, one cell after the
        # other, so that its state stays in the first-level cache.
        between = max(1, int(30.0 / step))
        for cell in range(count):
            for _ in range(between):
                advance_cycle(
                    n[cell],
                    starts,
                    share[cell],
                    side_share,
                    step_down[cell],
                    step_up[cell],
                    death[cell],
                    deleted[cell],
                    shed,
                    work,
                )
                change_caliber(n[cell], starts, thicker[cell], thinner[cell])
        for _ in range(between):
            time += step / 365.25
    for cell in range(count):
        for lane in range(lanes):
            if stopped[lane]:
                deleted[cell, lane] = kept_deleted[cell, lane]
                for size in range(sizes):
                    for stage in range(stages):
                        n[cell, size, stage, lane] = kept[cell, size, stage, lane]
    return time
