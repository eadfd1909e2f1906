// Random draws on the simulated device: the bits and the states that the CPU has.
#include "on_device.h"

using namespace on_device;

namespace {

using Shape = std::vector<int64_t>;

numrs_random_state Begin(uint64_t seed) {
  numrs_random_state state = NUMRS_RANDOM_STATE_INIT;
  REQUIRE(numrs_random_seed(&state, &seed, 1) == NUMRS_OK);
  REQUIRE(numrs_random_advance(&state, 8000) == NUMRS_OK);
  return state;
}

// A draw on both, from the same state: it is left in the same place, which is the one it had on an error.
using Draw = std::function<numrs_status(numrs_context*, numrs_random_state*, const numrs_view*)>;
numrs_status DrawOnBoth(numrs_context* gpu, std::vector<Array>* arrays, const Draw& draw) {
  const numrs_random_state before = Begin(7);
  numrs_random_state here = before, there = before;
  const numrs_status status =
      OnBoth(gpu, arrays, [&](numrs_context* c, const numrs_view* v) { return draw(c, c ? &there : &here, v); });
  CHECK(std::memcmp(&here, &there, sizeof(here)) == 0);
  if (status != NUMRS_OK) CHECK(std::memcmp(&before, &there, sizeof(there)) == 0);
  return status;
}

struct Distribution {
  int32_t op;
  std::vector<int32_t> dtypes;
  std::vector<double> good[2];  // of each parameter
  double bad;                   // for the last one
};
const std::vector<int32_t> kReal = {NUMRS_F32, NUMRS_F64}, kCount = {NUMRS_I64};
const Distribution kDistributions[] = {
    {NUMRS_OP_RANDOM_BITS, {NUMRS_U8, NUMRS_U16, NUMRS_U32, NUMRS_U64}, {{}, {}}, 0},
    {NUMRS_OP_RANDOM_UNIFORM, kReal, {{-1, 2, 0}, {3, 2, 0.5}}, -7},
    {NUMRS_OP_RANDOM_NORMAL, kReal, {{-1, 2, 0}, {3, 0, 0.5}}, -1},
    {NUMRS_OP_RANDOM_EXPONENTIAL, kReal, {{1, 2, 0}, {}}, -1},
    {NUMRS_OP_RANDOM_LAPLACE, kReal, {{-1, 2, 0}, {3, 0, 0.5}}, -1},
    {NUMRS_OP_RANDOM_CAUCHY, kReal, {{-1, 2, 0}, {3, 0, 0.5}}, -1},
    {NUMRS_OP_RANDOM_LOGNORMAL, kReal, {{-1, 2, 0}, {3, 0, 0.5}}, -1},
    {NUMRS_OP_RANDOM_GAMMA, kReal, {{0.5, 2, 1}, {3, 1, 0.5}}, -1},
    {NUMRS_OP_RANDOM_BETA, kReal, {{0.5, 2, 1}, {3, 1, 0.5}}, 0},
    {NUMRS_OP_RANDOM_BERNOULLI, {NUMRS_BOOL}, {{0.5, 0, 1}, {}}, 1.5},
    {NUMRS_OP_RANDOM_GEOMETRIC, kCount, {{0.5, 0.01, 1}, {}}, 0},
    {NUMRS_OP_RANDOM_POISSON, kCount, {{0.5, 30, 0}, {}}, -1},
    {NUMRS_OP_RANDOM_BINOMIAL, kCount, {{5, 300, 0}, {0.3, 1, 0.01}}, 2},
};

int32_t Count(const Distribution& d) { return (d.good[0].empty() ? 0 : 1) + (d.good[1].empty() ? 0 : 1); }

Draw DrawOf(int32_t op, int32_t count) {
  return [=](numrs_context* c, numrs_random_state* state, const numrs_view* v) {
    return numrs_random(c, op, state, v, v + 1, count);
  };
}

}  // namespace

