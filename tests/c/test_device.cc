// Devices, on the simulated one: memory, streams, events, recordings, failures, the same bits as on the CPU, and
// planted errors that have to be found.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "catch.h"
#include "numrs/numrs.h"

namespace {

void Open() { REQUIRE(numrs_device_open_plugin(NUMRS_SIM_PLUGIN) == NUMRS_OK); }
void Set(int32_t index, const char* what) {
  char text[8];
  REQUIRE(numrs_device_info(NUMRS_SIM, index, what, text, sizeof(text)) == NUMRS_OK);
}
bool Says(const char* part) { return std::strstr(numrs_message(), part) != nullptr; }

class Context {
 public:
  explicit Context(int32_t index = 0, int32_t stream = NUMRS_STREAM_DEFAULT) {
    Open();
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    options.device = NUMRS_SIM;
    options.device_index = index;
    options.stream = stream;
    REQUIRE(numrs_context_create(&options, &handle_) == NUMRS_OK);
  }
  ~Context() { numrs_context_destroy(handle_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  operator numrs_context*() const { return handle_; }

 private:
  numrs_context* handle_ = nullptr;
};

// Memory of a device with the bytes of a vector.
template <typename T>
class Remote {
 public:
  Remote(numrs_context* context, const std::vector<T>& values) : context_(context), n_(values.size()) {
    REQUIRE(numrs_device_allocate(context, n_ * sizeof(T), &data_) == NUMRS_OK);
    REQUIRE(numrs_device_copy(context, data_, values.data(), n_ * sizeof(T), NUMRS_TO_DEVICE) == NUMRS_OK);
  }
  ~Remote() { numrs_device_free(context_, data_); }
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;
  T* data() const { return static_cast<T*>(data_); }
  std::vector<T> Get() const {
    std::vector<T> values(n_);
    REQUIRE(numrs_device_copy(context_, values.data(), data_, n_ * sizeof(T), NUMRS_TO_HOST) == NUMRS_OK);
    return values;
  }

 private:
  numrs_context* context_;
  size_t n_;
  void* data_ = nullptr;
};

std::vector<float> Numbers(int64_t n, float low = -3, float high = 3) {
  std::vector<float> values(static_cast<size_t>(n));
  uint32_t state = 7;
  for (float& v : values) {
    state = state * 1664525u + 1013904223u;
    v = low + (high - low) * static_cast<float>(state >> 8) / 16777216.0f;
  }
  return values;
}
template <typename T>
bool SameBits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

// The signal that ends a child that does this; 0: none.
int SignalOf(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int number : {SIGSEGV, SIGBUS, SIGABRT}) signal(number, SIG_DFL);  // Catch's would report a failure
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("what is not there says which step failed") {
  int32_t count = 5;
  CHECK(numrs_device_count(NUMRS_CPU, &count) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_device_count(99, &count) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_device_open_plugin("relative.so") == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_device_open_plugin(nullptr) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_device_open_plugin("/nowhere/libnumrs_sim.so") == NUMRS_NO_DEVICE);
  CHECK(Says("could not be opened"));
  CHECK(numrs_device_open_plugin("/") == NUMRS_NO_DEVICE);
  Open();
  Open();  // the same file again
  CHECK(std::string(numrs_device_plugin(NUMRS_SIM)) == NUMRS_SIM_PLUGIN);
  CHECK(numrs_device_count(NUMRS_SIM, &count) == NUMRS_OK);
  CHECK(count == 4);
  numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
  numrs_context* context = nullptr;
  options.device = NUMRS_SIM;
  options.device_index = 9;
  CHECK(numrs_context_create(&options, &context) == NUMRS_NO_DEVICE);
  CHECK(Says("there is no sim:9"));
  options.device_index = 0;
  options.native_stream = &count;
  CHECK(numrs_context_create(&options, &context) == NUMRS_BAD_ARGUMENT);
  CHECK(context == nullptr);
}

TEST_CASE("options of the first version are taken") {
  numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
  numrs_context* context = nullptr;
  options.struct_size = 32;
  options.device_index = 77;  // beyond what the caller knows
  REQUIRE(numrs_context_create(&options, &context) == NUMRS_OK);
  numrs_context_destroy(context);
  options.struct_size = 24;
  CHECK(numrs_context_create(&options, &context) == NUMRS_BAD_ARGUMENT);
}

TEST_CASE("the same bits as on the CPU") {
  const Context gpu;
  for (const int64_t n : {1, 3, 17, 1000, 4097}) {
    const std::vector<float> x = Numbers(n), z = Numbers(n, 0.5f, 2);
    std::vector<float> y(x.size()), one(1);
    const Remote<float> rx(gpu, x), rz(gpu, z), ry(gpu, y), r1(gpu, one);
    const auto same = [&](numrs_status on_cpu, numrs_status on_gpu) {
      CHECK(on_cpu == NUMRS_OK);
      CHECK(on_gpu == NUMRS_OK);
      CHECK(SameBits(y, ry.Get()));
    };
    same(numrs_exp_f32(nullptr, x.data(), y.data(), n), numrs_exp_f32(gpu, rx.data(), ry.data(), n));
    same(numrs_divide_f32(nullptr, x.data(), z.data(), y.data(), n),
         numrs_divide_f32(gpu, rx.data(), rz.data(), ry.data(), n));
    same(numrs_cumulative_sum_f32(nullptr, x.data(), y.data(), 1, n, 1),
         numrs_cumulative_sum_f32(gpu, rx.data(), ry.data(), 1, n, 1));
    same(numrs_softmax_f32(nullptr, x.data(), y.data(), 1, n, 1, 0),
         numrs_softmax_f32(gpu, rx.data(), ry.data(), 1, n, 1, 0));
    CHECK(numrs_sum_f32(nullptr, x.data(), one.data(), 1, n, 1) == NUMRS_OK);
    CHECK(numrs_sum_f32(gpu, rx.data(), r1.data(), 1, n, 1) == NUMRS_OK);
    CHECK(SameBits(one, r1.Get()));

    // Strides, broadcasting, a scalar of the host, overlap.
    const int64_t shape[] = {n}, backwards[] = {-4};
    const float two = 2.5f;
    const numrs_view cx = {const_cast<float*>(x.data() + n - 1), shape, backwards, 1, NUMRS_F32},
                     gx = {rx.data() + n - 1, shape, backwards, 1, NUMRS_F32};
    const numrs_view scalar = {const_cast<float*>(&two), nullptr, nullptr, 0, NUMRS_F32};
    numrs_view marked = scalar;
    marked.dtype |= NUMRS_ON_HOST;
    const numrs_view cy = {y.data(), shape, nullptr, 1, NUMRS_F32}, gy = {ry.data(), shape, nullptr, 1, NUMRS_F32};
    same(numrs_binary(nullptr, NUMRS_OP_MULTIPLY, &cx, &scalar, &cy),
         numrs_binary(gpu, NUMRS_OP_MULTIPLY, &gx, &marked, &gy));
    CHECK(numrs_unary(gpu, NUMRS_OP_EXP, &gx, &marked) != NUMRS_OK);
    const numrs_view cr = {y.data() + n - 1, shape, backwards, 1, NUMRS_F32},
                     gr = {ry.data() + n - 1, shape, backwards, 1, NUMRS_F32};
    same(numrs_unary(nullptr, NUMRS_OP_NEGATIVE, &cr, &cy), numrs_unary(gpu, NUMRS_OP_NEGATIVE, &gr, &gy));
  }
}

TEST_CASE("products with batches") {
  const Context gpu;
  const std::vector<float> a = Numbers(3 * 5 * 7), b = Numbers(7 * 4);
  std::vector<float> y(3 * 5 * 4);
  const Remote<float> ra(gpu, a), rb(gpu, b), ry(gpu, y);
  const int64_t sa[] = {3, 5, 7}, sb[] = {7, 4}, sy[] = {3, 5, 4};
  const auto view = [](const void* p, const int64_t* s, int32_t d) {
    return numrs_view{const_cast<void*>(p), s, nullptr, d, NUMRS_F32};
  };
  const numrs_view ca = view(a.data(), sa, 3), cb = view(b.data(), sb, 2), cy = view(y.data(), sy, 3);
  const numrs_view ga = view(ra.data(), sa, 3), gb = view(rb.data(), sb, 2), gy = view(ry.data(), sy, 3);
  CHECK(numrs_matmul(nullptr, &ca, &cb, &cy) == NUMRS_OK);
  CHECK(numrs_matmul(gpu, &ga, &gb, &gy) == NUMRS_OK);
  CHECK(SameBits(y, ry.Get()));
}

TEST_CASE("indices are checked before anything is written") {
  const Context gpu;
  const std::vector<float> x = Numbers(10);
  const Remote<float> rx(gpu, x), ry(gpu, std::vector<float>(3, 9));
  const Remote<int64_t> good(gpu, {2, -1, 0}), bad(gpu, {2, 10, 0});
  const int64_t ten[] = {10}, three[] = {3};
  const numrs_view vx = {rx.data(), ten, nullptr, 1, NUMRS_F32}, vy = {ry.data(), three, nullptr, 1, NUMRS_F32};
  const numrs_view vg = {good.data(), three, nullptr, 1, NUMRS_I64}, vb = {bad.data(), three, nullptr, 1, NUMRS_I64};
  CHECK(numrs_take(gpu, &vx, &vb, &vy, 0) == NUMRS_BAD_INDEX);
  CHECK(Says("10"));
  CHECK(ry.Get() == std::vector<float>(3, 9));
  CHECK(numrs_take(gpu, &vx, &vg, &vy, 0) == NUMRS_OK);
  CHECK(ry.Get() == std::vector<float>{x[2], x[9], x[0]});
}

TEST_CASE("operands of the host: element-wise functions and those of networks take them, others refuse them") {
  const Context gpu;
  const Remote<float> x(gpu, {1}), y(gpu, {7});
  const float here = 2;
  const int64_t place = 0, ones[] = {1, 1};
  const auto view = [&](const void* p, int32_t ndim, int32_t dtype) {
    return numrs_view{const_cast<void*>(p), ones, nullptr, ndim, dtype};
  };
  const numrs_view host = view(&here, 1, NUMRS_F32 | NUMRS_ON_HOST), host2 = view(&here, 2, NUMRS_F32 | NUMRS_ON_HOST);
  const numrs_view index = view(&place, 1, NUMRS_I64 | NUMRS_ON_HOST);
  const numrs_view in = view(x.data(), 1, NUMRS_F32), in2 = view(x.data(), 2, NUMRS_F32);
  const numrs_view out = view(y.data(), 1, NUMRS_F32), out2 = view(y.data(), 2, NUMRS_F32);
  const numrs_view scalar = view(y.data(), 0, NUMRS_F32);
  const auto refused = [&](numrs_status status) {
    CHECK(status == NUMRS_BAD_ARGUMENT);
    CHECK(Says("NUMRS_ON_HOST"));
  };
  refused(numrs_reduce(gpu, NUMRS_OP_SUM, &host, nullptr, &scalar, nullptr, -1, 0));
  refused(numrs_scan(gpu, NUMRS_OP_CUMULATIVE_SUM, &host, &out, 0, 0));
  refused(numrs_vecdot(gpu, &in, &host, &scalar, 0));
  refused(numrs_matmul(gpu, &host2, &in2, &out2));
  refused(numrs_take(gpu, &in, &index, &out, 0));
  refused(numrs_put_along_axis(gpu, &index, &in, &out, 0));
  refused(numrs_inv(gpu, &host2, &out2));
  CHECK(y.Get() == std::vector<float>{7});
  CHECK(numrs_binary(gpu, NUMRS_OP_ADD, &in, &host, &out) == NUMRS_OK);
  CHECK(y.Get() == std::vector<float>{3});
  CHECK(numrs_softmax(gpu, &host, &out, 0, 0) == NUMRS_OK);  // brought to the device
  CHECK(y.Get() == std::vector<float>{1});
}

TEST_CASE("what a device has no kernel for is refused") {
  const Context gpu;
  const Remote<double> x(gpu, {4, 1, 1, 3}), y(gpu, {0, 0});
  const int64_t square[] = {2, 2}, two[] = {2};
  const numrs_view vx = {x.data(), square, nullptr, 2, NUMRS_F64}, vy = {y.data(), two, nullptr, 1, NUMRS_F64};
  Set(0, "set:lapack=0");
  CHECK(numrs_svdvals(gpu, &vx, &vy) == NUMRS_UNSUPPORTED);
  CHECK(Says("svdvals"));
  CHECK(Says("sim:0"));
  Set(0, "set:lapack=1");
  CHECK(numrs_svdvals(gpu, &vx, &vy) == NUMRS_OK);
}

TEST_CASE("memory: statistics, reuse, one more try, limit") {
  const Context gpu(1);
  Set(1, "set:keep=1");
  numrs_memory_stats stats{};
  stats.struct_size = sizeof(stats);
  void *a = nullptr, *b = nullptr;
  REQUIRE(numrs_device_allocate(gpu, 1000, &a) == NUMRS_OK);
  CHECK(reinterpret_cast<uintptr_t>(a) % 256 == 0);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, 1, &stats) == NUMRS_OK);
  CHECK(stats.in_use_bytes == 1024);
  CHECK(stats.misses == 1);
  numrs_device_free(gpu, a);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, 1, &stats) == NUMRS_OK);
  CHECK(stats.in_use_bytes == 0);
  CHECK(stats.cached_bytes == 1024);
  REQUIRE(numrs_device_allocate(gpu, 900, &b) == NUMRS_OK);
  CHECK(a == b);
  numrs_device_free(gpu, b);
  Set(1, "set:alloc=1");  // one failure: the second try serves
  REQUIRE(numrs_device_allocate(gpu, 5000, &a) == NUMRS_OK);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, 1, &stats) == NUMRS_OK);
  CHECK(stats.cached_bytes == 0);
  numrs_device_free(gpu, a);
  CHECK(numrs_device_allocate(gpu, size_t{1} << 40, &a) == NUMRS_NO_MEMORY);
  CHECK(Says("free of"));
  REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 1, 4096) == NUMRS_OK);
  CHECK(numrs_device_allocate(gpu, 8192, &a) == NUMRS_NO_MEMORY);
  REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 1, 0) == NUMRS_OK);
  REQUIRE(numrs_device_memory_trim(NUMRS_SIM, 1) == NUMRS_OK);
  Set(1, "set:keep=0");
}

