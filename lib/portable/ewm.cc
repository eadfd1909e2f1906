// Exponentially weighted means and moments of one line, element by element, in the order of operations that pandas has.
// They serve every backend.
#include <cmath>

#include "core/rolling_tables.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {

void FillEwm(RollingTable* table);

namespace {

template <EwmOp kOp>
void Run(const EwmParameters& p, const double* x, const double* x2, const double* factors, int64_t n, EwmState* state,
         double* y) {
  constexpr bool kTwo = kOp == kEwm_cov || kOp == kEwm_corr;
  constexpr bool kMoments = kOp != kEwm_mean;
  EwmState s = *state;
  const double fresh = p.adjust ? 1 : p.alpha, usual = 1 - p.alpha;
  for (int64_t i = 0; i < n; i++) {
    const double a = x[i], b = kTwo ? x2[i] : a;
    const bool there = a == a && b == b;
    if (s.n > 0) {
      if (there || !p.ignore_missing) {
        const double factor = factors ? factors[i] : usual;
        s.weight *= factor;
        if (kMoments) {
          s.sum *= factor;
          s.cross *= factor * factor;
        }
      }
      if (there) {
        const double all = s.weight + fresh, before[2] = {s.mean[0], s.mean[1]};
        // Equal values stay what they are.
        if (s.mean[0] != a) s.mean[0] = (s.weight * s.mean[0] + fresh * a) / all;
        if (kTwo && s.mean[1] != b) s.mean[1] = (s.weight * s.mean[1] + fresh * b) / all;
        if (kMoments) {
          const double da = before[0] - s.mean[0], ea = a - s.mean[0];
          const double db = kTwo ? before[1] - s.mean[1] : da, eb = kTwo ? b - s.mean[1] : ea;
          s.moment[0] = (s.weight * (s.moment[0] + da * db) + fresh * (ea * eb)) / all;
          if (kOp == kEwm_corr) {
            s.moment[1] = (s.weight * (s.moment[1] + da * da) + fresh * (ea * ea)) / all;
            s.moment[2] = (s.weight * (s.moment[2] + db * db) + fresh * (eb * eb)) / all;
          }
          s.cross += 2 * s.sum * fresh;
          s.sum += fresh;
          if (!p.adjust) {
            s.sum /= all;
            s.cross /= all * all;
          }
        }
        s.weight = p.adjust ? all : 1;
        s.n++;
      }
    } else if (there) {
      s.mean[0] = a;
      s.mean[1] = b;
      s.sum = s.weight = 1;
      s.n = 1;
    }
    double value = kRollingNaN;
    if (s.n >= p.min_periods) {
      if (kOp == kEwm_mean) {
        value = s.mean[0];
      } else if (kOp == kEwm_corr) {
        value = s.moment[0] / (std::sqrt(s.moment[1]) * std::sqrt(s.moment[2]));
        value = value > 1 ? 1 : value < -1 ? -1 : value;
      } else {
        value = !p.unbiased ? s.moment[0] : s.cross > 0 ? s.sum * s.sum / s.cross * s.moment[0] : kRollingNaN;
        if (kOp == kEwm_std) value = std::sqrt(value);
      }
    }
    y[i] = value != value ? kRollingNaN : value;
  }
  *state = s;
}

}  // namespace

void FillEwm(RollingTable* table) {
#define NUMRS_EWM(id, name, inputs, parameter, cost) table->ewm[id] = Run<kEwm_##name>;
#include "table/ewm.def"
}

}  // namespace portable
}  // namespace numrs
