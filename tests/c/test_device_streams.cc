// Streams of the simulated device: blocks that several use, pinned memory and copies that do not wait, events, streams
// of others. What a missing wait does is shown beside what a wait does.
#include <atomic>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "numrs/numrs.h"
#include "on_device.h"

using on_device::Context;

namespace {

constexpr int32_t kDevice = 2;
constexpr int64_t kCount = 300;
constexpr size_t kBytes = kCount * sizeof(float);

void Set(const char* what) {
  char text[8];
  REQUIRE(numrs_device_info(NUMRS_SIM, kDevice, what, text, sizeof(text)) == NUMRS_OK);
}
bool Says(const char* part) { return std::strstr(numrs_message(), part) != nullptr; }
bool Done(numrs_context* context) {
  int32_t done = -1;
  REQUIRE(numrs_device_query(context, &done) == NUMRS_OK);
  return done == 1;
}
float* Block(numrs_context* context) {
  void* block = nullptr;
  REQUIRE(numrs_device_allocate(context, kBytes, &block) == NUMRS_OK);
  return static_cast<float*>(block);
}
std::vector<float> Get(numrs_context* context, const float* from) {
  std::vector<float> values(kCount);
  REQUIRE(numrs_device_copy(context, values.data(), from, kBytes, NUMRS_TO_HOST) == NUMRS_OK);
  return values;
}
// And waits.
void Put(numrs_context* context, float* to, float value) {
  const std::vector<float> values(kCount, value);
  REQUIRE(numrs_device_copy(context, to, values.data(), kBytes, NUMRS_TO_DEVICE) == NUMRS_OK);
  REQUIRE(numrs_device_synchronize(context) == NUMRS_OK);
}
// Work that takes a while; what comes behind it on the stream waits.
void Delay(numrs_context* context, float* block) {
  Set("set:sleep=100000");
  REQUIRE(numrs_positive_f32(context, block, block, kCount) == NUMRS_OK);
}
bool All(const std::vector<float>& values, float value) {
  for (const float v : values) {
    if (v != value) return false;
  }
  return true;
}

// Freed blocks are kept by the library, as with a GPU.
struct Keep {
  Keep() { Set("set:keep=1"); }
  ~Keep() { Set("set:keep=0"); }
};

}  // namespace

TEST_CASE("a block that another stream still reads is not handed out again") {
  const Context one(kDevice, NUMRS_STREAM_NEW), other(kDevice, NUMRS_STREAM_NEW);
  Set("set:delay=0");
  const Keep keep;
  float *x = Block(one), *y = Block(other), *busy = Block(other);
  Put(one, x, 3);
  Delay(other, busy);
  REQUIRE(numrs_negative_f32(other, x, y, kCount) == NUMRS_OK);
  numrs_device_free(one, x);  // nobody says that `other` has it
  float* z = Block(one);
  CHECK(z != x);
  CHECK_FALSE(Done(other));
  Put(one, z, 5);
  CHECK(All(Get(other, y), -3));
  REQUIRE(Done(other));
  numrs_device_free(one, z);
  REQUIRE(numrs_device_synchronize(other) == NUMRS_OK);
  float *again = Block(one), *another = Block(one);  // the streams have come that far: both serve again
  CHECK((again == x || again == z));
  CHECK((another == x || another == z));
  for (float* block : {again, another}) numrs_device_free(one, block);
  for (float* block : {y, busy}) numrs_device_free(other, block);
}

TEST_CASE("the pool's memory would be written too early without that") {
  const Context one(kDevice, NUMRS_STREAM_NEW), other(kDevice, NUMRS_STREAM_NEW);
  Set("set:delay=0");
  float *x = Block(one), *y = Block(other), *busy = Block(other);
  Put(one, x, 3);
  Delay(other, busy);
  REQUIRE(numrs_negative_f32(other, x, y, kCount) == NUMRS_OK);
  Put(one, x, 5);  // what the next owner of the block does
  CHECK(All(Get(other, y), -5));
  numrs_device_free(one, x);
  for (float* block : {y, busy}) numrs_device_free(other, block);
}

