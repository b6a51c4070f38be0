"""The curves of cross-validation that scikit-learn has on the folds of
`softmax cv DATA --folds 5 --write-folds FILE`: every fit by itself, to tight
tolerance. Writes reference.json.

usage: reference.py letter/train.csv.gz letter.folds adult/train.csv.gz adult.folds
"""
import json, sys, warnings
import numpy as np, pandas as pd, sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.compose import make_column_transformer, make_column_selector
from sklearn.preprocessing import OneHotEncoder, StandardScaler

lambdas = [10 ** (-i / 2) for i in range(2, 13)]


def curve(data, folds):
    frame = pd.read_csv(data, keep_default_na=False, na_values=[""])
    label = "label" if "label" in frame else frame.columns[-1]
    y, x = frame.pop(label), frame
    x = x.fillna({c: "" for c in x.select_dtypes("object")})
    fold = np.loadtxt(folds, dtype=int)
    losses = np.zeros(len(lambdas))
    for f in range(fold.max() + 1):
        train, held = (fold != f), (fold == f)
        design = make_column_transformer(
            (StandardScaler(), make_column_selector(dtype_exclude=object)),
            (OneHotEncoder(handle_unknown="ignore", sparse_output=False), make_column_selector(dtype_include=object)))
        a, b = design.fit_transform(x[train]), design.transform(x[held])
        classes = np.unique(y[train])
        start = None
        for i, l in enumerate(lambdas):
            # Of two classes scikit-learn has one vector, the difference of ours.
            two = len(classes) == 2
            m = LogisticRegression(C=(2 if two else 1) / (l * train.sum()), tol=1e-7, max_iter=20000,
                                   solver="newton-cholesky" if two else "lbfgs", warm_start=True)
            if start is not None:
                m.coef_, m.intercept_, m.classes_ = start[0], start[1], classes
            m.fit(a, y[train])
            start = m.coef_, m.intercept_
            p = m.predict_proba(b)
            losses[i] += -np.log(p[np.arange(held.sum()), np.searchsorted(classes, y[held])]).sum()
    return (losses / (fold >= 0).sum()).tolist()


if __name__ == "__main__":
    warnings.simplefilter("error")
    out = {"script": "reference.py", "scikit-learn": sklearn.__version__, "lambdas": lambdas}
    for name, data, folds in (("letter", *sys.argv[1:3]), ("adult", *sys.argv[3:5])):
        out[name] = curve(data, folds)
    with open("reference.json", "w") as file:
        json.dump(out, file, indent=1)
    print(out)
