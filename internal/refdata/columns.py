"""Probabilities of a scikit-learn pipeline over columns as they come: numbers
and categories, with missing values, rare levels, and levels that training did
not see.

    python3 columns.py DATA > columns.json

DATA is the folder of data sets. A column is numeric if all its cells that are
not empty are numbers. Missing numbers become the mean with an indicator column
for those that miss some in training, and numbers are standardised after that;
categories become one column a level, the empty cell being one, and levels of
one training row share a column with those that training did not see. Rows with
number f modulo 5 are the test rows of fold f; 3 folds are made. lambda, of the
mean loss plus lambda/2 ||W||^2, is 1/n, which is C = 1. Every so many test rows
are kept, and the accuracy on all.
"""
import csv
import gzip
import json
import sys

import numpy as np
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

KEEP = 15
FOLDS = 3

out = {"sklearn": sklearn.__version__, "sets": []}
for name in ("penguins", "car_evaluation", "mushroom", "soybean", "nursery"):
    with gzip.open(f"{sys.argv[1]}/{name}/{name}.csv.gz", "rt", newline="") as f:
        rows = list(csv.reader(f))
    head, rows = rows[0][:-1], rows[1:]
    y = np.array([r[-1] for r in rows])
    X = np.empty((len(rows), len(head)), dtype=object)
    numeric, categorical = [], []
    for j in range(len(head)):
        cells = [r[j] for r in rows]
        try:
            X[:, j] = [float(c) if c else np.nan for c in cells]
            numeric.append(j)
        except ValueError:
            X[:, j] = cells
            categorical.append(j)
    for fold in range(FOLDS):
        test = np.arange(len(y)) % 5 == fold
        columns = ColumnTransformer([
            ("numbers", Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())]), numeric),
            ("missing", MissingIndicator(error_on_new=False), numeric),
            ("levels", OneHotEncoder(min_frequency=2, handle_unknown="infrequent_if_exist", sparse_output=False), categorical),
        ])
        m = Pipeline([("columns", columns), ("model", LogisticRegression(solver="newton-cg", multi_class="multinomial", tol=1e-12, max_iter=1000))])
        m.fit(X[~test], y[~test])
        p = m.predict_proba(X[test])
        step = -(-len(p) // KEEP)
        out["sets"].append({
            "name": name, "fold": fold, "numeric": [head[j] for j in numeric], "classes": list(m.classes_),
            "accuracy": m.score(X[test], y[test]), "step": step,
            "probabilities": [[float(f"{v:.10g}") for v in row] for row in p[::step]],
        })
json.dump(out, sys.stdout, separators=(",", ":"))
print()
