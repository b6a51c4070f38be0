"""Probabilities and objectives of scikit-learn's multinomial logistic
regression on real data sets.

    python3 logistic.py DATA > logistic.json

DATA is the folder of data sets. Numeric columns are standardised by mean and
population deviation where "standardize" says so, words become one column a
level, rows with a gap are left out. lambda is that of the mean loss plus
lambda/2 ||W||^2, which is C = 1/(lambda n) here. Every so many rows are kept.
"""
import csv
import gzip
import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

KEEP = 25


def read(name, standardize):
    with gzip.open(f"{sys.argv[1]}/{name}/{name}.csv.gz", "rt", newline="") as f:
        rows = list(csv.reader(f))
    head, rows = rows[0], [r for r in rows[1:] if "" not in r]
    columns = []
    for j in range(len(head) - 1):
        cells = [r[j] for r in rows]
        try:
            v = np.array(cells, dtype=float)
            if standardize:
                v = (v - v.mean()) / v.std()
            columns.append(v)
        except ValueError:
            columns += [np.array([c == level for c in cells], dtype=float) for level in sorted(set(cells))]
    return np.column_stack(columns), np.array([r[-1] for r in rows])


out = {"sklearn": sklearn.__version__, "sets": []}
for name, standardize, lambdas in (
    ("iris", True, (None, 1e-4)),
    ("iris", False, (None,)),
    ("wine", True, (None, 0.1)),
    ("digits8x8", False, (None, 0.1)),
    ("penguins", True, (None, 1e-3)),
):
    X, y = read(name, standardize)
    n = len(y)
    for lam in lambdas:
        lam = lam or 1 / n
        m = LogisticRegression(C=1 / (lam * n), solver="newton-cg", multi_class="multinomial", tol=1e-12, max_iter=1000).fit(X, y)
        p = m.predict_proba(X)
        code = np.searchsorted(m.classes_, y)
        f = -np.log(p[np.arange(n), code]).mean() + lam / 2 * (m.coef_ ** 2).sum()
        step = -(-n // KEEP)
        out["sets"].append({
            "name": name, "standardize": standardize, "lambda": lam, "n": n, "features": X.shape[1],
            "classes": list(m.classes_), "objective": f, "accuracy": m.score(X, y), "step": step,
            "probabilities": [[float(f"{v:.10g}") for v in row] for row in p[::step]],
        })
json.dump(out, sys.stdout)
