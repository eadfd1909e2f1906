// What the plug-in's kernels compute, on the host: writing to places, searching in sorted lines, different elements.
#include <algorithm>

#include "core/device_jobs.h"
#include "core/indexing.h"
#include "core/order_search.h"
#include "core/order_tables.h"
#include "support.h"

namespace {

// A scatter of elements of `shape` to places of an axis of `extent`, over arrays whose dimensions are laid out in any
// order, with gaps, backwards; stretched along some. The whole memory is compared: nothing else is written.
struct ScatterCase {
  std::vector<int64_t> shape;
  int axis, axis_dims;
  int64_t extent, itemsize;
  unsigned stretched;  // bit d: indices have extent 1 along dimension d
  unsigned equal;      // bit d: the elements too
};

// Strides of a gapped layout of `extents` in a random order of dimensions; *begin and *bytes: where the first element
// stands, and of the whole.
std::vector<int64_t> Layout(const std::vector<int64_t>& extents, int64_t itemsize, int64_t* begin, int64_t* bytes) {
  std::vector<size_t> order(extents.size());
  for (size_t d = 0; d < order.size(); d++) order[d] = d;
  std::shuffle(order.begin(), order.end(), Random());
  std::vector<int64_t> strides(extents.size());
  int64_t step = itemsize;
  *begin = 0;
  for (const size_t d : order) {
    if (Random()() % 3 == 0) step += itemsize * static_cast<int64_t>(Random()() % 3);
    const bool backwards = Random()() % 3 == 0;
    strides[d] = backwards ? -step : step;
    if (backwards) *begin += step * (extents[d] - 1);
    step *= extents[d];
  }
  *bytes = step + itemsize;
  return strides;
}

void CompareScatter(const ScatterCase& c) {
  GatherJob job;
  job.function = "put";
  job.scatter = true;
  job.ndim = static_cast<int32_t>(c.shape.size());
  job.axis_begin = c.axis;
  job.axis_end = c.axis + c.axis_dims;
  job.extent = c.extent;
  job.itemsize = c.itemsize;
  std::vector<int64_t> of_x, of_index, of_y;
  for (int d = 0; d < job.ndim; d++) {
    const int64_t n = c.shape[static_cast<size_t>(d)];
    job.shape[d] = n;
    if (d == c.axis) of_x.push_back(c.extent);
    if (d < c.axis || d >= c.axis + c.axis_dims) of_x.push_back(n);
    of_index.push_back(c.stretched >> d & 1 ? 1 : n);
    of_y.push_back(c.equal >> d & 1 ? 1 : n);
  }
  int64_t begin[3], bytes[3];
  const std::vector<int64_t> xs = Layout(of_x, c.itemsize, &begin[0], &bytes[0]),
                             is = Layout(of_index, 8, &begin[1], &bytes[1]),
                             ys = Layout(of_y, c.itemsize, &begin[2], &bytes[2]);
  for (int d = 0, k = 0; d < job.ndim; d++) {
    const bool along = d >= c.axis && d < c.axis + c.axis_dims;
    if (d == c.axis) job.step = xs[static_cast<size_t>(k++)];
    job.x_strides[d] = along ? 0 : xs[static_cast<size_t>(k++)];
    job.index_strides[d] = c.stretched >> d & 1 ? 0 : is[static_cast<size_t>(d)];
    job.y_strides[d] = c.equal >> d & 1 ? 0 : ys[static_cast<size_t>(d)];
  }
  Memory x[2] = {Memory(bytes[0]), Memory(bytes[0])}, indices(bytes[1]), y(bytes[2]);
  for (auto& word : y.words) word = Random()();
  for (auto& word : x[0].words) word = Random()();
  std::memcpy(x[1].data(), x[0].data(), static_cast<size_t>(bytes[0]));
  for (int64_t i = 0; i < bytes[1] / 8; i++) {
    const int64_t place = static_cast<int64_t>(Random()() % static_cast<uint64_t>(c.extent));
    reinterpret_cast<int64_t*>(indices.data())[i] = Random()() % 3 == 0 ? place - c.extent : place;
  }
  job.indices = indices.data() + begin[1];
  job.y = y.data() + begin[2];
  job.x = x[0].data() + begin[0];
  REQUIRE(RunGather(Cpu(), job) == NUMRS_OK);
  job.x = x[1].data() + begin[0];
  REQUIRE(Slots().gather(Stream(), job) == NUMRS_OK);
  INFO("ndim " << job.ndim << " axis " << c.axis << " extent " << c.extent << " itemsize " << c.itemsize
               << " stretched " << c.stretched << " equal " << c.equal);
  REQUIRE(std::memcmp(x[0].data(), x[1].data(), static_cast<size_t>(bytes[0])) == 0);
  REQUIRE(scratch_blocks == 0);
}

}  // namespace

