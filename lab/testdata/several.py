"""Independent numbers for the experiment "several":

    python3 several.py ../../dataset/sample > several.json

numpy composes images by the same recipe with random numbers of its own, scipy
fits both losses: the scores agree as far as another draw does.
"""
import gzip, json, sys
import numpy as np
from scipy.optimize import minimize


def read(name, offset):
    return np.frombuffer(gzip.open(f"{sys.argv[1]}/{name}-ubyte.gz").read(), np.uint8, offset=offset)


def compose(split, n, random):
    images = read(f"{split}-images-idx3", 16).reshape(-1, 28, 28)
    labels = read(f"{split}-labels-idx1", 8)
    X, Y = np.zeros((n, 28, 28)), np.zeros((n, 10))
    for i in range(n):
        for side in (0, 14):
            if random.random() < 0.75:
                j = random.integers(len(labels))
                X[i, :, side:side + 14] = images[j].reshape(28, 14, 2).mean(2)
                Y[i, labels[j]] = 1
    return np.hstack([X.reshape(n, 784) / 255, np.ones((n, 1))]), Y


random = np.random.default_rng(1)
(X, Y), (Xt, Yt) = compose("train", 4000, random), compose("t10k", 1000, random)
m, mt = Y.sum(1, keepdims=True), Yt.sum(1)


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def loss(name, z, Y):
    if name == "softmax":
        lse = np.log(np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True)) + z.max(1, keepdims=True)
        return (Y * (lse - z)).sum(1), Y.sum(1, keepdims=True) * softmax(z) - Y
    return (np.logaddexp(0, z) - Y * z).sum(1), 1 / (1 + np.exp(-z)) - Y


out = []
for name in "softmax", "sigmoids":
    def f(t):
        W = t.reshape(785, 10)
        l, r = loss(name, X @ W, Y)
        g = X.T @ r / len(X)
        g[:-1] += 1e-3 * W[:-1]
        return l.mean() + 1e-3 / 2 * (W[:-1] ** 2).sum(), g.ravel()

    t = minimize(f, np.zeros(7850), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    z = Xt @ t.reshape(785, 10)
    p = softmax(z) if name == "softmax" else 1 / (1 + np.exp(-z))
    own = p == p.max(1, keepdims=True) if name == "softmax" else p > 0.5
    top = [Yt[i, np.argsort(-p[i])[:int(k)]].mean() for i, k in enumerate(mt) if k]
    out.append({
        "test_loss": loss(name, z, Yt)[0].mean(),
        "subset_accuracy": (own == Yt).all(1).mean(),
        "micro_f1": 2 * (own * Yt).sum() / (own.sum() + Yt.sum()),
        "precision_at_m": np.mean(top),
    })
print(json.dumps(out, indent=1))
