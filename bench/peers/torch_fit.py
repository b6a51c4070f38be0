"""PyTorch in float32 on the CPU.

sgd is the textbook's loop: tensors in memory, a random order by randperm,
batches of 256, learning rate 0.1, 10 epochs; the penalty is weight decay on
the weights. lbfgs is torch.optim.LBFGS on all rows with strong Wolfe search.
"""
import os

import torch
from protocol import OutOfTime, Problem, Recorder, arguments

method, folder, out, limit = arguments()
p, rec = Problem(folder), Recorder(out, limit)
torch.set_num_threads(os.cpu_count())
torch.manual_seed(0)
x, y = torch.from_numpy(p.x).float(), torch.from_numpy(p.y)
model = torch.nn.Linear(p.d, p.k)
loss = torch.nn.CrossEntropyLoss()


def point(iteration):
    with torch.no_grad():
        rec.point(iteration, model.weight.double().numpy().T, model.bias.double().numpy())


def sgd():
    optimizer = torch.optim.SGD(
        [{"params": [model.weight], "weight_decay": p.lam}, {"params": [model.bias]}], lr=0.1
    )
    rec.start()
    for epoch in range(1, 11):
        order = torch.randperm(p.n)
        for at in range(0, p.n, 256):
            batch = order[at : at + 256]
            optimizer.zero_grad()
            loss(model(x[batch]), y[batch]).backward()
            optimizer.step()
        point(epoch)


def lbfgs():
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    optimizer = torch.optim.LBFGS(
        model.parameters(), max_iter=20, tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        f = loss(model(x), y) + p.lam / 2 * model.weight.square().sum()
        f.backward()
        return f

    rec.start()
    last, stalled = float("inf"), 0
    while stalled < 3:
        f = float(optimizer.step(closure))
        point(optimizer.state[model.weight]["n_iter"])
        stalled = stalled + 1 if f >= last else 0
        last = min(last, f)




def warm_up():
    """The first step of a process pays for what later ones find done."""
    other = torch.nn.Linear(p.d, p.k)
    for optimizer in torch.optim.SGD(other.parameters(), lr=0.1), torch.optim.LBFGS(other.parameters(), max_iter=1):
        def closure():
            optimizer.zero_grad()
            f = loss(other(x[:1000]), y[:1000]) + p.lam / 2 * other.weight.square().sum()
            f.backward()
            return f

        optimizer.step(closure)


warm_up()
try:
    {"sgd": sgd, "lbfgs": lbfgs}[method]()
except OutOfTime:
    pass
