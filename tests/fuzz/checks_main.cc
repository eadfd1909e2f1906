// The calls of the fuzz target under other questions: what when memory or threads fail, is anything lost, is the
// process as it was?
//   fuzz_checks faults ROUNDS       every allocation of a call fails in turn, once and from then on; then threads
//   fuzz_checks leaks CALLS         each function so many times: no memory more than before
//   fuzz_checks neighbours ROUNDS   signal handlers, locale, environment, affinity, working directory, x87 after each
//   call
#include <dlfcn.h>
#include <fenv.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <clocale>
#include <cstring>
#include <string>

#include "watch.h"

extern char** environ;

namespace {

// ---- Failing allocations and threads: the library's calls to the C library end here, not in libc ----

std::atomic<bool> armed{false};
std::atomic<int64_t> requests{0}, failures{0};
int64_t fail_at = 0;  // the request that fails, from 1 on
bool fail_ever_after = false;
bool fail_threads = false;

// Not ours to check: the dynamic loader ends the process when it has no memory for thread-local data, and OpenBLAS does
// not look at what malloc gives it for small products. What they ask for never fails here.
bool IsOthers(const void* caller) {
  Dl_info code;
  if (!dladdr(const_cast<void*>(caller), &code) || !code.dli_fname) return false;
  return std::strstr(code.dli_fname, "/ld-") || std::strstr(code.dli_fname, "openblas");
}

bool Fails(const void* caller) {
  if (!armed.load(std::memory_order_relaxed) || fail_at == 0) return false;
  const int64_t now = requests.fetch_add(1) + 1;
  if (now != fail_at && !(fail_ever_after && now > fail_at)) return false;
  if (IsOthers(caller)) return false;
  failures.fetch_add(1);
  return true;
}

}  // namespace

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t bytes) { return Fails(__builtin_return_address(0)) ? nullptr : __libc_malloc(bytes); }
void* calloc(size_t n, size_t bytes) { return Fails(__builtin_return_address(0)) ? nullptr : __libc_calloc(n, bytes); }
void* realloc(void* block, size_t bytes) {
  return Fails(__builtin_return_address(0)) ? nullptr : __libc_realloc(block, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  return Fails(__builtin_return_address(0)) ? nullptr : __libc_memalign(alignment, bytes);
}
int posix_memalign(void** block, size_t alignment, size_t bytes) {
  void* got = Fails(__builtin_return_address(0)) ? nullptr : __libc_memalign(alignment, bytes);
  if (!got) return ENOMEM;
  *block = got;
  return 0;
}
void* mmap(void* where, size_t bytes, int protection, int flags, int file, off_t offset) noexcept {
  if (Fails(__builtin_return_address(0))) return errno = ENOMEM, MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, where, bytes, protection, flags, file, offset));
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  static const auto real = reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  if (fail_threads) return failures.fetch_add(1), EAGAIN;
  return real(thread, attributes, start, argument);
}
}

