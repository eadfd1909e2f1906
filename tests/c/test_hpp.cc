// Tests of the C++ layer numrs.hpp: what views are made from, exceptions, lifetimes, and that the calls reach the
// library. What the operations compute is tested elsewhere.
#include "catch.h"

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "numrs/numrs.hpp"

namespace {

using Vector = std::vector<double>;

// A span as any library has one.
template <class T>
struct Span {
  T* pointer;
  std::size_t count;
  T* data() const { return pointer; }
  std::size_t size() const { return count; }
};

numrs_status StatusOf(void (*call)()) {
  try {
    call();
  } catch (const numrs::error& error) {
    REQUIRE(std::string(error.what()) == numrs_message());
    return error.status();
  }
  return NUMRS_OK;
}

}  // namespace

static_assert(numrs::dtype_of<bool>() == NUMRS_BOOL && numrs::dtype_of<signed char>() == NUMRS_I8 &&
              numrs::dtype_of<short>() == NUMRS_I16 && numrs::dtype_of<int>() == NUMRS_I32 &&
              numrs::dtype_of<long>() == NUMRS_I64 && numrs::dtype_of<long long>() == NUMRS_I64 &&
              numrs::dtype_of<unsigned char>() == NUMRS_U8 && numrs::dtype_of<unsigned short>() == NUMRS_U16 &&
              numrs::dtype_of<unsigned>() == NUMRS_U32 && numrs::dtype_of<unsigned long>() == NUMRS_U64 &&
              numrs::dtype_of<const float>() == NUMRS_F32 && numrs::dtype_of<double>() == NUMRS_F64);
static_assert(numrs::dtype_of<std::complex<float>>() == NUMRS_C64 &&
              numrs::dtype_of<const std::complex<double>>() == NUMRS_C128);
static_assert(numrs::dtype_of<char>() == 0 && numrs::dtype_of<long double>() == 0 && numrs::dtype_of<int*>() == 0);

// Inputs are made from what can be read, outputs from what can be written; nothing else converts.
static_assert(std::is_convertible_v<const Vector&, numrs::const_view>);
static_assert(std::is_convertible_v<const float (&)[3], numrs::const_view>);
static_assert(std::is_convertible_v<Span<const int>, numrs::const_view>);
static_assert(std::is_convertible_v<const std::array<std::uint8_t, 4>&, numrs::const_view>);
static_assert(std::is_convertible_v<Vector&, numrs::view>);
static_assert(std::is_convertible_v<numrs::buffer<float>&, numrs::view>);
static_assert(std::is_convertible_v<const numrs::view&, numrs::const_view>);
static_assert(!std::is_convertible_v<const Vector&, numrs::view>);
static_assert(!std::is_convertible_v<Span<const int>&, numrs::view>);
static_assert(!std::is_convertible_v<const numrs::const_view&, numrs::view>);
static_assert(!std::is_convertible_v<std::string, numrs::const_view>);
static_assert(!std::is_convertible_v<std::vector<bool>&, numrs::const_view>);
static_assert(!std::is_convertible_v<double, numrs::const_view>);
static_assert(!std::is_copy_constructible_v<numrs::context> && std::is_nothrow_move_constructible_v<numrs::context>);
static_assert(!std::is_copy_constructible_v<numrs::buffer<int>> &&
              std::is_nothrow_move_constructible_v<numrs::buffer<int>>);

TEST_CASE("views of containers, arrays, spans and pointers are what they were made from") {
  Vector vector = {1, 2, 3, 4, 5, 6};
  const float array[2] = {1, 2};
  const numrs::const_view line = vector, pair = array, span = Span<double>{&vector[1], 2};
  CHECK((line.data() == vector.data() && line.ndim() == 1 && line.shape()[0] == 6 && line.dtype() == NUMRS_F64));
  CHECK((pair.data() == array && pair.ndim() == 1 && pair.shape()[0] == 2 && pair.dtype() == NUMRS_F32));
  CHECK((span.data() == &vector[1] && span.shape()[0] == 2));

  const std::size_t rows = 2;
  const numrs::view matrix(vector, {rows, 3}), number(&vector[5], {});
  CHECK((matrix.ndim() == 2 && matrix.shape()[1] == 3 && matrix.c_view().strides == nullptr));
  CHECK(number.ndim() == 0);

  const std::vector<int> shape = {3, 2};
  const std::array<long, 2> strides = {8, 24};
  const numrs::view transposed(vector, shape, strides), copy = transposed;
  const numrs_view c = copy.c_view();
  CHECK((c.data == vector.data() && c.ndim == 2 && c.shape[0] == 3 && c.strides[0] == 8 && c.strides[1] == 24));
  CHECK(c.shape != transposed.c_view().shape);  // a copy holds its own
}

TEST_CASE("a view that does not go together is an exception with the status") {
  CHECK(StatusOf([] {
          const Vector x(5);
          numrs::const_view view(x, {2, 3});
        }) != NUMRS_OK);
  CHECK(StatusOf([] {
          const Vector x(6);
          numrs::const_view view(x, {2, 3}, {48, 8});
        }) != NUMRS_OK);
  Vector x(6);
  CHECK_THROWS_AS(numrs::view(x, {2, 3}, {8}), numrs::error);
  CHECK_THROWS_AS(numrs::extents(std::vector<int>(NUMRS_MAX_NDIM + 1)), numrs::error);
}

