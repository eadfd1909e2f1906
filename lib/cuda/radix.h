// Sorting pairs of a key and a place by the keys' bits, on a device: stable, eight bits a pass.
#pragma once

#include "cuda/stream.h"

namespace numrs {
namespace cuda {

// Two halves of memory each, `current` says which one holds the pairs; they change sides with each pass.
template <typename Key>
struct RadixPairs {
  Key* keys[2];
  uint32_t* places[2];
  int64_t n;  // below 2^31
  int current;
};
// Bytes of scratch memory for the counts of n pairs.
int64_t RadixBytes(int64_t n);
// By the lowest `bits` bits. Key: uint32_t or uint64_t.
template <typename Key>
Status RadixSort(DeviceStream* stream, const char* function, int bits, void* counts, RadixPairs<Key>* pairs);

}  // namespace cuda
}  // namespace numrs
