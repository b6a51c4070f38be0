"""Independent numbers for the experiment "overflow":

    python3 overflow.py ../../dataset/sample > overflow.json

numpy's float16 and float32, and a fit by scipy's L-BFGS.
"""
import gzip, hashlib, json, sys
import numpy as np
from scipy.optimize import minimize

np.seterr(all="ignore")
out = {}

# Every finite float16 from 0 up, the middles between neighbours, and the
# float64 next to each of these: rounded to float16.
h = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(float)
middle = np.append((h[:-1] + h[1:]) / 2, 65520)
x = np.stack([h, np.nextafter(h, np.inf), np.nextafter(middle, -np.inf), middle, np.nextafter(middle, np.inf)]).T.ravel()
out["half"] = hashlib.sha256(x.astype(np.float16).astype("<f8").tobytes()).hexdigest()

out["formats"], out["cases"] = [], []
types = (np.float16, np.float32, np.float64)
for T in types:
    def edge(good, bad, ok):
        good, bad = T(good), T(bad)
        while True:
            middle = T(good / 2 + bad / 2)
            if middle in (good, bad):
                return float(good)
            good, bad = (middle, bad) if ok(middle) else (good, middle)

    def exp(v):  # in float64, then rounded: numpy's own float32 is off by an ulp
        return T(np.exp(np.float64(v)))

    out["formats"].append({
        "highest": edge(0, 1000, lambda v: np.isfinite(exp(v))),
        "lowest": edge(0, -1000, lambda v: exp(v) > 0),
        "exp": [float(exp(v)) if np.isfinite(exp(v)) else None for v in (50, 89, 710)],
    })
for o in ([50, 49, 48], [89, 88, 87], [710, 709, 708], [-1000, -1000, -1000]):
    case = []
    for T in types:
        e = [T(np.exp(np.float64(v))) for v in o]
        s = T(0)
        for v in e:
            s = T(s + v)
        case.append([None if np.isnan(v / s) else float(v / s) for v in e])
    out["cases"].append(case)


def idx(name, header):
    return np.frombuffer(gzip.open(f"{sys.argv[1]}/{name}-ubyte.gz").read(), np.uint8, offset=header)


def fashion(split):
    X = idx(split + "-images-idx3", 16).reshape(-1, 784) / 255
    return np.hstack([X, np.ones((len(X), 1))]), idx(split + "-labels-idx1", 8)


X, y = fashion("train")
n, Y = len(X), np.eye(10)[y]


def f(t):
    W = t.reshape(785, 10)
    z = X @ W
    z -= z.max(1, keepdims=True)
    e = np.exp(z)
    g = X.T @ ((e / e.sum(1, keepdims=True) - Y) / n)
    g[:-1] += W[:-1] / n
    return -(z * Y).sum() / n + np.log(e.sum(1)).mean() + (W[:-1] ** 2).sum() / 2 / n, g.ravel()


W = minimize(f, np.zeros(7850), jac=True, method="L-BFGS-B", options={"maxiter": 400, "maxfun": 1000}).x.reshape(785, 10)
test, truth = fashion("t10k")
o = test @ W
o -= o.mean(1, keepdims=True)
e = np.exp(o.astype(np.float16).astype(float)).astype(np.float16)
s = e[:, 0]
for k in range(1, 10):
    s = s + e[:, k]
out["fit"] = {
    "accuracy": (o.argmax(1) == truth).mean(), "median": np.median(o.max(1)),
    "broken16": np.isnan(e / s[:, None]).any(1).mean(), "above": (o.max(1) > 11.09).mean(),
}
json.dump(out, sys.stdout, indent=1)
