// LAPACK of OpenBLAS, loaded at the first call that needs it; nothing of it is linked. So loading libnumrs costs
// nothing and starts none of OpenBLAS's threads, and a program that never asks for singular values never has them.
#include "cpu/lapack.h"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace numrs {
namespace cpu {
namespace {

// LP64 LAPACK: integers have 32 bits. A character argument has its length behind all others, as gfortran passes it.
using Integer = int32_t;
template <typename T>
using Gesdd = void (*)(const char* jobz, const Integer* m, const Integer* n, T* a, const Integer* lda, T* s, T* u,
                       const Integer* ldu, T* vt, const Integer* ldvt, T* work, const Integer* lwork, Integer* iwork,
                       Integer* info, size_t jobz_length);

struct Library {
  Gesdd<float> sgesdd;
  Gesdd<double> dgesdd;
  bool loaded;
  char problem[512];
};
Library library;
pthread_once_t once = PTHREAD_ONCE_INIT;

constexpr char kFile[] = NUMRS_BLAS_FILE;

// A bundled OpenBLAS stands beside libnumrs (wheel, build folder) or in a folder of ours below (system installation);
// "../lib/" is for programs of the build folder that link the objects. A file of that name elsewhere is another build.
void* OpenBundled() {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void*>(&OpenBundled), &self) || !self.dli_fname) return nullptr;
  const char* slash = std::strrchr(self.dli_fname, '/');
  const int length = slash ? static_cast<int>(slash - self.dli_fname) + 1 : 0;
  std::snprintf(library.problem, sizeof(library.problem), "there is no %s beside %s", kFile, self.dli_fname);
  char path[4096];
  for (const char* below : {"", "numrs/", "../lib/"}) {
    const int used =
        std::snprintf(path, sizeof(path), "%s%.*s%s%s", length ? "" : "./", length, self.dli_fname, below, kFile);
    if (used < 0 || used >= static_cast<int>(sizeof(path)) || access(path, F_OK) != 0) continue;
    void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle) return handle;
    const char* problem = dlerror();
    std::snprintf(library.problem, sizeof(library.problem), "%s", problem ? problem : "dlopen failed");
  }
  return nullptr;
}

void* OpenSystem() {
  void* handle = dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  if (handle) return handle;
  const char* problem = dlerror();
  std::snprintf(library.problem, sizeof(library.problem), "%s", problem ? problem : "dlopen failed");
  return nullptr;
}

template <class Function>
bool Find(void* handle, const char* name, Function* function) {
  void* symbol = dlsym(handle, name);
  if (!symbol) {
    std::snprintf(library.problem, sizeof(library.problem), "%s has no %s", kFile, name);
    return false;
  }
  std::memcpy(function, &symbol, sizeof(symbol));
  return true;
}

void Load() {
  void* handle = NUMRS_BLAS_BUNDLED ? OpenBundled() : OpenSystem();
  void (*set_num_threads)(int);
  if (!handle || !Find(handle, NUMRS_BLAS_PREFIX "openblas_set_num_threads", &set_num_threads) ||
      !Find(handle, NUMRS_BLAS_PREFIX "sgesdd_", &library.sgesdd) ||
      !Find(handle, NUMRS_BLAS_PREFIX "dgesdd_", &library.dgesdd))
    return;
  // The work is shared by our own pool. A system's OpenBLAS may serve others in this process: there it is the user's to
  // say (OPENBLAS_NUM_THREADS).
  if (NUMRS_BLAS_BUNDLED) set_num_threads(1);
  library.loaded = true;
}

void Call(const char* jobz, Integer m, Integer n, float* a, float* s, float* work, Integer lwork, Integer* iwork,
          Integer* info) {
  const Integer one = 1;
  library.sgesdd(jobz, &m, &n, a, &m, s, nullptr, &one, nullptr, &one, work, &lwork, iwork, info, 1);
}
void Call(const char* jobz, Integer m, Integer n, double* a, double* s, double* work, Integer lwork, Integer* iwork,
          Integer* info) {
  const Integer one = 1;
  library.dgesdd(jobz, &m, &n, a, &m, s, nullptr, &one, nullptr, &one, work, &lwork, iwork, info, 1);
}

size_t IntegerBytes(int64_t count) { return (static_cast<size_t>(8 * count) * sizeof(Integer) + 63) & ~size_t{63}; }

}  // namespace

template <typename T>
Status LapackSingularBytes(const char* function, int64_t rows, int64_t cols, size_t* bytes) {
  pthread_once(&once, Load);
  if (!library.loaded) {
    return Fail(NUMRS_UNSUPPORTED, "%s: OpenBLAS cannot be loaded (%s); backend cpu-portable does without", function,
                library.problem);
  }
  constexpr int64_t kMost = std::numeric_limits<Integer>::max();
  const int64_t small = std::min(rows, cols), large = std::max(rows, cols);
  // What LAPACK demands; it asks for more so that it can work in blocks.
  const int64_t least = large > kMost / 16 ? kMost : 3 * small + std::max(large, 7 * small);
  if (least >= kMost) {
    return Fail(NUMRS_UNSUPPORTED, "%s: a matrix of %lld x %lld is too large for the 32-bit integers of LAPACK",
                function, (long long)rows, (long long)cols);
  }
  T wanted = 0, none = 0;
  Integer info = 0, unused = 0;
  Call("N", static_cast<Integer>(cols), static_cast<Integer>(rows), &none, &none, &wanted, -1, &unused, &info);
  // Not every version rounds the number up when it becomes a float32.
  const double asked = static_cast<double>(wanted) * (1 + 0x1p-22) + 1;
  int64_t work = least;
  if (info == 0 && asked < static_cast<double>(kMost)) work = std::max(least, static_cast<int64_t>(asked));
  *bytes = IntegerBytes(small) + static_cast<size_t>(work) * sizeof(T);
  return NUMRS_OK;
}

template <typename T>
void LapackSingular(const SingularValues& s) {
  const int64_t count = std::min(s.rows, s.cols);
  T* const a = static_cast<T*>(s.a);
  T* const values = static_cast<T*>(s.values);
  bool finite = true;
  for (int64_t i = 0; i < s.rows * s.cols; i++) finite &= std::fabs(a[i]) <= std::numeric_limits<T>::max();
  Integer info = -1;
  if (finite) {
    char* const scratch = static_cast<char*>(s.scratch);
    const size_t integers = IntegerBytes(count);
    const size_t work = std::min<size_t>((s.scratch_bytes - integers) / sizeof(T), std::numeric_limits<Integer>::max());
    // C order of (rows, cols) is Fortran order of the transposed matrix, which has the same values.
    Call("N", static_cast<Integer>(s.cols), static_cast<Integer>(s.rows), a, values,
         reinterpret_cast<T*>(scratch + integers), static_cast<Integer>(work), reinterpret_cast<Integer*>(scratch),
         &info);
  }
  if (info != 0) std::fill(values, values + count, std::numeric_limits<T>::quiet_NaN());
}

template Status LapackSingularBytes<float>(const char*, int64_t, int64_t, size_t*);
template Status LapackSingularBytes<double>(const char*, int64_t, int64_t, size_t*);
template void LapackSingular<float>(const SingularValues&);
template void LapackSingular<double>(const SingularValues&);

}  // namespace cpu
}  // namespace numrs