TEST_CASE("writing to places: the last of equal indices holds, nothing else is written") {
  const int64_t itemsizes[] = {1, 2, 4, 8, 16};
  std::vector<ScatterCase> cases = {
      {{1}, 0, 1, 1, 8, 0, 0},
      {{40}, 0, 1, 7, 8, 0, 0},
      {{2500}, 0, 1, 300, 4, 0, 0},
      {{3000}, 0, 1, 70000, 2, 0, 0},
      {{30, 5}, 0, 1, 9, 8, 2, 0},
      {{5, 30}, 1, 1, 9, 8, 1, 0},
      {{4, 6, 5}, 1, 1, 11, 1, 0, 0},
      {{4, 6, 5}, 1, 1, 3, 16, 4, 0},
      {{4, 6, 5}, 1, 1, 3, 16, 5, 7},
      {{4, 6, 5}, 1, 2, 13, 4, 1, 0},
      {{6, 5}, 0, 2, 4, 2, 0, 3},
      {{3, 1, 5, 1}, 2, 1, 4, 8, 0, 0},
      {{5, 3}, 1, 1, 200000, 8, 0, 0},
      {{0, 4}, 1, 1, 3, 8, 0, 0},
      {{3, 0}, 1, 1, 3, 8, 0, 0},
      {{7, 3}, 0, 1, 4, 8, 1, 1},                    // one index for all of the axis: its last row holds
      {{2, 3, 2, 3, 2, 3, 2, 2}, 3, 1, 2, 4, 0, 0},  // more dimensions than one launch walks over
      {{2, 3, 2, 3, 2, 3, 2, 2}, 0, 8, 20, 4, 0, 0}};
  for (const ScatterCase& c : cases) CompareScatter(c);
  for (int round = 0; round < 60; round++) {
    ScatterCase c;
    const int ndim = 1 + static_cast<int>(Random()() % 4);
    for (int d = 0; d < ndim; d++) c.shape.push_back(1 + static_cast<int64_t>(Random()() % 6));
    c.axis = static_cast<int>(Random()() % static_cast<unsigned>(ndim));
    c.axis_dims = 1 + static_cast<int>(Random()() % static_cast<unsigned>(ndim - c.axis));
    c.extent = 1 + static_cast<int64_t>(Random()() % 8);
    c.itemsize = itemsizes[Random()() % 5];
    c.stretched = static_cast<unsigned>(Random()() % 16);
    c.equal = Random()() % 2 ? static_cast<unsigned>(Random()() % 16) : 0;
    CompareScatter(c);
  }
}

// Keys of more than 32 bits: places of an axis that is stretched to a size no memory has.
TEST_CASE("writing to places of a huge axis") {
  const int64_t n = 40, extent = int64_t{1} << 34;
  Memory x[2] = {Memory(8), Memory(8)}, indices(n * 8), y(n * 8);
  Fill(y, kF64, n, false);
  GatherJob job;
  job.function = "put";
  job.scatter = true;
  job.ndim = 1;
  job.axis_begin = 0;
  job.axis_end = 1;
  job.shape[0] = n;
  job.x_strides[0] = 0;
  job.index_strides[0] = job.y_strides[0] = job.itemsize = 8;
  job.extent = extent;
  job.step = 0;
  job.indices = indices.data();
  job.y = y.data();
  for (int64_t i = 0; i < n; i++) reinterpret_cast<int64_t*>(indices.data())[i] = extent - 1;
  for (int k = 0; k < 2; k++) {
    job.x = x[k].data();
    REQUIRE((k ? Slots().gather(Stream(), job) : RunGather(Cpu(), job)) == NUMRS_OK);
  }
  REQUIRE(std::memcmp(x[0].data(), x[1].data(), 8) == 0);
}