TEST_CASE("streams: without a wait others see old memory, with an event they do not") {
  const Context slow(2, NUMRS_STREAM_NEW), other(2, NUMRS_STREAM_NEW);
  const int64_t n = 1000;
  const std::vector<float> x = Numbers(n);
  std::vector<float> wanted(x.size());
  REQUIRE(numrs_exp_f32(nullptr, x.data(), wanted.data(), n) == NUMRS_OK);
  for (const bool wait : {false, true}) {
    Set(2, "set:delay=0");
    const Remote<float> in(slow, x), out(slow, std::vector<float>(x.size(), -1));
    REQUIRE(numrs_device_synchronize(slow) == NUMRS_OK);
    Set(2, "set:delay=200000");
    for (int i = 0; i < 8; i++) REQUIRE(numrs_exp_f32(slow, in.data(), out.data(), n) == NUMRS_OK);
    Set(2, "set:delay=0");
    numrs_device_event* event = nullptr;
    REQUIRE(numrs_device_event_record(slow, &event) == NUMRS_OK);
    if (wait) REQUIRE(numrs_device_event_wait(other, event) == NUMRS_OK);
    std::vector<float> got(x.size());
    REQUIRE(numrs_device_copy(other, got.data(), out.data(), x.size() * 4, NUMRS_TO_HOST) == NUMRS_OK);
    if (wait) CHECK(SameBits(got, wanted));
    REQUIRE(numrs_device_event_synchronize(event) == NUMRS_OK);
    CHECK(SameBits(out.Get(), wanted));
    numrs_device_event_free(event);
  }
}

