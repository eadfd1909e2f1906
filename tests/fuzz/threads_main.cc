// The calls of the fuzz target from many threads at once and in children of fork; under the thread sanitizer too.
//   fuzz_threads forks FORKS    children of a process whose threads compute, and their children, compute the same bits
//   fuzz_threads storm ROUNDS   64 threads call every function that changes no global state, at once
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "watch.h"

namespace {

using fuzz::Bytes;

constexpr int64_t kLong = 100003, kSide = 96;

// Sum, exponentials and a product over several threads: the bits of all results in one number.
uint64_t Work(const double* x, double* y) {
  double sum = 0, largest = 0;
  uint64_t bits = 0, other = 0;
  if (numrs_sum_f64(nullptr, x, &sum, 1, kLong, 1) != NUMRS_OK || numrs_exp_f64(nullptr, x, y, kLong) != NUMRS_OK ||
      numrs_matmul_f64(nullptr, y, y, y, 1, kSide, kSide, kSide) != NUMRS_OK ||
      numrs_max_f64(nullptr, y, &largest, 1, kSide * kSide, 1) != NUMRS_OK) {
    return 0;
  }
  std::memcpy(&bits, &sum, 8);
  std::memcpy(&other, &largest, 8);
  return bits ^ other * 3;
}

int Forks(int64_t forks) {
  std::vector<double> x(kLong), y(kLong);
  for (int64_t i = 0; i < kLong; ++i) x[static_cast<size_t>(i)] = static_cast<double>(i % 997) * 1e-3;
  numrs_set_num_threads(4);
  numrs_set_thread_threshold_us(0);
  const uint64_t expected = Work(x.data(), y.data());
  std::atomic<bool> end{false};
  std::atomic<int64_t> wrong{0};
  std::vector<std::thread> others;
  for (int t = 0; t < 2; ++t) {
    others.emplace_back([&] {
      std::vector<double> mine(kLong);
      while (!end) wrong += Work(x.data(), mine.data()) != expected;
    });
  }
  int64_t done = 0;
  for (; done < forks && wrong == 0; ++done) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);  // a child that hangs is killed
      bool good = Work(x.data(), y.data()) == expected;
      if (done % 8 == 0) {
        const pid_t grandchild = fork();
        if (grandchild == 0) _exit(Work(x.data(), y.data()) == expected ? 0 : 1);
        int status = 1;
        good = good && waitpid(grandchild, &status, 0) == grandchild && status == 0;
      }
      _exit(good ? 0 : 1);
    }
    int status = 1;
    wrong += child < 0 || waitpid(child, &status, 0) != child || status != 0;
  }
  end = true;
  for (std::thread& other : others) other.join();
  std::printf("figure: %lld forks while other threads compute, %lld wrong or hanging\n", static_cast<long long>(done),
              static_cast<long long>(wrong));
  return wrong == 0 ? 0 : 1;
}

int Storm(int64_t rounds) {
  constexpr int kThreads = 64;
  numrs_set_num_threads(4);
  numrs_set_thread_threshold_us(0);
  std::vector<size_t> callable;
  for (size_t f = 0; f < fuzz::Calls().size(); ++f) {
    const std::string name = fuzz::Calls()[f].name;
    if (name.find("_set_") == std::string::npos && name.find("numrs_memory_") != 0) callable.push_back(f);
  }
  std::atomic<int64_t> calls{0};
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t round = 0; round < rounds; ++round) {
        for (size_t i = 0; i < callable.size(); ++i) {
          const size_t f = callable[(i * 7 + t * 11) % callable.size()];
          fuzz::Call own = fuzz::Calls()[f];
          const std::vector<uint8_t> bytes = Bytes(f * 31u + t + static_cast<uint64_t>(round) * 4099u);
          fuzz::Input in(bytes.data(), bytes.size());
          own.run(&own, &in);
          ++calls;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("figure: %d threads made %lld calls of %zu functions at once\n", kThreads, static_cast<long long>(calls),
              callable.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc == 3 ? argv[1] : "";
  const int64_t number = argc == 3 ? std::atoll(argv[2]) : 0;
  if (mode == "forks") return Forks(number);
  if (mode == "storm") return Storm(number);
  std::fputs("fuzz_threads forks FORKS | storm ROUNDS\n", stderr);
  return 2;
}
