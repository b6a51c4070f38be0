# glmnet beside BenchmarkPenalties and BenchmarkPenaltyPaths, on columns scaled as
# ours are: CPU seconds to a true 1e-4 with one penalty, of the thresholds that
# get there the quickest; and of a path of 100 at its default threshold.
#
#   Rscript bench/peers/penalty.R $SOFTMAX_DATA/letter/train.csv.gz L1 L2 GROUP OPTIMUM
#   Rscript bench/peers/penalty.R $SOFTMAX_DATA/letter/train.csv.gz path lasso|group LARGEST
#
# To one small penalty it comes along a path of 9, as it must.
suppressMessages(library(glmnet))
glmnet.control(fdev = 0, devmax = 1)
args <- commandArgs(trailingOnly = TRUE)
x <- read.csv(args[1])
y <- factor(x$label)
x$label <- NULL
x <- scale(as.matrix(x))
x <- x[, colSums(is.na(x)) == 0] * sqrt(nrow(x) / (nrow(x) - 1))
fit <- function(lambda, alpha, group, thresh) {
  began <- proc.time()
  m <- glmnet(x, y, family = "multinomial", alpha = alpha, lambda = lambda, standardize = FALSE,
    type.multinomial = if (group) "grouped" else "ungrouped", thresh = thresh, maxit = 1e8)
  list(m = m, spent = sum((proc.time() - began)[1:2]))
}
if (args[2] == "path") {
  lambdas <- as.numeric(args[4]) * 1e-2^((0:99) / 99)
  spent <- replicate(3, fit(lambdas, 1, args[3] == "group", 1e-7)$spent)
  cat(sprintf("path: %.2f s\n", median(spent)))
  quit()
}
p <- as.numeric(args[2:5])
lambda <- sum(p[1:3])
for (threshold in 10^-(4:12)) {
  r <- fit(lambda * (1 / 0.6)^(8:0), 1 - p[2] / lambda, p[3] > 0, threshold)
  w <- sapply(r$m$beta, function(b) b[, 9])
  z <- x %*% w + rep(r$m$a0[, 9], each = nrow(x))
  top <- apply(z, 1, max)
  f <- mean(top + log(rowSums(exp(z - top))) - z[cbind(seq_len(nrow(x)), as.integer(y))]) +
    p[1] * sum(abs(w)) + p[2] / 2 * sum(w^2) + p[3] * sum(sqrt(rowSums(w^2)))
  cat(sprintf("threshold %g: %.2f s, %.1e above\n", threshold, r$spent, f / p[4] - 1))
  if (f / p[4] - 1 < 1e-4 || r$spent > 60) break
}