TEST_CASE("a missing wait is seen") {
  const Context slow(2, NUMRS_STREAM_NEW), other(2, NUMRS_STREAM_NEW);
  Set(2, "set:delay=0");
  const std::vector<float> x = Numbers(100), before(100, -1);
  const Remote<float> in(slow, x), out(slow, before);
  REQUIRE(numrs_device_synchronize(slow) == NUMRS_OK);
  Set(2, "set:delay=400000");
  for (int i = 0; i < 6; i++) REQUIRE(numrs_exp_f32(slow, in.data(), in.data(), 100) == NUMRS_OK);
  REQUIRE(numrs_exp_f32(slow, in.data(), out.data(), 100) == NUMRS_OK);
  Set(2, "set:delay=0");
  std::vector<float> got(100);
  REQUIRE(numrs_device_copy(other, got.data(), out.data(), 400, NUMRS_TO_HOST) == NUMRS_OK);
  CHECK(SameBits(got, before));
  REQUIRE(numrs_device_synchronize(slow) == NUMRS_OK);
}

TEST_CASE("recorded work is done at each launch, with the same bits") {
  const Context gpu(2, NUMRS_STREAM_NEW);
  const std::vector<float> x = Numbers(500, 0, 1);
  std::vector<float> wanted(x), twice(x.size());
  const Remote<float> rx(gpu, x);
  void* temporary = nullptr;
  numrs_device_graph* graph = nullptr;
  REQUIRE(numrs_device_record_begin(gpu) == NUMRS_OK);
  REQUIRE(numrs_device_allocate(gpu, 2000, &temporary) == NUMRS_OK);
  REQUIRE(numrs_exp_f32(gpu, rx.data(), static_cast<float*>(temporary), 500) == NUMRS_OK);
  REQUIRE(numrs_reciprocal_f32(gpu, static_cast<float*>(temporary), rx.data(), 500) == NUMRS_OK);
  numrs_device_free(gpu, temporary);
  CHECK(numrs_device_copy(gpu, twice.data(), rx.data(), 2000, NUMRS_TO_HOST) != NUMRS_OK);
  CHECK(numrs_device_record_begin(gpu) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_device_record_end(gpu, &graph) == NUMRS_OK);
  CHECK(SameBits(rx.Get(), x));  // nothing has been done yet
  for (int i = 0; i < 3; i++) {
    REQUIRE(numrs_device_graph_launch(gpu, graph) == NUMRS_OK);
    REQUIRE(numrs_exp_f32(nullptr, wanted.data(), twice.data(), 500) == NUMRS_OK);
    REQUIRE(numrs_reciprocal_f32(nullptr, twice.data(), wanted.data(), 500) == NUMRS_OK);
    const Remote<float> between(gpu, Numbers(500));  // may not get the graph's memory
  }
  CHECK(SameBits(rx.Get(), wanted));
  numrs_device_graph_free(graph);
}

