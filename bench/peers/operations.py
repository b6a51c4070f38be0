"""Times single operations with numpy and scikit-learn; prints a JSON object
of medians in seconds."""
import json
import statistics
import time

import numpy as np
from protocol import Problem, arguments
from sklearn.linear_model import LogisticRegression

_, folder, _, budget = arguments()
train, test = Problem(folder), Problem(folder, "test")


def median(run):
    run()
    times, began = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - began < budget:
        at = time.perf_counter()
        run()
        times.append(time.perf_counter() - at)
    return statistics.median(times)


def evaluation(dtype):
    """Loss and gradient by two matrix products."""
    x, rows = train.x.astype(dtype), np.arange(train.n)
    w = np.random.default_rng(0).normal(0, 0.1, (train.d, train.k)).astype(dtype)

    def run():
        z = x @ w
        z -= z.max(axis=1, keepdims=True)
        right = z[rows, train.y]
        np.exp(z, out=z)
        total = z.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(total[:, 0]) - right)
        z /= total
        z[rows, train.y] -= 1
        return loss, x.T @ z

    return median(run)


model = LogisticRegression(max_iter=3).fit(train.x[:2000], train.y[:2000])
row, row32 = test.x[:1], test.x[:1].astype(np.float32)
test32 = test.x.astype(np.float32)
print(json.dumps({
    "evaluation": min(evaluation(np.float64), evaluation(np.float32)),
    "evaluation_float64": evaluation(np.float64),
    "batch": min(median(lambda: model.predict_proba(test.x)), median(lambda: model.predict_proba(test32))),
    "row": min(median(lambda: model.predict_proba(row)), median(lambda: model.predict_proba(row32))),
}))
