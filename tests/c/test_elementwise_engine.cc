// The engine around the element-wise kernels: random shapes, strides, dtypes, broadcasting, conversion, threads and
// streaming through the C ABI, against one portable kernel call per element. What the kernels compute is in
// test_elementwise.cc.
#include "catch.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/backend.h"
#include "core/dtype.h"
#include "core/tables.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2654435761u + 88172645463325252u) {}
  uint64_t Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  int64_t Below(int64_t n) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(n)); }
  bool OneIn(int64_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

const Kernels& Portable() {
  int last = 0;
  while (KernelsAt(last + 1)) last++;
  return *KernelsAt(last);
}

// An array of small integers with random steps, directions and order of its dimensions, in a block of exactly its
// extent.
struct Array {
  Array(Random* random, std::vector<int64_t> extents, int32_t type)
      : shape(extents), strides(extents.size()), dtype(type) {
    const size_t n = shape.size();
    std::vector<size_t> order(n);
    for (size_t d = 0; d < n; d++) order[d] = d;
    const bool shuffled = random->OneIn(3);
    for (size_t d = n; shuffled && d > 1; d--)
      std::swap(order[d - 1], order[static_cast<size_t>(random->Below(static_cast<int64_t>(d)))]);
    int64_t stride = SizeOf(dtype), first = 0, span = SizeOf(dtype);
    for (size_t i = n; i-- > 0;) {
      const size_t d = order[i];
      if (random->OneIn(6)) stride *= 2 + random->Below(2);
      strides[d] = random->OneIn(8) ? -stride : stride;
      const int64_t reach = stride * (shape[d] - 1);
      if (strides[d] < 0) first += reach;
      span += reach;
      stride *= shape[d];
    }
    memory.resize(static_cast<size_t>(span));
    for (int64_t i = 0; i + SizeOf(dtype) <= span; i += SizeOf(dtype)) {
      const int32_t value = static_cast<int32_t>(random->Below(100));
      if (dtype == kI32)
        std::memcpy(memory.data() + i, &value, 4);
      else
        Portable().copy.cast[kI32][dtype](&value, memory.data() + i, 1);
    }
    data = memory.data() + first;
  }
  numrs_view view() const { return {data, shape.data(), strides.data(), static_cast<int32_t>(shape.size()), dtype}; }
  // The element that position (of the result's shape, aligned at the end) of a broadcast means.
  unsigned char* At(const std::vector<int64_t>& position) const {
    unsigned char* p = data;
    const size_t skip = position.size() - shape.size();
    for (size_t d = 0; d < shape.size(); d++) p += shape[d] == 1 ? 0 : position[skip + d] * strides[d];
    return p;
  }

  std::vector<int64_t> shape, strides;
  int32_t dtype;
  std::vector<unsigned char> memory;
  unsigned char* data;
};

void CastOne(const unsigned char* from, int32_t from_type, int32_t to_type, unsigned char* to) {
  if (from_type == to_type)
    std::memcpy(to, from, static_cast<size_t>(SizeOf(to_type)));
  else
    Portable().copy.cast[from_type][to_type](from, to, 1);
}

std::vector<int64_t> RandomShape(Random* random) {
  static const int64_t kExtents[] = {1, 2, 3, 5, 8, 10, 17, 40};
  if (random->OneIn(12)) return {130 + random->Below(200), 257 + random->Below(80)};  // tiles, whole and in part
  std::vector<int64_t> shape(static_cast<size_t>(1 + random->Below(4)));
  for (int64_t& n : shape) n = kExtents[random->Below(8)];
  if (random->OneIn(4))
    shape[static_cast<size_t>(random->Below(static_cast<int64_t>(shape.size())))] = 300 + random->Below(3000);
  int64_t size = 1;
  for (const int64_t n : shape) size *= n;
  return size <= 60000 ? shape : RandomShape(random);
}

// A shape that broadcasts to `shape`.
std::vector<int64_t> Narrowed(Random* random, const std::vector<int64_t>& shape) {
  std::vector<int64_t> narrow = shape;
  for (int64_t& n : narrow) {
    if (random->OneIn(4)) n = 1;
  }
  if (random->OneIn(4))
    narrow.erase(narrow.begin(), narrow.begin() + random->Below(static_cast<int64_t>(narrow.size() + 1)));
  return narrow;
}

// Restores what these tests change.
struct Settings {
  int64_t stream = numrs_get_stream_threshold();
  int32_t threads = numrs_get_num_threads();
  double threshold = numrs_get_thread_threshold_us();
  ~Settings() {
    numrs_set_stream_threshold(stream);
    numrs_set_num_threads(threads);
    numrs_set_thread_threshold_us(threshold);
  }
};

}  // namespace

