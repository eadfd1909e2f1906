// Recorded work on the simulated device: which indices a launch looks at, dropouts that choose anew, memory of a
// recording.
#include <cstring>
#include <vector>

#include "catch.h"
#include "device_both.h"
#include "numrs/numrs.h"

using namespace device_tests;

namespace {

numrs_graph_indices Indices(numrs_device_graph* graph, int32_t number) {
  numrs_graph_indices found = {sizeof(numrs_graph_indices), -1, {}, 0, 0};
  REQUIRE(numrs_device_graph_indices(graph, number, &found) == NUMRS_OK);
  return found;
}
int Count(numrs_device_graph* graph) {
  numrs_graph_indices found = {sizeof(numrs_graph_indices), 0, {}, 0, 0};
  int n = 0;
  while (numrs_device_graph_indices(graph, n, &found) == NUMRS_OK) n++;
  return n;
}

}  // namespace

TEST_CASE("a launch looks at labels and indices first") {
  const Context gpu;
  const int64_t ignore = -100;
  Both x(gpu, NUMRS_F32, {8, 5}), w(gpu, NUMRS_F32, {9, 5}), y(gpu, NUMRS_F32, {8, 5}), loss(gpu, NUMRS_F32, {});
  Both labels(gpu, NUMRS_I32, {8}, BACKWARDS, 0, 5), rows(gpu, NUMRS_I64, {8}, DENSE, 0, 9), g(gpu, NUMRS_F32, {8, 5});
  Both places(gpu, NUMRS_I64, {8}, DENSE, -5, 5), taken(gpu, NUMRS_F32, {9, 8});
  const numrs_class_loss_options options = NUMRS_CLASS_LOSS_OPTIONS_INIT;
  const auto work = [&](numrs_context* on, bool there) {
    const auto at = [&](const Both& b) { return there ? &b.gpu_view : &b.cpu_view; };
    numrs_status status = numrs_embedding(on, at(w), at(rows), at(y));
    if (status == NUMRS_OK) status = numrs_cross_entropy(on, at(y), at(labels), nullptr, at(loss), at(g), &options);
    if (status == NUMRS_OK) status = numrs_take(on, at(w), at(places), at(taken), 1);
    return status;
  };
  numrs_device_graph* graph = nullptr;
  REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
  REQUIRE(work(gpu, true) == NUMRS_OK);
  CHECK(numrs_device_graph_launch(gpu, nullptr) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);

  REQUIRE(Count(graph) == 3);
  const numrs_graph_indices row = Indices(graph, 0), label = Indices(graph, 1), place = Indices(graph, 2);
  CHECK((row.kind == NUMRS_INDEX_ROW && row.extent == 9 && row.view.data == rows.gpu_view.data));
  CHECK((label.kind == NUMRS_INDEX_LABEL && label.extent == 5 && label.ignore == ignore));
  CHECK((label.view.data == labels.gpu_view.data && label.view.dtype == NUMRS_I32 && label.view.shape[0] == 8));
  CHECK(label.view.strides[0] == labels.gpu_view.strides[0]);
  CHECK((place.kind == NUMRS_INDEX_AXIS && place.extent == 5));
  CHECK(numrs_device_graph_indices(graph, -1, nullptr) == NUMRS_BAD_ARGUMENT);
  numrs_graph_indices small = {sizeof(numrs_graph_indices) - 8, 0, {}, 0, 0};
  CHECK(numrs_device_graph_indices(graph, 0, &small) == NUMRS_BAD_ARGUMENT);
  small.struct_size += 8;
  CHECK(numrs_device_graph_indices(graph, -1, &small) == NUMRS_BAD_INDEX);

  REQUIRE(work(nullptr, false) == NUMRS_OK);
  REQUIRE(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
  for (const Both* out : {&y, &loss, &g, &taken}) CHECK(out->Same());

  // What is out of range is told as the call itself would have told it, and nothing is done.
  const std::vector<char> before = y.There();
  const auto refused = [&](Both* of, size_t i, auto wrong, const char* says) {
    const auto bytes = of->here();
    const numrs_view view = of->cpu_view;
    of->Set(i, wrong);
    CHECK(numrs_device_graph_launch(gpu, graph) == NUMRS_BAD_INDEX);
    const std::string told = numrs_message();
    CHECK(told.find(says) != std::string::npos);
    CHECK(work(nullptr, false) == NUMRS_BAD_INDEX);
    CHECK(told == numrs_message());
    CHECK(y.There() == before);
    of->Set(i, [&] {
      decltype(wrong) value;
      std::memcpy(&value, bytes.data() + i * sizeof(value), sizeof(value));
      return value;
    }());
    CHECK(view.data == of->cpu_view.data);
  };
  refused(&rows, 3, int64_t{9}, "embedding: index 9 at (3,) of indices is out of bounds, expected 0 to 8");
  refused(&rows, 2, int64_t{-1}, "embedding: index -1 at (2,) of indices is out of bounds, expected 0 to 8");
  refused(&labels, 0, int32_t{5}, "label 5 at (7,) of target is no class, expected 0 to 4 or ignore_index, -100");
  refused(&places, 7, int64_t{-6}, "index -6 at (7,) of indices is out of bounds, expected -5 to 4");
  labels.Set(0, int32_t{-100});
  REQUIRE(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
  REQUIRE(work(nullptr, false) == NUMRS_OK);
  for (const Both* out : {&y, &loss, &g, &taken}) CHECK(out->Same());

  // Who has looked already does not wait.
  numrs_graph_launch_options checked = NUMRS_GRAPH_LAUNCH_OPTIONS_INIT;
  checked.flags = NUMRS_GRAPH_CHECKED;
  rows.Set(0, int64_t{8});
  REQUIRE(work(nullptr, false) == NUMRS_OK);
  REQUIRE(numrs_device_graph_launch_with(gpu, graph, &checked) == NUMRS_OK);
  for (const Both* out : {&y, &loss, &g, &taken}) CHECK(out->Same());
  checked.flags = 2;
  CHECK(numrs_device_graph_launch_with(gpu, graph, &checked) == NUMRS_BAD_ARGUMENT);
  checked.flags = 0;
  checked.struct_size = 8;
  CHECK(numrs_device_graph_launch_with(gpu, graph, &checked) == NUMRS_BAD_ARGUMENT);
  numrs_device_graph_free(graph);
}

TEST_CASE("indices that recorded work makes are its own") {
  const Context gpu;
  const int64_t kernel[] = {2, 2};
  Both x(gpu, NUMRS_F32, {3, 6, 6}), y(gpu, NUMRS_F32, {3, 3, 3}), gx(gpu, NUMRS_F32, {3, 6, 6});
  const int64_t shape[] = {3, 3, 3};
  std::vector<int64_t> here(27);
  numrs_view places = {here.data(), shape, nullptr, 3, NUMRS_I64};
  for (int i = 0; i < 2; i++) {  // the second time with a graph
    void* there = nullptr;
    numrs_device_graph* graph = nullptr;
    if (i) {
      REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
      REQUIRE(numrs_device_allocate(gpu, 27 * 8, &there) == NUMRS_OK);
      places.data = there;
    }
    numrs_context* on = i ? static_cast<numrs_context*>(gpu) : nullptr;
    const auto at = [&](const Both& b) { return i ? &b.gpu_view : &b.cpu_view; };
    CHECK(numrs_max_pool(on, at(x), at(y), &places, 2, kernel, nullptr, nullptr, nullptr) == NUMRS_OK);
    CHECK(numrs_max_pool_backward(on, at(y), &places, at(gx), 2) == NUMRS_OK);
    if (!i) continue;
    REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
    CHECK(Count(graph) == 0);
    numrs_device_free(gpu, there);  // stays with the graph
    void* other = nullptr;
    REQUIRE(numrs_device_allocate(gpu, 27 * 8, &other) == NUMRS_OK);
    CHECK(other != there);
    for (int k = 0; k < 3; k++) CHECK(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
    CHECK(y.Same());
    CHECK(gx.Same());
    numrs_device_free(gpu, other);
    numrs_device_graph_free(graph);
  }
}

TEST_CASE("recorded dropouts choose where the launch says") {
  const Context gpu;
  const uint64_t in_use = InUse();
  {
    Both x(gpu, NUMRS_F32, {500}), a(gpu, NUMRS_F32, {500}), b(gpu, NUMRS_F32, {500}), c(gpu, NUMRS_F32, {500});
    const uint64_t seeds[] = {1, 2};
    numrs_random_state one = {sizeof(numrs_random_state), 0, {}, {}}, two = one;
    REQUIRE(numrs_random_seed(&one, seeds, 1) == NUMRS_OK);
    REQUIRE(numrs_random_seed(&two, seeds, 2) == NUMRS_OK);
    uint64_t step = 0;
    REQUIRE(numrs_random_blocks(NUMRS_OP_RANDOM_BITS, 250, &step) == NUMRS_OK);
    one.counter[0] = ~uint64_t{0} - 2 * step + 1;  // the carry is reached
    const auto work = [&](numrs_context* on, numrs_random_state p, numrs_random_state q) {
      const auto at = [&](const Both& v) { return on ? &v.gpu_view : &v.cpu_view; };
      REQUIRE(numrs_dropout(on, &p, at(x), at(a), 0.3) == NUMRS_OK);
      REQUIRE(numrs_dropout(on, &q, at(x), at(b), 0.3) == NUMRS_OK);
      REQUIRE(numrs_random_advance(&p, step) == NUMRS_OK);
      REQUIRE(numrs_dropout(on, &p, at(x), at(c), 0.5) == NUMRS_OK);
    };
    numrs_device_graph* graph = nullptr;
    REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
    work(gpu, one, two);
    REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
    std::vector<char> last;
    for (uint64_t k = 0; k < 4; k++) {
      const uint64_t blocks[] = {2 * step * k, step * k};
      numrs_graph_launch_options options = NUMRS_GRAPH_LAUNCH_OPTIONS_INIT;
      options.random_blocks = blocks;
      options.random_count = 2;
      numrs_random_state p = one, q = two;
      REQUIRE(numrs_random_advance(&p, blocks[0]) == NUMRS_OK);
      REQUIRE(numrs_random_advance(&q, blocks[1]) == NUMRS_OK);
      work(nullptr, p, q);
      REQUIRE(numrs_device_graph_launch_with(gpu, graph, &options) == NUMRS_OK);
      for (const Both* out : {&a, &b, &c}) CHECK(out->Same());
      CHECK(last != a.here());
      last = a.here();
    }
    REQUIRE(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
    work(nullptr, one, two);
    for (const Both* out : {&a, &b, &c}) CHECK(out->Same());
    const uint64_t blocks[] = {0, 0, 0};
    numrs_graph_launch_options options = NUMRS_GRAPH_LAUNCH_OPTIONS_INIT;
    options.random_blocks = blocks;
    for (const int32_t count : {0, 1, 3, -1}) {
      options.random_count = count;
      CHECK(numrs_device_graph_launch_with(gpu, graph, &options) == NUMRS_BAD_ARGUMENT);
    }
    numrs_device_graph_free(graph);
  }
  CHECK(InUse() == in_use);
}

TEST_CASE("a recording keeps the memory that was in use when it was made") {
  const Context gpu;
  const uint64_t in_use = InUse();
  const int64_t shape[] = {300};
  const size_t bytes = 300 * sizeof(float);
  void *x = nullptr, *y = nullptr, *later = nullptr;
  std::vector<float> ones(300, 1.0f), there(300);
  REQUIRE(numrs_device_allocate(gpu, bytes, &x) == NUMRS_OK);
  REQUIRE(numrs_device_allocate(gpu, bytes, &y) == NUMRS_OK);
  REQUIRE(numrs_device_copy(gpu, x, ones.data(), bytes, NUMRS_TO_DEVICE) == NUMRS_OK);
  numrs_device_graph* graphs[2] = {};
  const numrs_view vx = {x, shape, nullptr, 1, NUMRS_F32}, vy = {y, shape, nullptr, 1, NUMRS_F32};
  for (numrs_device_graph*& graph : graphs) {
    REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
    REQUIRE(numrs_binary(gpu, NUMRS_OP_ADD, &vx, &vx, &vy) == NUMRS_OK);
    REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
  }
  numrs_device_free(gpu, x);
  CHECK(InUse() < in_use + 2 * 2048);
  const auto fresh = [&] {
    REQUIRE(numrs_device_allocate(gpu, bytes, &later) == NUMRS_OK);
    return later != x;
  };
  CHECK(fresh());
  REQUIRE(numrs_device_graph_launch(gpu, graphs[0]) == NUMRS_OK);
  REQUIRE(numrs_device_copy(gpu, there.data(), y, bytes, NUMRS_TO_HOST) == NUMRS_OK);
  CHECK(there == std::vector<float>(300, 2.0f));
  numrs_device_graph_free(graphs[0]);
  void* const before = later;
  CHECK(fresh());
  numrs_device_free(gpu, before);
  numrs_device_free(gpu, later);
  REQUIRE(numrs_device_graph_launch(gpu, graphs[1]) == NUMRS_OK);
  numrs_device_graph_free(graphs[1]);
  numrs_device_free(gpu, y);
  CHECK(InUse() == in_use);
}

TEST_CASE("what is given back while a recording goes on stays with it") {
  const Context gpu;
  const int64_t shape[] = {300};
  const size_t bytes = 300 * sizeof(float);
  void *x = nullptr, *y = nullptr, *later = nullptr;
  std::vector<float> ones(300, 1.0f), there(300);
  REQUIRE(numrs_device_allocate(gpu, bytes, &x) == NUMRS_OK);
  REQUIRE(numrs_device_allocate(gpu, bytes, &y) == NUMRS_OK);
  REQUIRE(numrs_device_copy(gpu, x, ones.data(), bytes, NUMRS_TO_DEVICE) == NUMRS_OK);
  const numrs_view vx = {x, shape, nullptr, 1, NUMRS_F32}, vy = {y, shape, nullptr, 1, NUMRS_F32};
  numrs_device_graph* graph = nullptr;
  REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
  REQUIRE(numrs_binary(gpu, NUMRS_OP_ADD, &vx, &vx, &vy) == NUMRS_OK);
  numrs_device_free(gpu, x);
  REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
  REQUIRE(numrs_device_allocate(gpu, bytes, &later) == NUMRS_OK);
  CHECK(later != x);
  REQUIRE(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
  REQUIRE(numrs_device_copy(gpu, there.data(), y, bytes, NUMRS_TO_HOST) == NUMRS_OK);
  CHECK(there == std::vector<float>(300, 2.0f));
  numrs_device_free(gpu, later);
  numrs_device_graph_free(graph);
  numrs_device_free(gpu, y);
}

TEST_CASE("the seeds of recorded attention are those of the launch") {
  const Context gpu;
  Both q(gpu, NUMRS_F32, {2, 7, 4}), y(gpu, NUMRS_F32, {2, 7, 4}), z(gpu, NUMRS_F32, {2, 7, 4}),
      lse(gpu, NUMRS_F32, {2, 7});
  Both g(gpu, NUMRS_F32, {2, 7, 4}), gq(gpu, NUMRS_F32, {2, 7, 4}), gk(gpu, NUMRS_F32, {2, 7, 4}),
      gv(gpu, NUMRS_F32, {2, 7, 4});
  const auto work = [&](numrs_context* on, uint64_t first, uint64_t second) {
    const auto at = [&](const Both& v) { return on ? &v.gpu_view : &v.cpu_view; };
    REQUIRE(numrs_attention(on, at(q), at(q), at(q), nullptr, at(y), at(lse), 0, 0.5, 0.4, first) == NUMRS_OK);
    REQUIRE(numrs_attention(on, at(q), at(q), at(q), nullptr, at(z), nullptr, 1, 0.5, 0.4, second) == NUMRS_OK);
    REQUIRE(numrs_attention_backward(on, at(g), at(q), at(q), at(q), nullptr, at(y), at(lse), at(gq), at(gk), at(gv),
                                     nullptr, 0, 0.5, 0.4, first) == NUMRS_OK);
  };
  numrs_device_graph* graph = nullptr;
  REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
  work(gpu, 10, 20);
  REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
  std::vector<char> last;
  for (const uint64_t first : {uint64_t{10}, uint64_t{3}, uint64_t{99}}) {
    const uint64_t added[] = {first - 10, first * 5 - 20};
    numrs_graph_launch_options options = NUMRS_GRAPH_LAUNCH_OPTIONS_INIT;
    options.random_blocks = added;
    options.random_count = 2;
    work(nullptr, first, first * 5);
    REQUIRE(numrs_device_graph_launch_with(gpu, graph, &options) == NUMRS_OK);
    for (const Both* out : {&y, &z, &lse, &gq, &gk, &gv}) CHECK(out->Same());
    CHECK(last != y.here());
    last = y.here();
  }
  numrs_device_graph_free(graph);
}

TEST_CASE("graphs freed while another is recorded, and streams that end before their graphs") {
  const Context gpu;
  const uint64_t in_use = InUse();
  {
    Both x(gpu, NUMRS_F32, {50}), y(gpu, NUMRS_F32, {50});
    numrs_device_graph *first = nullptr, *second = nullptr;
    const auto record = [&](numrs_context* on, numrs_device_graph** graph, numrs_device_graph* unwanted) {
      void* inside = nullptr;
      REQUIRE(numrs_device_record_begin(on) == NUMRS_OK);
      REQUIRE(numrs_device_allocate(on, 300, &inside) == NUMRS_OK);
      REQUIRE(numrs_binary(on, NUMRS_OP_ADD, &x.gpu_view, &x.gpu_view, &y.gpu_view) == NUMRS_OK);
      numrs_device_graph_free(unwanted);
      numrs_device_free(on, inside);
      if (graph) REQUIRE(numrs_device_record_end(on, graph) == NUMRS_OK);
    };
    record(gpu, &first, nullptr);
    record(gpu, &second, first);
    REQUIRE(numrs_device_graph_launch(gpu, second) == NUMRS_OK);
    {
      const Context other;
      record(other, &first, nullptr);
      REQUIRE(numrs_device_graph_launch(other, first) == NUMRS_OK);
      record(other, nullptr, second);  // never ended
    }
    REQUIRE(numrs_device_graph_launch(gpu, first) == NUMRS_OK);
    REQUIRE(numrs_binary(nullptr, NUMRS_OP_ADD, &x.cpu_view, &x.cpu_view, &y.cpu_view) == NUMRS_OK);
    CHECK(y.Same());
    numrs_device_graph_free(first);
  }
  CHECK(InUse() == in_use);
}
