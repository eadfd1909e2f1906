// Sleeping until a 32-bit word changes: the futex on Linux, one condition variable elsewhere.
#ifndef NUMRS_CORE_FUTEX_H_
#define NUMRS_CORE_FUTEX_H_

#include <atomic>
#include <cstdint>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#include <pthread.h>
#endif

namespace numrs {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "the kernel reads the word");

#if defined(__linux__)

// Returns at once when *word is not `seen`; may also wake for no reason.
inline void FutexWait(std::atomic<uint32_t>* word, uint32_t seen) {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(word), FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
}

// Wakes up to `count` sleepers. The word may have ceased to exist: only its address counts.
inline void FutexWake(std::atomic<uint32_t>* word, int count) {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(word), FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

inline void FutexAfterForkInChild() {}

#else

inline pthread_mutex_t futex_mutex = PTHREAD_MUTEX_INITIALIZER;
inline pthread_cond_t futex_condition = PTHREAD_COND_INITIALIZER;

inline void FutexWait(std::atomic<uint32_t>* word, uint32_t seen) {
  pthread_mutex_lock(&futex_mutex);
  if (word->load(std::memory_order_relaxed) == seen) pthread_cond_wait(&futex_condition, &futex_mutex);
  pthread_mutex_unlock(&futex_mutex);
}

inline void FutexWake(std::atomic<uint32_t>*, int) {
  pthread_mutex_lock(&futex_mutex);
  pthread_cond_broadcast(&futex_condition);
  pthread_mutex_unlock(&futex_mutex);
}

inline void FutexAfterForkInChild() {
  pthread_mutex_init(&futex_mutex, nullptr);
  pthread_cond_init(&futex_condition, nullptr);
}

#endif

// A hint to the core that this is a waiting loop; 40 to 140 cycles on x86.
inline void CpuRelax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("isb" ::: "memory");
#endif
}

}  // namespace numrs

#endif  // NUMRS_CORE_FUTEX_H_
