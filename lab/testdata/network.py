"""Independent numbers for the experiment "network":

    python3 network.py ../../dataset/sample > network.json

The penguins' species by four measurements: Newton's method on the definition.
"""
import csv, json, sys
import numpy as np

rows = [r for r in csv.DictReader(open(sys.argv[1] + "/penguins.csv")) if r["body_mass_g"]]
raw = np.array([[float(r[c]) for c in ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")] for r in rows])
species = sorted({r["label"] for r in rows})
Y = np.array([[float(r["label"] == s) for s in species] for r in rows])
n, K = Y.shape
X = np.hstack([(raw - raw.mean(0)) / raw.std(0), np.ones((n, 1))])
d = X.shape[1]
penalty = np.repeat([1 / n] * (d - 1) + [0], K)
t = np.zeros(d * K)
for _ in range(50):
    z = X @ t.reshape(d, K)
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    g = (X.T @ (p - Y) / n).ravel() + penalty * t
    H = sum(np.kron(np.outer(x, x), np.diag(q) - np.outer(q, q)) for x, q in zip(X, p)) / n + np.diag(penalty)
    t -= np.linalg.lstsq(H, g, rcond=1e-12)[0]
W = t.reshape(d, K)[:-1] / raw.std(0)[:, None]
b = t.reshape(d, K)[-1] - raw.mean(0) @ W
o = raw[0] @ W + b
json.dump({"w": W.tolist(), "b": b.tolist(), "o": o.tolist(), "p": (np.exp(o) / np.exp(o).sum()).tolist()}, sys.stdout, indent=1)
