"""What computes the published drug levels, DHT falls and stores, for the typical person.

Each function gives one number in the unit of its row of `data/facts/model_facts.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from anagen.simulate.exposure import traits, treatment_exposure
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.system import SystemCourse, system_readout

MAN = Person("typical", "male", 40.0, {"androgenetic": 1.0}, weight_kg=70.0)
WOMAN = Person("typical", "female", 30.0, {"effluvium": 1.0}, ferritin_ug_per_l=11.8)


def _course(person: Person, regimen: Regimen, days: int) -> SystemCourse:
    arm = Arm("fact", "fact", (regimen,))
    return system_readout(person, arm, start_day=0, end_day=days, draws=1, seed=TYPICAL)


def _daily(treatment: str, dose: float, unit: str = "mg") -> Regimen:
    return Regimen(treatment, dose, unit, 1.0)


def _serum_fall(regimen: Regimen, days: int) -> float:
    return 100.0 * (1.0 - float(_course(MAN, regimen, days).serum_dht_ratio[-1, 0]))


def _scalp_fall(regimen: Regimen, days: int) -> float:
    return 100.0 * (1.0 - float(_course(MAN, regimen, days).scalp_dht_ratio[-1, 0]))


def _dutasteride_trough() -> float:
    exposure = treatment_exposure(
        _daily("dutasteride", 0.5),
        MAN,
        traits(MAN, 1, TYPICAL),
        start_day=0,
        end_day=168,
        segments=4,
        seed=TYPICAL,
    )
    return float(exposure.level[-1, -1, 0])


def _ritlecitinib_mean() -> float:
    course = _course(MAN, _daily("ritlecitinib", 50.0), 60)
    return float(course.concentration["ritlecitinib"][-1, 0])


def _ferritin() -> float:
    return float(_course(WOMAN, _daily("iron", 27.0), 30).ferritin[-1, 0])


COMPUTE: Mapping[str, Callable[[], float]] = {
    "F33": _dutasteride_trough,
    "F34": lambda: _serum_fall(_daily("dutasteride", 0.5), 168),
    "F34b": lambda: _serum_fall(_daily("dutasteride", 0.5), 7),
    "F35a": lambda: _serum_fall(_daily("finasteride", 0.05), 42),
    "F35b": lambda: _serum_fall(_daily("finasteride", 0.2), 42),
    "F35c": lambda: _serum_fall(_daily("finasteride", 1.0), 42),
    "F35d": lambda: _serum_fall(_daily("finasteride", 5.0), 42),
    "F36": _ritlecitinib_mean,
    "F40a": lambda: _scalp_fall(_daily("finasteride", 1.0), 42),
    "F40b": lambda: _scalp_fall(_daily("finasteride_topical", 0.25, "%"), 7),
    "F40c": lambda: _serum_fall(_daily("finasteride_topical", 0.25, "%"), 7),
    "F42": _ferritin,
}