TEST_CASE("gathers of more dimensions than one launch walks over") {
  const std::vector<int64_t> shape = {2, 3, 2, 3, 2, 3, 2, 2};
  GatherJob job;
  job.function = "take";
  job.ndim = 8;
  job.axis_begin = 3;
  job.axis_end = 4;
  int64_t begin[3], bytes[3];
  std::vector<int64_t> of_x = shape;
  of_x[3] = 7;
  const std::vector<int64_t> xs = Layout(of_x, 4, &begin[0], &bytes[0]), is = Layout(shape, 8, &begin[1], &bytes[1]),
                             ys = Layout(shape, 4, &begin[2], &bytes[2]);
  for (size_t d = 0; d < 8; d++) {
    job.shape[d] = shape[d];
    job.x_strides[d] = d == 3 ? 0 : xs[d];
    job.index_strides[d] = is[d];
    job.y_strides[d] = ys[d];
  }
  job.extent = 7;
  job.step = xs[3];
  job.itemsize = 4;
  Memory x(bytes[0]), indices(bytes[1]), y[2] = {Memory(bytes[2]), Memory(bytes[2])};
  for (auto& word : x.words) word = Random()();
  for (int64_t i = 0; i < bytes[1] / 8; i++)
    reinterpret_cast<int64_t*>(indices.data())[i] = static_cast<int64_t>(Random()() % 14) - 7;
  job.x = x.data() + begin[0];
  job.indices = indices.data() + begin[1];
  for (int k = 0; k < 2; k++) {
    job.y = y[k].data() + begin[2];
    REQUIRE((k ? Slots().gather(Stream(), job) : RunGather(Cpu(), job)) == NUMRS_OK);
  }
  REQUIRE(std::memcmp(y[0].data(), y[1].data(), static_cast<size_t>(bytes[2])) == 0);
}

namespace {

// Elements of a dtype in the order of a sort, NaN last.
void SortElements(Memory& x, int32_t dtype, int64_t n, Memory* order) {
  Memory sorted(n * 8 + 8), places(n * 8 + 8);
  OrderJob job;
  job.function = "sort";
  job.compute = dtype;
  job.axes = 1;
  job.x = Whole(x, dtype, {n});
  for (const int32_t op : {kOrder_argsort, kOrder_sort}) {
    job.op = op;
    job.y.length = n;
    job.y.result = op == kOrder_sort ? dtype : kI64;
    job.y.line_stride = SizeOf(job.y.result);
    job.y.view = Whole(op == kOrder_sort ? sorted : places, job.y.result, {1});
    if (n > 0) REQUIRE(RunOrder(Cpu(), job) == NUMRS_OK);
  }
  if (order)
    std::memcpy(order->data(), places.data(), static_cast<size_t>(n * 8));
  else
    std::memcpy(x.data(), sorted.data(), static_cast<size_t>(n * SizeOf(dtype)));
}

// Every other element of memory with twice the room, from behind.
View Sparse(Memory& memory, int32_t dtype, int64_t n) {
  View v = Whole(memory, dtype, {n});
  if (n > 0) v.data += 2 * (n - 1) * SizeOf(dtype);
  v.strides[0] = -2 * SizeOf(dtype);
  return v;
}
constexpr int32_t kRealDTypes[] = {kBOOL, kI8, kI16, kI32, kI64, kU8, kU16, kU32, kU64, kF16, kBF16, kF32, kF64};

}  // namespace

TEST_CASE("searching in sorted lines, with an order too") {
  const int64_t count = 300;
  for (const int32_t dtype : kRealDTypes) {
    for (const int64_t n : {0, 1, 2, 77, 600}) {
      const int32_t compute = OrderKernelDType(dtype);
      Memory x(n * 8 + 8), spread(2 * n * 8 + 16), order(n * 8 + 8), values(2 * count * 8),
          y[2] = {Memory(2 * count * 8), Memory(2 * count * 8)};
      Fill(x, compute, n, true);
      Fill(values, dtype, 2 * count, true);
      if (dtype == kBOOL)  // any byte but 0 is true
        for (int64_t i = 0; i < 2 * count; i++) values.data()[i] = static_cast<char>(i % 3 * 2);
      if (compute != dtype) values.data()[1] = 0x7F;  // a float of 16 bits that is no NaN
      SearchJob job;
      job.function = "searchsorted";
      job.compute = compute;
      for (const bool ordered : {false, true}) {
        SortElements(x, compute, n, ordered ? &order : nullptr);
        for (int64_t i = 0; i < n; i++)  // as Sparse reads it
          std::memcpy(spread.data() + 2 * (n - 1 - i) * SizeOf(compute), x.data() + i * SizeOf(compute),
                      static_cast<size_t>(SizeOf(compute)));
        for (const bool dense : {true, false}) {
          job.sorted = dense ? Whole(x, compute, {n}) : Sparse(spread, compute, n);
          job.values = dense ? Whole(values, dtype, {count}) : Sparse(values, dtype, count);
          job.order = ordered ? Whole(order, kI64, {n}) : NoView();
          for (const bool right : {false, true}) {
            job.right = right;
            for (int k = 0; k < 2; k++) {
              job.y = dense ? Whole(y[k], kI64, {count}) : Sparse(y[k], kI64, count);
              REQUIRE((k ? Slots().search(Stream(), job) : RunSearch(Cpu(), job)) == NUMRS_OK);
            }
            INFO(NameOf(dtype) << " n " << n << " ordered " << ordered << " dense " << dense << " right " << right);
            REQUIRE(Worst(y[0].data(), y[1].data(), kI64, 2 * count) == 0);
            REQUIRE(scratch_blocks == 0);
          }
        }
        if (!ordered) std::reverse(x.data(), x.data() + n * SizeOf(compute));  // no longer in order
        if (!ordered) Fill(x, compute, n, true);
      }
    }
  }
}

