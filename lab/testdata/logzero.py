"""Independent numbers for the experiment "logzero":

    python3 logzero.py ../../dataset/sample > logzero.json

PyTorch in float32, the gradient by automatic differentiation: the layers
softmax and log as two operations, against log_softmax. Slopes are those of two
outputs by their distance, null where not finite; runs are trainings on pixels
that were not divided by 255, with PyTorch's own starts and orders.
"""
import gzip, json, math, sys
import numpy as np, torch

torch.set_num_threads(2)
ways = [lambda z: z.log_softmax(1)] + [lambda z, e=e: (z.softmax(1) + e).log() for e in (0, 1e-5, math.exp(-5))]

slopes = []
for d in (1, 5, 11.5, 20, 50, 88, 95, 104):
    row = []
    for way in ways:
        z = torch.tensor([[0, d]], dtype=torch.float32, requires_grad=True)
        (-way(z)[0, 0]).backward()
        g = z.grad[0, 0].item()
        row.append(g if math.isfinite(g) else None)
    slopes.append({"distance": d, "slopes": row})


def read(name, offset):
    return np.frombuffer(gzip.open(f"{sys.argv[1]}/{name}-ubyte.gz").read(), np.uint8, offset=offset)


x = torch.tensor(read("train-images-idx3", 16).reshape(-1, 784).astype(np.float32))
y = torch.tensor(read("train-labels-idx1", 8).astype(np.int64))
xt = torch.tensor(read("t10k-images-idx3", 16).reshape(-1, 784).astype(np.float32))
yt = torch.tensor(read("t10k-labels-idx1", 8).astype(np.int64))
runs = []
for way in ways:
    torch.manual_seed(0)
    w, b = (torch.randn(784, 10) * 0.01).requires_grad_(), torch.zeros(10, requires_grad=True)
    finite, total = True, 0.0
    for epoch in range(5):
        total = 0.0
        for rows in torch.randperm(len(x)).split(256):
            loss = -way(x[rows] @ w + b).gather(1, y[rows, None]).mean()
            gw, gb = torch.autograd.grad(loss, (w, b))
            with torch.no_grad():
                w -= 0.1 * gw
                b -= 0.1 * gb
            total += loss.item() * len(rows) / len(x)
    finite = bool(torch.isfinite(w).all())
    accuracy = ((xt @ w + b).argmax(1) == yt).float().mean().item()
    runs.append({"finite": finite, "loss": total if math.isfinite(total) else None, "accuracy": round(accuracy, 4) if finite else None})
print(json.dumps({"slopes": slopes, "runs": runs}, indent=1))
