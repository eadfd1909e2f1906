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
