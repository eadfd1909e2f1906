-- numrs from LuaJIT: declarations as in the C header, memory by ffi.new.
local ffi = require("ffi")
ffi.cdef [[
const char *numrs_version(void);
int32_t numrs_abi(void);
const char *numrs_message(void);
const char *numrs_status_name(int32_t status);
int32_t numrs_set_num_threads(int32_t threads);
int32_t numrs_get_num_threads(void);
int32_t numrs_add_f64(void *context, const double *a, const double *b, double *y, int64_t n);
int32_t numrs_exp_f64(void *context, const double *x, double *y, int64_t n);
int32_t numrs_sum_f64(void *context, const double *x, double *y, int64_t outer, int64_t n, int64_t inner);
int32_t numrs_matmul_f64(void *context, const double *a, const double *b, double *y,
                         int64_t batch, int64_t m, int64_t k, int64_t n);
]]
local numrs = ffi.load("libnumrs.so.1") -- from the loader's path, such as LD_LIBRARY_PATH

local function failure(status)
  return ("%d %s: %s"):format(status, ffi.string(numrs.numrs_status_name(status)), ffi.string(numrs.numrs_message()))
end

local function check(status)
  if status ~= 0 then error(failure(status)) end
end

local function doubles(...) return ffi.new("double[?]", select("#", ...), ...) end

local y = doubles(0, 0, 0, 0)
local function show(label) print(("%s %.3f %.3f %.3f %.3f"):format(label, y[0], y[1], y[2], y[3])) end

print(("numrs %s abi %d"):format(ffi.string(numrs.numrs_version()), math.floor(numrs.numrs_abi() / 1000)))

check(numrs.numrs_add_f64(nil, doubles(1, 2, 3, 4), doubles(10, 20, 30, 40), y, 4))
show("add")
check(numrs.numrs_exp_f64(nil, doubles(0, 1, 2, -1), y, 4))
show("exp")

-- A (2, 3, 2) array in C order, summed over its middle axis.
check(numrs.numrs_sum_f64(nil, doubles(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), y, 2, 3, 2))
show("sum")

-- One product of (2, 3) and (3, 2).
local left, right = doubles(1, 2, 3, 4, 5, 6), doubles(7, 8, 9, 10, 11, 12)
check(numrs.numrs_matmul_f64(nil, left, right, y, 1, 2, 3, 2))
show("matmul")

print("error " .. failure(numrs.numrs_matmul_f64(nil, left, right, y, 1, -2, 3, 2)))

check(numrs.numrs_set_num_threads(2))
print(("threads %d"):format(numrs.numrs_get_num_threads()))
