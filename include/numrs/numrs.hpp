// numrs for C++17: views of containers and pointers, contexts and memory that end with their scope, exceptions in place
// of statuses, and every operation by its name. Header only; it computes and decides nothing, each function is one call
// of the C header, whose comments hold here too. Names are spelled as the standard library's.
//
//     std::vector<double> x = {1, 2, 3, 4}, y(4);
//     double total;
//     numrs::exp(x, y);
//     numrs::sum(y, {&total, {}});                              // {}: no axes, one number
//     numrs::sum(numrs::const_view(x, {2, 2}), y_of_two, 0);    // a (2, 2) array in C order along its first axis
#ifndef NUMRS_NUMRS_HPP
#define NUMRS_NUMRS_HPP

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "numrs/numrs.h"

namespace numrs {

// A failed call: what() is numrs_message(), status() the number.
class error : public std::runtime_error {
 public:
  error(numrs_status status, const char *message) : std::runtime_error(message), status_(status) {}
  numrs_status status() const noexcept { return status_; }

 private:
  numrs_status status_;
};

// Nothing when status is NUMRS_OK; NUMRS_NO_MEMORY throws std::bad_alloc, the others throw error.
inline void check(numrs_status status) {
  if (status == NUMRS_OK) return;
  if (status == NUMRS_NO_MEMORY) throw std::bad_alloc();
  throw error(status, numrs_message());
}

// The number of an element type, NUMRS_F64 for double; 0 for a type that is none (char and its kin are text).
template <class T>
constexpr std::int32_t dtype_of() noexcept {
  using U = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<U, bool>) {
    return sizeof(bool) == 1 ? NUMRS_BOOL : 0;
  } else if constexpr (std::is_same_v<U, float>) {
    return NUMRS_F32;
  } else if constexpr (std::is_same_v<U, double>) {
    return NUMRS_F64;
  } else if constexpr (std::is_same_v<U, std::complex<float>>) {
    return NUMRS_C64;
  } else if constexpr (std::is_same_v<U, std::complex<double>>) {
    return NUMRS_C128;
  } else if constexpr (!std::is_integral_v<U> || std::is_same_v<U, char> || std::is_same_v<U, wchar_t> ||
                       std::is_same_v<U, char16_t> || std::is_same_v<U, char32_t>) {
    return 0;
  } else if constexpr (std::is_signed_v<U>) {
    return sizeof(U) == 1 ? NUMRS_I8 : sizeof(U) == 2 ? NUMRS_I16 : sizeof(U) == 4 ? NUMRS_I32 : NUMRS_I64;
  } else {
    return sizeof(U) == 1 ? NUMRS_U8 : sizeof(U) == 2 ? NUMRS_U16 : sizeof(U) == 4 ? NUMRS_U32 : NUMRS_U64;
  }
}

// A few integers: extents, strides in bytes, or axes. From {2, 3}, from one number, or from a container of integers.
template <class Integer>
class integers {
 public:
  integers() noexcept {}
  template <class... I, std::enable_if_t<(sizeof...(I) > 0) && (std::is_integral_v<I> && ...), int> = 0>
  integers(I... values) noexcept {
    static_assert(sizeof...(I) <= NUMRS_MAX_NDIM, "more than NUMRS_MAX_NDIM axes");
    ((values_[count_++] = static_cast<Integer>(values)), ...);
  }
  template <class C,
            std::enable_if_t<!std::is_same_v<C, integers> &&
                                 std::is_integral_v<std::decay_t<decltype(*std::data(std::declval<const C &>()))>>,
                             int> = 0>
  integers(const C &values) {
    if (std::size(values) > NUMRS_MAX_NDIM) throw error(NUMRS_BAD_SHAPE, "more than NUMRS_MAX_NDIM axes");
    for (const auto value : values) values_[count_++] = static_cast<Integer>(value);
  }
  integers(const integers &other) noexcept { *this = other; }
  integers &operator=(const integers &other) noexcept {
    count_ = other.count_;
    for (std::size_t i = 0; i < count_; i++) values_[i] = other.values_[i];
    return *this;
  }

  const Integer *data() const noexcept { return values_.data(); }
  std::size_t size() const noexcept { return count_; }
  const Integer *begin() const noexcept { return data(); }
  const Integer *end() const noexcept { return data() + count_; }
  Integer operator[](std::size_t i) const noexcept { return values_[i]; }

 private:
  std::array<Integer, NUMRS_MAX_NDIM> values_;  // the first count_ are set
  std::size_t count_ = 0;
};
using extents = integers<std::int64_t>;

namespace detail {

template <class C>
using element_of = std::remove_pointer_t<decltype(std::data(std::declval<C &>()))>;

template <class C, class = void>
struct element_dtype : std::integral_constant<std::int32_t, 0> {};
template <class C>
struct element_dtype<C, std::void_t<element_of<C>>> : std::integral_constant<std::int32_t, dtype_of<element_of<C>>()> {
};

template <class C>
using if_readable = std::enable_if_t<element_dtype<const C>::value != 0, int>;
template <class C>
using if_writable = std::enable_if_t<element_dtype<C>::value != 0 && !std::is_const_v<element_of<C>>, int>;
// A built-in array with a shape is a pointer with a shape.
template <class C>
using if_shaped = std::enable_if_t<!std::is_array_v<C>, int>;

}  // namespace detail

