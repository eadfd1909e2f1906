// Making plans: factors, roots, Bluestein's filter; and their cache.
#include "core/fft_plan.h"

#include <pthread.h>

#include <cstring>
#include <new>
#include <type_traits>

#include "core/fft_roots.h"
#include "core/fft_tables.h"
#include "core/memory.h"
#include "core/spin_lock.h"

namespace numrs {
namespace {

constexpr size_t kKeptBytes = size_t{64} << 20;  // of all plans
constexpr size_t kKeptEach = size_t{32} << 20;   // a larger plan is made anew for every call
constexpr int kKeptPlans = 64;
constexpr int64_t kPadding = 16;  // numbers behind a table that whole vectors may read

// ---- Factors

constexpr int32_t kRadices[] = {13, 11, 7, 5, 3, 8, 4, 2};
constexpr int kRadixKinds = 8;
// Of a pass per element in ns, roughly: work in registers, and one time through a cache.
constexpr double kRadixNs[] = {1.3, 1.1, 0.75, 0.55, 0.42, 0.5, 0.4, 0.35};

// How many passes of each radix make n; false when a prime factor is too large.
bool Factor(int64_t n, int (&count)[kRadixKinds]) {
  for (int& c : count) c = 0;
  int twos = 0;
  for (; n % 2 == 0; n /= 2) twos++;
  for (int k = 0; k < 5; k++) {
    for (; n % kRadices[k] == 0; n /= kRadices[k]) count[k]++;
  }
  // By eights; fours where ones or twos are left.
  const int eights = twos / 3, rest = twos % 3;
  count[5] = rest == 1 && eights > 0 ? eights - 1 : eights;
  count[6] = rest == 1 && eights > 0 ? 2 : rest == 2 ? 1 : 0;
  count[7] = rest == 1 && eights == 0 ? 1 : 0;
  return n == 1;
}

double CostOf(int64_t n, const int (&count)[kRadixKinds]) {
  double ns = 0.5;
  for (int k = 0; k < kRadixKinds; k++) ns += count[k] * kRadixNs[k];
  return ns * static_cast<double>(n);
}

// The length of a convolution that holds `least`: of those with factors 2, 3 and 5 the cheapest.
int64_t ConvolutionLength(int64_t least) {
  int64_t best = 0;
  double best_ns = 0;
  for (int64_t fives = 1; fives <= 25; fives *= 5) {
    for (int64_t threes = fives; threes <= 27 * fives; threes *= 3) {
      int64_t n = threes;
      while (n < least) n *= 2;
      int count[kRadixKinds];
      Factor(n, count);
      const double ns = CostOf(n, count);
      if (best == 0 || ns < best_ns) {
        best = n;
        best_ns = ns;
      }
    }
  }
  return best;
}

// The passes that make the columns: their product is as near to the square root as can be, and not above it where there
// is a choice.
struct Splitter {
  const int (&count)[kRadixKinds];
  int64_t n;
  int taken[kRadixKinds] = {}, best[kRadixKinds] = {};
  int64_t best_ratio = INT64_MAX;

