"""Independent numbers for the experiment "losses":

    python3 losses.py ../../dataset/sample > losses.json

PyTorch trains both losses with the textbook's budget on the embedded images,
its gradients by automatic differentiation. The order of the examples is its
own, so scores agree only roughly: the mean of three orders is written.
"""
import gzip, json, sys
import numpy as np, torch

torch.set_num_threads(2)


def read(name, offset):
    return np.frombuffer(gzip.open(f"{sys.argv[1]}/{name}-ubyte.gz").read(), np.uint8, offset=offset)


def images(split):
    x = torch.tensor(read(f"{split}-images-idx3", 16).reshape(-1, 784).astype(np.float32) / 255)
    return x, torch.tensor(read(f"{split}-labels-idx1", 8).astype(np.int64))


def cross_entropy(z, y):
    return torch.nn.functional.cross_entropy(z, y)


def squared(z, y):
    return ((z.softmax(1) - torch.nn.functional.one_hot(y, 10)) ** 2).sum(1).mean() / 2


(x, y), (xt, yt) = images("train"), images("t10k")
out = []
for loss in cross_entropy, squared:
    scores = []
    for seed in range(3):
        torch.manual_seed(seed)
        model = torch.nn.Linear(784, 10)
        torch.nn.init.zeros_(model.weight), torch.nn.init.zeros_(model.bias)
        sgd = torch.optim.SGD(model.parameters(), lr=0.1)
        for epoch in range(10):
            for rows in torch.randperm(len(x)).split(256):
                sgd.zero_grad()
                loss(model(x[rows]), y[rows]).backward()
                sgd.step()
        with torch.no_grad():
            z = model(xt)
            scores.append([(z.argmax(1) == yt).float().mean().item(), cross_entropy(z, yt).item(), 2 * squared(z, yt).item()])
    out.append(dict(zip(["accuracy", "log_loss", "brier"], np.mean(scores, 0).round(4).tolist())))

# d loss / d o_y of two classes at p_y = 1/10.
pulls = []
for loss in cross_entropy, lambda z, y: ((z.softmax(1) - torch.tensor([[1.0, 0.0]])) ** 2).sum() / 2:
    z = torch.log(torch.tensor([[0.1, 0.9]], dtype=torch.float64)).requires_grad_()
    loss(z, torch.tensor([0])).backward()
    pulls.append(abs(z.grad[0, 0].item()))
print(json.dumps({"fits": out, "pulls_at_0.1": pulls}, indent=1))