TEST_CASE("a block that is younger than the other stream's work is free at once") {
  const Context one(kDevice, NUMRS_STREAM_NEW), other(kDevice, NUMRS_STREAM_NEW);
  Set("set:delay=0");
  const Keep keep;
  float* busy = Block(other);
  Put(other, busy, 1);
  Delay(other, busy);
  float* x = Block(one);
  Put(one, x, 1);
  numrs_device_free(one, x);
  float* y = Block(one);
  CHECK(x == y);
  CHECK_FALSE(Done(other));
  numrs_device_free(one, y);
  numrs_device_free(other, busy);
}

TEST_CASE("who frees on a stream frees behind its work, also of others") {
  const Context one(kDevice, NUMRS_STREAM_NEW), other(kDevice, NUMRS_STREAM_NEW);
  Set("set:delay=0");
  float* busy = Block(other);
  Delay(other, busy);
  float* x = Block(one);
  Put(one, x, 1);
  numrs_device_free(other, x);  // work of the user's own may be on it
  const Keep keep;
  float* y = Block(one);
  CHECK(x != y);
  numrs_device_free(one, y);
  numrs_device_free(other, busy);
}

TEST_CASE("where memory runs out, blocks that wait are taken behind their streams") {
  const Context one(kDevice, NUMRS_STREAM_NEW), other(kDevice, NUMRS_STREAM_NEW);
  Set("set:delay=0");
  numrs_memory_stats stats{};
  stats.struct_size = sizeof(stats);
  float *x = Block(one), *y = Block(other), *busy = Block(other);
  Put(one, x, 3);
  Delay(other, busy);
  REQUIRE(numrs_negative_f32(other, x, y, kCount) == NUMRS_OK);
  numrs_device_free(one, x);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, kDevice, &stats) == NUMRS_OK);
  CHECK(stats.cached_bytes >= 2048);
  REQUIRE(numrs_device_memory_trim(NUMRS_SIM, kDevice) == NUMRS_OK);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, kDevice, &stats) == NUMRS_OK);
  CHECK(stats.cached_bytes == 0);
  CHECK_FALSE(Done(other));
  CHECK(All(Get(other, y), -3));  // it was poisoned afterwards
  for (float* block : {y, busy}) numrs_device_free(other, block);
}

TEST_CASE("a stream ends, its blocks live on") {
  const Context one(kDevice);
  float* x = nullptr;
  {
    const Context other(kDevice, NUMRS_STREAM_NEW);
    Set("set:delay=0");
    x = Block(other);
    Put(other, x, 2);
    float* rest = Block(other);
    Delay(other, x);
    numrs_device_free(other, rest);
  }
  CHECK(All(Get(one, x), 2));
  numrs_device_free(one, x);
}

TEST_CASE("pinned memory: copies that do not wait, and those that do") {
  const Context gpu(kDevice, NUMRS_STREAM_NEW);
  Set("set:delay=0");
  void* block = nullptr;
  REQUIRE(numrs_device_pinned_allocate(gpu, kBytes, &block) == NUMRS_OK);
  CHECK(reinterpret_cast<uintptr_t>(block) % 64 == 0);
  float *host = static_cast<float*>(block), *x = Block(gpu), *busy = Block(gpu);
  const auto fill = [&](float value) {
    for (int64_t i = 0; i < kCount; i++) host[i] = value;
  };
  for (const bool wait : {false, true}) {
    fill(1);
    Delay(gpu, busy);
    REQUIRE(numrs_device_copy_async(gpu, x, host, kBytes, NUMRS_TO_DEVICE) == NUMRS_OK);
    CHECK_FALSE(Done(gpu));
    if (wait) REQUIRE(numrs_device_synchronize(gpu) == NUMRS_OK);
    fill(2);
    CHECK(All(Get(gpu, x), wait ? 1 : 2));
  }
  fill(0);
  Put(gpu, x, 4);
  Delay(gpu, busy);
  REQUIRE(numrs_device_copy_async(gpu, host, x, kBytes, NUMRS_TO_HOST) == NUMRS_OK);
  CHECK(host[0] == 0);
  REQUIRE(numrs_device_synchronize(gpu) == NUMRS_OK);
  CHECK(host[0] == 4);

  // The plain copy is done with the host's memory when it returns, pinned or not.
  fill(5);
  Delay(gpu, busy);
  REQUIRE(numrs_device_copy(gpu, x, host, kBytes, NUMRS_TO_DEVICE) == NUMRS_OK);
  CHECK(Done(gpu));
  fill(6);
  CHECK(All(Get(gpu, x), 5));
  // Memory that is not pinned: read before the call returns.
  std::vector<float> plain(kCount, 7);
  Delay(gpu, busy);
  REQUIRE(numrs_device_copy_async(gpu, x, plain.data(), kBytes, NUMRS_TO_DEVICE) == NUMRS_OK);
  plain.assign(kCount, 8);
  CHECK(All(Get(gpu, x), 7));

  // Freed memory is poisoned; who frees waits for the copies.
  fill(9);
  Delay(gpu, busy);
  REQUIRE(numrs_device_copy_async(gpu, x, host, kBytes, NUMRS_TO_DEVICE) == NUMRS_OK);
  REQUIRE(numrs_device_pinned_free(host) == NUMRS_OK);
  CHECK(All(Get(gpu, x), 9));
  CHECK(numrs_device_pinned_free(host) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("pinned"));
  CHECK(numrs_device_pinned_free(nullptr) == NUMRS_OK);
  CHECK(numrs_device_pinned_allocate(nullptr, 4, &block) == NUMRS_BAD_ARGUMENT);
  for (float* one : {x, busy}) numrs_device_free(gpu, one);
}

