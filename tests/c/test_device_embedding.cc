// Embeddings, one-hot rows and dropout on the simulated device: the same bits, the same statuses and the same messages
// as on the CPU.
#include "device_both.h"

using namespace device_tests;

TEST_CASE("embeddings on a device") {
  const Context gpu;
  const uint64_t before = InUse();
  for (const Layout layout : {DENSE, BACKWARDS, TRANSPOSED}) {
    for (const int32_t dtype : {NUMRS_F32, NUMRS_F64, NUMRS_BF16, NUMRS_F16, NUMRS_I16}) {
      for (const int32_t index : {NUMRS_I64, NUMRS_I32, NUMRS_U8, NUMRS_U64}) {
        for (const int64_t rows : {11, 0}) {
          if (rows == 0 && index != NUMRS_I64) continue;
          const Shape places = rows ? Shape{5, 13} : Shape{0, 13};
          INFO("dtype " << dtype << " index " << index << " rows " << rows << " layout " << layout);
          const Both weight(gpu, dtype, {rows, 6}, layout), i(gpu, index, places, layout, 0, 11);
          const Both y(gpu, dtype, {places[0], 13, 6}, layout), g(gpu, dtype, {rows, 6}, layout);
          const auto forward = [&](numrs_context* on, On at) { return numrs_embedding(on, at(weight), at(i), at(y)); };
          CHECK(Twice(gpu, forward, {&y}) == NUMRS_OK);
          for (const int64_t padding : {-1, 3}) {
            if (dtype == NUMRS_I16) continue;
            const auto backward = [&](numrs_context* on, On at) {
              return numrs_embedding_backward(on, at(y), at(i), at(g), rows ? padding : -1);
            };
            CHECK(Twice(gpu, backward, {&g}) == NUMRS_OK);
          }
        }
      }
    }
  }
  CHECK(InUse() == before);
  // No index at all: a gradient of zeros.
  const Both none(gpu, NUMRS_I64, {0}), no_grad(gpu, NUMRS_F32, {0, 3}), g(gpu, NUMRS_F32, {4, 3});
  const auto zeros = [&](numrs_context* on, On at) {
    return numrs_embedding_backward(on, at(no_grad), at(none), at(g), -1);
  };
  CHECK(Twice(gpu, zeros, {&g}) == NUMRS_OK);
}

TEST_CASE("indices of embeddings and one-hot rows are checked on the device before anything is written") {
  const Context gpu;
  const Both weight(gpu, NUMRS_F32, {11, 4}), y(gpu, NUMRS_F32, {2, 3, 4}), g(gpu, NUMRS_F32, {11, 4});
  const Both hot(gpu, NUMRS_F32, {2, 3, 11});
  for (const Both* b : {&y, &g, &hot}) CHECK(b->Same());
  const std::vector<char> old_y = y.here(), old_g = g.here(), old_hot = hot.here();
  for (const int64_t bad : {int64_t{11}, int64_t{-1}, INT64_MAX, INT64_MIN}) {
    for (const int32_t dtype : {NUMRS_I64, NUMRS_U64}) {
      Both i(gpu, dtype, {2, 3}, DENSE, 0, 11);
      i.Set(4, bad);
      const auto forward = [&](numrs_context* on, On at) { return numrs_embedding(on, at(weight), at(i), at(y)); };
      const auto backward = [&](numrs_context* on, On at) {
        return numrs_embedding_backward(on, at(y), at(i), at(g), -1);
      };
      const auto one_hot = [&](numrs_context* on, On at) { return numrs_one_hot(on, at(i), at(hot)); };
      CHECK(Twice(gpu, forward, {&y}) == NUMRS_BAD_INDEX);
      CHECK(Twice(gpu, backward, {&g}) == NUMRS_BAD_INDEX);
      CHECK(Twice(gpu, one_hot, {&hot}) == NUMRS_BAD_INDEX);
      CHECK(y.There() == old_y);
      CHECK(g.There() == old_g);
      CHECK(hot.There() == old_hot);
    }
  }
  // There is no row.
  const Both empty(gpu, NUMRS_F32, {0, 4}), i(gpu, NUMRS_I32, {2, 3}, BACKWARDS, 0, 4);
  const auto no_rows = [&](numrs_context* on, On at) { return numrs_embedding(on, at(empty), at(i), at(y)); };
  CHECK(Twice(gpu, no_rows, {&y}) == NUMRS_BAD_INDEX);
}

TEST_CASE("one-hot rows on a device") {
  const Context gpu;
  for (const int32_t dtype :
       {NUMRS_BOOL, NUMRS_U8, NUMRS_I32, NUMRS_BF16, NUMRS_F32, NUMRS_F64, NUMRS_C64, NUMRS_C128}) {
    for (const Layout layout : {DENSE, BACKWARDS, TRANSPOSED}) {
      for (const int64_t n : {0, 1, 33}) {
        INFO("dtype " << dtype << " n " << n);
        const Both i(gpu, NUMRS_I32, {n, 3}, layout, 0, 7), y(gpu, dtype, {n, 3, 7}, layout);
        const auto call = [&](numrs_context* on, On at) { return numrs_one_hot(on, at(i), at(y)); };
        CHECK(Twice(gpu, call, {&y}) == NUMRS_OK);
      }
    }
  }
}

TEST_CASE("dropout on a device") {
  const Context gpu;
  numrs_random_state state = NUMRS_RANDOM_STATE_INIT;
  const uint64_t seed = 5;
  REQUIRE(numrs_random_seed(&state, &seed, 1) == NUMRS_OK);
  for (const int32_t dtype : kFloats) {
    for (const Layout layout : {DENSE, BACKWARDS, TRANSPOSED}) {
      for (const Shape& shape : {Shape{}, Shape{0}, Shape{7, 333}, Shape{20000}}) {
        for (const double p : {0.0, 0.3, 1.0}) {
          INFO("dtype " << dtype << " p " << p);
          const Both x(gpu, dtype, shape, layout), y(gpu, dtype, shape);
          const auto call = [&](numrs_context* on, On at) { return numrs_dropout(on, &state, at(x), at(y), p); };
          CHECK(Twice(gpu, call, {&y}) == NUMRS_OK);
          const auto in_place = [&](numrs_context* on, On at) { return numrs_dropout(on, &state, at(x), at(x), p); };
          CHECK(Twice(gpu, in_place, {&x}) == NUMRS_OK);
        }
      }
    }
  }
  const Both x(gpu, NUMRS_F32, {4});
  const auto wrong = [&](numrs_context* on, On at) { return numrs_dropout(on, &state, at(x), at(x), 1.5); };
  CHECK(Twice(gpu, wrong, {&x}) == NUMRS_BAD_ARGUMENT);
}