  void Try(int kind, int64_t product) {
    if (kind == kRadixKinds) {
      const int64_t other = n / product, ratio = other > product ? other / product : 2 * (product / other);
      if (ratio < best_ratio) {
        best_ratio = ratio;
        std::memcpy(best, taken, sizeof(best));
      }
      return;
    }
    for (int c = 0; c <= count[kind]; c++) {
      taken[kind] = c;
      Try(kind + 1, product);
      product *= kRadices[kind];
    }
    taken[kind] = 0;
  }
};

void LayPasses(FftPlan* plan, const int (&count)[kRadixKinds]) {
  Splitter splitter{count, plan->length};
  splitter.Try(0, 1);
  // Twos first: what they leave is walked through in whole vectors.
  static constexpr int kOrder[] = {5, 6, 7, 4, 3, 2, 1, 0};
  int64_t length = plan->length, roots = 0;
  plan->passes = plan->split = 0;
  plan->rows = 1;
  for (int part = 0; part < 2; part++) {
    for (const int kind : kOrder) {
      const int take = part == 0 ? splitter.best[kind] : count[kind] - splitter.best[kind];
      for (int c = 0; c < take; c++) {
        FftPass& pass = plan->pass[plan->passes++];
        pass.radix = kRadices[kind];
        length /= pass.radix;
        pass.m = length;
        pass.roots = roots;
        if (length > 1) roots += (pass.radix - 1) * length;
        if (part == 0) {
          plan->rows *= pass.radix;
          plan->split = plan->passes;
        }
      }
    }
  }
  plan->columns = plan->length / plan->rows;
}

// ---- Tables

int64_t RootsOf(const FftPlan& plan) { return plan.length > 1 ? plan.length : 0; }
int64_t Padded(int64_t count) { return (count + kPadding + 15) / 16 * 16; }

template <typename T>
void FillRoots(const FftPlan& plan, FftRoots::Root* memory, T* re, T* im) {
  const FftRoots roots(plan.length, memory);
  int64_t step = 1;  // of the pass's roots among all
  for (int i = 0; i < plan.passes; i++) {
    const FftPass& pass = plan.pass[i];
    if (pass.m > 1) {
      for (int64_t j = 1; j < pass.radix; j++) {
        for (int64_t p = 0; p < pass.m; p++) {
          const FftRoots::Root r = roots(j * p * step);
          const int64_t at = pass.roots + (j - 1) * pass.m + p;
          re[at] = static_cast<T>(r.re);
          im[at] = static_cast<T>(r.im);
        }
      }
    }
    step *= pass.radix;
  }
}

// Where the parts of a plan's memory begin.
struct Parts {
  size_t roots_re, roots_im, real_re, real_im, chirp, filter, bytes;
  explicit Parts(const FftPlan& plan) {
    const size_t size = plan.dtype == kF32 ? sizeof(float) : sizeof(double);
    bytes = (sizeof(FftPlan) + 63) / 64 * 64;
    const auto take = [&](int64_t count) {
      const size_t at = bytes;
      bytes += count > 0 ? static_cast<size_t>(Padded(count)) * size : 0;
      return at;
    };
    roots_re = take(RootsOf(plan));
    roots_im = take(RootsOf(plan));
    real_re = take(plan.real_n ? plan.n / 2 + 1 : 0);
    real_im = take(plan.real_n ? plan.n / 2 + 1 : 0);
    chirp = take(plan.convolution ? 2 * plan.n : 0);
    filter = take(plan.convolution ? 2 * plan.length : 0);
  }
};

void FreePlan(FftPlan* plan) {
  plan->~FftPlan();
  PoolFree(plan);
}

template <typename T>
Status FillTables(const Run& run, const char* function, FftPlan* plan) {
  const auto no_memory = [&] {
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for the tables of length %lld", function,
                static_cast<long long>(plan->n));
  };
  const int64_t longest = 2 * plan->n > plan->length ? 2 * plan->n : plan->length;
  const int64_t real = plan->real_n > longest ? plan->real_n : longest;
  const Workspace table(static_cast<size_t>(FftRoots::TableSize(real) + 8) * sizeof(FftRoots::Root) * 2);
  if (!table.ok()) return no_memory();
  FftRoots::Root* memory = table.as<FftRoots::Root>();
  FillRoots(*plan, memory, static_cast<T*>(const_cast<void*>(plan->roots_re)),
            static_cast<T*>(const_cast<void*>(plan->roots_im)));
  if (plan->real_n) {
    const FftRoots roots(plan->real_n, memory);
    T* re = static_cast<T*>(const_cast<void*>(plan->real_re));
    T* im = static_cast<T*>(const_cast<void*>(plan->real_im));
    for (int64_t k = 0; k <= plan->n / 2; k++) {
      const FftRoots::Root r = roots(k);
      re[k] = static_cast<T>(r.re);
      im[k] = static_cast<T>(r.im);
    }
  }
  if (!plan->convolution) return NUMRS_OK;

