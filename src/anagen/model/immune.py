"""Immune privilege and attack in one scalp cell: scalar functions that read like the equations.

E effector CD8+NKG2D+ T cells (an active lesion is of order 1), M resident memory (0 to 1),
R regulatory tone, P immune privilege (1 intact, 0 collapsed), G interferon-gamma signal,
I interleukin-15 signal. Cytokines live minutes to an hour, so G and I are algebraic. The steps of
P, E, R and M are of second order when what drives them is taken in the middle of the step. J1 and
J3 are 1 - block of JAK1/2 and of JAK1/3 signaling. All levels and shares are dimensionless, times
are days and rates 1/day; every argument and result is one number. Source: anagen_prototype for the
structure and most rates.
"""

from __future__ import annotations

from anagen.model.compiled import kernel_part


@kernel_part(error_model="numpy")
def collapse(signal, half):
    """Share of privilege lost at steady state, 0..1: Hill with exponent 4 in G / K_P."""
    ratio = signal / half
    square = ratio * ratio
    fourth = square * square
    return fourth / (1.0 + fourth)


@kernel_part(error_model="numpy")
def privilege_step(privilege, signal, half, relaxed_share):
    """P after one step towards its steady state; `relaxed_share` is 1 - exp(-dt / tau_P)."""
    return privilege + (1.0 - collapse(signal, half) - privilege) * relaxed_share


@kernel_part(error_model="numpy")
def antigen(growing, growing_when_healthy, floor):
    """H, `floor` to 1: anagen bulbs present the antigen, with a floor that stays in bald skin.

    `growing` and `growing_when_healthy` are shares of the follicles of the cell.
    """
    share = min(1.0, growing / growing_when_healthy)
    return floor + (1.0 - floor) * share


@kernel_part(error_model="numpy")
def effector_source(
    leak,
    memory,
    reactivation,
    recruitment,
    susceptibility,
    privilege,
    presented,
    regulation,
    half_regulation,
    signal_3,
):
    """dE/dt before loss, 1/day: background, memory reactivation, and recruitment held back by R.

    `leak`, `reactivation` and `recruitment` are rates; `signal_3` is J3.
    """
    interleukin_15 = signal_3 * (1.0 - privilege)
    recruited = recruitment * susceptibility * interleukin_15 * presented
    return (
        leak + reactivation * memory * signal_3 + recruited / (1.0 + regulation / half_regulation)
    )


@kernel_part(error_model="numpy")
def relaxing_step(level, source, loss, kept):
    """Level after one step of dx/dt = source - loss x, exact for a source held over the step.

    `kept` is exp(-loss dt), the share of the start that is left at the end.
    """
    return level * kept + source * (1.0 - kept) / loss


@kernel_part(error_model="numpy")
def memory_step(memory, effector, formation, loss, dt):
    """M after one step of dM/dt = m E (1 - M) - d M by the trapezoidal rule."""
    rate = formation * effector
    half = 0.5 * dt * (rate + loss)
    return (memory * (1.0 - half) + dt * rate) / (1.0 + half)


@kernel_part(error_model="numpy")
def reentry_factor(signal, half):
    """How much interferon-gamma slows the return to growth, 0..1 (1 = not at all)."""
    ratio = signal / half
    return 1.0 / (1.0 + ratio * ratio)
