# numrs from Ruby by Fiddle, which comes with Ruby. Arrays travel as packed strings: "d*" packs doubles.
require 'fiddle/import'

module Numrs
  extend Fiddle::Importer
  dlload 'libnumrs.so.1' # from the loader's path, such as LD_LIBRARY_PATH
  typealias 'int64_t', 'long long'
  typealias 'int32_t', 'int'
  extern 'const char *numrs_version()'
  extern 'int32_t numrs_abi()'
  extern 'const char *numrs_message()'
  extern 'const char *numrs_status_name(int32_t status)'
  extern 'int32_t numrs_set_num_threads(int32_t threads)'
  extern 'int32_t numrs_get_num_threads()'
  extern 'int32_t numrs_add_f64(void *context, void *a, void *b, void *y, int64_t n)'
  extern 'int32_t numrs_exp_f64(void *context, void *x, void *y, int64_t n)'
  extern 'int32_t numrs_sum_f64(void *context, void *x, void *y, int64_t outer, int64_t n, int64_t inner)'
  extern 'int32_t numrs_matmul_f64(void *context, void *a, void *b, void *y, int64_t batch, int64_t m, int64_t k, int64_t n)'

  def self.failure(status)
    "#{status} #{numrs_status_name(status)}: #{numrs_message}"
  end

  def self.check(status)
    raise failure(status) unless status.zero?
  end
end

def doubles(*numbers)
  numbers.pack('d*')
end

def show(label, memory)
  puts format('%s %.3f %.3f %.3f %.3f', label, *memory.unpack('d4'))
end

y = doubles(0, 0, 0, 0)

puts "numrs #{Numrs.numrs_version} abi #{Numrs.numrs_abi / 1000}"

Numrs.check(Numrs.numrs_add_f64(nil, doubles(1, 2, 3, 4), doubles(10, 20, 30, 40), y, 4))
show('add', y)
Numrs.check(Numrs.numrs_exp_f64(nil, doubles(0, 1, 2, -1), y, 4))
show('exp', y)

# A (2, 3, 2) array in C order, summed over its middle axis.
Numrs.check(Numrs.numrs_sum_f64(nil, doubles(*1..12), y, 2, 3, 2))
show('sum', y)

# One product of (2, 3) and (3, 2).
left = doubles(*1..6)
right = doubles(*7..12)
Numrs.check(Numrs.numrs_matmul_f64(nil, left, right, y, 1, 2, 3, 2))
show('matmul', y)

puts "error #{Numrs.failure(Numrs.numrs_matmul_f64(nil, left, right, y, 1, -2, 3, 2))}"

Numrs.check(Numrs.numrs_set_num_threads(2))
puts "threads #{Numrs.numrs_get_num_threads}"