TEST_CASE("events: asked, timed, of two devices") {
  const Context gpu(kDevice, NUMRS_STREAM_NEW), elsewhere(1);
  Set("set:delay=0");
  float* busy = Block(gpu);
  numrs_device_event *plain = nullptr, *from = nullptr, *to = nullptr, *far = nullptr;
  REQUIRE(numrs_device_event_record_timed(gpu, &from) == NUMRS_OK);
  Delay(gpu, busy);
  REQUIRE(numrs_device_event_record_timed(gpu, &to) == NUMRS_OK);
  REQUIRE(numrs_device_event_record(gpu, &plain) == NUMRS_OK);
  REQUIRE(numrs_device_event_record_timed(elsewhere, &far) == NUMRS_OK);
  int32_t done = -1;
  double milliseconds = -1;
  CHECK(numrs_device_event_query(to, &done) == NUMRS_OK);
  CHECK(done == 0);
  CHECK(numrs_device_event_elapsed(from, to, &milliseconds) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("not done"));
  CHECK(milliseconds == -1);
  REQUIRE(numrs_device_event_synchronize(plain) == NUMRS_OK);
  CHECK(numrs_device_event_query(to, &done) == NUMRS_OK);
  CHECK(done == 1);
  CHECK(numrs_device_event_elapsed(from, to, &milliseconds) == NUMRS_OK);
  CHECK(milliseconds >= 100);
  CHECK(milliseconds < 60000);
  CHECK(numrs_device_event_elapsed(from, plain, &milliseconds) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("no time"));
  CHECK(numrs_device_event_elapsed(from, far, &milliseconds) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("sim:1"));
  for (numrs_device_event* event : {plain, from, to, far}) numrs_device_event_free(event);
  numrs_device_free(gpu, busy);
}

TEST_CASE("streams of others: the same queue under two handles") {
  const Context gpu(kDevice, NUMRS_STREAM_NEW);
  Set("set:delay=0");
  void* native = nullptr;
  REQUIRE(numrs_device_stream_native(gpu, &native) == NUMRS_OK);
  REQUIRE(native != nullptr);
  numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
  numrs_context *same = nullptr, *legacy = nullptr;
  options.device = NUMRS_SIM;
  options.device_index = kDevice;
  options.stream = NUMRS_STREAM_NATIVE;
  options.native_stream = &options;
  CHECK(numrs_context_create(&options, &same) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("no stream"));
  options.native_stream = native;
  REQUIRE(numrs_context_create(&options, &same) == NUMRS_OK);
  options.native_stream = reinterpret_cast<void*>(uintptr_t{1});
  REQUIRE(numrs_context_create(&options, &legacy) == NUMRS_OK);
  REQUIRE(numrs_device_stream_native(legacy, &native) == NUMRS_OK);
  CHECK(native == options.native_stream);

  float *x = Block(gpu), *busy = Block(gpu);
  Put(gpu, x, 1);
  Delay(gpu, busy);
  REQUIRE(numrs_negative_f32(gpu, x, x, kCount) == NUMRS_OK);
  CHECK(All(Get(legacy, x), 1));  // another queue does not wait
  CHECK(All(Get(same, x), -1));   // this one is the first
  Delay(gpu, busy);
  numrs_context_destroy(same);  // the other's stream goes on
  CHECK_FALSE(Done(gpu));
  REQUIRE(numrs_negative_f32(gpu, x, x, kCount) == NUMRS_OK);
  CHECK(All(Get(gpu, x), 1));
  numrs_context_destroy(legacy);
  for (float* block : {x, busy}) numrs_device_free(gpu, block);
}