// Borrowed memory that is only read: an input. From any contiguous container (std::vector, std::array, an array, a
// span), from one with a shape, or from a pointer with a shape and perhaps strides in bytes; without strides it is in C
// order.
class const_view {
 public:
  template <class C, detail::if_readable<C> = 0>
  const_view(const C &container) : const_view(std::data(container), extents(std::size(container))) {}

  // The shape is checked against the container: error (NUMRS_BAD_SHAPE …) when an element would lie outside.
  template <class C, detail::if_readable<C> = 0, detail::if_shaped<C> = 0>
  const_view(const C &container, const extents &shape) : const_view(std::data(container), shape) {
    check_inside(std::data(container), std::size(container) * sizeof(*std::data(container)));
  }
  template <class C, detail::if_readable<C> = 0, detail::if_shaped<C> = 0>
  const_view(const C &container, const extents &shape, const extents &strides)
      : const_view(std::data(container), shape, strides) {
    check_inside(std::data(container), std::size(container) * sizeof(*std::data(container)));
  }

  // The caller answers for the memory.
  template <class T, std::enable_if_t<dtype_of<T>() != 0, int> = 0>
  const_view(const T *data, const extents &shape) noexcept : data_(data), shape_(shape), dtype_(dtype_of<T>()) {}
  template <class T, std::enable_if_t<dtype_of<T>() != 0, int> = 0>
  const_view(const T *data, const extents &shape, const extents &strides) : const_view(data, shape) {
    if (strides.size() != shape.size()) throw error(NUMRS_BAD_SHAPE, "view: as many strides as extents are needed");
    strides_ = strides;
    has_strides_ = true;
  }

  const void *data() const noexcept { return data_; }
  std::int32_t dtype() const noexcept { return dtype_; }
  std::size_t ndim() const noexcept { return shape_.size(); }
  const extents &shape() const noexcept { return shape_; }

  // For calls of the C header; it points into this object.
  numrs_view c_view() const noexcept {
    return {const_cast<void *>(data_), shape_.data(), has_strides_ ? strides_.data() : nullptr,
            static_cast<std::int32_t>(shape_.size()), dtype_};
  }

 private:
  void check_inside(const void *base, std::size_t bytes) const {
    const numrs_view view = c_view();
    check(numrs_view_check(&view, base, bytes));
  }

  const void *data_;
  extents shape_, strides_;
  std::int32_t dtype_;
  bool has_strides_ = false;
};

// Borrowed memory that is written: an output. Made as a const_view is, from what is not const.
class view : public const_view {
 public:
  template <class C, detail::if_writable<C> = 0>
  view(C &container) : const_view(container) {}
  template <class C, detail::if_writable<C> = 0, detail::if_shaped<C> = 0>
  view(C &container, const extents &shape) : const_view(container, shape) {}
  template <class C, detail::if_writable<C> = 0, detail::if_shaped<C> = 0>
  view(C &container, const extents &shape, const extents &strides) : const_view(container, shape, strides) {}
  template <class T, std::enable_if_t<dtype_of<T>() != 0 && !std::is_const_v<T>, int> = 0>
  view(T *data, const extents &shape) noexcept : const_view(data, shape) {}
  template <class T, std::enable_if_t<dtype_of<T>() != 0 && !std::is_const_v<T>, int> = 0>
  view(T *data, const extents &shape, const extents &strides) : const_view(data, shape, strides) {}
};