namespace {

using fuzz::Bytes;

int Faults(int64_t rounds) {
  fuzz::Probing().before = [](const fuzz::Call&) { armed = true; };
  fuzz::Probing().after = [](const fuzz::Call&) { armed = false; };
  int64_t calls = 0, functions = 0;
  for (size_t f = 0; f < fuzz::Calls().size(); ++f) {
    fuzz::Call& call = fuzz::Calls()[f];
    const int64_t failed_before = failures;
    for (int64_t round = 0; round < rounds; ++round) {
      const std::vector<uint8_t> bytes = Bytes(f * 1000003u + static_cast<uint64_t>(round));
      for (int kind = 0; kind < 2; ++kind) {
        for (fail_at = 1;; ++fail_at) {
          numrs_memory_trim();  // blocks kept from before would hide the system
          fail_ever_after = kind == 1;
          requests = 0;
          fuzz::Around().memory_fails = true;
          fuzz::Input in(bytes.data(), bytes.size());
          call.run(&call, &in);
          ++calls;
          const bool through = requests < fail_at;
          fail_at = through ? 0 : fail_at;
          fuzz::Reset();  // refuses when a block is still in use: a leak
          if (through) break;
        }
      }
      // No thread to be had: fewer, not an error.
      fail_at = 0;
      fail_threads = true;
      numrs_set_num_threads(1);  // lets the workers go
      numrs_set_num_threads(3);
      numrs_set_thread_threshold_us(0);
      fuzz::Input in(bytes.data(), bytes.size());
      call.run(&call, &in);
      fail_threads = false;
      fuzz::Reset();
    }
    functions += failures > failed_before;
  }
  std::printf("figure: %lld allocations and threads failed in %lld calls of %zu functions (%lld of them allocate)\n",
              static_cast<long long>(failures), static_cast<long long>(calls), fuzz::Calls().size(),
              static_cast<long long>(functions));
  return failures > 0 ? 0 : 1;
}

size_t InUse() {
  numrs_memory_stats stats{};
  stats.struct_size = sizeof stats;
  numrs_memory_get_stats(&stats);
  return mallinfo2().uordblks - stats.cached_bytes;  // what the pool keeps is not lost
}

int Leaks(int64_t calls) {
  int64_t lost = 0;
  fuzz::Probing().overlaps = false;
  for (size_t f = 0; f < fuzz::Calls().size(); ++f) {
    fuzz::Call& call = fuzz::Calls()[f];
    for (uint64_t round = 0; round < 3; ++round) {
      const std::vector<uint8_t> bytes = Bytes(f * 7919u + round);
      size_t used[2];
      for (int pass = 0; pass < 2; ++pass) {  // the first one fills caches
        fuzz::Probing().repeats = pass == 0 ? 10 : calls / 3 + 1;
        numrs_memory_trim();
        used[0] = InUse();
        {
          fuzz::Input in(bytes.data(), bytes.size());
          call.run(&call, &in);
        }
        fuzz::Reset();
        numrs_memory_trim();
        used[1] = InUse();
      }
      // The smallest block of the C library has 32 bytes; some of them move between its own lists, which count as used.
      if (used[1] > used[0] + static_cast<size_t>(fuzz::Probing().repeats) * 16 + 1024) {
        std::printf("%s: %zu bytes more after %lld calls\n", call.name, used[1] - used[0],
                    static_cast<long long>(fuzz::Probing().repeats));
        ++lost;
      }
    }
  }
  std::printf("figure: leaks in %lld of %zu functions, %lld calls each\n", static_cast<long long>(lost),
              fuzz::Calls().size(), static_cast<long long>(calls));
  return lost == 0 ? 0 : 1;
}

// Everything of a process that a library may not touch, as text.
std::string Neighbourhood() {
  std::string all = std::setlocale(LC_ALL, nullptr);
  for (int s = 1; s < NSIG; ++s) {
    struct sigaction action{};
    if (sigaction(s, nullptr, &action) != 0) continue;
    all.append(reinterpret_cast<const char*>(&action.sa_handler), sizeof action.sa_handler);
    all += std::to_string(action.sa_flags);
  }
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (int s = 1; s < NSIG; ++s) all += sigismember(&blocked, s) == 1 ? '1' : '0';
  for (char** variable = environ; *variable; ++variable) all.append(*variable).push_back('\n');
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  sched_getaffinity(0, sizeof cpus, &cpus);
  for (int c = 0; c < CPU_SETSIZE; ++c) all += CPU_ISSET(c, &cpus) ? '1' : '0';
  char folder[4096];
  all += getcwd(folder, sizeof folder) ? folder : "?";
  uint16_t x87 = 0;
  __asm__ __volatile__("fnstcw %0" : "=m"(x87));
  return all + std::to_string(x87) + ' ' + std::to_string(fegetround());
}

int Neighbours(int64_t rounds) {
  static std::string was;
  fuzz::Probing().before = [](const fuzz::Call&) { was = Neighbourhood(); };
  fuzz::Probing().after = [](const fuzz::Call& call) {
    if (Neighbourhood() != was) fuzz::Die(call, "left the process otherwise than it was");
  };
  for (size_t f = 0; f < fuzz::Calls().size(); ++f) {
    for (int64_t round = 0; round < rounds; ++round) {
      const std::vector<uint8_t> bytes = Bytes(f * 104729u + static_cast<uint64_t>(round));
      numrs_set_num_threads(2);
      numrs_set_thread_threshold_us(0);
      fuzz::Input in(bytes.data(), bytes.size());
      fuzz::Calls()[f].run(&fuzz::Calls()[f], &in);
      fuzz::Reset();
    }
  }
  std::printf("figure: process unchanged by %zu functions, %lld calls each\n", fuzz::Calls().size(),
              static_cast<long long>(rounds));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc == 3 ? argv[1] : "";
  const int64_t number = argc == 3 ? std::atoll(argv[2]) : 0;
  if (mode == "faults") return Faults(number);
  if (mode == "leaks") return Leaks(number);
  if (mode == "neighbours") return Neighbours(number);
  std::fputs("fuzz_checks faults ROUNDS | leaks CALLS | neighbours ROUNDS\n", stderr);
  return 2;
}