TEST_CASE("distributions with numbers of the host and of the device") {
  const Context gpu;
  for (const Distribution& d : kDistributions) {
    const int32_t count = Count(d);
    for (const int32_t dtype : d.dtypes) {
      for (const Layout layout : kLayouts) {
        for (const Shape& shape : {Shape{3, 700}, Shape{17}, Shape{}, Shape{3, 0}}) {
          for (const bool on_host : {false, true}) {
            std::vector<Array> a = {{dtype, shape, layout}};
            for (int32_t k = 0; k < count; k++) {
              const double value = d.good[k][0];
              a.push_back(on_host ? Array::OnHost(NUMRS_F64, value)
                                  : Array(NUMRS_F64, {1}, std::vector<double>{value}, layout));
              if (!on_host && shape.empty()) a.back().shape.clear();
            }
            CHECK(DrawOnBoth(gpu, &a, DrawOf(d.op, count)) == NUMRS_OK);
            if (count == 0) continue;
            a.back() = Array::OnHost(NUMRS_F64, d.bad);
            CHECK(DrawOnBoth(gpu, &a, DrawOf(d.op, count)) == NUMRS_BAD_ARGUMENT);
            if (!on_host) continue;
            a.back() = Array::OnHost(NUMRS_F32, static_cast<float>(d.good[count - 1][0]));
            CHECK(DrawOnBoth(gpu, &a, DrawOf(d.op, count)) == NUMRS_OK);
          }
        }
      }
    }
  }
}

TEST_CASE("distributions with arrays of parameters") {
  const Context gpu;
  for (const Distribution& d : kDistributions) {
    const int32_t count = Count(d);
    if (count == 0) continue;
    for (const int32_t dtype : d.dtypes) {
      for (const Layout layout : kLayouts) {
        const Draw draw = DrawOf(d.op, count);
        std::vector<Array> a = {{dtype, {40, 3}, layout}};
        for (int32_t k = 0; k < count; k++) a.push_back(Array(NUMRS_F64, {3}, d.good[k], layout));
        CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
        std::vector<float> singles(d.good[0].begin(), d.good[0].end());
        if (count == 2) {  // one number beside an array, another dtype
          a[1] = Array(NUMRS_F32, {1, 3}, singles, layout);
          a[2] = Array::OnHost(NUMRS_F64, d.good[1][0]);
          CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
        }
        // As large as the result, read where it lies.
        std::vector<double> all, last;
        for (int i = 0; i < 120; i++) {
          all.push_back(d.good[0][static_cast<size_t>(i % 3)]);
          last.push_back(count == 2 ? d.good[1][static_cast<size_t>(i % 3)] : all.back());
        }
        a[1] = Array(NUMRS_F64, {40, 3}, all, layout);
        a.back() = Array(NUMRS_F64, {40, 3}, last, layout);
        CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
        last[119] = d.bad;
        a.back() = Array(NUMRS_F64, {40, 3}, last, layout);
        CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_BAD_ARGUMENT);
        a.back() = Array(NUMRS_F64, {2}, Layout::DENSE);
        CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_BAD_SHAPE);
        if (dtype == NUMRS_F64 && layout == Layout::DENSE) {  // y in the memory of a parameter
          a.back() = Array(NUMRS_F64, {40, 3}, all, layout);
          a[1] = a.back();
          a[0] = Array::In(1, a[1], 0);
          if (d.op != NUMRS_OP_RANDOM_UNIFORM && d.op != NUMRS_OP_RANDOM_NORMAL) continue;
          a.back() = Array(NUMRS_F64, {3}, d.good[1]);
          CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
        }
      }
    }
  }
}

TEST_CASE("integers of every dtype") {
  const Context gpu;
  const Draw draw = DrawOf(NUMRS_OP_RANDOM_INTEGERS, 2);
  for (const int32_t dtype : {NUMRS_I8, NUMRS_I16, NUMRS_I32, NUMRS_I64, NUMRS_U8, NUMRS_U16, NUMRS_U32, NUMRS_U64}) {
    for (const Layout layout : kLayouts) {
      std::vector<Array> a = {
          {dtype, {50, 2}, layout}, Array::OnHost(NUMRS_I64, int64_t{3}), {NUMRS_I32, {}, std::vector<int32_t>{100}}};
      CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
      a[2] = Array(NUMRS_I64, {2}, std::vector<int64_t>{3, 77}, layout);
      CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
      a[1] = Array(NUMRS_U64, {50, 1}, std::vector<uint64_t>(50, 2), layout);
      CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
      a[2] = Array(NUMRS_I64, {2}, std::vector<int64_t>{3, 1}, layout);
      CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_BAD_ARGUMENT);
      a[1] = Array(NUMRS_F64, {2});
      CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_BAD_DTYPE);
    }
  }
}

