"""Models of other programs, with the probabilities that they give for 12 rows.

    python3 make.py

needs scikit-learn, onnx (for the files of ONNX; the probabilities are those of
scikit-learn, which the graphs write down) and LIBLINEAR's programs. The data are
made here.
"""
import json
import subprocess

import numpy as np
from onnx import TensorProto, ValueInfoProto, helper, save
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

r = np.random.default_rng(7)
W = r.normal(size=(4, 3))
X = np.round(r.normal(size=(150, 4)) * [1, 10, 100, 1] + [0, 5, -300, 1], 3)
scores = ((X - X.mean(0)) / X.std(0)) @ W + 0.7 * r.normal(size=(150, 3))
y = np.array(["10", "2", "-1"])[scores.argmax(1)]
rows = X[:12]
expected = {"rows": rows.tolist(), "models": {}}


def expect(name, classes, p):
    expected["models"][name] = {"classes": [str(c) for c in classes], "probabilities": np.asarray(p).tolist()}


def as_json(name, model, scaler=None, **more):
    d = {"classes_": [str(c) for c in model.classes_], "coef_": model.coef_.tolist(), "intercept_": model.intercept_.tolist(), **more}
    if scaler is not None:
        d.update(mean_=scaler.mean_.tolist(), scale_=scaler.scale_.tolist())
    with open(name, "w") as f:
        json.dump(d, f)


def as_onnx(name, model, post, scaler=None, norm=None, zipmap=False, labels="strings", both=True):
    """The graph that converters of scikit-learn write."""
    nodes, x = [], "input"
    if scaler is not None:
        nodes.append(helper.make_node("Scaler", [x], ["scaled"], domain="ai.onnx.ml", offset=scaler.mean_.tolist(), scale=(1 / scaler.scale_).tolist()))
        x = "scaled"
    coef, intercept = model.coef_, model.intercept_
    if both and len(coef) == 1:
        coef, intercept = np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
    classes = {"classlabels_strings": [str(c) for c in model.classes_]} if labels == "strings" else {"classlabels_ints": [int(c) for c in model.classes_]}
    out = "raw" if norm or zipmap else "probabilities"
    nodes.append(helper.make_node("LinearClassifier", [x], ["label", out], domain="ai.onnx.ml", coefficients=coef.ravel().tolist(),
                                  intercepts=intercept.tolist(), multi_class=1 if post == "SOFTMAX" else 0, post_transform=post, **classes))
    if norm:
        nodes.append(helper.make_node("Normalizer", [out], ["normal" if zipmap else "probabilities"], domain="ai.onnx.ml", norm=norm))
        out = "normal"
    kind = TensorProto.STRING if labels == "strings" else TensorProto.INT64
    outputs = [helper.make_tensor_value_info("label", kind, [None])]
    if zipmap:
        nodes.append(helper.make_node("ZipMap", [out], ["probabilities"], domain="ai.onnx.ml", **classes))
        value = ValueInfoProto(name="probabilities")
        value.type.sequence_type.elem_type.map_type.key_type = kind
        value.type.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
        outputs.append(value)
    else:
        outputs.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, len(model.classes_)]))
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, 4])], outputs)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 1)]), name)


scaler = StandardScaler().fit(X)
Z = scaler.transform(X)
two = y != "10"
numbers = y.astype(int)

m = LogisticRegression(max_iter=1000).fit(Z, y)
as_json("softmax.json", m, scaler, feature_names_in_=["a", "b", "c", "d"])
as_onnx("softmax.onnx", m, "SOFTMAX", scaler)
expect("softmax.json", m.classes_, m.predict_proba(Z[:12]))
expect("softmax.onnx", m.classes_, m.predict_proba(Z[:12]))

m = LogisticRegression(max_iter=1000, multi_class="ovr").fit(Z, y)
as_json("ovr.json", m, scaler, multi_class="ovr")
as_onnx("ovr.onnx", m, "LOGISTIC", scaler, norm="L1", zipmap=True)
expect("ovr.json", m.classes_, m.predict_proba(Z[:12]))
expect("ovr.onnx", m.classes_, m.predict_proba(Z[:12]))

m = LogisticRegression(max_iter=1000).fit(Z[two], numbers[two])
as_json("two.json", m, scaler)
as_onnx("two.onnx", m, "LOGISTIC", scaler, labels="ints", zipmap=True)
expect("two.json", m.classes_, m.predict_proba(Z[:12]))
expect("two.onnx", m.classes_, m.predict_proba(Z[:12]))
# One row is for the second class: the operator's scores are then -s and s
# (onnx/reference/ops/aionnxml/op_linear_classifier.py), and so onnxruntime has it.
as_onnx("tworow.onnx", m, "LOGISTIC", scaler, labels="ints", both=False)
expect("tworow.onnx", m.classes_, m.predict_proba(Z[:12]))

m = LogisticRegression(max_iter=1000, multi_class="multinomial").fit(Z[two], y[two])
as_json("twosoftmax.json", m, scaler, multi_class="multinomial")
expect("twosoftmax.json", m.classes_, m.predict_proba(Z[:12]))


def svm(name, X, y):
    with open(name, "w") as f:
        for x, label in zip(X, y):
            f.write(label + "".join(f" {j + 1}:{v!r}" for j, v in enumerate(x.tolist())) + "\n")


for name, keep, bias in (("liblinear.model", np.full(150, True), "1"), ("liblineartwo.model", two, "-1")):
    svm("train.svm", Z[keep], y[keep])
    svm("rows.svm", Z[:12], y[:12])
    subprocess.run(["liblinear-train", "-q", "-s", "0", "-B", bias, "train.svm", name], check=True)
    subprocess.run(["liblinear-predict", "-q", "-b", "1", "rows.svm", name, "out"], check=True)
    lines = open("out").read().splitlines()
    expect(name, lines[0].split()[1:], [[float(v) for v in line.split()[1:]] for line in lines[1:]])
expected["scaled"] = Z[:12].tolist()
subprocess.run(["rm", "train.svm", "rows.svm", "out"], check=True)
with open("expected.json", "w") as f:
    json.dump(expected, f, separators=(",", ":"))
