/* The kernels of the map and of single follicles once more in C, for `python -m benchmarks`.
 *
 * The same algorithms as model/immune_map.py and model/single_follicles.py, statement by statement:
 * only the language differs. Arrays are C-contiguous; `sizes` and `parts` are lengths of axes.
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static uint64_t scrambled(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

int64_t advance_follicles(
    uint64_t mark, int64_t day, int64_t count, int64_t sizes, int64_t parts, int64_t *stage,
    int64_t *size, double *length_cm, uint8_t *alive, const int64_t *sensitivity,
    const int64_t *cell, const int64_t *starts, const int64_t *phase, const double *chance,
    const double *side_chance, const double *step_down, const double *step_up, const double *death,
    const double *thicker, const double *thinner, const double *attack, const double *reentry,
    double catagen_share, double released, double broken, double lost, const double *growth_cm) {
    const double unit = 1.0 / 16777216.0;
    const uint64_t base = mark + (uint64_t)day * 0x9E3779B97F4A7C15ULL;
    int64_t shed = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!alive[i]) continue;
        const uint64_t bits = scrambled(base + (uint64_t)i * 0xD1342543DE82EF95ULL);
        double u = (double)(bits >> 40) * unit;
        double v = (double)((bits >> 16) & 0xFFFFFFULL) * unit;
        const int64_t now = stage[i], part = phase[now];
        if (lost > 0.0) {
            const double w = (double)(scrambled(bits) >> 40) * unit;
            if (w < lost) {
                alive[i] = 0;
                shed += (part >= 1 && part <= 3) || part == 5;
                continue;
            }
        }
        const int64_t thick = size[i], kind = sensitivity[i];
        if (part == 1) length_cm[i] += growth_cm[thick];
        if (part <= 1) {
            const double hit = attack[cell[i]];
            if (v < hit) {
                if (part == 0) stage[i] = starts[6];
                else if (v < hit * catagen_share) stage[i] = starts[2];
                else stage[i] = starts[5];
                continue;
            }
            v = (v - hit) / (1.0 - hit);
        }
        double leave;
        if (part == 5) leave = side_chance[0];
        else if (part == 6) leave = side_chance[1] * reentry[cell[i]];
        else {
            leave = chance[(kind * parts + part) * sizes + thick];
            if (part == 4) leave *= reentry[cell[i]];
        }
        if (u < leave) {
            u /= leave;
            if (part == 5) {
                stage[i] = starts[6];
                length_cm[i] = 0.0;
                shed++;
            } else if (part == 6 || now == starts[5] - 1) {
                if (thick == sizes - 1 && u > 1.0 - death[kind]) {
                    alive[i] = 0;
                    continue;
                }
                if (u < step_down[kind]) size[i] = thick + 1 < sizes ? thick + 1 : sizes - 1;
                else if (u < step_down[kind] + step_up[kind]) size[i] = thick > 0 ? thick - 1 : 0;
                stage[i] = starts[0];
                length_cm[i] = 0.0;
            } else {
                stage[i] = now + 1;
                if (now + 1 == starts[4]) {
                    length_cm[i] = 0.0;
                    shed++;
                }
            }
        } else if (part <= 1) {
            if (part == 1 && v < released) {
                stage[i] = starts[2];
            } else if (v > 1.0 - broken) {
                shed += part;
                stage[i] = starts[4];
                length_cm[i] = 0.0;
            } else if (part == 1) {
                if (v < thicker[kind]) size[i] = thick > 0 ? thick - 1 : 0;
                else if (v > 1.0 - thinner[kind])
                    size[i] = thick + 1 < sizes ? thick + 1 : sizes - 1;
            }
        }
    }
    return shed;
}

static double privilege_step(double privilege, double signal, double half, double relaxed) {
    const double ratio = signal / half, square = ratio * ratio, fourth = square * square;
    return privilege + (1.0 - fourth / (1.0 + fourth) - privilege) * relaxed;
}

static double memory_step(double memory, double effector, double formation, double loss) {
    const double rate = formation * effector, half = 0.5 * (rate + loss);
    return (memory * (1.0 - half) + rate) / (1.0 + half);
}

static void spread_once(
    double *restrict level, const int64_t *restrict neighbors, double share,
    double *restrict work, int64_t cells) {
    for (int64_t cell = 0; cell < cells; cell++) {
        double flow = 0.0;
        for (int side = 0; side < 4; side++)
            flow += level[neighbors[4 * cell + side]] - level[cell];
        work[cell] = level[cell] + share * flow;
    }
    for (int64_t cell = 0; cell < cells; cell++) level[cell] = work[cell];
}

void advance_immune_map(
    int64_t cells, double *immune, const int64_t *restrict neighbors,
    const double *restrict growing, double healthy_growing, const double *restrict susceptibility,
    const double *restrict person, const double *restrict signals, const double *restrict spread,
    int64_t substeps, double *restrict attack, double *restrict reentry) {
    double *restrict e = immune, *restrict p = immune + cells;
    double *restrict r = immune + 2 * cells, *restrict m = immune + 3 * cells;
    const double half = signals[0], tone = signals[1], loss = signals[2], added = signals[3];
    const double signal_1 = signals[4], signal_3 = signals[5];
    const double relaxed = 1.0 - exp(-1.0 / person[0]);
    const double kept = exp(-loss), kept_regulation = exp(-person[1]);
    double *work = malloc(cells * sizeof(double));
    for (int64_t i = 0; i < substeps; i++) {
        spread_once(e, neighbors, spread[0] / substeps, work, cells);
        spread_once(r, neighbors, spread[1] / substeps, work, cells);
    }
    free(work);
    for (int64_t cell = 0; cell < cells; cell++) {
        const double effector = e[cell], privilege = p[cell];
        const double halfway = privilege_step(privilege, effector * signal_1, half, 0.5 * relaxed);
        const double share = fmin(1.0, growing[cell] / healthy_growing);
        const double presented = person[8] + (1.0 - person[8]) * share;
        const double recruited =
            person[7] * susceptibility[cell] * signal_3 * (1.0 - halfway) * presented;
        const double source = person[5] + person[6] * m[cell] * signal_3
            + recruited / (1.0 + r[cell] * tone / person[9]);
        const double after = effector * kept + source * (1.0 - kept) / loss;
        const double mean = 0.5 * (effector + after);
        e[cell] = after;
        p[cell] = privilege_step(privilege, mean * signal_1, half, relaxed);
        r[cell] = r[cell] * kept_regulation
            + (person[2] * mean + added) * (1.0 - kept_regulation) / person[1];
        m[cell] = memory_step(m[cell], mean, person[3], person[4]);
        attack[cell] = 1.0 - exp(-person[10] * mean * (1.0 - halfway));
        const double ratio = mean * signal_1 / person[11];
        reentry[cell] = 1.0 / (1.0 + ratio * ratio);
    }
}
