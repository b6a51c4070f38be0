"""Independent numbers for the experiment "likelihood":

    python3 likelihood.py ../../dataset/sample/penguins.csv > likelihood.json

scipy's BFGS on the definitions, sharing nothing with the Go code.
"""
import csv, json, sys
import numpy as np
from scipy.optimize import minimize

penguins = list(csv.DictReader(open(sys.argv[1])))
out = {}


def fit(X, Y, w, lam):
    """The least mean cross-entropy + lam/2 |W|^2 (intercept last, free)."""
    X = np.hstack([X, np.ones((len(X), 1))])
    shape = (X.shape[1], Y.shape[1])

    def logp(t):
        z = X @ t.reshape(shape)
        return z - np.log(np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True)) - z.max(1, keepdims=True)

    def f(t):
        W, l = t.reshape(shape), logp(t)
        g = X.T @ (w[:, None] * (np.exp(l) - Y)) / w.sum()
        g[:-1] += lam * W[:-1]
        return -(w * (Y * l).sum(1)).sum() / w.sum() + lam / 2 * (W[:-1] ** 2).sum(), g.ravel()

    r = minimize(f, np.zeros(shape[0] * shape[1]), jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
    loss = -(w * (Y * logp(r.x)).sum(1)).sum() / w.sum()
    return loss, r.fun


def onehot(values):
    levels = sorted(set(values))
    return np.array([[float(v == l) for l in levels] for v in values])


rows = [r for r in penguins if r["sex"]]
X = np.hstack([onehot([r["island"] for r in rows]), onehot([r["sex"] for r in rows])])
Y = onehot([r["label"] for r in rows])
n = len(rows)
groups, inverse, counts = np.unique(X, axis=0, return_inverse=True, return_counts=True)
shares = np.array([Y[inverse == g].mean(0) for g in range(len(groups))])
logs = np.where(shares > 0, np.log(np.where(shares > 0, shares, 1)), 0)
out["grouped"] = {
    "cross_entropy": fit(groups, shares, counts.astype(float), 1 / n)[0],
    "entropy": -(counts[:, None] * shares * logs).sum() / n,
}

rows = [r for r in penguins if r["body_mass_g"]]
X = np.array([[float(r["flipper_length_mm"]), float(r["body_mass_g"])] for r in rows])
X = (X - X.mean(0)) / X.std(0)
Y = onehot([r["label"] for r in rows])
n = len(rows)
out["posterior"] = []
for lam in (0, 1 / n):
    loss, f = fit(X, Y, np.ones(n), lam)
    out["posterior"].append({"log_likelihood": -n * loss, "minus_n_objective": -n * f})
print(json.dumps(out, indent=1))
