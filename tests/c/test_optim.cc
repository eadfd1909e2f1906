// Steps of every optimizer: the same bits on every backend, instruction set and number of threads, whatever the sizes;
// gradients that are missing, norms, and options that are refused.
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "core/backend.h"
#include "core/optim_tables.h"
#include "kernels.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

template <typename T>
struct Problem {
  std::vector<int64_t> sizes = {1, 0, 15, 16, 17, 70001, 3};
  std::vector<std::vector<T>> params, grads;
  std::vector<void*> p;
  std::vector<const void*> g;
  std::vector<T> arenas[3];
  void* state[3];
  Problem() {
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    int64_t total = 0;
    for (const int64_t n : sizes) {
      total += n;
      params.emplace_back(static_cast<size_t>(n));
      grads.emplace_back(static_cast<size_t>(n));
      for (T& v : params.back()) v = static_cast<T>(normal(random));
      for (T& v : grads.back()) v = static_cast<T>(normal(random));
    }
    for (size_t i = 0; i < sizes.size(); i++) {
      p.push_back(params[i].data());
      g.push_back(grads[i].data());
    }
    g[2] = nullptr;
    for (int k = 0; k < 3; k++) {
      arenas[k].assign(static_cast<size_t>(total), 0);
      state[k] = arenas[k].data();
    }
  }
  static constexpr int32_t kDType = sizeof(T) == 4 ? NUMRS_F32 : NUMRS_F64;
  numrs_status Step(int32_t op, const numrs_optim_options& options) {
    return numrs_optim_step(nullptr, op, kDType, static_cast<int64_t>(sizes.size()), p.data(), g.data(), sizes.data(),
                            state, 3, &options);
  }
};

template <typename T>
void CheckBits(int32_t op, int32_t flags) {
  std::vector<std::vector<T>> first;
  ForEachKernels([&](const std::string& name) {
    for (const int32_t threads : {1, 3}) {
      REQUIRE(numrs_set_num_threads(threads) == NUMRS_OK);
      Problem<T> problem;
      const std::vector<T> still = problem.params[2];
      numrs_optim_options options = NUMRS_OPTIM_OPTIONS_INIT;
      options.flags = flags;
      options.weight_decay = 0.01;
      options.momentum = op == NUMRS_OPTIM_NADAM ? 0.004 : 0.5;
      for (options.step = 1; options.step < 4; options.step++) {
        INFO(name << " " << kOptimRows[op].name);
        REQUIRE(problem.Step(op, options) == NUMRS_OK);
      }
      CHECK(problem.params[2] == still);
      if (first.empty()) first = problem.params;
      INFO(name << " " << kOptimRows[op].name << " threads " << threads);
      CHECK(first == problem.params);
    }
  });
}

}  // namespace

TEST_CASE("steps have the same bits everywhere") {
  for (int32_t op = 0; op < kOptimOps; op++) {
    for (const int32_t flags : {0, 31}) {
      CheckBits<float>(op, flags);
      CheckBits<double>(op, flags);
    }
  }
}

TEST_CASE("options out of range change nothing") {
  Problem<double> problem;
  const std::vector<std::vector<double>> before = problem.params;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (int k = 0; k < 10; k++) {
    numrs_optim_options o = NUMRS_OPTIM_OPTIONS_INIT;
    if (k == 0) o.lr = -1;
    if (k == 1) o.lr = nan;
    if (k == 2) o.beta1 = 1;
    if (k == 3) o.beta2 = -0.1;
    if (k == 4) o.eps = nan;
    if (k == 5) o.step = 0;
    if (k == 6) o.flags = 64;
    if (k == 7) o.struct_size = 8;
    if (k == 8) o.weight_decay = -1;
    if (k == 9) o.momentum = nan;
    CHECK(problem.Step(NUMRS_OPTIM_ADAM, o) == NUMRS_BAD_ARGUMENT);
  }
  const numrs_optim_options o = NUMRS_OPTIM_OPTIONS_INIT;
  problem.state[1] = nullptr;
  CHECK(problem.Step(NUMRS_OPTIM_ADAM, o) == NUMRS_BAD_ARGUMENT);
  CHECK(problem.Step(99, o) == NUMRS_BAD_ARGUMENT);
  problem.sizes[0] = -1;
  CHECK(problem.Step(NUMRS_OPTIM_SGD, o) == NUMRS_BAD_SHAPE);
  CHECK(before == problem.params);
}

TEST_CASE("the norm is summed by a fixed tree") {
  Problem<float> problem;
  long double squares = 0, most = 0;
  for (size_t i = 0; i < problem.sizes.size(); i++) {
    for (const float v : problem.params[i]) {
      squares += static_cast<long double>(v) * v;
      most = std::max<long double>(most, std::fabs(v));
    }
  }
  double first = 0;
  ForEachKernels([&](const std::string& name) {
    for (const int32_t threads : {1, 3}) {
      REQUIRE(numrs_set_num_threads(threads) == NUMRS_OK);
      double norm = 0;
      const double none = std::numeric_limits<double>::infinity();
      INFO(name);
      REQUIRE(numrs_optim_clip_norm(nullptr, NUMRS_F32, 7, problem.p.data(), problem.sizes.data(), none, 2, &norm) ==
              NUMRS_OK);
      if (first == 0) first = norm;
      CHECK(norm == first);
      CHECK(std::fabs(norm - std::sqrt(squares)) <= 1e-14L * std::sqrt(squares));
      REQUIRE(numrs_optim_clip_norm(nullptr, NUMRS_F32, 7, problem.p.data(), problem.sizes.data(), none, none, &norm) ==
              NUMRS_OK);
      CHECK(norm == static_cast<double>(most));
    }
  });
}
