"""The whole job of a script: read the data set from its files, fit, score,
save, all with the defaults. Prints the accuracy. Images are scaled to [0, 1],
numeric columns standardised."""
import gzip
import pickle
import sys

import numpy as np
import sklearn.linear_model
import sklearn.preprocessing

kind, train, test, out, parameters = sys.argv[1:]


def idx(path, header):
    with gzip.open(path) as f:
        return np.frombuffer(f.read(), np.uint8, offset=header)


def images(prefix):
    y = idx(prefix + "-labels-idx1-ubyte.gz", 8)
    return idx(prefix + "-images-idx3-ubyte.gz", 16).reshape(len(y), -1) / 255.0, y


def table(path):
    a = np.loadtxt(path, delimiter=",", dtype=str, skiprows=1)
    return a[:, :-1].astype(float), a[:, -1]


if kind == "images":
    (x, y), (xt, yt) = images(train), images(test)
else:
    (x, y), (xt, yt) = table(train), table(test)
    scaler = sklearn.preprocessing.StandardScaler().fit(x)
    x, xt = scaler.transform(x), scaler.transform(xt)
model = sklearn.linear_model.LogisticRegression().fit(x, y)
with open(out, "wb") as f:
    pickle.dump(model, f)
print(model.score(xt, yt), flush=True)
np.concatenate([model.coef_.T.ravel(), model.intercept_]).tofile(parameters)  # for the benchmark's evaluation