TEST_CASE("planted errors are caught") {
  const Context gpu;
  const Remote<float> x(gpu, Numbers(100));
  const float* address = x.data();
  CHECK(SignalOf([&] { (void)*const_cast<const volatile float*>(address); }) == SIGSEGV);
  // Memory of the host, and memory that was freed, in a call on the device.
  std::vector<float> here(100);
  CHECK(numrs_exp_f32(gpu, here.data(), x.data(), 100) == NUMRS_BAD_ARGUMENT);
  void* block = nullptr;
  REQUIRE(numrs_device_allocate(gpu, 400, &block) == NUMRS_OK);
  numrs_device_free(gpu, block);
  CHECK(numrs_exp_f32(gpu, x.data(), static_cast<float*>(block), 100) == NUMRS_BAD_ARGUMENT);
  CHECK(Says("live memory"));
  // Memory of the device in a call of the CPU.
  CHECK(SignalOf([&] { numrs_exp_f32(nullptr, address, here.data(), 100); }) == SIGSEGV);
}

TEST_CASE("a child of a fork cannot use the device, and says why") {
  const Context gpu;
  const Remote<float> x(gpu, Numbers(10));
  const pid_t child = fork();
  if (child == 0) {
    const bool told = numrs_exp_f32(gpu, x.data(), x.data(), 10) == NUMRS_DEVICE_FAILED && Says("forked");
    _exit(told ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(numrs_exp_f32(gpu, x.data(), x.data(), 10) == NUMRS_OK);
}

TEST_CASE("a lost device stays lost, the CPU works on") {
  const Context gpu(3);
  const Remote<float> x(gpu, Numbers(10));
  Set(3, "set:lost=2");
  CHECK(numrs_exp_f32(gpu, x.data(), x.data(), 10) == NUMRS_OK);
  CHECK(numrs_exp_f32(gpu, x.data(), x.data(), 10) == NUMRS_DEVICE_FAILED);
  CHECK(Says("restart"));
  void* block = nullptr;
  CHECK(numrs_device_allocate(gpu, 10, &block) == NUMRS_DEVICE_FAILED);
  CHECK(numrs_device_synchronize(gpu) == NUMRS_DEVICE_FAILED);
  std::vector<float> y = Numbers(10);
  CHECK(numrs_exp_f32(nullptr, y.data(), y.data(), 10) == NUMRS_OK);
}
