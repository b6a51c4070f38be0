#!/usr/bin/python3
"""Writes real.json beside it: what scikit-learn says of predictions for real
data sets. Made with scikit-learn 1.2.1, NumPy 1.24.2, SciPy 1.10.1.

    python3 real.py DATA

DATA is the folder of data sets. A model of each is fitted on some training
rows, and predicts some test rows. The probabilities are rounded to shares of
UNITS, none of 0, the rows summing to UNITS: so they are small to keep, the same
in every language, and full of ties. They are kept as base64 of little-endian
16-bit numbers, rows x classes.

Every score is computed without weights and with the weights

    w_i = ((7919 i) mod 13) / 4,   i the row from 0

some of which are 0. scikit-learn scores the weighted examples as rows repeated
4 w_i times, which serves also where it knows no weights, and where it does it
must say the same of them.
"""
import base64
import csv
import gzip
import json
import os
import sys
import warnings

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_softmax, softmax
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics._base import _average_multiclass_ovo_score
from sklearn.preprocessing import StandardScaler

UNITS, BINS = 10000, 15
warnings.simplefilter("ignore")  # fits end early, on purpose


def table(name):
    with gzip.open(f"{sys.argv[1]}/{name}.csv.gz", "rt", newline="") as f:
        rows = list(csv.reader(f))[1:]
    return rows


def design(rows, levels=None):
    """Columns of numbers as they are, of words as one column a level."""
    columns, kinds = [], levels or []
    for j in range(len(rows[0]) - 1):
        cells = [r[j] for r in rows]
        if levels is None:
            try:
                np.array(cells, float)
                kinds.append(None)
            except ValueError:
                kinds.append(sorted(set(cells)))
        columns += [np.array(cells, float)] if kinds[j] is None else [
            np.array([c == level for c in cells], float) for level in kinds[j]]
    return np.column_stack(columns), np.array([r[-1] for r in rows]), kinds


def split(name, train, test):
    if train == test:
        rows = table(train)
        train, test = rows[::2], rows[1::2]
    else:
        train, test = table(train), table(test)
    X, y, kinds = design(train)
    return X, y, *design(test, kinds)[:2]


def idx(part):
    def read(kind, skip):
        with gzip.open(f"{sys.argv[1]}/fashion-mnist/{part}-{kind}-ubyte.gz") as f:
            return np.frombuffer(f.read(), np.uint8, offset=skip)
    y = read("labels-idx1", 8)
    return read("images-idx3", 16).reshape(len(y), -1) / 255, y


def rounded(p):
    """Shares of UNITS by largest remainder, at least 1 each."""
    K = p.shape[1]
    exact = p * (UNITS - K)
    units = np.floor(exact).astype(int)
    for i, r in enumerate(exact - units):
        units[i, np.argsort(-r, kind="stable")[:UNITS - K - units[i].sum()]] += 1
    return units + 1


def predictions(X, y, Xt, yt, fitted, kept):
    """A model of the first rows and any of rare classes, which predicts like ones."""
    def some(y, n):
        take = np.zeros(len(y), bool)
        take[:n] = True
        for k in np.unique(y):
            take[np.flatnonzero(y == k)[:3]] = True
        return take
    a, b = some(y, fitted), some(yt, kept)
    s = StandardScaler().fit(X[a])
    m = LogisticRegression(C=10, max_iter=200).fit(s.transform(X[a]), y[a])
    return np.searchsorted(m.classes_, yt[b]), rounded(m.predict_proba(s.transform(Xt[b])))


def bins(right, confidence):
    """scikit-learn's calibration curve, with the number of rows of each bin."""
    accuracy, mean = calibration_curve(right, confidence, n_bins=BINS)
    at = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence)
    count = np.bincount(at, minlength=BINS)
    count = count[count > 0]
    return count.astype(float), mean, accuracy


