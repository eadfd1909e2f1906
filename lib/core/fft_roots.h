// Roots of unity to at most half a unit in the last place, from two short tables of long double.
#pragma once

#include <cmath>
#include <cstdint>

namespace numrs {

// exp(-2 pi i k / n) for 0 <= k < n. An argument is brought to the first eighth of the circle by exact integers, where
// the root is a product of one from each of two tables of about sqrt(n / 8) entries; so the symmetries of the circle
// hold exactly. The product of two long doubles is off by some 2^-63: of the result that is a thousandth of half a
// unit.
class FftRoots {
 public:
  struct Root {
    long double re, im;
  };
  // Entries that `memory` has to have room for.
  static int64_t TableSize(int64_t n) { return (int64_t{1} << Bits(n)) + (n / 8 >> Bits(n)) + 2; }

  FftRoots(int64_t n, Root* memory) : n_(n), bits_(Bits(n)), fine_(memory), coarse_(memory + (int64_t{1} << Bits(n))) {
    const int64_t fine = int64_t{1} << bits_, coarse = (n / 8 >> bits_) + 1;
    for (int64_t k = 0; k < fine; k++) fine_[k] = Exact(4 * k);
    for (int64_t k = 0; k < coarse; k++) coarse_[k] = Exact(4 * (k << bits_));
    for (int64_t k = 0; k < 4; k++) part_[k] = Exact(k);
  }

  Root operator()(int64_t k) const {
    const bool lower = 2 * k > n_;
    if (lower) k = n_ - k;  // conjugate
    const bool left = 4 * k > n_;
    const int64_t twice = left ? n_ - 2 * k : 2 * k;  // in halves of a step: pi - angle
    Root r = FirstQuarter(twice);
    if (left) r.re = -r.re;
    return {r.re, lower ? r.im : -r.im};
  }

 private:
  static int Bits(int64_t n) {
    int bits = 0;
    while ((int64_t{1} << (2 * bits)) < n / 8) bits++;
    return bits;
  }
  Root Exact(int64_t quarters) const {
    const long double angle =
        1.570796326794896619231321691639751442L * static_cast<long double>(quarters) / static_cast<long double>(n_);
    return {std::cos(angle), std::sin(angle)};
  }
  // The root at so many halves of a step, all positive.
  Root FirstQuarter(int64_t twice) const {
    const bool swapped = 4 * twice > n_;  // above the diagonal: pi / 2 - angle, in quarters of a step
    const int64_t quarters = swapped ? n_ - 2 * twice : 2 * twice;
    Root r = FirstEighth(quarters / 4);
    if (quarters % 4 != 0) r = Times(r, part_[quarters % 4]);
    if (4 * twice == n_) r.re = r.im = std::sqrt(0.5L);
    if (swapped) {
      const long double re = r.re;
      r.re = r.im;
      r.im = re;
    }
    return r;
  }
  Root FirstEighth(int64_t k) const { return Times(fine_[k & ((int64_t{1} << bits_) - 1)], coarse_[k >> bits_]); }
  static Root Times(const Root& a, const Root& b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }

  int64_t n_;
  int bits_;
  Root *fine_, *coarse_, part_[4];  // of quarters of a step
};

}  // namespace numrs
