// Jobs of the simulated device: which of their members are pointers. A job is copied, its pointers are checked and
// turned from the addresses that the library knows into those where the memory can be reached.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "core/device.h"

namespace numrs {
namespace sim {

class Memory;
// Where `address` can be reached; nullptr: no live block has it.
char* Reach(Memory& memory, const void* address);

class Translator {
 public:
  explicit Translator(Memory& memory) : memory_(memory) {}

  void Move(View& v) {
    if (v.ndim < 0 || v.size == 0) return;
    if (!v.host) return Move(v.data);
    auto bytes = std::make_unique<char[]>(16);
    std::memcpy(bytes.get(), v.data, static_cast<size_t>(SizeOfDType(v.dtype)));
    v.data = bytes.get();
    kept_.push_back(std::move(bytes));
  }
  template <typename T>
  void Move(T*& pointer) {
    if (!pointer) return;
    char* reached = Reach(memory_, pointer);
    if (!reached) wrong_ = pointer;
    pointer = reinterpret_cast<T*>(const_cast<char*>(reached));
  }
  // A copy of memory of the host, for as long as the job.
  template <typename T>
  void Keep(const T*& values, int64_t count) {
    if (!values || count <= 0) return;
    const size_t bytes = sizeof(T) * static_cast<size_t>(count);
    auto copy = std::make_unique<char[]>(bytes);
    std::memcpy(copy.get(), values, bytes);
    values = reinterpret_cast<const T*>(copy.get());
    kept_.push_back(std::move(copy));
  }
  const void* wrong() const { return wrong_; }  // a pointer that is no memory of the device, or was freed

 private:
  // The plug-in has no tables of the library.
  static int64_t SizeOfDType(int32_t dtype) {
    switch (dtype) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                            \
    return bytes;
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
      default:
        return 0;
    }
  }
  Memory& memory_;
  const void* wrong_ = nullptr;
  std::vector<std::unique_ptr<char[]>> kept_;
};

inline void Translate(Translator& t, ElementwiseJob& j) {
  for (int k = 0; k < j.inputs; k++) t.Move(j.in[k]);
  t.Move(j.out);
}
inline void Translate(Translator& t, ReduceJob& j) {
  t.Move(j.x);
  if (j.role != ReduceSecond::NONE) t.Move(j.second);
  t.Move(j.y);
}
inline void Translate(Translator& t, ScanJob& j) {
  t.Move(j.x);
  t.Move(j.y);
}
inline void Translate(Translator& t, MatmulJob& j) {
  t.Move(j.a);
  t.Move(j.b);
  t.Move(j.y);
}
inline void Translate(Translator& t, ActivationJob& j) {
  t.Move(j.g);
  t.Move(j.x);
  t.Move(j.y);
}
inline void Translate(Translator& t, SoftmaxJob& j) {
  t.Move(j.g);
  t.Move(j.x);
  t.Move(j.y);
}
template <class... V>
void MoveAll(Translator& t, V&... views) {
  (t.Move(views), ...);
}
inline void Translate(Translator& t, LayerNormJob& j) { MoveAll(t, j.x, j.weight, j.bias, j.y, j.mean, j.rstd); }
inline void Translate(Translator& t, LayerNormBackJob& j) {
  MoveAll(t, j.grad, j.x, j.weight, j.mean, j.rstd, j.gx, j.gweight, j.gbias);
}
inline void Translate(Translator& t, ChannelNormJob& j) {
  MoveAll(t, j.x, j.weight, j.bias, j.running_mean, j.running_var, j.y, j.mean, j.rstd);
}
inline void Translate(Translator& t, ChannelNormBackJob& j) {
  MoveAll(t, j.grad, j.x, j.weight, j.mean, j.rstd, j.gx, j.gweight, j.gbias);
}
inline void Translate(Translator& t, IndexCheckJob& j) { t.Move(j.indices); }
inline void Translate(Translator& t, AnyNegativeJob& j) { t.Move(j.x); }
inline void Translate(Translator& t, GatherJob& j) { MoveAll(t, j.x, j.y, j.indices); }
inline void Translate(Translator& t, NonzeroJob& j) {
  t.Move(j.x);
  t.Move(j.y);
}

inline void Translate(Translator& t, OrderJob& j) {
  MoveAll(t, j.x, j.where, j.weights, j.y.view, j.y2.view);
  t.Keep(j.options.kth, j.options.n_kth);
  t.Keep(j.options.q, j.options.n_q);
}
inline void Translate(Translator& t, SearchJob& j) { MoveAll(t, j.sorted, j.values, j.order, j.y); }
inline void Translate(Translator& t, UniqueJob& j) { MoveAll(t, j.x, j.values, j.indices, j.counts, j.inverse); }
inline void Translate(Translator& t, InterpJob& j) { MoveAll(t, j.x, j.xp, j.fp, j.y); }
inline void Translate(Translator& t, RollingJob& j) {
  MoveAll(t, j.x, j.x2, j.y);
  t.Keep(j.starts, j.outputs);
  t.Keep(j.ends, j.outputs);
  t.Keep(j.p.weights, j.p.window);
}
inline void Translate(Translator& t, EwmJob& j) {
  Translate(t, j.lines);
  t.Keep(j.factors, j.lines.n);
}
inline void Translate(Translator& t, StatJob& j) { MoveAll(t, j.x, j.x2, j.where, j.y); }
inline void Translate(Translator& t, GroupJob& j) { MoveAll(t, j.x, j.keys, j.y); }
inline void Translate(Translator& t, HistogramJob& j) { MoveAll(t, j.x, j.weights, j.edges, j.counts); }
inline void Translate(Translator& t, VecdotComplexJob& j) { MoveAll(t, j.a, j.b, j.y); }
inline void Translate(Translator& t, FftJob& j) { MoveAll(t, j.x, j.y); }
inline void Translate(Translator& t, LapackJob& j) {
  t.Move(j.a);
  if (j.has_b) t.Move(j.b.view);
  for (int i = 0; i < 3; i++) {
    if (j.wanted[i]) t.Move(j.out[i].view);
  }
}

// Kernels that answer by what they find in the data are waited for.
template <class Job>
bool IsWaitedFor(const Job&) {
  return false;
}
inline bool IsWaitedFor(const IndexCheckJob&) { return true; }
inline bool IsWaitedFor(const AnyNegativeJob&) { return true; }
inline bool IsWaitedFor(const NonzeroJob&) { return true; }
inline bool IsWaitedFor(const SearchJob& j) { return j.order.ndim >= 0; }
inline bool IsWaitedFor(const UniqueJob&) { return true; }
inline bool IsWaitedFor(const GroupJob&) { return true; }
inline bool IsWaitedFor(const HistogramJob&) { return true; }
inline bool IsWaitedFor(const LapackJob&) { return true; }

}  // namespace sim
}  // namespace numrs
