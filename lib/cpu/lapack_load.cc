// LAPACK of OpenBLAS, loaded at the first call that needs it; nothing of it is linked. So loading libnumrs costs
// nothing and starts none of OpenBLAS's threads, and a program that decomposes no matrix never has them.
#include "cpu/lapack_load.h"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace numrs {
namespace cpu {
namespace {

struct Library {
  Routines<float> s;
  Routines<double> d;
  Routines<std::complex<float>> c;
  Routines<std::complex<double>> z;
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

template <typename T>
bool FindAll(void* handle, char type, bool is_complex, Routines<T>* r) {
  char name[64];
  const auto find = [&](const char* routine, auto* function) {
    std::snprintf(name, sizeof(name), "%s%c%s_", NUMRS_BLAS_PREFIX, type, routine);
    return Find(handle, name, function);
  };
  return find("potrf", &r->potrf) && find("getrf", &r->getrf) && find("getrs", &r->getrs) && find("geqrf", &r->geqrf) &&
         find(is_complex ? "ungqr" : "orgqr", &r->orgqr) && find(is_complex ? "heevd" : "syevd", &r->syevd) &&
         find("geev", &r->geev) && find("gesdd", &r->gesdd) && find("gelsd", &r->gelsd);
}

void Load() {
  void* handle = NUMRS_BLAS_BUNDLED ? OpenBundled() : OpenSystem();
  void (*set_num_threads)(int);
  if (!handle || !Find(handle, NUMRS_BLAS_PREFIX "openblas_set_num_threads", &set_num_threads) ||
      !FindAll(handle, 's', false, &library.s) || !FindAll(handle, 'd', false, &library.d) ||
      !FindAll(handle, 'c', true, &library.c) || !FindAll(handle, 'z', true, &library.z))
    return;
  // The work is shared by our own pool. A system's OpenBLAS may serve others in this process: there it is the user's to
  // say (OPENBLAS_NUM_THREADS).
  if (NUMRS_BLAS_BUNDLED) set_num_threads(1);
  library.loaded = true;
}

bool Ready() {
  pthread_once(&once, Load);
  return library.loaded;
}

}  // namespace

template <>
const Routines<float>* LapackRoutines() {
  return Ready() ? &library.s : nullptr;
}
template <>
const Routines<double>* LapackRoutines() {
  return Ready() ? &library.d : nullptr;
}
template <>
const Routines<std::complex<float>>* LapackRoutines() {
  return Ready() ? &library.c : nullptr;
}
template <>
const Routines<std::complex<double>>* LapackRoutines() {
  return Ready() ? &library.z : nullptr;
}
const char* LapackProblem() { return library.problem; }

}  // namespace cpu
}  // namespace numrs
