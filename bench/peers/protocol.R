# What every R peer does; see protocol.py.
args <- commandArgs(trailingOnly = TRUE)
folder <- args[1]
out <- args[2]
limit <- as.numeric(args[3])

meta <- function(key) {
  text <- paste(readLines(file.path(folder, "meta.json"), warn = FALSE), collapse = "")
  as.numeric(sub(paste0('.*"', key, '": *([-+0-9.eE]+).*'), "\\1", text))
}
n <- meta("rows")
d <- meta("features")
k <- meta("classes")
lambda <- meta("lambda")
x <- t(matrix(readBin(file.path(folder, "train.f64"), "double", n * d), d, n))
y <- readBin(file.path(folder, "train.y"), "integer", n)

points <- file(file.path(out, "points.jsonl"), "w")
iterates <- file(file.path(out, "iterates.f64"), "wb")

# record writes W (d x K) and b.
record <- function(iteration, seconds, w, b) {
  writeBin(as.double(t(w)), iterates)
  writeBin(as.double(b), iterates)
  flush(iterates)
  cat(sprintf('{"iteration": %d, "seconds": %.6f}\n', as.integer(iteration), seconds), file = points)
  flush(points)
}

# series fits for each setting until one more would pass the limit.
series <- function(settings, fit) {
  spent <- 0
  for (i in seq_along(settings)) {
    began <- Sys.time()
    model <- fit(settings[i])
    seconds <- as.numeric(difftime(Sys.time(), began, units = "secs"))
    record(model$iterations, seconds, model$w, model$b)
    spent <- spent + seconds
    if (spent + 2.5 * seconds > limit) break
  }
}
