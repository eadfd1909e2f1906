// What every fuzzed call is held to: statuses, messages, untouched memory, the caller's floating-point environment.
#ifndef NUMRS_TESTS_FUZZ_WATCH_H_
#define NUMRS_TESTS_FUZZ_WATCH_H_

#include <numrs/numrs.h>
#include <xmmintrin.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "input.h"

namespace fuzz {

// One exported function and what became of its calls.
struct Call {
  const char* name;
  void (*run)(Call* call, Input* in);
  int weight;  // views are called more often than one of the hundreds of raw functions
  uint64_t runs = 0, accepted = 0;
};

std::vector<Call>& Calls();

struct Register {
  Register(const char* name, void (*run)(Call*, Input*), int weight) { Calls().push_back(Call{name, run, weight}); }
};

[[noreturn]] inline void Die(const Call& call, const char* what) {
  std::fprintf(stderr, "%s: %s\nmessage: %s\n", call.name, what, numrs_message());
  std::abort();
}

// A heap block of exactly so many bytes behind 0 … 7 others, so that the sanitizer sees one byte too far, and a copy of
// it.
class Block {
 public:
  Block() = default;
  Block(Input* in, size_t bytes, bool misalign)
      : bytes_(bytes), offset_(misalign && in->OneIn(3) ? static_cast<size_t>(in->Below(8)) : 0) {
    base_ = static_cast<char*>(std::malloc(bytes + offset_));
    if (!base_) std::abort();
    in->Fill(base_, bytes + offset_);
    Remember();
  }
  Block(const Block&) = delete;
  Block& operator=(Block&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(bytes_, other.bytes_);
    std::swap(offset_, other.offset_);
    copy_.swap(other.copy_);
    return *this;
  }
  Block(Block&& other) noexcept { *this = std::move(other); }
  ~Block() { std::free(base_); }

  char* data() const { return base_ ? base_ + offset_ : nullptr; }
  size_t bytes() const { return bytes_; }
  const char* copy() const { return copy_.data() + offset_; }
  void Remember() { copy_.assign(base_, base_ + bytes_ + offset_); }
  void Restore() const {
    if (base_ && !copy_.empty()) std::memcpy(base_, copy_.data(), copy_.size());
  }
  bool Unchanged() const { return !base_ || copy_.empty() || std::memcmp(base_, copy_.data(), copy_.size()) == 0; }

 private:
  char* base_ = nullptr;
  size_t bytes_ = 0, offset_ = 0;
  std::vector<char> copy_;
};

// State that a call may meet and that the library must not change; reset after each execution.
struct Surroundings {
  bool memory_fails = false;  // an allocator is set that refuses now and then
  bool cancels = false;       // the context's poll may end the call
};
Surroundings& Around();

// What a driver does around the call itself (checks_main.cc); libFuzzer needs nothing.
struct Probe {
  void (*before)(const Call& call) = nullptr;
  void (*after)(const Call& call) = nullptr;
  int64_t repeats = 1;   // more than once: for leaks
  bool overlaps = true;  // outputs in the memory of inputs: not when a call is repeated
};
Probe& Probing();

// A random input.
inline std::vector<uint8_t> Bytes(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes(160);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

// One fuzz execution ends: everything global is as at the start.
void Reset();

// Makes one call and checks what holds for all. `must_refuse`: the arguments are wrong.
template <class F>
numrs_status Watched(Call* call, Input* in, bool must_refuse, F&& f) {
  const unsigned before = _mm_getcsr();
  // Rounding up, flush to zero, denormals are zero: a caller may have set any of these.
  const unsigned mine = in->OneIn(16) ? (before | 0x8040u) ^ (static_cast<unsigned>(in->Below(4)) << 13) : before;
  _mm_setcsr(mine);
  const Probe& probe = Probing();
  if (probe.before) probe.before(*call);
  numrs_status status = f();
  for (int64_t i = 1; i < probe.repeats; ++i) status = f();
  if (probe.after) probe.after(*call);
  const unsigned after = _mm_getcsr();
  _mm_setcsr(before);
  if (after != mine) Die(*call, "the floating-point environment is another than before");
  ++call->runs;
  if (status < NUMRS_OK || status > NUMRS_SINGULAR) Die(*call, "returned a number that is no status");
  if (status == NUMRS_INTERNAL) Die(*call, "returned NUMRS_INTERNAL");
  if (status == NUMRS_NO_MEMORY && !Around().memory_fails) Die(*call, "returned NUMRS_NO_MEMORY while there is memory");
  if (status == NUMRS_CANCELLED && !Around().cancels) Die(*call, "returned NUMRS_CANCELLED, but nothing cancels");
  const char* message = numrs_message();
  if (!message || std::strlen(message) > 511) Die(*call, "the message is NULL or too long");
  if ((status == NUMRS_OK) != (message[0] == 0)) Die(*call, "status and message do not go together");
  if (status == NUMRS_OK) {
    if (must_refuse) Die(*call, "took wrong arguments");
    ++call->accepted;
  }
  return status;
}

}  // namespace fuzz

#define NUMRS_FUZZ_JOIN2(a, b) a##b
#define NUMRS_FUZZ_JOIN(a, b) NUMRS_FUZZ_JOIN2(a, b)
#define NUMRS_FUZZ(function, weight, ...) \
  static const ::fuzz::Register NUMRS_FUZZ_JOIN(registered_, function)(#function, __VA_ARGS__, weight)

#endif  // NUMRS_TESTS_FUZZ_WATCH_H_
