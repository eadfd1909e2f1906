// The C++17 names of stats.h, order.h, rolling.h, ewm.h and stream.h; numrs.hpp includes it. One call of the C header
// each, and objects that end with their scope.
//
//     std::vector<double> x = {3, 1, 2, 5}, y(4);
//     numrs::sort(x, y);
//     numrs::rolling(NUMRS_OP_ROLLING_MEAN, x, y, 2);           // windows of two
//     numrs::moments m;
//     m.update(x);
//     double mean = m.value()[1];
#ifndef NUMRS_STATISTICS_HPP
#define NUMRS_STATISTICS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <vector>

#include "numrs/numrs.hpp"

namespace numrs {

using numbers = std::initializer_list<double>;

// stats.h. parameters: what the statistic takes, in the order of its comment.
inline void stat(std::int32_t op, const const_view &x, const view &y, const axes &over, numbers parameters = {},
                 numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_stat(context, op, &cx, nullptr, nullptr, &cy, over.data(), over.count(), parameters.begin(),
                   static_cast<std::int32_t>(parameters.size())));
}
inline void stat(std::int32_t op, const const_view &x, const const_view &x2, const view &y, const axes &over,
                 numbers parameters = {}, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cx2 = x2.c_view(), cy = y.c_view();
  check(numrs_stat(context, op, &cx, &cx2, nullptr, &cy, over.data(), over.count(), parameters.begin(),
                   static_cast<std::int32_t>(parameters.size())));
}
inline void group(std::int32_t op, const const_view &x, const const_view &keys, const view &y, std::int32_t axis = -1,
                  double parameter = 0, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), ck = keys.c_view(), cy = y.c_view();
  check(numrs_group(context, op, &cx, &ck, &cy, axis, parameter));
}
inline void histogram(const const_view &x, const const_view &edges, const view &counts,
                      numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), ce = edges.c_view(), cc = counts.c_view();
  check(numrs_histogram(context, &cx, nullptr, &ce, &cc));
}

// rolling.h and ewm.h. A number in place of options: windows of so many elements.
struct rolling_options : numrs_rolling_options {
  rolling_options(std::int64_t length = 0, std::int64_t least = 0)  // least: min_periods
      : numrs_rolling_options(NUMRS_ROLLING_OPTIONS_INIT) {
    window = length;
    min_periods = least;
  }
};
inline void rolling(std::int32_t op, const const_view &x, const view &y, const rolling_options &options,
                    std::int32_t axis = -1, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_rolling(context, op, &cx, nullptr, &cy, axis, &options));
}
inline void rolling(std::int32_t op, const const_view &x, const const_view &x2, const view &y,
                    const rolling_options &options, std::int32_t axis = -1, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cx2 = x2.c_view(), cy = y.c_view();
  check(numrs_rolling(context, op, &cx, &cx2, &cy, axis, &options));
}
inline std::int64_t rolling_length(std::int64_t n, const rolling_options &options) {
  std::int64_t outputs = 0;
  check(numrs_rolling_length(n, &options, &outputs));
  return outputs;
}
struct ewm_options : numrs_ewm_options {
  ewm_options(double weight = 0) : numrs_ewm_options(NUMRS_EWM_OPTIONS_INIT) { alpha = weight; }
};
inline void ewm(std::int32_t op, const const_view &x, const view &y, const ewm_options &options, std::int32_t axis = -1,
                numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_ewm(context, op, &cx, nullptr, &cy, axis, &options));
}
inline void ewm(std::int32_t op, const const_view &x, const const_view &x2, const view &y, const ewm_options &options,
                std::int32_t axis = -1, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cx2 = x2.c_view(), cy = y.c_view();
  check(numrs_ewm(context, op, &cx, &cx2, &cy, axis, &options));
}

// order.h. flags: NUMRS_ORDER_…
inline void sort(const const_view &x, const view &y, std::int32_t axis = -1, std::int32_t flags = 0,
                 numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_sort(context, &cx, &cy, axis, flags));
}
inline void argsort(const const_view &x, const view &y, std::int32_t axis = -1, std::int32_t flags = 0,
                    numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_argsort(context, &cx, &cy, axis, flags));
}
inline void partition(const const_view &x, const view &y, const integers<std::int64_t> &kth, std::int32_t axis = -1,
                      std::int32_t flags = 0, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_partition(context, &cx, &cy, kth.data(), static_cast<std::int64_t>(kth.size()), axis, flags));
}
inline void topk(const const_view &x, const view &values, const view &indices, std::int64_t k, std::int32_t axis = -1,
                 std::int32_t flags = 0, numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cv = values.c_view(), ci = indices.c_view();
  check(numrs_topk(context, &cx, &cv, &ci, k, axis, flags));
}
inline void rankdata(const const_view &x, const view &y, std::int32_t axis = -1,
                     std::int32_t method = NUMRS_RANK_AVERAGE, std::int32_t flags = 0,
                     numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_rankdata(context, &cx, &cy, axis, method, flags));
}
inline void searchsorted(const const_view &sorted, const const_view &x, const view &y, std::int32_t flags = 0,
                         numrs_context *context = nullptr) {
  const numrs_view cs = sorted.c_view(), cx = x.c_view(), cy = y.c_view();
  check(numrs_searchsorted(context, &cs, &cx, nullptr, &cy, flags));
}
inline void median(const const_view &x, const view &y, const axes &over, std::int32_t flags = 0,
                   numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_median(context, &cx, nullptr, &cy, over.data(), over.count(), flags));
}
inline void quantile(const const_view &x, const view &y, numbers q, const axes &over,
                     std::int32_t method = NUMRS_QUANTILE_LINEAR, std::int32_t flags = 0,
                     numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_quantile(context, &cx, nullptr, nullptr, &cy, q.begin(), static_cast<std::int64_t>(q.size()), over.data(),
                       over.count(), method, flags));
}
inline void mad(const const_view &x, const view &y, const axes &over, double scale = 1, std::int32_t flags = 0,
                numrs_context *context = nullptr) {
  const numrs_view cx = x.c_view(), cy = y.c_view();
  check(numrs_mad(context, &cx, nullptr, &cy, over.data(), over.count(), scale, flags));
}

