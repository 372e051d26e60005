"""The cohort engine beside other solvers of the same equations, at matched error.

The task: one year of alopecia areata under a JAK inhibitor, one cell of 24 states. Two inputs: one
switch at day 100, and a level that differs every day because doses are missed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from anagen.interop.sbml import to_sbml
from anagen.interop.sbml_core import reduce
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import PERSON_INDEX, RECORD
from anagen.simulate.advance import advance, neutral_drivers
from anagen.simulate.person import Person
from anagen.simulate.twins import Group, Lanes, build
from benchmarks import vectorized
from benchmarks.equations import Cell, cell_of, compiled_slope, slope
from benchmarks.race import Timing, race, ratio, seconds

FloatArray = NDArray[np.float64]
DAYS, START, BLOCKED, LANES = 364, 100, 0.35, 64
TOLERANCES = tuple(10.0**-k for k in np.arange(2.0, 10.1, 0.5))
REFERENCE_TOLERANCE = 1e-10


def switched() -> FloatArray:
    """Share of signaling blocked by day: none, then all of it from day 100. Shape: (day,)."""
    return np.where(np.arange(DAYS) < START, 0.0, BLOCKED)


def missed() -> FloatArray:
    """The same with one dose in seven missed and levels that vary. Shape: (day,)."""
    random = np.random.default_rng(1)
    level = random.uniform(0.8, 1.2, DAYS) * (random.random(DAYS) > 1.0 / 7.0)
    return switched() * level


def group_of(lanes: int) -> Group:
    """Typical twins with an active patch in the first cell and no exchange between cells."""
    person = Person("bench", "female", 30.0, {"autoimmune": 1.0}, salt=50.0)
    source = Lanes(person, np.zeros(lanes, np.int64), 1, 0, central=True)
    group = build(source, frozenset({"autoimmune"}))
    group.person[PERSON_INDEX["log_susceptibility"]] = np.log(4.0)
    group.person[PERSON_INDEX["effector_mixing"]] = 0.0
    group.immune[0, 0] = 0.6
    group.immune[3, 0] = 0.2
    return group


def drivers_of(block: FloatArray, lanes: int) -> FloatArray:
    """Neutral drivers with this block of both JAK signals. Shape: (lane, day, driver)."""
    drivers = neutral_drivers(lanes, block.size)
    drivers[:, :, DRIVER_INDEX["jak1_2_block"]] = block
    drivers[:, :, DRIVER_INDEX["jak1_3_block"]] = block
    return drivers


def engine(group: Group, drivers: FloatArray) -> Callable[[], FloatArray]:
    """One run of the engine on one thread from the same start; gives the visible share."""
    days, lanes = drivers.shape[1], drivers.shape[0]
    calm, none = np.zeros((days, lanes)), np.full((days, lanes), -1, np.int16)
    everyone = np.arange(lanes)

    def run() -> FloatArray:
        twins = group.take(everyone, group.draws)
        record = advance(twins, drivers, calm, none, workers=1)
        return record[:, RECORD.index("visible_total")]

    return run


def _visible(states: FloatArray, starts: NDArray[np.int64]) -> FloatArray:
    n = states[:, 4:]
    return n[:, starts[1] : starts[4]].sum(axis=1) + n[:, starts[5]]


def reference(cell: Cell, block: FloatArray) -> FloatArray:
    """LSODA, restarted every day the input changes. Shape: (week,)."""
    states, y = [cell.state], cell.state
    begin = 0
    for end in [*(np.flatnonzero(np.diff(block)) + 1), block.size]:
        held = np.full(1, block[begin])
        weeks = [t for t in range(begin + 1, end + 1) if t % 7 == 0]
        done = solve_ivp(
            compiled_slope, (begin, end), y, method="LSODA", t_eval=sorted({*weeks, end}),
            args=(cell.parameters, cell.rates, cell.starts, held),
            rtol=REFERENCE_TOLERANCE, atol=1e-13,
        )  # fmt: skip
        y = done.y[:, -1]
        states += [done.y[:, i] for i, t in enumerate(done.t) if round(t) % 7 == 0]
        begin = end
    return _visible(np.array(states), cell.starts)


def lsoda(cell: Cell, block: FloatArray, rhs: Callable, tolerance: float) -> FloatArray:
    """scipy's LSODA straight through the year. Shape: (week,)."""
    done = solve_ivp(
        rhs, (0.0, float(block.size)), cell.state, method="LSODA",
        t_eval=np.arange(0.0, block.size + 1.0, 7.0),
        args=(cell.parameters, cell.rates, cell.starts, block),
        rtol=tolerance, atol=1e-3 * tolerance, max_step=7.0,
    )  # fmt: skip
    return _visible(done.y.T, cell.starts)


