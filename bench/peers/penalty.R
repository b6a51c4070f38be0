# glmnet's CPU seconds to a true 1e-4 with penalties that have corners, beside
# BenchmarkPenalties: of the thresholds that get there, the quickest.
#
#   Rscript bench/peers/penalty.R $BENCH_WORK/letter L1 L2 GROUP OPTIMUM
#
# on what bench/run --prepare has written. glmnet comes along a path of 9
# penalties, as it must to get to a small one.
suppressMessages(library(glmnet))
glmnet.control(fdev = 0, devmax = 1)
args <- commandArgs(trailingOnly = TRUE)
y <- readBin(file.path(args[1], "train.y"), "integer", 1e7)
n <- length(y)
x <- readBin(file.path(args[1], "train.f64"), "double", 1e9)
x <- t(matrix(x, length(x) / n, n))
p <- as.numeric(args[2:5])
lambda <- sum(p[1:3])
for (threshold in 10^-(4:12)) {
  began <- proc.time()
  m <- glmnet(x, factor(y), family = "multinomial", alpha = 1 - p[2] / lambda, lambda = lambda * (1 / 0.6)^(8:0),
    type.multinomial = if (p[3] > 0) "grouped" else "ungrouped", standardize = FALSE, thresh = threshold, maxit = 1e8)
  spent <- sum((proc.time() - began)[1:2])
  w <- sapply(m$beta, function(b) b[, 9])
  z <- x %*% w + rep(m$a0[, 9], each = n)
  top <- apply(z, 1, max)
  f <- mean(top + log(rowSums(exp(z - top))) - z[cbind(seq_len(n), y + 1)]) +
    p[1] * sum(abs(w)) + p[2] / 2 * sum(w^2) + p[3] * sum(sqrt(rowSums(w^2)))
  cat(sprintf("threshold %g: %.2f s, %.1e above\n", threshold, spent, f / p[4] - 1))
  if (f / p[4] - 1 < 1e-4 || spent > 60) break
}
