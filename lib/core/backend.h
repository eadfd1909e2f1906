// The registry of backends: who can serve, who does, and the merged kernel table of the one in use.
#pragma once

#include <cstdint>

#include "core/tables.h"

namespace numrs {

// One backend on one instruction set. A null getter or a null slot: cpu-portable serves.
struct Backend {
  uint32_t struct_size, plugin_api;  // plugin_api must equal kPluginApi: plug-ins ship with the library
  const char* name;                  // "cpu", "cpu-portable"
  const char* target;                // "AVX3", "AVX2", "SSE4", "NONE"
  int32_t vector_bytes;
  int (*score)();  // 0: cannot run on this machine; the highest wins
  const UnaryTable* (*unary)();
  const BinaryTable* (*binary)();
  const TernaryTable* (*ternary)();
  const CopyTable* (*copy)();
  const ReduceTable* (*reduce)();
  const ScanTable* (*scan)();
  const LinalgTable* (*linalg)();
  const RollingTable* (*rolling)();
  const OrderTable* (*order)();
  const StatsTable* (*stats)();
  const RandomTable* (*random)();
  const FftTable* (*fft)();
  const LossTable* (*loss)();
  const OptimTable* (*optim)();
  const NnActivationTable* (*nn_activation)();
  const NnNormTable* (*nn_norm)();
  const NnConvTable* (*nn_conv)();
  const NnAttentionTable* (*nn_attention)();
};
constexpr uint32_t kPluginApi = 4;

// Defined by the backends that are linked in (lib/portable/backend.cc, lib/cpu/backend.cc).
const Backend* PortableBackend();
const Backend* CpuBackend(int index);  // best first; nullptr beyond the last compiled instruction set

// The kernels in use: one atomic load.
const Kernels& ActiveKernels();
// Merged kernels of every linked-in backend that runs here, best first, cpu-portable last; nullptr beyond the last. For
// tests and lists.
const Kernels* KernelsAt(int index);

const char* BackendName(int index);
int32_t SetBackend(const char* name);
const char* TargetName(int index);
int32_t SetTarget(const char* name);

}  // namespace numrs
