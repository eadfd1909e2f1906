// LAPACK routines of OpenBLAS by type, as Fortran passes arguments. What calls them is in lapack.cc.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>

namespace numrs {
namespace cpu {

// LP64 LAPACK: integers have 32 bits. A character argument has its length behind all others, as gfortran passes it.
using Integer = int32_t;

template <typename T>
struct RealOfType {
  using Type = T;
};
template <typename R>
struct RealOfType<std::complex<R>> {
  using Type = R;
};
template <typename T>
using RealPartType = typename RealOfType<T>::Type;

// The routines whose arguments are the same for real and complex elements.
template <typename T>
struct SharedRoutines {
  using In = const Integer*;
  void (*potrf)(const char* uplo, In n, T* a, In lda, Integer* info, size_t);
  void (*getrf)(In m, In n, T* a, In lda, Integer* swaps, Integer* info);
  void (*getrs)(const char* trans, In n, In k, const T* a, In lda, const Integer* swaps, T* b, In ldb, Integer* info,
                size_t);
  void (*geqrf)(In m, In n, T* a, In lda, T* tau, T* work, In lwork, Integer* info);
  void (*orgqr)(In m, In n, In k, T* a, In lda, const T* tau, T* work, In lwork, Integer* info);
};

template <typename T>
struct Routines : SharedRoutines<T> {
  using In = const Integer*;
  void (*syevd)(const char* jobz, const char* uplo, In n, T* a, In lda, T* w, T* work, In lwork, Integer* iwork,
                In liwork, Integer* info, size_t, size_t);
  void (*geev)(const char* left, const char* right, In n, T* a, In lda, T* wr, T* wi, T* vl, In ldvl, T* vr, In ldvr,
               T* work, In lwork, Integer* info, size_t, size_t);
  void (*gesdd)(const char* jobz, In m, In n, T* a, In lda, T* s, T* u, In ldu, T* vt, In ldvt, T* work, In lwork,
                Integer* iwork, Integer* info, size_t);
  void (*gelsd)(In m, In n, In k, T* a, In lda, T* b, In ldb, T* s, const T* rcond, Integer* rank, T* work, In lwork,
                Integer* iwork, Integer* info);
};
template <typename R>
struct Routines<std::complex<R>> : SharedRoutines<std::complex<R>> {
  using T = std::complex<R>;
  using In = const Integer*;
  void (*syevd)(const char* jobz, const char* uplo, In n, T* a, In lda, R* w, T* work, In lwork, R* rwork, In lrwork,
                Integer* iwork, In liwork, Integer* info, size_t, size_t);
  void (*geev)(const char* left, const char* right, In n, T* a, In lda, T* w, T* vl, In ldvl, T* vr, In ldvr, T* work,
               In lwork, R* rwork, Integer* info, size_t, size_t);
  void (*gesdd)(const char* jobz, In m, In n, T* a, In lda, R* s, T* u, In ldu, T* vt, In ldvt, T* work, In lwork,
                R* rwork, Integer* iwork, Integer* info, size_t);
  void (*gelsd)(In m, In n, In k, T* a, In lda, T* b, In ldb, R* s, const R* rcond, Integer* rank, T* work, In lwork,
                R* rwork, Integer* iwork, Integer* info);
};

// Opens OpenBLAS at the first call. nullptr, with the reason, where it cannot be had.
template <typename T>
const Routines<T>* LapackRoutines();
const char* LapackProblem();

}  // namespace cpu
}  // namespace numrs
