"""Maximum-likelihood fits of multinomial logit from the literature.

    python3 mnl.py > mnl.json

fishing: the mode of 1182 anglers by monthly income in thousands of dollars
(Herriges and Kling, 1999, Review of Economics and Statistics 81), as counts.
Coefficients and log-likelihood are those that Stata's mlogit prints; Cameron
and Trivedi, Microeconometrics (2005), table 15.2, has them too.

alligators: the main food of 219 alligators by size and lake, as counts
(Agresti, Categorical Data Analysis, 2nd ed., 2002, tables 7.1 and 7.2). The
book has two decimals, so the fit is repeated here, by Newton's method.
"""
import json
import sys

import numpy as np

fishing = {
    "base": "beach", "classes": ["pier", "boat", "charter"], "columns": ["1", "income"],
    "coef": [[0.8141503, -0.1434029], [0.7389208, 0.0919064], [1.341291, -0.0316399]],
    "loglik": -1477.1506,
    # income, then how many chose beach, pier, boat, charter
    "counts": [
        [0.41666668, 5, 12, 9, 9],
        [1.2499998, 16, 23, 28, 39],
        [2.0833332, 19, 41, 45, 65],
        [2.9166666, 19, 33, 70, 100],
        [3.7499998999999997, 25, 19, 62, 75],
        [4.583332, 9, 18, 61, 53],
        [5.4166666999999995, 14, 11, 37, 41],
        [6.2500013, 8, 8, 33, 26],
        [7.0833317, 7, 3, 26, 15],
        [7.9166663, 4, 1, 5, 11],
        [8.750001000000001, 3, 1, 11, 10],
        [9.5833357, 1, 4, 3, 3],
        [10.416666, 1, 1, 3, 3],
        [11.250001000000001, 0, 0, 2, 0],
        [12.499998, 3, 3, 23, 2],
    ],
}

lakes, sizes = ["Hancock", "Oklawaha", "Trafford", "George"], ["<=2.3", ">2.3"]
foods = ["Fish", "Invertebrate", "Reptile", "Bird", "Other"]
# lake, size, then how many of each food
alligators = [
    ["Hancock", "<=2.3", 23, 4, 2, 2, 8],
    ["Hancock", ">2.3", 7, 0, 1, 3, 5],
    ["Oklawaha", "<=2.3", 5, 11, 1, 0, 3],
    ["Oklawaha", ">2.3", 13, 8, 6, 1, 0],
    ["Trafford", "<=2.3", 5, 11, 2, 1, 5],
    ["Trafford", ">2.3", 8, 7, 6, 3, 5],
    ["George", "<=2.3", 16, 19, 1, 2, 3],
    ["George", ">2.3", 17, 1, 0, 1, 3],
]

X = np.array([[1, s == sizes[0]] + [l == lake for lake in lakes[:3]] for l, s, *_ in alligators], dtype=float)
N = np.array([row[2:] for row in alligators], dtype=float)
B = np.zeros((X.shape[1], len(foods)))
for _ in range(30):
    P = np.exp(X @ B)
    P /= P.sum(1, keepdims=True)
    n = N.sum(1)
    g = X.T @ (N - n[:, None] * P)[:, 1:]
    k, d = len(foods) - 1, X.shape[1]
    H = np.zeros((d * k, d * k))
    for a in range(k):
        for b in range(k):
            w = n * P[:, a + 1] * ((a == b) - P[:, b + 1])
            H[a * d:(a + 1) * d, b * d:(b + 1) * d] = X.T @ (w[:, None] * X)
    B[:, 1:] += np.linalg.solve(H, g.T.ravel()).reshape(k, d).T
P = np.exp(X @ B)
P /= P.sum(1, keepdims=True)
published = [[-1.55, 1.46, -1.66, 0.94, 1.12], [-3.31, -0.35, 1.24, 2.46, 2.94], [-2.09, -0.63, 0.70, -0.65, 1.09], [-1.90, 0.33, 0.83, 0.01, 1.52]]
assert abs(B[:, 1:].T - published).max() < 0.00501

json.dump({
    "fishing": fishing,
    "alligators": {
        "base": foods[0], "classes": foods[1:], "columns": ["1", "size=<=2.3"] + ["lake=" + l for l in lakes[:3]],
        "coef": B[:, 1:].T.tolist(), "loglik": float((N * np.log(P)).sum()), "counts": alligators,
    },
}, sys.stdout)
