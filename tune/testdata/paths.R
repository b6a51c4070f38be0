# The curves of cross-validation over L1 and elastic-net paths that glmnet has,
# every fold's path by itself to tight tolerance, on the folds of
# `softmax cv DATA --folds 5 --write-folds FOLDS`.
#
# usage: Rscript paths.R NAME DATA.csv.gz FOLDS MIX LAST [NAME ...] > paths.json
# with penalties of 10^-1.5, 10^-2 and so on to 10^(-LAST/2); paths.json is of
# letter 1 10, adult 1 10, digits8x8 1 8, digits8x8 0.5 8.
suppressMessages(library(glmnet))

design <- function(x, train) {
  parts <- lapply(x, function(v) {
    if (is.numeric(v)) {
      m <- mean(v[train]); s <- sqrt(mean((v[train] - m)^2))
      return(if (s > 0) (v - m) / s)
    }
    sapply(sort(unique(v[train])), function(l) as.numeric(v == l))
  })
  do.call(cbind, parts)
}

curve <- function(data, folds, mix, lambdas) {
  path <- 10^-seq(0, -log10(min(lambdas)) + 1e-9, by = 1 / 8) # glmnet diverges in larger steps
  x <- read.csv(data, stringsAsFactors = FALSE, na.strings = "NA?")
  y <- factor(x$label); x$label <- NULL
  fold <- scan(folds, quiet = TRUE)
  two <- nlevels(y) == 2 # |(v, -v)/2| is |v|: the lasso of one vector is that of two
  stopifnot(!two || mix == 1)
  loss <- numeric(length(lambdas))
  for (f in unique(fold[fold >= 0])) {
    train <- fold != f; held <- !train
    a <- design(x, train)
    fit <- glmnet(a[train, ], y[train], family = if (two) "binomial" else "multinomial", alpha = mix, lambda = path,
                  standardize = FALSE, thresh = 1e-11, maxit = 1e8)
    p <- predict(fit, a[held, ], s = lambdas, type = "response")
    for (i in seq_along(lambdas)) {
      q <- if (two) cbind(1 - p[, i], p[, i]) else p[, , i]
      loss[i] <- loss[i] - sum(log(q[cbind(seq_len(sum(held)), as.integer(y[held]))]))
    }
    message(data, " ", f)
  }
  loss / sum(fold >= 0)
}

num <- function(v) paste0("[", paste(format(v, digits = 12, trim = TRUE), collapse = ", "), "]")
args <- matrix(commandArgs(TRUE), 5)
line <- function(a) {
  lambdas <- 10^(-(3:as.integer(a[5])) / 2)
  sprintf('{"name": "%s", "mix": %s, "lambdas": %s, "losses": %s}', a[1], a[4], num(lambdas), num(curve(a[2], a[3], as.numeric(a[4]), lambdas)))
}
cat(sprintf('{"script": "paths.R", "glmnet": "%s", "curves": [\n%s\n]}\n', packageVersion("glmnet"), paste(apply(args, 2, line), collapse = ",\n")))