TEST_CASE("functions of one dtype") {
  const Context gpu;
  std::vector<Array> a = {{NUMRS_F32, {1000}}};
  CHECK(DrawOnBoth(gpu, &a, [](numrs_context* c, numrs_random_state* s, const numrs_view* v) {
          return numrs_random_normal_f32(c, s, static_cast<float*>(v->data), 1000, 1, 2);
        }) == NUMRS_OK);
  a[0] = Array(NUMRS_I16, {1000});
  CHECK(DrawOnBoth(gpu, &a, [](numrs_context* c, numrs_random_state* s, const numrs_view* v) {
          return numrs_random_integers_i16(c, s, static_cast<int16_t*>(v->data), 1000, -5, 5);
        }) == NUMRS_OK);
  a[0] = Array(NUMRS_U64, {1000});
  CHECK(DrawOnBoth(gpu, &a, [](numrs_context* c, numrs_random_state* s, const numrs_view* v) {
          return numrs_random_bits_u64(c, s, static_cast<uint64_t*>(v->data), 1000);
        }) == NUMRS_OK);
}

TEST_CASE("permutations") {
  const Context gpu;
  for (const Layout layout : kLayouts) {
    for (const int32_t axis : {0, 1, -1}) {
      std::vector<Array> a = {{NUMRS_I64, {5, 301}, layout}};
      const Draw draw = [=](numrs_context* c, numrs_random_state* s, const numrs_view* v) {
        return numrs_random_permutation(c, s, v, axis);
      };
      CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
      a[0] = Array(NUMRS_I64, {5, 0}, layout);
      CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
      a[0] = Array(NUMRS_I32, {5, 7}, layout);
      CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_BAD_DTYPE);
    }
  }
}

TEST_CASE("multinomial draws") {
  const Context gpu;
  const Draw draw = [](numrs_context* c, numrs_random_state* s, const numrs_view* v) {
    return numrs_random_multinomial(c, s, v + 1, v + 2, v);
  };
  for (const Layout layout : kLayouts) {
    const Array chances(NUMRS_F64, {4}, std::vector<double>{0.1, 0.2, 0.3, 0.4}, layout);
    const Array counts(NUMRS_I64, {6, 1}, std::vector<int64_t>{0, 1, 2, 30, 400, 5}, layout);
    std::vector<Array> a = {{NUMRS_I64, {6, 3, 4}, layout}, Array::OnHost(NUMRS_I64, int64_t{20}), chances};
    CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
    a[1] = counts;
    CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
    a[2] = Array::OnHost(NUMRS_F64, 0.25);
    CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
    a[2] = Array(NUMRS_F64, {3, 4}, std::vector<double>{1, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0, 0.5, 0.5}, layout);
    CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
    a[1] = Array(NUMRS_U8, {}, std::vector<uint8_t>{9});
    CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
    a[2] = Array(NUMRS_F64, {4}, std::vector<double>{0.5, 0.5, 0.5, 0}, layout);
    CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_BAD_ARGUMENT);
    a[2] = chances;
    a[1] = Array(NUMRS_I64, {6, 1}, std::vector<int64_t>{0, 1, -2, 30, 400, 5}, layout);
    CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_BAD_ARGUMENT);
    a[0] = Array(NUMRS_I64, {0, 4});
    a[1] = Array::OnHost(NUMRS_I64, int64_t{20});
    CHECK(DrawOnBoth(gpu, &a, draw) == NUMRS_OK);
  }
}

