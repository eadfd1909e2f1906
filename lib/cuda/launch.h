// Launching kernels on a stream, and accesses of up to 16 bytes. The same sources also compile for the host, with a
// runtime that runs a kernel's threads one after the other (tests/cuda): NUMRS_CUDA_EMULATED.
#pragma once

#include <cuda_runtime.h>

#include <cstring>
#include <type_traits>

#include "core/dtype.h"
#include "core/sides.h"
#include "cuda/stream.h"

#define NUMRS_DEVICE __device__ __forceinline__

namespace numrs {
namespace cuda {

constexpr int kThreads = 256;
constexpr int kWarp = 32;

// Exactly the type of a parameter, so that arguments are converted to it rather than deduced.
template <typename T>
struct Same {
  using type = T;
};

// What a failed launch means, in words; NUMRS_OK for success.
Status LaunchStatus(DeviceStream* stream, const char* function, cudaError_t error);

template <class... P>
Status Launch(DeviceStream* stream, const char* function, void (*kernel)(P...), dim3 grid, dim3 block,
              typename Same<P>::type... args) {
#ifdef NUMRS_CUDA_EMULATED
  emulator::Run(kernel, grid, block, args...);
  return LaunchStatus(stream, function, cudaSuccess);
#else
  void* pointers[] = {const_cast<void*>(static_cast<const void*>(&args))...};
  return LaunchStatus(
      stream, function,
      cudaLaunchKernel(reinterpret_cast<const void*>(kernel), grid, block, pointers, 0, NativeStream(stream)));
#endif
}

inline unsigned Blocks(int64_t n, int64_t per_block) { return static_cast<unsigned>((n + per_block - 1) / per_block); }

// Memory of kBytes in one access.
template <int kBytes>
struct RawOf;
template <>
struct RawOf<1> {
  using type = uint8_t;
};
template <>
struct RawOf<2> {
  using type = uint16_t;
};
template <>
struct RawOf<4> {
  using type = uint32_t;
};
template <>
struct RawOf<8> {
  using type = uint2;
};
template <>
struct RawOf<16> {
  using type = uint4;
};

// V elements from aligned memory; 32 and 64 bytes in pieces of 16. bool comes in as 0 or 1.
template <typename T, int V>
NUMRS_DEVICE void LoadVector(const void* from, T* to) {
  constexpr int kBytes = V * static_cast<int>(sizeof(T)), kPiece = kBytes < 16 ? kBytes : 16;
  using Raw = typename RawOf<kPiece>::type;
#pragma unroll
  for (int i = 0; i < kBytes / kPiece; i++) {
    const Raw raw = static_cast<const Raw*>(from)[i];
    memcpy(reinterpret_cast<char*>(to) + i * kPiece, &raw, kPiece);
  }
  if constexpr (std::is_same<T, Bool>::value) {
#pragma unroll
    for (int v = 0; v < V; v++) to[v] = Bool(to[v].byte != 0);
  }
}
template <typename T, int V>
NUMRS_DEVICE void StoreVector(void* to, const T* from) {
  constexpr int kBytes = V * static_cast<int>(sizeof(T)), kPiece = kBytes < 16 ? kBytes : 16;
  using Raw = typename RawOf<kPiece>::type;
#pragma unroll
  for (int i = 0; i < kBytes / kPiece; i++) {
    Raw raw;
    memcpy(&raw, reinterpret_cast<const char*>(from) + i * kPiece, kPiece);
    static_cast<Raw*>(to)[i] = raw;
  }
}
template <typename T>
NUMRS_DEVICE T LoadElement(const void* from) {
  T value;
  LoadVector<T, 1>(from, &value);
  return value;
}
template <typename T>
NUMRS_DEVICE void StoreElement(void* to, T value) {
  StoreVector<T, 1>(to, &value);
}

}  // namespace cuda
}  // namespace numrs