def scores(y, p, w=None):
    K = p.shape[1]
    if w is None:
        rows = np.arange(len(y))
    else:
        rows = np.repeat(np.arange(len(y)), (4 * w).astype(int))
    ys, ps = y[rows], p[rows]
    pred, onehot = ps.argmax(axis=1), np.eye(K, dtype=int)[ys]
    scale = 1 if w is None else 4

    def same(of_rows, weighted):
        assert np.allclose(of_rows, weighted, rtol=1e-12, atol=1e-12), (of_rows, weighted)
        return np.asarray(of_rows).tolist()

    def area(f):
        a = {kind: same(f(onehot, ps, average=average), f(np.eye(K, dtype=int)[y], p, average=average, sample_weight=w))
             for kind, average in (("per_class", None), ("macro", "macro"), ("weighted", "weighted"))}
        for kind, average in (("pair_macro", "macro"), ("pair_weighted", "weighted")):
            a[kind] = _average_multiclass_ovo_score(f, ys, ps, average)
        return a

    def agreement(f):
        return same(f(ys, pred), f(y, p.argmax(axis=1), sample_weight=w))

    roc = area(metrics.roc_auc_score)
    if K > 2:
        for kind, multi_class, average in (("macro", "ovr", "macro"), ("weighted", "ovr", "weighted"),
                                           ("pair_macro", "ovo", "macro"), ("pair_weighted", "ovo", "weighted")):
            same(roc[kind], metrics.roc_auc_score(ys, ps, multi_class=multi_class, average=average))
    count, confidence, accuracy = bins(ys == pred, ps.max(axis=1))
    o = np.log(ps)

    def slope(b):
        return ((softmax(b * o, axis=1) * o).sum(axis=1) - o[np.arange(len(ys)), ys]).mean()
    b = brentq(slope, 1e-3, 1e3, xtol=1e-15, rtol=1e-15)
    return {
        "roc": roc, "pr": area(metrics.average_precision_score),
        "matthews": agreement(metrics.matthews_corrcoef),
        "kappa": agreement(metrics.cohen_kappa_score),
        "balanced_accuracy": agreement(metrics.balanced_accuracy_score),
        "accuracy": agreement(metrics.accuracy_score),
        "log_loss": same(metrics.log_loss(ys, ps), metrics.log_loss(y, p, sample_weight=w)),
        "brier": same(sum(metrics.brier_score_loss(ys == k, ps[:, k]) for k in range(K)),
                      sum(metrics.brier_score_loss(y == k, p[:, k], sample_weight=w) for k in range(K))),
        "ece": (count * abs(accuracy - confidence)).sum() / count.sum(),
        "reliability": np.column_stack([count / scale, confidence, accuracy]).tolist(),
        "class_reliability": np.column_stack(
            [c / d for c, d in zip(bins(ys == K - 1, ps[:, K - 1]), (scale, 1, 1))]).tolist(),
        "temperature": 1 / b,
        "temperature_log_loss": -log_softmax(b * o, axis=1)[np.arange(len(ys)), ys].mean(),
    }


out = []
for name, data, fitted, kept in (
    ("adult", split("adult", "adult/train", "adult/test"), 3000, 800),
    ("letter", split("letter", "letter/train", "letter/test"), 4000, 500),
    ("digits8x8", split("digits8x8", "digits8x8/digits8x8", "digits8x8/digits8x8"), 300, 600),
    ("shuttle", split("shuttle", "shuttle/train", "shuttle/test"), 1000, 600),
    ("fashion-mnist", (*idx("train"), *idx("t10k")), 1000, 500),
):
    y, units = predictions(*data, fitted, kept)
    p = units / UNITS
    w = np.arange(len(y)) * 7919 % 13 / 4
    out.append({
        "name": name, "classes": p.shape[1], "truth": y.tolist(),
        "units": base64.b64encode(units.astype("<u2").tobytes()).decode(),
        "plain": scores(y, p), "weighted": scores(y, p, w),
    })
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "real.json")
with open(path, "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(p, separators=(",", ":")) for p in out) + "\n]\n")