TEST_CASE("searching with an order that points outside: refused, nothing written") {
  const int64_t n = 9;
  Memory x(n * 8), order(n * 8), y(n * 8);
  Fill(x, kF64, n, false);
  SearchJob job;
  job.function = "searchsorted";
  job.compute = kF64;
  job.right = false;
  job.sorted = job.values = Whole(x, kF64, {n});
  for (const int32_t dtype : {kI64, kI8, kU64}) {
    for (const int64_t bad : {9, -1, 100}) {
      for (int64_t i = 0; i < n; i++) {
        const int64_t place = i == 5 ? bad : i;
        if (dtype == kI8)
          order.data()[i] = static_cast<char>(place);
        else
          std::memcpy(order.data() + 8 * i, &place, 8);
      }
      std::memset(y.data(), 0x5A, static_cast<size_t>(n * 8));
      job.order = Whole(order, dtype, {n});
      job.y = Whole(y, kI64, {n});
      REQUIRE(RunSearch(Cpu(), job) == NUMRS_BAD_INDEX);
      const std::string said = Message();
      REQUIRE(Slots().search(Stream(), job) == NUMRS_BAD_INDEX);
      REQUIRE(said == Message());
      for (int64_t i = 0; i < n * 8; i++) REQUIRE(y.data()[i] == 0x5A);
      job.values.size = job.values.shape[0] = job.y.size = job.y.shape[0] = 0;  // the order is looked at all the same
      REQUIRE(Slots().search(Stream(), job) == NUMRS_BAD_INDEX);
      job.values = Whole(x, kF64, {n});
    }
  }
}

TEST_CASE("values on the lines between points") {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const int64_t count = 400;
  for (const int64_t n : {1, 2, 30, 700}) {
    for (const int kind : {0, 1, 2, 3}) {  // plain, infinite heights, infinite ends, float32 and strides
      Memory xp(n * 8), fp(n * 8), x(2 * count * 8), y[2] = {Memory(2 * count * 8), Memory(2 * count * 8)};
      Fill(xp, kF64, n, false);
      SortElements(xp, kF64, n, nullptr);
      Fill(fp, kF64, n, kind == 1);
      double* const at = reinterpret_cast<double*>(xp.data());
      if (kind == 2) at[0] = -inf, at[n - 1] = n > 1 ? inf : -inf;
      if (kind == 2 && n > 2) at[n / 2] = at[n / 2 - 1];
      const int32_t dtype = kind == 3 ? kF32 : kF64;
      Fill(x, dtype, 2 * count, true);
      for (int64_t i = 0; i < count && dtype == kF64; i += 3) reinterpret_cast<double*>(x.data())[i] = at[i % n];
      InterpJob job;
      job.function = "interp";
      job.x = kind == 3 ? Sparse(x, dtype, count) : Whole(x, dtype, {count});
      job.xp = Whole(xp, kF64, {n});
      job.fp = Whole(fp, kF64, {n});
      job.left = kind == 1 ? nan : -7;
      job.right = inf;
      for (int k = 0; k < 2; k++) {
        job.y = kind == 3 ? Sparse(y[k], kF32, count) : Whole(y[k], kF64, {count});
        REQUIRE((k ? Slots().interp(Stream(), job) : RunInterp(Cpu(), job)) == NUMRS_OK);
      }
      INFO("n " << n << " kind " << kind);
      REQUIRE(Worst(y[0].data(), y[1].data(), kind == 3 ? kF32 : kF64, 2 * count) == 0);
      REQUIRE(scratch_blocks == 0);
    }
  }
}
