# glmnet's multinomial fits of a small random problem: Rscript penalty.R > penalty.json
suppressMessages(library(glmnet))
set.seed(1)
n <- 90; d <- 6; K <- 4
x <- round(matrix(rnorm(n * d), n, d), 2)
y <- 1 + apply(cbind(x[, 1:3] + 0.8 * matrix(rnorm(n * 3), n, 3), 0.3), 1, which.max) - 1
cases <- list(
  list(name = "lasso", alpha = 1, lambda = 0.03, type = "ungrouped", factors = rep(1, d)),
  list(name = "elastic net", alpha = 0.6, lambda = 0.05, type = "ungrouped", factors = rep(1, d)),
  list(name = "group", alpha = 1, lambda = 0.04, type = "grouped", factors = rep(1, d)),
  list(name = "group and L2", alpha = 0.5, lambda = 0.06, type = "grouped", factors = rep(1, d)),
  # glmnet scales factors to a sum of d: these have it
  list(name = "factors", alpha = 1, lambda = 0.03, type = "ungrouped", factors = c(0.5, 2, 1, 1, 0.25, 1.25)),
  list(name = "a free feature", alpha = 0.7, lambda = 0.03, type = "ungrouped", factors = c(1, 0, 2, 1, 1, 1)))
num <- function(v) paste0("[", paste(format(v, digits = 15, trim = TRUE), collapse = ","), "]")
fit <- function(c) {
  f <- glmnet(x, factor(y), family = "multinomial", alpha = c$alpha, lambda = c$lambda * c(30, 10, 3, 1),
    type.multinomial = c$type, standardize = FALSE, penalty.factor = c$factors, thresh = 1e-16, maxit = 1e7)
  W <- sapply(f$beta, function(b) b[, 4]); b <- f$a0[, 4]
  z <- x %*% W + rep(b, each = n); m <- apply(z, 1, max)
  norms <- if (c$type == "grouped") sqrt(rowSums(W^2)) else rowSums(abs(W))
  value <- mean(m + log(rowSums(exp(z - m))) - z[cbind(1:n, y)]) +
    c$lambda * sum(c$factors * (c$alpha * norms + (1 - c$alpha) / 2 * rowSums(W^2)))
  sprintf('{"name":"%s","alpha":%g,"lambda":%g,"grouped":%s,"factors":%s,"objective":%.15g,"w":%s}',
    c$name, c$alpha, c$lambda, if (c$type == "grouped") "true" else "false", num(c$factors), value, num(t(W)))
}
cat(sprintf('{"features":%d,"classes":%d,"labels":%s,"x":%s,"fits":[\n%s]}\n', d, K, num(y - 1), num(t(x)),
  paste(sapply(cases, fit), collapse = ",\n")))
