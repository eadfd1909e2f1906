// Threads of emulated kernels: fibers on stacks of their own, switched without system calls, at barriers only.
#include <csetjmp>
#include <cstdio>
#include <mutex>
#include <vector>

#include <sys/mman.h>
#include <ucontext.h>

#include "cuda_runtime.h"

namespace emulator {

thread_local dim3 thread_index, block_index, block_size, grid_size;

namespace {

constexpr size_t kStack = 256 << 10;
constexpr int kMostThreads = 1024;

struct Barrier {
  int arrived = 0;
  unsigned generation = 0;
};
struct Fiber {
  jmp_buf at;
  bool started, done;
};
struct Machine {
  std::mutex one_kernel;
  char* stacks = nullptr;
  Fiber fibers[kMostThreads];
  int current = 0, next = 0, threads = 0, alive = 0;
  jmp_buf scheduler;
  Barrier block, warps[kMostThreads / 32];
  int alive_in_warp[kMostThreads / 32];
  alignas(16) unsigned char slots[kMostThreads][16];
  uint64_t progress = 0;
  const std::function<void()>* body;
};
Machine machine;

dim3 IndexOf(int t) {
  return dim3(static_cast<unsigned>(t) % block_size.x, static_cast<unsigned>(t) / block_size.x % block_size.y,
              static_cast<unsigned>(t) / (block_size.x * block_size.y));
}
void Yield() {
  const int self = machine.current;
  if (_setjmp(machine.fibers[self].at) == 0) _longjmp(machine.scheduler, 1);
}
void Release(Barrier* barrier) {
  barrier->arrived = 0;
  barrier->generation++;
  machine.progress++;
}
void Wait(Barrier* barrier, int expected) {
  const unsigned mine = barrier->generation;
  if (++barrier->arrived >= expected) {
    Release(barrier);
    return;
  }
  while (barrier->generation == mine) Yield();
}
void Ended() {
  const int self = machine.current;
  machine.fibers[self].done = true;
  machine.alive--;
  machine.alive_in_warp[self / 32]--;
  machine.progress++;
  // Who is left need not wait for those who are gone.
  if (machine.alive > 0 && machine.block.arrived >= machine.alive) Release(&machine.block);
  Barrier& warp = machine.warps[self / 32];
  if (warp.arrived > 0 && warp.arrived >= machine.alive_in_warp[self / 32]) Release(&warp);
}
bool BeginNext() {
  if (machine.next == machine.threads) return false;
  machine.current = machine.next++;
  machine.fibers[machine.current].started = true;
  thread_index = IndexOf(machine.current);
  return true;
}
// Starting a fiber takes system calls: one whose thread has ended goes on with the next thread that has not begun.
void Entry() {
  do {
    (*machine.body)();
    Ended();
  } while (BeginNext());
  _longjmp(machine.scheduler, 1);
}
void Start() {
  static ucontext_t context, back;
  getcontext(&context);
  context.uc_stack.ss_sp = machine.stacks + static_cast<size_t>(machine.current) * kStack;
  context.uc_stack.ss_size = kStack;
  context.uc_link = nullptr;
  makecontext(&context, Entry, 0);
  swapcontext(&back, &context);
}
void Resume(int t) {
  if (_setjmp(machine.scheduler) != 0) return;
  if (machine.fibers[t].started) {
    machine.current = t;
    thread_index = IndexOf(t);
    _longjmp(machine.fibers[t].at, 1);
  }
  if (BeginNext()) Start();
}
void RunBlock() {
  for (int t = 0; t < machine.threads; t++) machine.fibers[t].started = machine.fibers[t].done = false;
  machine.alive = machine.threads;
  machine.next = 0;
  machine.block = Barrier();
  for (int w = 0; w * 32 < machine.threads; w++) {
    machine.warps[w] = Barrier();
    machine.alive_in_warp[w] = machine.threads - w * 32 < 32 ? machine.threads - w * 32 : 32;
  }
  while (machine.alive > 0) {
    const uint64_t before = machine.progress;
    const int begun = machine.next;
    for (int t = 0; t < machine.threads; t++) {
      if (!machine.fibers[t].done) Resume(t);
    }
    if (machine.progress == before && machine.next == begun) {
      std::fprintf(stderr, "emulator: the threads of a block wait for each other at different barriers\n");
      std::abort();
    }
  }
}

}  // namespace

int Lane() { return machine.current % 32; }
void* WarpSlot(int lane) { return machine.slots[machine.current / 32 * 32 + lane]; }
void BlockBarrier() { Wait(&machine.block, machine.alive); }
void WarpBarrier(unsigned mask) {
  const int wanted = __builtin_popcount(mask), alive = machine.alive_in_warp[machine.current / 32];
  Wait(&machine.warps[machine.current / 32], wanted < alive ? wanted : alive);
}

void RunGrid(dim3 grid, dim3 block, const std::function<void()>& body) {
  const std::lock_guard<std::mutex> lock(machine.one_kernel);
  if (!machine.stacks) {
    machine.stacks = static_cast<char*>(mmap(nullptr, kStack * kMostThreads, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (machine.stacks == MAP_FAILED) std::abort();
  }
  machine.body = &body;
  machine.threads = static_cast<int>(block.x * block.y * block.z);
  if (machine.threads < 1 || machine.threads > kMostThreads || grid.y > 65535 || grid.z > 65535 || grid.x == 0 ||
      grid.y == 0 || grid.z == 0) {
    std::fprintf(stderr, "emulator: bad launch, grid (%u, %u, %u), block of %d\n", grid.x, grid.y, grid.z,
                 machine.threads);
    std::abort();
  }
  block_size = block;
  grid_size = grid;
  for (unsigned z = 0; z < grid.z; z++) {
    for (unsigned y = 0; y < grid.y; y++) {
      for (unsigned x = 0; x < grid.x; x++) {
        block_index = dim3(x, y, z);
        RunBlock();
      }
    }
  }
}

}  // namespace emulator

const char* cudaGetErrorName(cudaError_t error) { return error == cudaSuccess ? "cudaSuccess" : "cudaError"; }
const char* cudaGetErrorString(cudaError_t error) { return error == cudaSuccess ? "no error" : "an error"; }
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = cudaDeviceProp();
  std::snprintf(properties->name, sizeof(properties->name), "emulated");
  properties->totalGlobalMem = size_t{1} << 34;
  properties->major = 9;
  properties->multiProcessorCount = 4;
  return cudaSuccess;
}
cudaError_t cudaMallocFromPoolAsync(void** p, size_t bytes, cudaMemPool_t, cudaStream_t) {
  *p = std::aligned_alloc(512, (bytes + 511) / 512 * 512);
  if (!*p) return cudaErrorMemoryAllocation;
  std::memset(*p, 0xA5, bytes);  // what kernels forget to write is seen
  return cudaSuccess;
}
