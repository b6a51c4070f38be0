"""Gradient descent on every sixth image of the embedded sample of Fashion-MNIST,
in numpy, for the experiments batch and optimizers:

    python3 optimization.py ../../dataset/sample > optimization.json

descent: the mean cross-entropy after each step with all rows as one batch,
from zero weights, learning rate 0.1; accuracy: on the test images after one
step. minimum: of mean cross-entropy + ||W||^2 / (2 n), by Newton's method with
conjugate gradients, and of the same for the standardised penguins.
"""
import csv, gzip, json, sys
import numpy as np

folder = sys.argv[1] + "/"


def idx(name, start, shape):
    with gzip.open(folder + name) as f:
        return np.frombuffer(f.read()[start:], np.uint8).reshape(shape)


def objective(X, y, K, lam):
    """f, its gradient and Hessian products at (d+1) x K parameters."""
    n, d = X.shape[0], X.shape[1]
    X1, Y = np.hstack([X, np.ones((n, 1))]), np.eye(K)[y]
    ridge = lam * np.append(np.ones(d), 0)[:, None]

    def at(theta):
        o = X1 @ theta
        o -= o.max(1, keepdims=True)
        logp = o - np.log(np.exp(o).sum(1, keepdims=True))
        p = np.exp(logp)
        f = -(Y * logp).sum() / n + (ridge * theta**2).sum() / 2
        g = X1.T @ (p - Y) / n + ridge * theta

        def hess(v):
            z = X1 @ v
            return X1.T @ (p * (z - (p * z).sum(1, keepdims=True))) / n + ridge * v

        return f, g, hess

    return at


def newton(at, shape):
    theta = np.zeros(shape)
    for _ in range(60):
        f, g, hess = at(theta)
        if np.abs(g).max() < 1e-9:
            break
        s, r = np.zeros(shape), -g
        q, rr = r.copy(), (r * r).sum()
        for _ in range(3000):
            hq = hess(q)
            a = rr / (q * hq).sum()
            s, r = s + a * q, r - a * hq
            new = (r * r).sum()
            if new < 1e-6 * (g * g).sum():
                break
            q, rr = r + new / rr * q, new
        step, slope = 1.0, (g * s).sum()
        while at(theta + step * s)[0] > f + 1e-4 * step * slope and step > 1e-12:
            step /= 2
        theta = theta + step * s
    return at(theta)[0]


train = idx("train-images-idx3-ubyte.gz", 16, (-1, 784))[::6] / 255.0
labels = idx("train-labels-idx1-ubyte.gz", 8, -1)[::6]
test = idx("t10k-images-idx3-ubyte.gz", 16, (-1, 784)) / 255.0
truth = idx("t10k-labels-idx1-ubyte.gz", 8, -1)
result = {"descent": []}
at = objective(train, labels, 10, 0.0)
theta = np.zeros((785, 10))
theta[784] = np.log(np.bincount(labels, minlength=10) / len(labels))
for step in range(100):
    theta -= 0.1 * at(theta)[1]
    result["descent"].append(round(at(theta)[0], 12))
    if step == 0:
        o = np.hstack([test, np.ones((len(test), 1))]) @ theta
        result["accuracy"] = (o.argmax(1) == truth).mean()
result["minimum"] = {"images": newton(objective(train, labels, 10, 1 / len(labels)), (785, 10))}

rows = [r for r in csv.DictReader(open(folder + "penguins.csv")) if "" not in r.values()]
numbers = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "year"]
V = np.array([[float(r[c]) for c in numbers] for r in rows])
columns = [(V - V.mean(0)) / V.std(0)]
for c in ["island", "sex"]:
    levels = sorted({r[c] for r in rows})
    columns.append(np.array([[r[c] == l for l in levels] for r in rows], float))
species = sorted({r["label"] for r in rows})
y = np.array([species.index(r["label"]) for r in rows])
X = np.hstack(columns)
result["minimum"]["penguins"] = newton(objective(X, y, 3, 1 / len(y)), (X.shape[1] + 1, 3))
json.dump(result, sys.stdout, indent=1)
print()