TEST_CASE("every family reaches the library") {
  const Vector x = {1, 4, 9, 16, 25, 36};
  Vector y(6);
  numrs::sqrt(x, y);
  CHECK(y == Vector{1, 2, 3, 4, 5, 6});
  numrs::add(x, y, y);
  CHECK(y == Vector{2, 6, 12, 20, 30, 42});
  const std::array<bool, 6> condition = {true, false, true, false, true, false};
  numrs::where(condition, x, y, y);
  CHECK(y == Vector{1, 6, 9, 20, 25, 42});
  std::array<std::int16_t, 6> whole{};
  numrs::convert(y, whole);
  CHECK(whole == std::array<std::int16_t, 6>{1, 6, 9, 20, 25, 42});
  numrs::cumulative_sum(x, y, 0);
  CHECK(y == Vector{1, 5, 14, 30, 55, 91});
  Vector longer(7);
  numrs::cumulative_sum(x, longer, -1, true);
  CHECK(longer == Vector{0, 1, 5, 14, 30, 55, 91});
  double total = 0;
  numrs::vecdot(x, x, {&total, {}});
  CHECK(total == 1 + 16 + 81 + 256 + 625 + 1296);
  CHECK_THROWS_AS(numrs::unary(-1, x, y), numrs::error);
}

TEST_CASE("complex numbers are those of the standard library") {
  const std::vector<std::complex<double>> z = {{3, 4}, {0, 1}};
  std::vector<std::complex<double>> y(2);
  Vector size(2);
  numrs::multiply(z, z, y);
  numrs::abs(z, size);
  CHECK((y[0] == std::complex<double>(-7, 24) && y[1] == std::complex<double>(-1, 0)));
  CHECK(size == Vector{5, 1});
}

TEST_CASE("statistics, sorts and windows reach the library") {
  const Vector x = {4, 1, 3, 2, 8, 6};
  Vector y(6);
  numrs::sort(x, y);
  CHECK(y == Vector{1, 2, 3, 4, 6, 8});
  std::array<std::int64_t, 6> places{};
  numrs::argsort(x, places);
  CHECK(places == std::array<std::int64_t, 6>{1, 3, 2, 0, 5, 4});
  numrs::rankdata(x, y);
  CHECK(y == Vector{4, 1, 3, 2, 6, 5});
  numrs::partition(x, y, {2});
  CHECK(y[2] == 3);
  Vector top(2);
  std::array<std::int64_t, 2> from{};
  numrs::topk(x, top, from, 2);
  CHECK(top == Vector{8, 6});
  numrs::searchsorted(Vector{1, 2, 3}, Vector{2.5}, {places.data(), {1}});
  CHECK(places[0] == 2);
  double one = 0;
  numrs::median(x, {&one, {}}, 0);
  CHECK(one == 3.5);
  numrs::mad(x, {&one, {}}, 0);
  CHECK(one == 2);
  Vector two(2);
  numrs::quantile(x, two, {0, 1}, 0);
  CHECK(two == Vector{1, 8});
  numrs::stat(NUMRS_OP_GMEAN, Vector{2, 8}, {&one, {}}, 0);
  CHECK(std::fabs(one - 4) < 1e-14);
  const std::array<std::int32_t, 6> keys = {0, 1, 0, 1, 0, 1};
  numrs::group(NUMRS_OP_GROUP_SUM, x, keys, two);
  CHECK(two == Vector{15, 9});
  std::array<std::int64_t, 2> counts{};
  numrs::histogram(x, Vector{0, 4, 8}, counts);
  CHECK(counts == std::array<std::int64_t, 2>{3, 3});
  numrs::rolling(NUMRS_OP_ROLLING_MAX, x, y, {2, 1});
  CHECK(y == Vector{4, 4, 3, 3, 8, 8});
  CHECK(numrs::rolling_length(6, 2) == 6);
  numrs::ewm(NUMRS_OP_EWM_MEAN, x, y, 1);
  CHECK(y == x);
  CHECK_THROWS_AS(numrs::rolling(NUMRS_OP_ROLLING_MAX, x, y, -1), numrs::error);
}

TEST_CASE("streams end with their scope, merge and travel") {
  const Vector x = {4, 1, 3, 2}, more = {8, 6};
  numrs::moments m, other;
  m.update(x);
  other.update(more);
  m.merge(other);
  CHECK(m.value()[0] == 6);
  CHECK(m.value()[1] == 4);
  numrs::moments copy;
  copy.load(m.save());
  CHECK(copy.value() == m.value());
  numrs::quantiles q;
  q.update(x);
  CHECK(q.value(0.5) == 2.5);
  numrs::rolling_stream r(NUMRS_OP_ROLLING_SUM, 2);
  Vector y(4);
  r.update(x, y);
  CHECK(y[3] == 5);
  r.update(more);
  CHECK(r.value() == 14);
  numrs::rolling_stream moved = std::move(r);
  CHECK(moved.value() == 14);
  numrs::ewm_stream e(NUMRS_OP_EWM_MEAN, 0.5);
  e.update(x);
  CHECK(e.value() > 2);
  CHECK_THROWS_AS(copy.load({1, 2, 3}), numrs::error);
}