// A numrs_context that ends with its scope. One call at a time; functions without one use the default context.
class context {
 public:
  explicit context(std::int32_t threads = 0) {
    numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
    options.threads = threads;
    check(numrs_context_create(&options, &handle_));
  }
  explicit context(const numrs_context_options &options) { check(numrs_context_create(&options, &handle_)); }
  context(context &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  context &operator=(context &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~context() { numrs_context_destroy(handle_); }
  operator numrs_context *() const noexcept { return handle_; }

 private:
  numrs_context *handle_ = nullptr;
};

// n elements of the library's pool, 64-byte aligned and not initialised.
template <class T>
class buffer {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 64);

 public:
  explicit buffer(std::size_t n) : size_(n) {
    if (n == 0) return;
    if (n <= std::numeric_limits<std::size_t>::max() / sizeof(T))
      data_ = static_cast<T *>(numrs_allocate(n * sizeof(T)));
    if (!data_) throw std::bad_alloc();
  }
  buffer(buffer &&other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  buffer &operator=(buffer &&other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~buffer() { numrs_free(data_); }

  T *data() noexcept { return data_; }
  const T *data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  T *begin() noexcept { return data_; }
  T *end() noexcept { return data_ + size_; }
  const T *begin() const noexcept { return data_; }
  const T *end() const noexcept { return data_ + size_; }
  T &operator[](std::size_t i) noexcept { return data_[i]; }
  const T &operator[](std::size_t i) const noexcept { return data_[i]; }

 private:
  T *data_ = nullptr;
  std::size_t size_;
};

// The number of threads that calls may use, set for a scope and put back after it. It is the process's, not the
// thread's.
class scoped_num_threads {
 public:
  explicit scoped_num_threads(std::int32_t threads) : before_(numrs_get_num_threads()) {
    check(numrs_set_num_threads(threads));
  }
  scoped_num_threads(const scoped_num_threads &) = delete;
  scoped_num_threads &operator=(const scoped_num_threads &) = delete;
  ~scoped_num_threads() { numrs_set_num_threads(before_); }

 private:
  std::int32_t before_;
};

// The families of elementwise.h. op is a NUMRS_OP_ number of the family's table.
inline void unary(std::int32_t op, const const_view &x, const view &y, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_unary(context, op, &cx, &cy));
}
inline void binary(std::int32_t op, const const_view &a, const const_view &b, const view &y,
                   numrs_context *context = nullptr) {
  const numrs_view ca = a.c_view(), cb = b.c_view(), cy = y.c_view();
  check(numrs_binary(context, op, &ca, &cb, &cy));
}
inline void ternary(std::int32_t op, const const_view &a, const const_view &b, const const_view &c, const view &y,
                    numrs_context *context = nullptr) {
  const numrs_view ca = a.c_view(), cb = b.c_view(), cc = c.c_view(), cy = y.c_view();
  check(numrs_ternary(context, op, &ca, &cb, &cc, &cy));
}
inline void convert(const const_view &x, const view &y, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_convert(context, &cx, &cy));
}

// Axes of a reduction: {0, 2}, a number, a container, or all_axes.
class axes : public integers<std::int32_t> {
 public:
  using integers::integers;
  std::int32_t count() const noexcept { return static_cast<std::int32_t>(size()); }
};
struct all_axes_type {};
inline constexpr all_axes_type all_axes{};

// The families of reduce.h.
inline void reduce(std::int32_t op, const const_view &x, const view &y, all_axes_type = all_axes, double correction = 0,
                   const const_view *where = nullptr, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view(), cw = where ? where->c_view() : numrs_view();
  check(numrs_reduce(context, op, &cx, where ? &cw : nullptr, &cy, nullptr, -1, correction));
}
inline void reduce(std::int32_t op, const const_view &x, const view &y, const axes &over, double correction = 0,
                   const const_view *where = nullptr, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view(), cw = where ? where->c_view() : numrs_view();
  check(numrs_reduce(context, op, &cx, where ? &cw : nullptr, &cy, over.data(), over.count(), correction));
}
inline void scan(std::int32_t op, const const_view &x, const view &y, std::int32_t axis, bool include_initial = false,
                 numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_scan(context, op, &cx, &cy, axis, include_initial));
}
inline void vecdot(const const_view &a, const const_view &b, const view &y, std::int32_t axis = -1,
                   numrs_context *context = nullptr) {
  const numrs_view ca = a.c_view(), cb = b.c_view(), cy = y.c_view();
  check(numrs_vecdot(context, &ca, &cb, &cy, axis));
}

// linalg.h, and the shapes of its results.
inline void matmul(const const_view &a, const const_view &b, const view &y, numrs_context *context = nullptr) {
  const numrs_view ca = a.c_view(), cb = b.c_view(), cy = y.c_view();
  check(numrs_matmul(context, &ca, &cb, &cy));
}
inline void inner(const const_view &a, const const_view &b, const view &y, numrs_context *context = nullptr) {
  const numrs_view ca = a.c_view(), cb = b.c_view(), cy = y.c_view();
  check(numrs_inner(context, &ca, &cb, &cy));
}
inline void outer(const const_view &a, const const_view &b, const view &y, numrs_context *context = nullptr) {
  const numrs_view ca = a.c_view(), cb = b.c_view(), cy = y.c_view();
  check(numrs_outer(context, &ca, &cb, &cy));
}
inline void svdvals(const const_view &x, const view &y, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_svdvals(context, &cx, &cy));
}

namespace detail {

using shape_function = numrs_status (*)(const numrs_view *, const numrs_view *, std::int32_t *, std::int64_t *);
inline std::vector<std::int64_t> shape_of(shape_function function, const const_view &a, const const_view &b) {
  const numrs_view ca = a.c_view(), cb = b.c_view();
  std::int64_t shape[NUMRS_MAX_NDIM];
  std::int32_t ndim = 0;
  check(function(&ca, &cb, &ndim, shape));
  return std::vector<std::int64_t>(shape, shape + ndim);
}

}  // namespace detail

inline std::vector<std::int64_t> matmul_shape(const const_view &a, const const_view &b) {
  return detail::shape_of(numrs_matmul_shape, a, b);
}
inline std::vector<std::int64_t> inner_shape(const const_view &a, const const_view &b) {
  return detail::shape_of(numrs_inner_shape, a, b);
}
inline std::vector<std::int64_t> outer_shape(const const_view &a, const const_view &b) {
  return detail::shape_of(numrs_outer_shape, a, b);
}

}  // namespace numrs

#include "numrs/ops.hpp"
#include "numrs/statistics.hpp"

#endif  // NUMRS_NUMRS_HPP
