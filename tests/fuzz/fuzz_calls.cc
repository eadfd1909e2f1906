// One fuzz input is a few calls of exported functions under hostile arguments. A libFuzzer target; with random_main.cc
// a program of its own.
#include <algorithm>

#include "watch.h"

namespace fuzz {

std::vector<Call>& Calls() {
  static std::vector<Call> calls;
  return calls;
}
Surroundings& Around() {
  static thread_local Surroundings surroundings;
  return surroundings;
}

Probe& Probing() {
  static Probe probe;
  return probe;
}

namespace {

uint64_t executions = 0;

void Report() {
  uint64_t runs = 0, accepted = 0;
  size_t reached = 0, taken = 0;
  for (const Call& call : Calls()) {
    runs += call.runs, accepted += call.accepted;
    reached += call.runs > 0, taken += call.accepted > 0;
    if (call.runs == 0 && executions > 100000) std::printf("not reached: %s\n", call.name);
  }
  std::printf("figure: %llu executions, %llu calls, %.0f %% accepted, %zu of %zu functions reached, %zu with success\n",
              static_cast<unsigned long long>(executions), static_cast<unsigned long long>(runs),
              100.0 * static_cast<double>(accepted) / static_cast<double>(std::max<uint64_t>(runs, 1)), reached,
              Calls().size(), taken);
}

// An index into Calls() by weight.
const std::vector<uint16_t>& Choice() {
  static const std::vector<uint16_t> choice = [] {
    std::vector<uint16_t> all;
    for (size_t i = 0; i < Calls().size(); ++i)
      all.insert(all.end(), static_cast<size_t>(Calls()[i].weight), static_cast<uint16_t>(i));
    std::atexit(Report);
    return all;
  }();
  return choice;
}

}  // namespace

void Reset() {
  Around() = Surroundings();
  numrs_memory_set_limit(0);
  if (numrs_set_allocator(nullptr, nullptr, nullptr) != NUMRS_OK) {
    std::fprintf(stderr, "memory leaked: %s\n", numrs_message());
    std::abort();
  }
  numrs_set_parallel_for(nullptr, nullptr);
  numrs_set_num_threads(1);
  numrs_set_thread_threshold_us(100);
  numrs_set_stream_threshold(int64_t{1} << 22);
  numrs_set_backend("cpu");
  numrs_set_target(numrs_target_name(0));
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fuzz;
  const std::vector<uint16_t>& choice = Choice();
  Input in(data, size);
  ++executions;
  for (int n = 1 + in.Below(4); n > 0; --n) {
    const size_t at = static_cast<size_t>(in.Byte()) << 8 | in.Byte();
    Call& call = Calls()[choice[at % choice.size()]];
    call.run(&call, &in);
  }
  Reset();
  return 0;
}
