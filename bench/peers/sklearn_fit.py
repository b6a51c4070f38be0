"""scikit-learn's LogisticRegression, C = 1 / (n lambda).

lbfgs and newton-cg are watched from inside: one fit gives all its iterates.
saga and newton-cholesky are fitted anew for every number of iterations;
liblinear, which has another objective, once with its default tolerance. Two
classes are fitted as scikit-learn does it by default, with one weight vector
w = w1 - w0 and twice the C, which is the same objective at half the cost.
"""
import warnings

import numpy as np
import sklearn
import sklearn.linear_model._logistic as logistic
from protocol import OutOfTime, Problem, Recorder, arguments

variant, folder, out, limit = arguments()
solver, _, dtype = variant.partition(" ")
p, rec = Problem(folder), Recorder(out, limit)
p.x = p.x.astype(dtype or np.float64, copy=False)
warnings.filterwarnings("ignore")


def parameters(coef, intercept):
    if p.k == 2 and solver == "liblinear":
        return np.stack([-coef[0], coef[0]], axis=1), np.array([-intercept[0], intercept[0]])
    if p.k == 2:
        return np.stack([-coef[0], coef[0]], axis=1) / 2, np.array([-intercept[0], intercept[0]]) / 2
    return coef.T, intercept


def unpack(flat):
    a = np.reshape(flat, (1 if p.k == 2 else p.k, p.d + 1), order="F")
    return parameters(a[:, : p.d], a[:, p.d])


# A gradient component of this size is far below every gap that is measured;
# from 1.4 on scikit-learn divides by the number of rows.
tol = 1e-6 if [int(v) for v in sklearn.__version__.split(".")[:2]] < [1, 4] else 1e-10


def fit(x, y, max_iter):
    model = logistic.LogisticRegression(
        solver=solver, C=(2 if p.k == 2 and solver != "liblinear" else 1) / (p.n * p.lam), max_iter=max_iter,
        random_state=0, tol={"saga": 1e-12, "liblinear": 1e-4}.get(solver, tol),
    )
    return model.fit(x, y)


def watch_lbfgs():
    minimize = logistic.optimize.minimize

    def watched(func, x0, **kwargs):
        values, gradient, count = [], [None], 0

        def remember(*args):
            f, gradient[0] = result = func(*args)
            values[:] = (values or [f])[0], f
            return result

        def usual():
            """Whether a fit with the defaults would have ended here."""
            before, now = values
            values[0] = now
            return count == 100 or np.max(np.abs(gradient[0])) <= 1e-4 or before - now <= 2.2e-9 * max(abs(before), abs(now), 1)

        def callback(xk):
            nonlocal count
            count += 1
            rec.point(count, *unpack(xk), usual=usual)

        kwargs["options"].update(maxfun=10**9, ftol=1e-14)
        return minimize(remember, x0, callback=callback, **kwargs)

    logistic.optimize.minimize = watched


def watch_newton_cg():
    newton_cg, count = logistic._newton_cg, -1

    def watched(grad_hess, *args, **kwargs):
        def at(xk, *rest):
            nonlocal count
            count += 1
            if count > 0:
                rec.point(count, *unpack(xk))
            return grad_hess(xk, *rest)

        return newton_cg(at, *args, **kwargs)

    logistic._newton_cg = lambda *args, **kwargs: watched(kwargs.pop("grad_hess", None) or args[0], *args[1:], **kwargs)


fit(p.x[:1000], p.y[:1000], 2)  # the first fit of a process pays for what others find done
try:
    if solver in ("lbfgs", "newton-cg"):
        {"lbfgs": watch_lbfgs, "newton-cg": watch_newton_cg}[solver]()
        rec.start()
        model = fit(p.x, p.y, 100000)
        rec.point(int(model.n_iter_[0]), *parameters(model.coef_, model.intercept_))
    else:
        series = (100,) if solver == "liblinear" else (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
        spent = 0.0
        for iterations in series:
            rec.start()
            model = fit(p.x, p.y, iterations)
            seconds = rec.seconds()
            rec.point(iterations, *parameters(model.coef_, model.intercept_), seconds)
            spent += seconds
            if model.n_iter_[0] < iterations or spent + 2.5 * seconds > limit:
                break
except OutOfTime:
    pass