TEST_CASE("draws: results of the host, too little memory, a lost device") {
  const Context gpu;
  numrs_random_state state = Begin(3);
  std::vector<Array> a = {Array::OnHost(NUMRS_U64, uint64_t{1})};
  CHECK(OnDevice(gpu, &a, [&](numrs_context* c, const numrs_view* v) {
          return numrs_random(c, NUMRS_OP_RANDOM_BITS, &state, v, nullptr, 0);
        }) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("NUMRS_ON_HOST"));
  const auto starved = [&](const std::vector<Array>& arrays, const Draw& draw) {
    Starved(gpu, arrays, [&](numrs_context* c, const numrs_view* v) {
      const numrs_random_state before = Begin(5);
      numrs_random_state after = before;
      const numrs_status status = draw(c, &after, v);
      CHECK((std::memcmp(&before, &after, sizeof(after)) == 0) == (status != NUMRS_OK));
      return status;
    });
    AllocatesOnce(gpu, arrays, [&](numrs_context* c, const numrs_view* v) {
      numrs_random_state fresh = Begin(5);
      return draw(c, &fresh, v);
    });
  };
  starved({{NUMRS_I64, {40, 3}, Layout::GAPS},
           {NUMRS_I32, {3}, std::vector<int32_t>{1, 2, 3}},
           {NUMRS_I64, {3}, std::vector<int64_t>{9, 9, 9}}},
          DrawOf(NUMRS_OP_RANDOM_INTEGERS, 2));
  starved({{NUMRS_I64, {40, 3}, Layout::GAPS}}, [](numrs_context* c, numrs_random_state* s, const numrs_view* v) {
    return numrs_random_permutation(c, s, v, 1);
  });
  starved({{NUMRS_I64, {40, 4}, Layout::GAPS}, {NUMRS_U8, {}}, Array::OnHost(NUMRS_F64, 0.25)},
          [](numrs_context* c, numrs_random_state* s, const numrs_view* v) {
            return numrs_random_multinomial(c, s, v + 1, v + 2, v);
          });
  const Context lost(3);
  void* block = nullptr;
  REQUIRE(numrs_device_allocate(lost, 80, &block) == NUMRS_OK);
  char text[8];
  REQUIRE(numrs_device_info(NUMRS_SIM, 3, "set:lost=1", text, sizeof(text)) == NUMRS_OK);
  const numrs_random_state before = state;
  CHECK(numrs_random_bits_u64(lost, &state, static_cast<uint64_t*>(block), 10) == NUMRS_DEVICE_FAILED);
  CHECK(std::memcmp(&before, &state, sizeof(state)) == 0);
}

TEST_CASE("recorded draws are the same at each launch; looking at parameters is not for recording") {
  const Context gpu(0, NUMRS_STREAM_NEW);
  const int64_t n = 300, shape[] = {n}, apart[] = {16};
  void *x = nullptr, *y = nullptr, *p = nullptr;
  REQUIRE(numrs_device_allocate(gpu, 8 * n, &x) == NUMRS_OK);
  REQUIRE(numrs_device_allocate(gpu, 16 * n, &y) == NUMRS_OK);
  REQUIRE(numrs_device_allocate(gpu, 8 * n, &p) == NUMRS_OK);
  const numrs_view vp = {p, shape, nullptr, 1, NUMRS_F64}, vx = {x, shape, nullptr, 1, NUMRS_F64},
                   vy = {y, shape, apart, 1, NUMRS_I64};
  numrs_random_state state = Begin(9);
  const numrs_random_state before = state;
  numrs_device_graph* graph = nullptr;
  REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
  CHECK(numrs_random_normal_f64(gpu, &state, static_cast<double*>(x), n, 0, 1) == NUMRS_OK);
  CHECK(numrs_random_permutation(gpu, &state, &vy, 0) == NUMRS_OK);  // by way of scratch memory
  const numrs_random_state after = state;
  CHECK(numrs_random(gpu, NUMRS_OP_RANDOM_EXPONENTIAL, &state, &vx, &vp, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(std::memcmp(&after, &state, sizeof(state)) == 0);
  REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
  std::vector<double> wanted(static_cast<size_t>(n)), got(wanted);
  std::vector<int64_t> order(static_cast<size_t>(n)), places(static_cast<size_t>(2 * n));
  state = before;
  REQUIRE(numrs_random_normal_f64(nullptr, &state, wanted.data(), n, 0, 1) == NUMRS_OK);
  const numrs_view here = {order.data(), shape, nullptr, 1, NUMRS_I64};
  REQUIRE(numrs_random_permutation(nullptr, &state, &here, 0) == NUMRS_OK);
  CHECK(std::memcmp(&after, &state, sizeof(state)) == 0);
  for (int i = 0; i < 3; i++) {
    REQUIRE(numrs_device_copy(gpu, x, got.data(), got.size() * 8, NUMRS_TO_DEVICE) == NUMRS_OK);
    REQUIRE(numrs_device_copy(gpu, y, places.data(), places.size() * 8, NUMRS_TO_DEVICE) == NUMRS_OK);
    REQUIRE(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
    REQUIRE(numrs_device_copy(gpu, got.data(), x, got.size() * 8, NUMRS_TO_HOST) == NUMRS_OK);
    REQUIRE(numrs_device_copy(gpu, places.data(), y, places.size() * 8, NUMRS_TO_HOST) == NUMRS_OK);
    CHECK(got == wanted);
    for (size_t k = 0; k < order.size(); k++) CHECK(places[2 * k] == order[k]);
    got.assign(got.size(), 0);
    places.assign(places.size(), 0);
  }
  numrs_device_graph_free(graph);
  for (void* block : {x, y, p}) numrs_device_free(gpu, block);
}
