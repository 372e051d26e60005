"""The log-likelihood of a layer as one compiled function: a posterior takes a million of it.

What the parts mean stands in `likelihood`, whose rows, blocks and emulators are laid out here as
plain arrays. The covariance of a block is written once, here, and used by both.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from anagen.calibrate.emulator import LARGEST_LOGIT
from anagen.calibrate.targets import ANGLES
from anagen.model.compiled import kernel, kernel_part

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Distributions of a parameter, in the order in which `Scored` numbers them.
KINDS = ("normal", "lognormal", "logitnormal")
_LOGNORMAL, _LOGITNORMAL = KINDS.index("lognormal"), KINDS.index("logitnormal")


class Learned(NamedTuple):
    """An emulator: `coefficients` (feature, row), `pairs` (pair, 2)."""

    coefficients: FloatArray
    pairs: IntArray


class Scored(NamedTuple):
    """Parameters of the likelihood itself, by number: `at` (parameter,) the score of each or -1
    where it is not fitted; `kind` its number in `KINDS`; `center`, `below` and `above` its middle
    and the width of either half on that scale."""

    at: IntArray
    kind: IntArray
    center: FloatArray
    below: FloatArray
    above: FloatArray


class Rows(NamedTuple):
    """What is known of every row. (row,), `readings` (row, angle), `products` (row, kind)."""

    observed: FloatArray
    percent: BoolArray
    readings: FloatArray
    counted: FloatArray
    group: IntArray
    scale: IntArray
    arm: IntArray
    wider: FloatArray
    net: FloatArray
    towards: FloatArray
    study_part: FloatArray
    products: BoolArray


class Blocks(NamedTuple):
    """Rows that vary together: `rows` of all blocks one after the other, `first` (block + 1,) where
    each begins, `women` (block,); `fixed` holds their square matrices one after the other."""

    rows: IntArray
    first: IntArray
    women: BoolArray
    fixed: FloatArray


@njit(nogil=True, error_model="numpy")
def covariance(
    fixed: FloatArray,
    scale: IntArray,
    arm: IntArray,
    wider: FloatArray,
    net: FloatArray,
    towards: FloatArray,
    study_part: FloatArray,
    study_sd: FloatArray,
    arm_sd: FloatArray,
    visit_sd: FloatArray,
    women: float,
    product: FloatArray,
) -> FloatArray:
    """Covariance of the rows of one block. Shape: (row, row).

    Rows are described as in `Rows`; `product` (row,) is the factor on what their arm has of its
    own and `women` that on what the study has.
    """
    size = scale.size
    found = fixed.copy()
    for i in range(size):
        found[i, i] += visit_sd[scale[i]] ** 2
        control_i = arm_sd[scale[i]] * towards[i] * wider[i]
        study_i = study_sd[scale[i]] * study_part[i] * women
        for j in range(size):
            if scale[i] != scale[j]:
                continue
            found[i, j] += study_i * study_sd[scale[j]] * study_part[j] * women
            if arm[i] == arm[j]:
                # Two arms of one study share its effect; their difference holds what both have.
                control_j = arm_sd[scale[j]] * towards[j] * wider[j]
                found[i, j] += control_i * control_j * (product[i] * product[j] + net[i] * net[j])
    return found


@kernel_part(error_model="numpy")
def _value(scored: Scored, number: int, scores: FloatArray) -> float:
    at = scored.at[number]
    z = scores[at] if at >= 0 else 0.0
    x = scored.center[number] + z * (scored.above[number] if z > 0.0 else scored.below[number])
    if scored.kind[number] == _LOGNORMAL:
        return math.exp(x)
    if scored.kind[number] == _LOGITNORMAL:
        return 1.0 / (1.0 + math.exp(-x))
    return x


@kernel_part(error_model="numpy")
def _predicted(learned: Learned, scores: FloatArray, size: int, percent: BoolArray) -> FloatArray:
    pairs = learned.pairs
    features = np.empty(1 + 2 * size + pairs.shape[0])
    features[0] = 1.0
    for i in range(size):
        features[1 + i] = scores[i]
        features[1 + size + i] = (scores[i] ** 2 - 1.0) / math.sqrt(2.0)
    for k in range(pairs.shape[0]):
        features[1 + 2 * size + k] = scores[pairs[k, 0]] * scores[pairs[k, 1]]
    found = features @ learned.coefficients
    for row in range(found.size):
        if percent[row]:
            eta = min(max(found[row], -LARGEST_LOGIT), LARGEST_LOGIT)
            found[row] = 100.0 / (1.0 + math.exp(-eta))
    return found


@kernel_part(error_model="numpy")
def _expected(rows: Rows, row: int, predicted: float) -> float:
    if not rows.percent[row]:
        return predicted
    angle = math.asin(math.sqrt(min(max(predicted / 100.0, 0.0), 1.0)))
    step = angle * (2.0 * ANGLES / math.pi)
    below = min(int(step), ANGLES - 1)
    low, high = rows.readings[row, below], rows.readings[row, below + 1]
    return low + (step - below) * (high - low)


@kernel(nogil=True, error_model="numpy")
def log_likelihood(
    scores: FloatArray,
    size: int,
    learned: Learned,
    unaided: Learned,
    recovers: bool,
    most: float,
    rows: Rows,
    blocks: Blocks,
    scored: Scored,
    scales: int,
) -> float:
    """Log-likelihood of all rows at one set of scores, up to a constant.

    `size` scores belong to parameters, the others to groups of people; people recover unaided
    (`unaided`) where `recovers`, at `most` this share of them. `scored` holds the SD of study, arm
    and visit effects by scale, the factor of women, the two rows of those who recover unaided, and
    the factors of products, in this order.
    """
    predicted = _predicted(learned, scores, size, rows.percent)
    if recovers:
        alone = _predicted(unaided, scores, size, rows.percent)
        percent = _value(scored, 3 * scales + 1, scores)
        log_sd = _value(scored, 3 * scales + 2, scores)
        for row in range(predicted.size):
            z = scores[size + rows.group[row]]
            share = min(percent * math.exp(log_sd * z), most) / 100.0
            share = share * rows.counted[row] / (1.0 - share + share * rows.counted[row])
            predicted[row] = (1.0 - share) * predicted[row] + share * alone[row]
    sd = np.empty((3, scales))
    for part in range(3):
        for scale in range(scales):
            sd[part, scale] = _value(scored, part * scales + scale, scores)
    women = _value(scored, 3 * scales, scores)
    kinds = rows.products.shape[1]
    product = np.ones(predicted.size)
    for row in range(predicted.size):
        largest = 0.0
        for kind in range(kinds):
            if rows.products[row, kind]:
                largest = max(largest, _value(scored, 3 * scales + 3 + kind, scores))
        if largest > 0.0:
            product[row] = largest
    total, begin = 0.0, 0
    for block in range(blocks.first.size - 1):
        own = blocks.rows[blocks.first[block] : blocks.first[block + 1]]
        count = own.size
        end = begin + count * count
        lower = np.linalg.cholesky(
            covariance(
                blocks.fixed[begin:end].reshape(count, count),
                rows.scale[own],
                rows.arm[own],
                rows.wider[own],
                rows.net[own],
                rows.towards[own],
                rows.study_part[own],
                sd[0],
                sd[1],
                sd[2],
                women if blocks.women[block] else 1.0,
                product[own],
            )
        )
        begin = end
        away = np.empty(count)
        for i in range(count):
            left = rows.observed[own[i]] - _expected(rows, int(own[i]), float(predicted[own[i]]))
            for j in range(i):
                left -= lower[i, j] * away[j]
            away[i] = left / lower[i, i]
            total -= 0.5 * away[i] ** 2 + math.log(lower[i, i])
    return total
