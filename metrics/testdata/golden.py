#!/usr/bin/python3
"""Writes golden.json beside it: the scores that scikit-learn and NumPy give
to random problems. Made with scikit-learn 1.2.1, NumPy 1.24.2.

Class -1 is a class the model does not know. scikit-learn breaks ties in top-k
for the last class, this project for the first: so it is given the classes in
reverse order there.
"""
import json
import os
import warnings

import numpy as np
from sklearn import metrics

rng = np.random.default_rng(20240229)


def problem(name, n, K, weights=None, digits=2, absent=(), unknown=0):
    o = np.round(rng.normal(0, 2, (n, K)), digits)
    truth = rng.choice([k for k in range(K) if k not in absent], n)
    o[np.arange(n), truth] += 1  # better than chance
    o = np.round(o, digits)
    o[:, list(absent[:1])] = -9  # the first absent class is not predicted either
    truth[:unknown] = -1
    w = {None: None,
         "counts": rng.integers(0, 4, n).astype(float),
         "real": np.round(rng.gamma(1, 1, n), 3)}[weights]

    p = np.exp(o - o.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    pred = p.argmax(axis=1)
    known = truth >= 0
    wk = None if w is None else w[known]
    classes = np.arange(K)
    occur = np.union1d(truth[known], pred)

    def top_k(k):
        # A class that is never the best, so that two classes are not "binary".
        scores = np.column_stack([p[known][:, ::-1], np.full(known.sum(), -1)])
        return metrics.top_k_accuracy_score(
            K - 1 - truth[known], scores, k=k, labels=np.arange(K + 1), sample_weight=wk)

    def prf(labels, average):
        return [float(x) for x in metrics.precision_recall_fscore_support(
            truth, pred, labels=labels, average=average, sample_weight=w, zero_division=0)[:3]]

    accuracy = metrics.accuracy_score(truth, pred, sample_weight=w)
    losses = -np.log(p[known, truth[known]])
    log_loss = metrics.log_loss(truth[known], p[known], labels=classes, sample_weight=wk)
    ones = np.ones(n) if w is None else w
    return {
        "name": name, "classes": K,
        "truth": truth.tolist(), "pred": pred.tolist(),
        "logits": o.ravel().tolist(),
        "weights": None if w is None else w.tolist(),
        "accuracy": accuracy,
        "accuracy_error": np.sqrt(accuracy * (1 - accuracy) / ones.sum()),
        "log_loss": log_loss,
        "log_loss_error": np.sqrt(np.average((losses - log_loss) ** 2, weights=wk) / ones[known].sum()),
        "log_likelihood": -metrics.log_loss(
            truth[known], p[known], labels=classes, sample_weight=wk, normalize=False),
        "top_k": {k: top_k(k) for k in {1, 2, min(K, 5), K}},
        "confusion": metrics.confusion_matrix(truth, pred, labels=classes, sample_weight=w).tolist(),
        "per_class": [[float(x) for x in row] for row in zip(*metrics.precision_recall_fscore_support(
            truth, pred, labels=classes, sample_weight=w, zero_division=0))],
        "macro": prf(occur, "macro"),
        "micro": prf(classes, "micro"),
        "weighted": prf(classes, "weighted"),
    }


warnings.simplefilter("ignore")  # k = K makes top-k trivial
problems = [
    problem("two classes", 60, 2),
    problem("two classes, real weights", 60, 2, "real"),
    problem("three classes, counts as weights", 80, 3, "counts"),
    problem("three classes, many ties", 80, 3, digits=0),
    problem("ten classes", 150, 10),
    problem("ten classes, real weights, ties, absent", 150, 10, "real", digits=0, absent=(3, 7)),
    problem("ten classes, counts, unknown", 120, 10, "counts", digits=1, absent=(0,), unknown=9),
    problem("one example", 1, 3),
]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json")
with open(path, "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(p) for p in problems) + "\n]\n")
