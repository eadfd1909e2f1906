# numrs from R by .C and the shim client_r.c, whose compiled file is the argument. R's matrices are column-major: what lies
# in memory is C order's transposed.
dyn.load(commandArgs(TRUE)[1])

failure <- function(status) {
  text <- .C("r_failure", status, "", "")
  paste0(status, " ", text[[2]], ": ", text[[3]])
}

# .C returns the arguments as they are after the call: y is the result, status the last one.
result <- function(arguments) {
  status <- arguments$status
  if (status != 0L) stop(failure(status))
  arguments$y
}

show <- function(label, y) cat(paste(c(label, sprintf("%.3f", y)), collapse = " "), "\n", sep = "")

version <- .C("r_version", "", 0L)
cat("numrs ", version[[1]], " abi ", version[[2]] %/% 1000L, "\n", sep = "")

show("add", result(.C("r_add", c(1, 2, 3, 4), c(10, 20, 30, 40), y = double(4), 4L, status = 0L)))
show("exp", result(.C("r_exp", c(0, 1, 2, -1), y = double(4), 4L, status = 0L)))

# A (2, 3, 2) array in C order, summed over its middle axis.
show("sum", result(.C("r_sum", as.double(1:12), y = double(4), 2L, 3L, 2L, status = 0L)))

# One product of (2, 3) and (3, 2) in C order.
left <- as.double(1:6)
right <- as.double(7:12)
show("matmul", result(.C("r_matmul", left, right, y = double(4), 2L, 3L, 2L, status = 0L)))

refused <- .C("r_matmul", left, right, y = double(4), -2L, 3L, 2L, status = 0L)
cat("error ", failure(refused$status), "\n", sep = "")

invisible(.C("r_set_num_threads", 2L, status = 0L))
cat("threads ", .C("r_get_num_threads", 0L)[[1]], "\n", sep = "")
