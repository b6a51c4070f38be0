"""What every Python peer does: reads a prepared problem, records points.

A problem is a folder with meta.json, train.f64 (n x d, row-major) and train.y
(int32). A point is a line of points.jsonl and one record of iterates.f64, W
(d x K row-major) followed by b (K); the time it takes to write it is not
counted.
"""
import json
import os
import sys
import time

import numpy as np
import scipy.sparse


class OutOfTime(Exception):
    pass


class Problem:
    def __init__(self, folder, part="train"):
        with open(os.path.join(folder, "meta.json")) as f:
            meta = json.load(f)
        self.k, self.d, self.lam = meta["classes"], meta["features"], meta["lambda"]
        self.x = np.fromfile(os.path.join(folder, part + ".f64"))
        if meta["non_zeros"]:
            index, starts = (np.fromfile(os.path.join(folder, part + end), dtype=np.int32) for end in (".index", ".starts"))
            self.x = scipy.sparse.csr_matrix((self.x, index, starts), shape=(len(starts) - 1, self.d))
        else:
            self.x = self.x.reshape(-1, self.d)
        self.y = np.fromfile(os.path.join(folder, part + ".y"), dtype=np.int32).astype(np.int64)
        self.n = len(self.y)


class Recorder:
    def __init__(self, out, limit):
        self.limit = limit
        self.points = open(os.path.join(out, "points.jsonl"), "w")
        self.iterates = open(os.path.join(out, "iterates.f64"), "wb")

    def start(self):
        self.began, self.paused = time.perf_counter(), 0.0
        self.last = 0.0

    def seconds(self):
        return time.perf_counter() - self.began - self.paused

    def point(self, iteration, w, b, seconds=None, usual=lambda: False):
        """Records W (d x K) and b, and what usual says: whether a fit with the
        defaults would end here. Of a million parameters not every iterate, but
        after every 5 % of the time. Raises OutOfTime once the limit is passed."""
        now = time.perf_counter()
        if seconds is None:
            seconds = now - self.began - self.paused
        ended = bool(usual())
        if w.size < 1e6 or ended or seconds > min(1.05 * self.last, self.limit):
            np.ascontiguousarray(w, dtype=np.float64).tofile(self.iterates)
            np.ascontiguousarray(b, dtype=np.float64).tofile(self.iterates)
            self.iterates.flush()
            self.points.write(json.dumps({"iteration": iteration, "seconds": seconds, "usual": ended}) + "\n")
            self.points.flush()
            self.last = seconds
        self.paused += time.perf_counter() - now
        if seconds > self.limit:
            raise OutOfTime


def arguments():
    """Variant of the peer, problem, folder for the points, limit in seconds."""
    return sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
