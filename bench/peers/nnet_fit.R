# nnet without a hidden layer and with softmax outputs: the optimiser behind
# multinom(). multinom() itself holds one class at 0 and its decay penalises
# the intercepts; with a decay for each weight, 0 at the intercepts, nnet
# minimises the objective of everyone else. Fitted anew for every maxit.
source(file.path(Sys.getenv("BENCH_PEERS"), "protocol.R"))
library(nnet)

targets <- class.ind(factor(y, levels = 0:(k - 1)))
size <- (d + 1) * k
decay <- rep(c(0, rep(n * lambda / 2, d)), k)
series(c(5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000), function(maxit) {
  m <- nnet(x, targets, size = 0, skip = TRUE, softmax = TRUE, Wts = rep(0, size), rang = 0, decay = decay,
            maxit = maxit, MaxNWts = size, abstol = 0, reltol = 0, trace = FALSE)
  a <- matrix(m$wts, d + 1, k)
  list(w = a[-1, , drop = FALSE], b = a[1, ], iterations = maxit)
})
