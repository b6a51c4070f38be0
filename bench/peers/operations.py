"""Times single operations with NumPy and scikit-learn on the images of a
problem; prints a JSON object of medians in seconds. The variant "avx2" holds
NumPy and its BLAS to AVX2, and times their passes in float32 alone."""
import json
import os
import statistics
import sys
import time

held = sys.argv[1] == "avx2"
if held:
    os.environ["OPENBLAS_CORETYPE"] = "Haswell"
    os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"

import numpy as np
from protocol import Problem, arguments
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

_, folder, _, budget = arguments()
cores = os.cpu_count()
train, test = Problem(folder), Problem(folder, "test")


def median(run):
    run()
    times, began = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - began < budget:
        at = time.perf_counter()
        run()
        times.append(time.perf_counter() - at)
    return statistics.median(times)


def passes(n, k, dtype):
    """Loss and gradient by two matrix products, and these alone."""
    x, rows = train.x[:n].astype(dtype), np.arange(n)
    y = train.y if k == train.k else np.random.default_rng(0).integers(0, k, n)
    w = np.random.default_rng(0).normal(0, 0.1, (train.d, k)).astype(dtype)

    def whole():
        z = x @ w
        z -= z.max(axis=1, keepdims=True)
        right = z[rows, y]
        np.exp(z, out=z)
        total = z.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(total[:, 0]) - right)
        z /= total
        z[rows, y] -= 1
        return loss, x.T @ z

    z = x @ w
    if held:
        return {"NumPy AVX2": whole}
    return {"NumPy": whole, "products": lambda: (x @ w, x.T @ z)}


found = []
for n, k in (train.n, train.k), (10000, 100), (10000, 1000):
    for dtype in ("float32",) if held else ("float32", "float64"):
        for how, run in passes(n, k, dtype).items():
            for threads in (1, cores) if n == train.n and not held else (cores,):
                with threadpool_limits(threads):
                    found.append({"rows": n, "classes": k, "input": dtype, "how": how, "threads": threads, "seconds": median(run)})
if held:
    print(json.dumps({"passes": found}))
    sys.exit()

model = LogisticRegression(max_iter=3).fit(train.x[:2000], train.y[:2000])
row, row32 = test.x[:1], test.x[:1].astype(np.float32)
print(json.dumps({
    "passes": found,
    "TheirBatches": {kind: median(lambda: model.predict_proba(x)) for kind in ("uint8", "float32", "float64") for x in [test.x.astype(kind)]},
    "TheirRow": min(median(lambda: model.predict_proba(row)), median(lambda: model.predict_proba(row32))),
}))