def libroadrunner(group: Group, block: FloatArray):
    """A function of the tolerance that runs our SBML export; loading (compiling) comes first."""
    import roadrunner

    one = group.take(np.array([0]), group.draws[:1])
    core = reduce(one, drivers_of(block, 1)[0], "bench", "block of JAK signaling", "benchmark")
    daily = dict.fromkeys(("jak1_2_block", "jak1_3_block"), block)
    core = dataclasses.replace(core, drivers={**core.drivers, **daily}, input_days=1)
    model = roadrunner.RoadRunner(to_sbml(core))
    model.timeCourseSelections = ["visible_total"]
    model.integrator.maximum_num_steps = 1_000_000
    model.integrator.maximum_time_step = 7.0

    def run(tolerance: float) -> FloatArray:
        model.reset()
        model.integrator.relative_tolerance = tolerance
        model.integrator.absolute_tolerance = 1e-3 * tolerance
        return np.asarray(model.simulate(0, block.size, block.size // 7 + 1))[:, 0]

    return run


def restarted(group: Group, block: FloatArray):
    """The same with the input set by hand and the solver started again every day."""
    import roadrunner

    one = group.take(np.array([0]), group.draws[:1])
    core = reduce(one, drivers_of(0.0 * block, 1)[0], "bench", "set by hand", "benchmark")
    model = roadrunner.RoadRunner(to_sbml(core))
    model.timeCourseSelections = ["visible_total"]

    def run(tolerance: float) -> FloatArray:
        model.resetAll()
        model.integrator.relative_tolerance = tolerance
        model.integrator.absolute_tolerance = 1e-3 * tolerance
        seen = [float(model.getValue("visible_total"))]
        for day, blocked in enumerate(block):
            model.setValue("jak1_2_block", blocked)
            model.setValue("jak1_3_block", blocked)
            model.simulate(day, day + 1, 2)
            if (day + 1) % 7 == 0:
                seen.append(float(model.getValue("visible_total")))
        return np.array(seen)

    return run


def loosest(run: Callable[[float], FloatArray], exact: FloatArray, error: float) -> float:
    """The loosest tolerance that keeps a solver within the error."""
    for tolerance in TOLERANCES:
        if np.abs(run(tolerance) - exact).max() <= error:
            return tolerance
    return TOLERANCES[-1]


def measure(turns: int) -> dict[str, dict[str, float]]:
    """Per input: error of the engine, time of a year of one cell, ratios, tolerances."""
    result = {}
    group, one = group_of(LANES), group_of(1)
    cells = group.cells.shape[1]
    cell = cell_of(one)
    for name, block in (("one switch", switched()), ("every day", missed())):
        exact = reference(cell, block)
        drivers = drivers_of(block, LANES)
        ours = engine(group, drivers)
        course = ours()[:, 0, 0]
        same = vectorized.run(group, block)[:, 0, 0]
        error = float(np.abs(course - exact).max())
        other = libroadrunner(one, block)
        if name == "every day":
            # A solver that is not told of the jumps takes tiny steps; it may be restarted instead.
            by_hand = restarted(one, block)
            other = min((other, by_hand), key=lambda run: seconds(lambda: run(1e-5)))
        tolerance = {
            "libroadrunner": loosest(other, exact, error),
            "LSODA": loosest(lambda t, b=block: lsoda(cell, b, compiled_slope, t), exact, error),
        }
        timings = race(
            {
                "engine": ours,
                "numpy": lambda b=block: vectorized.run(group, b),
                "libroadrunner": lambda t=tolerance["libroadrunner"], run=other: run(t),
                "LSODA compiled": lambda t=tolerance["LSODA"], b=block: lsoda(
                    cell, b, compiled_slope, t
                ),
                "LSODA Python": lambda t=tolerance["LSODA"], b=block: lsoda(cell, b, slope, t),
            },
            turns,
        )
        result[name] = _row(timings, cells, error, tolerance, float(np.abs(same - course).max()))
    return result


def _row(
    timings: dict[str, Timing],
    cells: int,
    error: float,
    tolerance: dict[str, float],
    differs: float,
) -> dict[str, float]:
    many = LANES * cells
    ours = timings["engine"]
    row = {
        "engine, us per cell and year": 1e6 * ours.least / many,
        "engine, us per patient and year": 1e6 * ours.least / LANES,
        "engine error": error,
        "numpy differs from engine by": differs,
        "numpy, times the engine": ratio(timings["numpy"], ours),
    }
    for name in ("libroadrunner", "LSODA compiled", "LSODA Python"):
        row[f"{name}, us per cell and year"] = 1e6 * timings[name].least
        row[f"{name}, times the engine"] = many * ratio(timings[name], ours)
        row[f"{name}, relative tolerance"] = tolerance[name.split()[0]]
    return row