TEST_CASE("threads with streams of their own hand blocks on") {
  constexpr int kThreads = 4, kTurns = 150;
  struct Parcel {
    float* block = nullptr;
    numrs_device_event* made = nullptr;
    float value = 0;
  };
  const Keep keep;
  Set("set:delay=60");
  std::mutex mutex;
  std::vector<Parcel> parcels;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int k = 0; k < kThreads; k++) {
    threads.emplace_back([&, k] {
      numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
      options.device = NUMRS_SIM;
      options.device_index = kDevice;
      options.stream = NUMRS_STREAM_NEW;
      numrs_context* mine = nullptr;
      if (numrs_context_create(&options, &mine) != NUMRS_OK) wrong++;
      for (int turn = 0; turn < kTurns && wrong == 0; turn++) {
        Parcel parcel;
        parcel.value = static_cast<float>(k * kTurns + turn);
        void* block = nullptr;
        const std::vector<float> values(kCount, -parcel.value);
        if (numrs_device_allocate(mine, kBytes, &block) != NUMRS_OK) wrong++;
        parcel.block = static_cast<float*>(block);
        if (numrs_device_copy(mine, block, values.data(), kBytes, NUMRS_TO_DEVICE) != NUMRS_OK ||
            numrs_negative_f32(mine, parcel.block, parcel.block, kCount) != NUMRS_OK ||
            numrs_device_event_record(mine, &parcel.made) != NUMRS_OK)
          wrong++;
        {
          const std::lock_guard<std::mutex> lock(mutex);
          parcels.push_back(parcel);
          if (parcels.size() < 3) continue;
          parcel = parcels.front();
          parcels.erase(parcels.begin());
        }
        // What another made: used on this stream, and freed while the work goes on.
        void* sum = nullptr;
        std::vector<float> got(kCount);
        if (numrs_device_event_wait(mine, parcel.made) != NUMRS_OK ||
            numrs_device_allocate(mine, kBytes, &sum) != NUMRS_OK ||
            numrs_add_f32(mine, parcel.block, parcel.block, static_cast<float*>(sum), kCount) != NUMRS_OK)
          wrong++;
        numrs_device_free(mine, parcel.block);
        numrs_device_event_free(parcel.made);
        if (numrs_device_copy(mine, got.data(), sum, kBytes, NUMRS_TO_HOST) != NUMRS_OK || !All(got, 2 * parcel.value))
          wrong++;
        numrs_device_free(mine, sum);
      }
      numrs_context_destroy(mine);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  const Context rest(kDevice);
  for (const Parcel& parcel : parcels) {
    numrs_device_free(rest, parcel.block);
    numrs_device_event_free(parcel.made);
  }
  REQUIRE(numrs_device_synchronize(rest) == NUMRS_OK);
  numrs_memory_stats stats{};
  stats.struct_size = sizeof(stats);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, kDevice, &stats) == NUMRS_OK);
  CHECK(stats.in_use_bytes == 0);
  Set("set:delay=0");
}

TEST_CASE("contexts of the CPU have no streams") {
  int32_t done = 7;
  void* native = &done;
  numrs_device_event* event = nullptr;
  float x = 1, y = 2;
  CHECK(numrs_device_query(nullptr, &done) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_device_stream_native(nullptr, &native) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_device_event_record_timed(nullptr, &event) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_device_copy_async(nullptr, &y, &x, 4, NUMRS_TO_DEVICE) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_device_event_query(nullptr, &done) == NUMRS_BAD_ARGUMENT);
  CHECK(done == 7);
  CHECK(native == &done);
  CHECK(event == nullptr);
  CHECK(y == 2);
}
