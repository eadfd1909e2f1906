// Choice of backend and instruction set: NUMRS_BACKEND, NUMRS_TARGET, numrs_set_backend, numrs_set_target.
#include "core/backend.h"

#include <pthread.h>

#include <atomic>
#include <cstring>

#include "core/env.h"
#include "core/fft_tables.h"
#include "core/nn_loss_tables.h"
#include "core/optim_tables.h"
#include "core/nn_activation_tables.h"
#include "core/nn_norm_tables.h"
#include "core/nn_conv_tables.h"
#include "core/nn_attention_tables.h"
#include "core/order_tables.h"
#include "core/random_tables.h"
#include "core/rolling_tables.h"
#include "core/stats_tables.h"
#include "core/status.h"

namespace numrs {
namespace {

constexpr int kMaxKernels = 8;
const char kPortable[] = "cpu-portable";

Kernels merged[kMaxKernels];  // best first, portable last; written once in Initialise
RollingTable merged_rolling[kMaxKernels];
OrderTable merged_order[kMaxKernels];
StatsTable merged_stats[kMaxKernels];
RandomTable merged_random[kMaxKernels];
FftTable merged_fft[kMaxKernels];
LossTable merged_loss[kMaxKernels];
OptimTable merged_optim[kMaxKernels];
NnActivationTable merged_nn_activation[kMaxKernels];
NnNormTable merged_nn_norm[kMaxKernels];
NnConvTable merged_nn_conv[kMaxKernels];
NnAttentionTable merged_nn_attention[kMaxKernels];
int merged_count = 0;
std::atomic<const Kernels*> active{nullptr};
pthread_once_t once = PTHREAD_ONCE_INIT;

// A slot that the backend leaves null is served by the fallback; both are flat arrays of function pointers.
template <class Table>
void Fill(Table* out, const Table* own, const Table* fallback) {
  using Slot = void (*)();
  static_assert(sizeof(Table) % sizeof(Slot) == 0, "tables hold function pointers only");
  constexpr size_t kSlots = sizeof(Table) / sizeof(Slot);
  const char* own_bytes = reinterpret_cast<const char*>(own);
  const char* fallback_bytes = reinterpret_cast<const char*>(fallback);
  char* out_bytes = reinterpret_cast<char*>(out);
  for (size_t i = 0; i < kSlots; i++) {
    Slot slot = nullptr;
    if (own) std::memcpy(&slot, own_bytes + i * sizeof(Slot), sizeof(Slot));
    if (!slot) std::memcpy(&slot, fallback_bytes + i * sizeof(Slot), sizeof(Slot));
    std::memcpy(out_bytes + i * sizeof(Slot), &slot, sizeof(Slot));
  }
}

void Merge(const Backend& b) {
  const Backend& p = *PortableBackend();
  const int index = merged_count++;
  Kernels& k = merged[index];
  k.backend = b.name;
  k.target = b.target;
  k.vector_bytes = b.vector_bytes;
  Fill(&k.unary, b.unary ? b.unary() : nullptr, p.unary());
  Fill(&k.binary, b.binary ? b.binary() : nullptr, p.binary());
  Fill(&k.ternary, b.ternary ? b.ternary() : nullptr, p.ternary());
  Fill(&k.copy, b.copy ? b.copy() : nullptr, p.copy());
  Fill(&k.reduce, b.reduce ? b.reduce() : nullptr, p.reduce());
  Fill(&k.scan, b.scan ? b.scan() : nullptr, p.scan());
  Fill(&k.linalg, b.linalg ? b.linalg() : nullptr, p.linalg());
  Fill(&merged_rolling[index], b.rolling ? b.rolling() : nullptr, p.rolling());
  Fill(&merged_order[index], b.order ? b.order() : nullptr, p.order());
  k.rolling = &merged_rolling[index];
  k.order = &merged_order[index];
  Fill(&merged_stats[index], b.stats ? b.stats() : nullptr, p.stats());
  k.stats = &merged_stats[index];
  Fill(&merged_random[index], b.random ? b.random() : nullptr, p.random());
  k.random = &merged_random[index];
  Fill(&merged_fft[index], b.fft ? b.fft() : nullptr, p.fft());
  k.fft = &merged_fft[index];
  Fill(&merged_loss[index], b.loss ? b.loss() : nullptr, p.loss());
  k.loss = &merged_loss[index];
  Fill(&merged_optim[index], b.optim ? b.optim() : nullptr, p.optim());
  k.optim = &merged_optim[index];
  Fill(&merged_nn_activation[index], b.nn_activation ? b.nn_activation() : nullptr, p.nn_activation());
  k.nn_activation = &merged_nn_activation[index];
  Fill(&merged_nn_norm[index], b.nn_norm ? b.nn_norm() : nullptr, p.nn_norm());
  k.nn_norm = &merged_nn_norm[index];
  Fill(&merged_nn_conv[index], b.nn_conv ? b.nn_conv() : nullptr, p.nn_conv());
  k.nn_conv = &merged_nn_conv[index];
  Fill(&merged_nn_attention[index], b.nn_attention ? b.nn_attention() : nullptr, p.nn_attention());
  k.nn_attention = &merged_nn_attention[index];
}

const Kernels* FindTarget(const char* name) {
  for (int i = 0; i < merged_count - 1; i++) {
    if (!std::strcmp(merged[i].target, name)) return &merged[i];
  }
  return nullptr;
}

const Kernels* FindBackend(const char* name) {
  if (!std::strcmp(name, kPortable)) return &merged[merged_count - 1];
  return !std::strcmp(name, "cpu") && merged_count > 1 ? &merged[0] : nullptr;
}

void Initialise() {
  const Backend* candidate;
  for (int i = 0; (candidate = CpuBackend(i)) != nullptr; i++) {
    if (candidate->plugin_api == kPluginApi && candidate->score() > 0 && merged_count < kMaxKernels - 1)
      Merge(*candidate);
  }
  Merge(*PortableBackend());
  const Kernels* chosen = &merged[0];
  // NUMRS_TARGET caps: the best one that runs here and is not above the named one.
  const char* names[kMaxKernels] = {};
  int compiled = 0;
  while (compiled < kMaxKernels && (candidate = CpuBackend(compiled)) != nullptr) names[compiled++] = candidate->target;
  int cap = EnvChoice("NUMRS_TARGET", names, compiled);
  if (cap >= 0) {
    while (cap < compiled && !FindTarget(names[cap])) cap++;
    chosen = cap < compiled ? FindTarget(names[cap]) : FindBackend(kPortable);
  }
  static const char* const kBackendNames[] = {"cpu", kPortable};
  if (EnvChoice("NUMRS_BACKEND", kBackendNames) == 1) chosen = FindBackend(kPortable);
  active.store(chosen, std::memory_order_release);
}

const Kernels* Ready() {
  pthread_once(&once, Initialise);
  return active.load(std::memory_order_acquire);
}

}  // namespace

const Kernels& ActiveKernels() {
  const Kernels* kernels = active.load(std::memory_order_acquire);
  return kernels ? *kernels : *Ready();
}

const Kernels* KernelsAt(int index) {
  Ready();
  return index >= 0 && index < merged_count ? &merged[index] : nullptr;
}

const char* BackendName(int index) {
  Ready();
  if (index == 0) return merged_count > 1 ? "cpu" : kPortable;
  return index == 1 && merged_count > 1 ? kPortable : nullptr;
}

int32_t SetBackend(const char* name) {
  Ready();
  const Kernels* found = name ? FindBackend(name) : nullptr;
  if (!found) {
    return Fail(NUMRS_BAD_ARGUMENT, "set_backend: name is '%.64s', expected one of: %scpu-portable",
                name ? name : "NULL", merged_count > 1 ? "cpu, " : "");
  }
  active.store(found, std::memory_order_release);
  return NUMRS_OK;
}

const char* TargetName(int index) {
  Ready();
  return index >= 0 && index < merged_count - 1 ? merged[index].target : nullptr;
}

int32_t SetTarget(const char* name) {
  Ready();
  const Kernels* found = name ? FindTarget(name) : nullptr;
  if (!found) {
    char list[128] = "";
    for (int i = 0; i < merged_count - 1; i++) {
      std::strcat(list, i ? ", " : "");
      std::strcat(list, merged[i].target);
    }
    return Fail(NUMRS_BAD_ARGUMENT, "set_target: name is '%.64s', this machine runs: %s", name ? name : "NULL", list);
  }
  active.store(found, std::memory_order_release);
  return NUMRS_OK;
}

}  // namespace numrs