TEST_CASE("any views through numrs_binary", "[elementwise]") {
  const Settings settings;
  Random random(1);
  const int32_t kTypes[] = {kF32, kF64, kI32, kI8, kU16, kBOOL, kI64};
  const int32_t kOps[] = {kBinary_add, kBinary_multiply, kBinary_less, kBinary_maximum};
  for (int round = 0; round < 1500; round++) {
    if (round % 25 == 0) {
      numrs_set_stream_threshold(random.OneIn(2) ? 1 : int64_t{1} << 40);
      numrs_set_num_threads(static_cast<int32_t>(1 + random.Below(3)));
      numrs_set_thread_threshold_us(random.OneIn(2) ? 0 : 100);
    }
    const std::vector<int64_t> shape = RandomShape(&random);
    const int32_t op = kOps[random.Below(4)];
    const Array a(&random, Narrowed(&random, shape), kTypes[random.Below(7)]),
        b(&random, shape, kTypes[random.Below(7)]);
    int32_t compute, result;
    REQUIRE(numrs_binary_dtypes(op, a.dtype, b.dtype, &compute, &result) == NUMRS_OK);
    Array y(&random, shape, random.OneIn(3) ? static_cast<int32_t>(kF64) : result);
    Array wanted = y;
    wanted.data = wanted.memory.data() + (y.data - y.memory.data());
    std::vector<int64_t> position(shape.size(), 0);
    for (bool more = true; more;) {
      unsigned char p[8], q[8], r[8];
      CastOne(a.At(position), a.dtype, compute, p);
      CastOne(b.At(position), b.dtype, compute, q);
      Portable().binary.fn[op][compute](p, q, r, 1, 0);
      CastOne(r, result, y.dtype, wanted.At(position));
      more = false;
      for (size_t d = shape.size(); d-- > 0 && !more;) {
        if (++position[d] < shape[d])
          more = true;
        else
          position[d] = 0;
      }
    }
    const bool swapped =
        random.OneIn(2) && op != kBinary_less;  // equal operands of maximum are equal in all their bits here
    const numrs_view va = a.view(), vb = b.view(), vy = y.view();
    REQUIRE(numrs_binary(nullptr, op, swapped ? &vb : &va, swapped ? &va : &vb, &vy) == NUMRS_OK);
    // The whole block: what lies between the elements is untouched.
    INFO("round " << round << " " << kBinaryRows[op].name << " " << NameOf(a.dtype) << " " << NameOf(b.dtype) << " to "
                  << NameOf(y.dtype));
    CHECK(y.memory == wanted.memory);
  }
}

TEST_CASE("an output that overlaps its inputs", "[elementwise]") {
  Random random(2);
  for (int round = 0; round < 300; round++) {
    const int64_t n = 1 + random.Below(2000), shift_a = random.Below(64), shift_y = random.Below(64);
    std::vector<int32_t> block(static_cast<size_t>(n + 64));
    for (int32_t& value : block) value = static_cast<int32_t>(random.Below(1000));
    std::vector<int32_t> wanted = block;
    for (int64_t i = 0; i < n; i++) {
      wanted[static_cast<size_t>(shift_y + i)] =
          block[static_cast<size_t>(shift_a + i)] + block[static_cast<size_t>(n - 1 - i)];
    }
    const int64_t back = -4;
    const numrs_view a{block.data() + shift_a, &n, nullptr, 1, kI32}, b{block.data() + n - 1, &n, &back, 1, kI32},
        y{block.data() + shift_y, &n, nullptr, 1, kI32};
    REQUIRE(numrs_binary(nullptr, kBinary_add, &a, &b, &y) == NUMRS_OK);
    CHECK(block == wanted);
  }
}

TEST_CASE("large arrays in both directions of a sweep", "[elementwise]") {
  constexpr int64_t kN = 300007;  // no multiple of a chunk
  std::vector<float> x(kN), y(kN), z(kN);
  Random random(5);
  for (float& v : x) v = static_cast<float>(random.Below(2000)) * 0.25f - 250.0f;
  for (int time = 0; time < 4; time++) {
    std::fill(z.begin(), z.end(), -1.0f);
    REQUIRE(numrs_add_f32(nullptr, x.data(), x.data(), z.data(), kN) == NUMRS_OK);
    bool right = true;
    for (size_t i = 0; i < x.size(); i++) right &= z[i] == x[i] + x[i];
    REQUIRE(right);
    y = x;  // in place
    REQUIRE(numrs_add_f32(nullptr, y.data(), x.data(), y.data(), kN) == NUMRS_OK);
    REQUIRE(std::memcmp(y.data(), z.data(), y.size() * sizeof(float)) == 0);
  }
}
