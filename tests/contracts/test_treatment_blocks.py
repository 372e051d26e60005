"""What treatments say of their exposure and actions fits the code and the parameter table."""

from __future__ import annotations

import pytest

from anagen.catalog.parameters import load_parameters
from anagen.catalog.tables import names, read_document
from anagen.model.actions import ACTIONS
from anagen.simulate.exposure import BETWEEN_PEOPLE, LEVELS, MARKER, RESPONDERS, WORDS
from forecast_treatments import DRUGS, STORES_AND_OTHERS

MODELS = {"intake", "none", *LEVELS}
TREATMENTS = [
    name.removeprefix("treatments/").removesuffix(".toml") for name in names("treatments", ".toml")
]
MODELLED = [t for t in TREATMENTS if "actions" in read_document(f"treatments/{t}.toml")]


def test_the_treatments_we_promise_to_forecast_have_actions() -> None:
    assert {*DRUGS, *STORES_AND_OTHERS} <= set(MODELLED)


@pytest.mark.parametrize("treatment", MODELLED)
def test_every_cell_is_a_parameter_and_every_action_has_what_it_needs(treatment: str) -> None:
    document = read_document(f"treatments/{treatment}.toml")
    parameters = load_parameters()
    exposure = document["exposure"]
    assert exposure["model"] in MODELS
    for block in (exposure, *document["actions"]):
        for name, cell in block.items():
            word = name in WORDS or name.endswith(MARKER)
            assert word or cell in parameters, f"{treatment}: {name} = {cell}"
    for block in document["actions"]:
        mechanism = ACTIONS[block["action"]]
        about = (BETWEEN_PEOPLE, MARKER, *RESPONDERS)
        given = {n for n in block if n not in WORDS and not n.endswith(about)}
        assert set(mechanism.needs) <= given <= set(mechanism.needs) | set(mechanism.optional)


@pytest.mark.parametrize("treatment", MODELLED)
def test_a_drug_that_is_given_comes_with_adherence(treatment: str) -> None:
    exposure = read_document(f"treatments/{treatment}.toml")["exposure"]
    assert exposure["model"] == "none" or "adherence" in exposure


def test_levers_of_actions_are_drivers_or_inputs_of_the_body() -> None:
    import numpy as np

    from anagen.model.actions.exposure import GROWTH_SHARE, Exposure
    from anagen.model.drivers import DRIVERS
    from anagen.model.system import ENZYME_LEVERS, INTAKE_LEVERS

    known = {*DRIVERS, *ENZYME_LEVERS, *INTAKE_LEVERS, GROWTH_SHARE}
    level = np.full((3, 4, 2), 0.5)
    exposure = Exposure(level, level[:, 0], np.ones(3, dtype=np.bool_))
    person = {name: np.ones(2) for name in ("female", "weight_kg", "affected_percent")}
    for name, mechanism in ACTIONS.items():
        rows = {need: np.full(2, 0.3) for need in (*mechanism.needs, *mechanism.optional)}
        contribution = mechanism.act(exposure, rows, person)
        assert set(contribution) <= known, name
        for lever, values in contribution.items():
            assert values.shape == (level.shape if lever in ENZYME_LEVERS else (3, 2)), lever
