"""Independent numbers for the experiment "confidence":

    python3 confidence.py ../../dataset/sample > confidence.json

scikit-learn's fit of every sixth training image at lambda = 1/n, and what its
outputs for the test images say.
"""
import gzip, json, sys
import numpy as np
from sklearn.linear_model import LogisticRegression


def idx(name, header):
    return np.frombuffer(gzip.open(f"{sys.argv[1]}/{name}-ubyte.gz").read(), np.uint8, offset=header)


X, y = idx("train-images-idx3", 16).reshape(-1, 784)[::6] / 255, idx("train-labels-idx1", 8)[::6]
test = idx("t10k-images-idx3", 16).reshape(-1, 784) / 255
o = LogisticRegression(C=1, tol=1e-8, max_iter=20000).fit(X, y).decision_function(test)
o.sort(1)
p = 1 / np.exp(o - o[:, -1:]).sum(1)
largest, margin = o[:, -1], o[:, -1] - o[:, -2]
sure_low = largest[p > 0.99].min()
json.dump({"median_largest": np.median(largest), "median_margin": np.median(margin), "sure": (p > 0.99).mean(), "unsure": (p < 0.5).mean(),
           "sure_low": sure_low, "unsure_high": largest[p < 0.5].max(), "overlap": (largest[p < 0.5] > sure_low).mean()}, sys.stdout, indent=1)
