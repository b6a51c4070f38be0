"""Independent numbers for the experiment "margin":

    python3 margin.py ../../dataset/sample > margin.json

The textbook's SGD in numpy; its shuffles are others, so the numbers agree to a
few percent. The spread over ten seeds is given.
"""
import gzip, json, sys
import numpy as np


def idx(name, header):
    return np.frombuffer(gzip.open(f"{sys.argv[1]}/{name}-ubyte.gz").read(), np.uint8, offset=header)


def fashion(split):
    X = idx(split + "-images-idx3", 16).reshape(-1, 784) / 255
    return np.hstack([X, np.ones((len(X), 1))]), idx(split + "-labels-idx1", 8)


(X, y), (test, truth) = fashion("train"), fashion("t10k")
found = []
for seed in range(10):
    random, W = np.random.default_rng(seed), np.zeros((785, 10))
    for epoch in range(10):
        order = random.permutation(len(X))
        for batch in np.split(order, range(256, len(X), 256)):
            p = np.exp(X[batch] @ W)
            p /= p.sum(1, keepdims=True)
            p[np.arange(len(batch)), y[batch]] -= 1
            W -= 0.1 * X[batch].T @ p / len(batch)
    o, rows = test @ W, np.arange(len(test))
    right = o[rows, truth]
    wrong = o.copy()
    wrong[rows, truth] = -np.inf
    m = right - wrong.max(1)
    loss = np.log(np.exp(o).sum(1)) - right
    rivals = (np.exp(loss) - 1) * np.exp(m)
    cooled = [t * np.log(np.exp(o / t).sum(1)) - o.max(1) for t in (4, 2, 1, 0.5, 0.25, 0.1)]
    found.append([np.median(rivals), rivals.max(), loss[m > 0].sum() / loss.sum(), (loss < np.log(2)).sum(), (loss > np.log(10)).sum()]
                 + [c.mean() for c in cooled])
names = ["median_rivals", "most_rivals", "right_share", "below", "above", "t4", "t2", "t1", "t0.5", "t0.25", "t0.1"]
json.dump({name: {"mean": np.mean(v), "deviation": np.std(v)} for name, v in zip(names, np.transpose(found))}, sys.stdout, indent=1)
