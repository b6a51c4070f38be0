"""Probabilities of one-vs-rest logistic regression on multi-label data sets.

    python3 multilabel.py DATA > multilabel.json

DATA is the folder of data sets. The columns are standardised by the training
set's mean and population deviation; lambda is 1/n of the mean loss, that is
C = 1 of scikit-learn's sum. The first rows of the test set are kept.
"""
import gzip
import csv
import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

KEEP = 40


def read(path):
    with gzip.open(path, "rt", newline="") as f:
        rows = list(csv.reader(f))
    label = np.array([h.startswith("label:") for h in rows[0]])
    values = np.array(rows[1:], dtype=float)
    names = [h[len("label:"):] for h, l in zip(rows[0], label) if l]
    return values[:, ~label], values[:, label], names


out = {"sklearn": sklearn.__version__, "sets": {}}
for name in ("ml_emotions", "ml_scene"):
    X, Y, names = read(f"{sys.argv[1]}/{name}/train.csv.gz")
    T, _, _ = read(f"{sys.argv[1]}/{name}/test.csv.gz")
    mean, deviation = X.mean(0), X.std(0)
    X, T = (X - mean) / deviation, (T - mean) / deviation
    p = {}
    for k, label in enumerate(names):
        m = LogisticRegression(C=1.0, solver="newton-cg", tol=1e-12, max_iter=10000).fit(X, Y[:, k])
        p[label] = [float(f"{v:.10g}") for v in m.predict_proba(T[:KEEP])[:, 1]]
    out["sets"][name] = p
json.dump(out, sys.stdout)