// stream.h. Objects can be moved, and merged with others of their kind; save() and load() carry them elsewhere.
namespace detail {

template <class Handle, void (*destroy)(Handle *), numrs_status (*merge_with)(Handle *, const Handle *),
          numrs_status (*save_to)(const Handle *, void *, std::size_t, std::size_t *),
          numrs_status (*load_from)(const void *, std::size_t, Handle **)>
class stream {
 public:
  void merge(const stream &other) { check(merge_with(get(), other.get())); }
  std::vector<unsigned char> save() const {
    std::size_t needed = 0;
    check(save_to(get(), nullptr, 0, &needed));
    std::vector<unsigned char> state(needed);
    check(save_to(get(), state.data(), needed, &needed));
    return state;
  }
  void load(const std::vector<unsigned char> &state) {
    Handle *loaded = nullptr;
    check(load_from(state.data(), state.size(), &loaded));
    handle_.reset(loaded);
  }
  Handle *get() const noexcept { return handle_.get(); }

 protected:
  explicit stream(Handle *handle) : handle_(handle) {}

 private:
  struct deleter {
    void operator()(Handle *handle) const noexcept { destroy(handle); }
  };
  std::unique_ptr<Handle, deleter> handle_;
};
template <class Handle, class Create, class... Arguments>
Handle *created(Create create, Arguments... arguments) {
  Handle *handle = nullptr;
  check(create(arguments..., &handle));
  return handle;
}

}  // namespace detail

class moments : public detail::stream<numrs_moments, numrs_moments_destroy, numrs_moments_merge, numrs_moments_save,
                                      numrs_moments_load> {
 public:
  moments() : stream(detail::created<numrs_moments>(numrs_moments_create)) {}
  void update(const const_view &x) {
    const numrs_view cx = x.c_view();
    check(numrs_moments_update(get(), &cx));
  }
  // Count, mean, variance, minimum, maximum, skewness, excess kurtosis.
  std::array<double, NUMRS_MOMENTS_VALUES> value(double correction = 0) const {
    std::array<double, NUMRS_MOMENTS_VALUES> y{};
    check(numrs_moments_value(get(), correction, y.data()));
    return y;
  }
};

class quantiles : public detail::stream<numrs_quantiles, numrs_quantiles_destroy, numrs_quantiles_merge,
                                        numrs_quantiles_save, numrs_quantiles_load> {
 public:
  quantiles() : stream(detail::created<numrs_quantiles>(numrs_quantiles_create)) {}
  void update(const const_view &x) {
    const numrs_view cx = x.c_view();
    check(numrs_quantiles_update(get(), &cx));
  }
  double value(double q) const {
    double y = 0;
    check(numrs_quantiles_value(get(), q, &y));
    return y;
  }
};

class rolling_stream
    : public detail::stream<numrs_rolling_stream, numrs_rolling_stream_destroy, numrs_rolling_stream_merge,
                            numrs_rolling_stream_save, numrs_rolling_stream_load> {
 public:
  rolling_stream(std::int32_t op, const rolling_options &options)
      : stream(detail::created<numrs_rolling_stream>(numrs_rolling_stream_create, op, &options)) {}
  void update(const const_view &x) {
    const numrs_view cx = x.c_view();
    check(numrs_rolling_stream_update(get(), &cx, nullptr, nullptr));
  }
  void update(const const_view &x, const view &y) {  // y: the statistic after each element
    const numrs_view cx = x.c_view(), cy = y.c_view();
    check(numrs_rolling_stream_update(get(), &cx, nullptr, &cy));
  }
  double value() const {
    double y = 0;
    check(numrs_rolling_stream_value(get(), &y));
    return y;
  }
};

class ewm_stream : public detail::stream<numrs_ewm_stream, numrs_ewm_stream_destroy, numrs_ewm_stream_merge,
                                         numrs_ewm_stream_save, numrs_ewm_stream_load> {
 public:
  ewm_stream(std::int32_t op, const ewm_options &options)
      : stream(detail::created<numrs_ewm_stream>(numrs_ewm_stream_create, op, &options)) {}
  void update(const const_view &x) {
    const numrs_view cx = x.c_view();
    check(numrs_ewm_stream_update(get(), &cx, nullptr, nullptr));
  }
  void update(const const_view &x, const view &y) {
    const numrs_view cx = x.c_view(), cy = y.c_view();
    check(numrs_ewm_stream_update(get(), &cx, nullptr, &cy));
  }
  double value() const {
    double y = 0;
    check(numrs_ewm_stream_value(get(), &y));
    return y;
  }
};

}  // namespace numrs

#endif  // NUMRS_STATISTICS_HPP
