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
  // A copy of n elements of the host's memory that lives as long as the job.
  template <typename T>
  T* CopyOf(const T* from, int64_t n) {
    const size_t bytes = static_cast<size_t>(n) * sizeof(T);
    kept_.push_back(std::make_unique<char[]>(bytes));
    if (n > 0) std::memcpy(static_cast<void*>(kept_.back().get()), static_cast<const void*>(from), bytes);
    return reinterpret_cast<T*>(kept_.back().get());
  }
  // The same in its place; nothing for nullptr and for no elements.
  template <typename T>
  void KeepIn(const T*& values, int64_t count) {
    if (values && count > 0) values = CopyOf(values, count);
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
inline void Translate(Translator& t, RandomJob& j) {
  t.Move(j.y);
  t.Move(j.p.array[0]);
  t.Move(j.p.array[1]);
  t.Move(j.p.lows);
  t.Move(j.p.ranges);
}
inline void Translate(Translator& t, PermutationCall& j) { t.Move(j.y); }
inline void Translate(Translator& t, MultinomialJob& j) {
  t.Move(j.trials);
  t.Move(j.p);
  t.Move(j.y);
}
inline void Translate(Translator& t, PoolCall& j) {
  t.Move(j.x);
  t.Move(j.y);
  t.Move(j.indices);
}
inline void Translate(Translator& t, ConvCall& j) {
  t.Move(j.bias);
  t.Move(j.x);
  t.Move(j.weight);
  t.Move(j.y);
}
inline void Translate(Translator& t, AttentionJob& j) {
  t.Move(j.q);
  t.Move(j.k);
  t.Move(j.v);
  t.Move(j.y);
  if (j.has_mask) t.Move(j.mask);
  if (j.has_lse) t.Move(j.lse);
  if (j.ahead) t.Move(j.ahead);
}
inline void Translate(Translator& t, AttentionGradJob& j) {
  Translate(t, j.forward);
  t.Move(j.grad);
  t.Move(j.gq);
  t.Move(j.gk);
  t.Move(j.gv);
  if (j.has_gmask) t.Move(j.gmask);
}
inline void Translate(Translator& t, RopeJob& j) {
  t.Move(j.x);
  t.Move(j.cos);
  t.Move(j.sin);
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

inline void Translate(Translator& t, LossCall& j) { MoveAll(t, j.x, j.t, j.v, j.w, j.y, j.grad, j.gx, j.gt, j.gv); }
inline void Translate(Translator& t, ClassLossCall& j) {
  MoveAll(t, j.logits, j.target, j.weight, j.grad, j.loss, j.gx);
}
// A host array of pointers to arrays of these sizes.
template <typename T>
T* const* MoveArrays(Translator& t, const OptimArrays& arrays, T* const* pointers) {
  T** const own = t.CopyOf(pointers, arrays.count);
  for (int64_t i = 0; i < arrays.count; i++) {
    if (arrays.sizes[i] > 0) t.Move(own[i]);
  }
  return own;
}
inline void Translate(Translator& t, OptimStepCall& j) {
  j.arrays.sizes = t.CopyOf(j.arrays.sizes, j.arrays.count);
  j.params = MoveArrays(t, j.arrays, j.params);
  j.grads = MoveArrays(t, j.arrays, j.grads);
  void** const state = t.CopyOf(j.state, kOptimStates);
  for (int k = 0; k < kOptimStates; k++) t.Move(state[k]);
  j.state = state;
  j.numbers = t.CopyOf(j.numbers, kOptimNumbers);
}
inline void Translate(Translator& t, GradientCall& j) {
  j.arrays.sizes = t.CopyOf(j.arrays.sizes, j.arrays.count);
  j.grads = MoveArrays(t, j.arrays, j.grads);
}
// Memory without elements may be anywhere.
template <typename... T>
void MoveSome(Translator& t, int64_t elements, T*&... pointers) {
  if (elements > 0) (t.Move(pointers), ...);
}
inline void Translate(Translator& t, LinearForwardCall& j) {
  MoveSome(t, j.job.m * j.job.k, j.x);
  MoveSome(t, j.job.k * j.job.n, j.job.weight);
  MoveSome(t, j.job.m * j.job.n, j.y, j.pre);
  MoveSome(t, j.job.n, j.bias);
}
inline void Translate(Translator& t, LinearBackwardCall& j) {
  MoveSome(t, j.job.m * j.job.k, j.x, j.gx);
  MoveSome(t, j.job.k * j.job.n, j.job.weight, j.gw);
  MoveSome(t, j.job.m * j.job.n, j.grad, j.saved);
  MoveSome(t, j.job.n, j.gb);
}
inline void Translate(Translator& t, EmbeddingBackwardCall& j) {
  MoveSome(t, j.n * j.width, j.grad, j.indices);
  MoveSome(t, j.rows * j.width, j.gradient);
}
inline void Translate(Translator& t, OneHotCall& j) {
  j.one = t.CopyOf(j.one, j.itemsize);
  MoveSome(t, j.n * j.width, j.indices, j.y);
}
inline void Translate(Translator& t, DropoutCall& j) {
  MoveSome(t, j.n, j.x, j.y);
  if (j.ahead) t.Move(j.ahead);
}
inline void Translate(Translator& t, OrderJob& j) {
  MoveAll(t, j.x, j.where, j.weights, j.y.view, j.y2.view);
  t.KeepIn(j.options.kth, j.options.n_kth);
  t.KeepIn(j.options.q, j.options.n_q);
}
inline void Translate(Translator& t, SearchJob& j) { MoveAll(t, j.sorted, j.values, j.order, j.y); }
inline void Translate(Translator& t, UniqueJob& j) { MoveAll(t, j.x, j.values, j.indices, j.counts, j.inverse); }
inline void Translate(Translator& t, InterpJob& j) { MoveAll(t, j.x, j.xp, j.fp, j.y); }
inline void Translate(Translator& t, RollingJob& j) {
  MoveAll(t, j.x, j.x2, j.y);
  t.KeepIn(j.starts, j.outputs);
  t.KeepIn(j.ends, j.outputs);
  t.KeepIn(j.p.weights, j.p.window);
}
inline void Translate(Translator& t, EwmJob& j) {
  Translate(t, j.lines);
  t.KeepIn(j.factors, j.lines.n);
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
inline bool IsWaitedFor(const ClassLossCall& j) { return j.labels; }
inline bool IsWaitedFor(const GradientCall& j) { return j.norm != nullptr; }

// Of those, the ones whose answer only says that all is well: recorded, they cannot tell what is not (here a launch
// then fails).
template <class Job>
bool MayBeRecorded(const Job&) {
  return false;
}
inline bool MayBeRecorded(const ClassLossCall&) { return true; }
inline bool IsWaitedFor(const SearchJob& j) { return j.order.ndim >= 0; }
inline bool IsWaitedFor(const UniqueJob&) { return true; }
inline bool IsWaitedFor(const GroupJob&) { return true; }
inline bool IsWaitedFor(const HistogramJob&) { return true; }
inline bool IsWaitedFor(const LapackJob&) { return true; }

}  // namespace sim
}  // namespace numrs