  // exp(-pi i j j / n) is root j j of 2 n. The filter is the transform of the conjugate chirp at 0 … n - 1 and, from
  // the end, at 1 - n … -1; always in float64.
  const FftRoots roots(2 * plan->n, memory);
  const int64_t n = plan->n, length = plan->length;
  const Workspace filter(static_cast<size_t>(length) * 2 * sizeof(double));
  if (!filter.ok()) return no_memory();
  double* wide = filter.as<double>();
  std::memset(wide, 0, static_cast<size_t>(length) * 2 * sizeof(double));
  T* chirp = static_cast<T*>(const_cast<void*>(plan->chirp));
  int64_t square = 0;  // j j modulo 2 n
  for (int64_t j = 0; j < n; j++) {
    const FftRoots::Root r = roots(square);
    chirp[2 * j] = static_cast<T>(r.re);
    chirp[2 * j + 1] = static_cast<T>(r.im);
    const double re = static_cast<double>(r.re), im = static_cast<double>(-r.im);
    wide[2 * j] = re;
    wide[2 * j + 1] = im;
    if (j > 0) {
      wide[2 * (length - j)] = re;
      wide[2 * (length - j) + 1] = im;
    }
    square += 2 * j + 1;
    if (square >= 2 * n) square -= 2 * n;
    if (square >= 2 * n) square -= 2 * n;
  }
  FftPlanHandle handle;
  NUMRS_TRY(GetFftPlan(run, function, length, false, kF64, &handle));
  FftBlock block = {};
  block.x = block.y = filter.as<char>();
  block.x_step = block.y_step = 16;
  block.lines = 1;
  block.n = block.n_in = length;
  block.kind = kFftComplex;
  block.scale = 1 / static_cast<double>(length);
  block.plan = handle.get();
  const Workspace scratch(run.kernels.fft->scratch[1](block));
  if (!scratch.ok()) return no_memory();
  block.scratch = scratch.data();
  run.kernels.fft->lines[1](block);
  T* out = static_cast<T*>(const_cast<void*>(plan->filter));
  for (int64_t j = 0; j < 2 * length; j++) out[j] = static_cast<T>(wide[j]);
  return NUMRS_OK;
}

Status MakePlan(const Run& run, const char* function, int64_t n, bool real, int32_t dtype, FftPlan** made) {
  FftPlan plan = {};
  plan.n = real ? n / 2 : n;
  plan.real_n = real ? n : 0;
  plan.dtype = dtype;
  int count[kRadixKinds];
  plan.convolution = !Factor(plan.n, count);
  plan.length = plan.n;
  if (plan.convolution) {
    plan.length = ConvolutionLength(2 * plan.n - 1);
    Factor(plan.length, count);
  }
  LayPasses(&plan, count);
  plan.cost_ns = CostOf(plan.length, count) * (plan.convolution ? 2.2 : 1) * (dtype == kF32 ? 0.5 : 1);
  const Parts parts(plan);
  char* memory = static_cast<char*>(PoolAllocate(parts.bytes));
  if (!memory) {
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for the tables of length %lld", function, static_cast<long long>(n));
  }
  std::memset(memory, 0, parts.bytes);
  FftPlan* p = new (memory) FftPlan{};
  p->n = plan.n;
  p->real_n = plan.real_n;
  p->dtype = dtype;
  p->length = plan.length;
  p->convolution = plan.convolution;
  p->passes = plan.passes;
  p->split = plan.split;
  p->rows = plan.rows;
  p->columns = plan.columns;
  std::memcpy(p->pass, plan.pass, sizeof(plan.pass));
  p->cost_ns = plan.cost_ns;
  p->bytes = parts.bytes;
  p->roots_re = memory + parts.roots_re;
  p->roots_im = memory + parts.roots_im;
  p->real_re = memory + parts.real_re;
  p->real_im = memory + parts.real_im;
  p->chirp = memory + parts.chirp;
  p->filter = memory + parts.filter;
  p->users.store(1, std::memory_order_relaxed);
  const Status status = dtype == kF32 ? FillTables<float>(run, function, p) : FillTables<double>(run, function, p);
  if (status != NUMRS_OK) {
    FreePlan(p);
    return status;
  }
  *made = p;
  return NUMRS_OK;
}

// ---- Cache: a list, newest first, under a lock that is held for a walk through it. The cache is a user of its plans.

SpinLock lock;
FftPlan* kept = nullptr;
int64_t kept_count = 0;
size_t kept_bytes = 0;
uint64_t now = 0;
pthread_once_t once = PTHREAD_ONCE_INIT;

void Register() {
  // fork must not copy a lock that another thread holds.
  pthread_atfork([] { lock.lock(); }, [] { lock.unlock(); }, [] { lock.unlock(); });
  PoolAtTrim(DropFftPlans);
}

// Users: one less; the last one frees.
void Leave(FftPlan* plan) {
  if (plan->users.fetch_sub(1, std::memory_order_acq_rel) == 1) FreePlan(plan);
}

FftPlan* Find(int64_t n, int64_t real_n, int32_t dtype) {
  const SpinGuard guard(lock);
  for (FftPlan* p = kept; p; p = p->next) {
    if (p->n == n && p->real_n == real_n && p->dtype == dtype) {
      p->used = ++now;
      p->users.fetch_add(1, std::memory_order_relaxed);
      return p;
    }
  }
  return nullptr;
}

// Takes the least recently used plan out; nullptr: there is none.
FftPlan* TakeOldest() {
  FftPlan** oldest = nullptr;
  for (FftPlan** at = &kept; *at; at = &(*at)->next) {
    if (!oldest || (*at)->used < (*oldest)->used) oldest = at;
  }
  if (!oldest) return nullptr;
  FftPlan* plan = *oldest;
  *oldest = plan->next;
  kept_count--;
  kept_bytes -= plan->bytes;
  return plan;
}

void Keep(FftPlan* plan) {
  if (plan->bytes > kKeptEach) return;
  FftPlan* gone = nullptr;
  {
    const SpinGuard guard(lock);
    for (FftPlan* p = kept; p; p = p->next) {
      if (p->n == plan->n && p->real_n == plan->real_n && p->dtype == plan->dtype) return;  // another thread's
    }
    while (kept && (kept_count >= kKeptPlans || kept_bytes + plan->bytes > kKeptBytes)) {
      FftPlan* old = TakeOldest();
      old->next = gone;
      gone = old;
    }
    plan->used = ++now;
    plan->next = kept;
    kept = plan;
    kept_count++;
    kept_bytes += plan->bytes;
    plan->users.fetch_add(1, std::memory_order_relaxed);
  }
  while (gone) {
    FftPlan* next = gone->next;
    Leave(gone);
    gone = next;
  }
}

}  // namespace

FftPlanHandle::~FftPlanHandle() {
  if (plan_) Leave(const_cast<FftPlan*>(plan_));
}

Status GetFftPlan(const Run& run, const char* function, int64_t n, bool real, int32_t dtype, FftPlanHandle* handle) {
  pthread_once(&once, Register);
  FftPlan* plan = Find(real ? n / 2 : n, real ? n : 0, dtype);
  if (!plan) {
    NUMRS_TRY(MakePlan(run, function, n, real, dtype, &plan));
    Keep(plan);
  }
  handle->plan_ = plan;
  return NUMRS_OK;
}

void DropFftPlans() {
  FftPlan* all;
  {
    const SpinGuard guard(lock);
    all = kept;
    kept = nullptr;
    kept_count = 0;
    kept_bytes = 0;
  }
  while (all) {
    FftPlan* next = all->next;
    Leave(all);
    all = next;
  }
}

int64_t FftPlansKept(size_t* bytes) {
  const SpinGuard guard(lock);
  if (bytes) *bytes = kept_bytes;
  return kept_count;
}

}  // namespace numrs