TEST_CASE("reductions take all axes, one, several or none") {
  const Vector x = {1, 2, 3, 4, 5, 6, 7, 8};
  const numrs::const_view cube(x, {2, 2, 2});
  double total = 0;
  Vector two(2), four(4), same(8);
  numrs::sum(cube, {&total, {}});
  CHECK(total == 36);
  numrs::sum(cube, {four, {2, 2}}, 0);
  CHECK(four == Vector{6, 8, 10, 12});
  numrs::sum(cube, two, {0, -1});
  CHECK(two == Vector{14, 22});
  numrs::sum(cube, two, std::vector<int>{1, 2});
  CHECK(two == Vector{10, 26});
  numrs::sum(cube, {same, {2, 2, 2}}, numrs::axes());
  CHECK(same == x);
  numrs::var(x, {&total, {}}, numrs::all_axes, 1);
  CHECK(total == 6);
  numrs::std_(x, {&total, {}}, 0, 1);
  CHECK(total == std::sqrt(6.0));
  const std::array<bool, 8> odd = {true, false, true, false, true, false, true, false};
  const numrs::const_view where = odd;
  numrs::reduce(NUMRS_OP_SUM, x, {&total, {}}, numrs::all_axes, 0, &where);
  CHECK(total == 16);
  std::int64_t index = 0;
  numrs::argmax(cube, {&index, {}});
  CHECK(index == 7);
  CHECK_THROWS_AS(numrs::sum(cube, two, 3), numrs::error);
}

TEST_CASE("products and the shapes of their results") {
  const Vector a = {1, 2, 3, 4, 5, 6}, b = {1, 0, 0, 1, 1, 1};
  const numrs::const_view left(a, {2, 3}), right(b, {3, 2});
  CHECK(numrs::matmul_shape(left, right) == std::vector<std::int64_t>{2, 2});
  CHECK(numrs::inner_shape(left, left) == std::vector<std::int64_t>{2, 2});
  CHECK(numrs::outer_shape(left, right) == std::vector<std::int64_t>{2, 3, 3, 2});
  Vector y(4), every(36);
  numrs::matmul(left, right, {y, {2, 2}});
  CHECK(y == Vector{4, 5, 10, 11});
  numrs::inner(left, left, {y, {2, 2}});
  CHECK(y == Vector{14, 32, 32, 77});
  numrs::outer(left, right, {every, {2, 3, 3, 2}});
  CHECK(every[35] == 6);
  CHECK_THROWS_AS(numrs::matmul_shape(left, left), numrs::error);
}

TEST_CASE("contexts and memory end with their scope") {
  numrs_memory_stats before{}, after{};
  before.struct_size = after.struct_size = sizeof(numrs_memory_stats);
  REQUIRE(numrs_memory_get_stats(&before) == NUMRS_OK);
  {
    numrs::context one(1), other;
    one = std::move(other);
    numrs::context moved(std::move(one));
    numrs::buffer<double> x(3), y(3);
    CHECK(reinterpret_cast<std::uintptr_t>(x.data()) % 64 == 0);
    for (double& element : x) element = 2;
    numrs::square(x, y, moved);
    CHECK(y[2] == 4);
    x = std::move(y);
    CHECK(x[0] == 4);
    const numrs::buffer<float> none(0);
    CHECK((none.size() == 0 && none.data() == nullptr));
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    options.device = NUMRS_CUDA;
    CHECK_THROWS_AS(numrs::context(options), numrs::error);
    CHECK_THROWS_AS(numrs::context(-1), numrs::error);
  }
  REQUIRE(numrs_memory_get_stats(&after) == NUMRS_OK);
  CHECK(after.in_use_bytes == before.in_use_bytes);
  CHECK_THROWS_AS(numrs::buffer<double>(SIZE_MAX / 8 + 1), std::bad_alloc);
  CHECK_THROWS_AS(numrs::buffer<double>(SIZE_MAX / 8), std::bad_alloc);
}

TEST_CASE("no memory is std::bad_alloc, a scope's threads are put back") {
  CHECK_NOTHROW(numrs::check(NUMRS_OK));
  CHECK_THROWS_AS(numrs::check(NUMRS_NO_MEMORY), std::bad_alloc);
  CHECK_THROWS_AS(numrs::check(NUMRS_INTERNAL), numrs::error);
  const int32_t threads = numrs_get_num_threads();
  {
    const numrs::scoped_num_threads three(3);
    CHECK(numrs_get_num_threads() == 3);
  }
  CHECK(numrs_get_num_threads() == threads);
  CHECK_THROWS_AS(numrs::scoped_num_threads(0), numrs::error);
  CHECK(numrs_get_num_threads() == threads);
}
