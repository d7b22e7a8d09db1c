"""Writes the golden file of dev.ragwright.eval.stats; the build never runs it.

    pip install numpy==2.4.6 scipy==1.17.1          # on CPython 3.11.7
    python stats_golden.py ../resources/dev/ragwright/eval/stats

One case a line: the function, what goes in, what comes out. Quantiles, binomial intervals and
permutation tests are scipy's; Holm's correction, DeLong's variance, Brier, ECE and AURC are written
from their definitions without any of the shortcuts of the Java code.
"""

import gzip
import itertools
import json
import sys
from pathlib import Path

import numpy as np
from scipy import stats

OUT = Path(sys.argv[1])
RANDOM = np.random.default_rng(20261121)


def floats(values):
    return [float(value) for value in values]


def holm(p):
    order = sorted(range(len(p)), key=lambda i: p[i])
    out = [0.0] * len(p)
    for k, i in enumerate(order):
        out[i] = min(1.0, max((len(p) - j) * p[order[j]] for j in range(k + 1)))
    return out


def psi(x, y):
    return 1.0 if x > y else 0.5 if x == y else 0.0


def delong(scores, labels):
    pos = [s for s, label in zip(scores, labels) if label]
    neg = [s for s, label in zip(scores, labels) if not label]
    v10 = np.array([np.mean([psi(x, y) for y in neg]) for x in pos])
    v01 = np.array([np.mean([psi(x, y) for x in pos]) for y in neg])
    return float(np.mean(v10)), v10, v01


def delong_cov(a, b):
    return np.cov(a[1], b[1])[0, 1] / len(a[1]) + np.cov(a[2], b[2])[0, 1] / len(a[2])


def aurc(confidence, loss):
    """The mean over all orders within ties, by the definition."""
    groups = [list(g) for _, g in itertools.groupby(sorted(zip(confidence, loss), reverse=True), key=lambda c: c[0])]
    areas = []
    for orders in itertools.product(*(itertools.permutations([c[1] for c in g]) for g in groups)):
        losses = [loss for order in orders for loss in order]
        areas.append(np.mean(np.cumsum(losses) / np.arange(1, len(losses) + 1)))
    return float(np.mean(areas))


def ece(p, y, bins):
    order = np.argsort(p, kind="stable")
    n, total = len(p), 0.0
    for b in range(bins):
        index = order[b * n // bins : (b + 1) * n // bins]
        if len(index):
            total += len(index) / n * abs(np.mean(p[index]) - np.mean(y[index]))
    return float(total)


def cases():
    for p in [1e-300, 1e-12, 0.001, 0.0249, 0.07, 0.3, 0.5, 0.6, 0.9, 0.975, 0.995, 1 - 1e-9]:
        yield {"function": "normalQuantile", "p": p, "value": float(stats.norm.ppf(p))}
    for k, n in [(0, 1), (1, 1), (0, 10), (1, 10), (5, 10), (10, 10), (97, 100), (239, 750), (508, 1216), (11182, 15433), (3, 100000)]:
        for level in (0.9, 0.95, 0.99):
            test = stats.binomtest(k, n)
            wilson, exact = test.proportion_ci(level, "wilson"), test.proportion_ci(level, "exact")
            yield {"function": "binomial", "k": k, "n": n, "level": level,
                   "wilson": floats(wilson), "clopperPearson": floats(exact)}
    for n in (1, 2, 5, 9, 12, 13):
        for _ in range(3):
            d = np.round(RANDOM.normal(0.3, 1, n), 1)
            result = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf) if n > 1 and np.any(d) else None
            # scipy doubles the smaller tail, which is the same: flipping all signs mirrors the means.
            yield {"function": "signFlip", "differences": floats(d), "p": float(result.pvalue) if result else 1.0}
    for n in (30, 300):
        d = RANDOM.normal(0.1, 1, n)
        result = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=200000, rng=1)
        yield {"function": "signFlipRandom", "differences": floats(d), "p": float(result.pvalue)}
    for n in (20, 300):
        d = RANDOM.exponential(1, n) - 0.8
        means = np.mean(d[RANDOM.integers(0, n, (200000, n))], axis=1) if n < 100 else np.concatenate(
            [np.mean(d[RANDOM.integers(0, n, (20000, n))], axis=1) for _ in range(10)])
        yield {"function": "bootstrap", "values": floats(d), "interval": floats(np.quantile(means, [0.025, 0.975])),
               "error": float(np.std(means)), "dz": float(np.mean(d) / np.std(d, ddof=1))}
    for m in (1, 2, 5, 20):
        p = floats(np.round(RANDOM.uniform(0, 1, m) ** 3, 3))
        yield {"function": "holm", "p": p, "adjusted": holm(p)}
    for n, digits in ((10, 3), (60, 1), (200, 2)):
        labels = RANDOM.uniform(size=n) < 0.6
        labels[:2], labels[2:4] = True, False
        one = np.round(RANDOM.normal(size=n) + labels, digits)
        other = np.round(RANDOM.normal(size=n) + 0.5 * labels, digits)
        a, b = delong(one, labels), delong(other, labels)
        z = float(stats.norm.ppf(0.975))
        u = stats.mannwhitneyu(one[labels], one[~labels]).statistic / (labels.sum() * (~labels).sum())
        assert abs(u - a[0]) < 1e-12
        yield {"function": "auroc", "one": floats(one), "other": floats(other), "right": [bool(x) for x in labels],
               "area": a[0], "half": z * float(np.sqrt(delong_cov(a, a))), "difference": a[0] - b[0],
               "differenceHalf": z * float(np.sqrt(delong_cov(a, a) + delong_cov(b, b) - 2 * delong_cov(a, b)))}
    for big, small in ((50, 10), (1000, 100)):
        human = (RANDOM.uniform(size=small) < 0.7).astype(float)
        judge = np.clip(human * 0.8 + RANDOM.uniform(size=small) * 0.3, 0, 1)
        alone = RANDOM.uniform(size=big)
        value = np.mean(alone) - np.mean(judge - human)
        half = stats.norm.ppf(0.95) * np.sqrt(np.var(alone, ddof=1) / big + np.var(judge - human, ddof=1) / small)
        yield {"function": "predictionPowered", "alone": floats(alone), "judge": floats(judge), "human": floats(human),
               "level": 0.9, "value": float(value), "half": float(half)}
    for _ in range(5):
        confidence = np.round(RANDOM.uniform(size=9), 1)
        loss = (RANDOM.uniform(size=9) < 0.5).astype(float)
        yield {"function": "aurc", "confidence": floats(confidence), "loss": floats(loss), "area": aurc(floats(confidence), floats(loss))}
    for n in (4, 15, 100, 333):
        p = RANDOM.uniform(size=n)
        y = (RANDOM.uniform(size=n) < p**2).astype(float)
        yield {"function": "calibration", "confidence": floats(p), "correct": [bool(x) for x in y],
               "brier": float(np.mean((p - y) ** 2)), "ece": ece(p, y, 15)}


text = "".join(json.dumps(case) + "\n" for case in cases())
(OUT / "stats.jsonl.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
