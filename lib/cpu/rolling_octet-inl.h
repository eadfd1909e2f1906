// Eight doubles side by side along a line, and the running values of both ways through them: one 512-bit register, or
// two of 256 bits. Included by rolling_line.cc, once per instruction set.

#if HWY_TARGET == HWY_AVX3

struct Octet {
  __m512d v;
  using One = __m512d;  // the same number in every lane
  using Bits = __mmask8;
  struct Whole {  // eight integers
    __m512i v;
  };

  static HWY_INLINE One Same(double x) { return _mm512_set1_pd(x); }
  static HWY_INLINE Octet Of(One x) { return {x}; }
  static HWY_INLINE Octet Load(const double* p) { return {_mm512_loadu_pd(p)}; }
  // Lanes of which a bit is set; the others, which may lie outside of memory, hold `other`.
  static HWY_INLINE Octet Load(const double* p, unsigned lanes, One other) {
    return {_mm512_mask_loadu_pd(other, static_cast<Bits>(lanes), p)};
  }
  HWY_INLINE void Store(double* p) const { _mm512_storeu_pd(p, v); }
  HWY_INLINE void Store(double* p, unsigned lanes) const { _mm512_mask_storeu_pd(p, static_cast<Bits>(lanes), v); }
  HWY_INLINE unsigned Numbers() const { return _mm512_cmp_pd_mask(v, v, _CMP_ORD_Q); }
  HWY_INLINE Octet Only(unsigned lanes, One other) const {
    return {_mm512_mask_mov_pd(other, static_cast<Bits>(lanes), v)};
  }
  HWY_INLINE One First() const { return _mm512_broadcastsd_pd(_mm512_castpd512_pd128(v)); }
  HWY_INLINE One Last() const { return _mm512_permutexvar_pd(_mm512_set1_epi64(7), v); }
  static HWY_INLINE bool IsNaN(One x) { return _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q) != 0; }
  static HWY_INLINE One IfNaN(One x, One yes) {
    return _mm512_mask_mov_pd(x, _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q), yes);
  }
  HWY_INLINE Octet OneNaN() const { return {IfNaN(v, Same(kRollingNaN))}; }

  template <class Op>
  HWY_INLINE Octet With(One nearer) const {
    return {Op::Of(v, nearer)};
  }
  template <class Op>
  static HWY_INLINE Octet Join(Octet tail, Octet head) {
    return {Op::Of(tail.v, head.v)};
  }
  // Lane i: of lanes 0 … i, by a tree of depth 3.
  template <class Op>
  HWY_INLINE Octet Heads() const {
    __m512d s = Op::Of(v, 0xAA, v, _mm512_movedup_pd(v));
    s = Op::Of(s, 0xCC, s, _mm512_permutex_pd(s, 0x55));
    return {Op::Of(s, 0xF0, s, _mm512_permutexvar_pd(_mm512_set1_epi64(3), s))};
  }
  // Lane i: of lanes i … 7.
  template <class Op>
  HWY_INLINE Octet Tails() const {
    __m512d s = Op::Of(v, 0x55, v, _mm512_permute_pd(v, 0xFF));
    s = Op::Of(s, 0x33, s, _mm512_permutex_pd(s, 0xAA));
    return {Op::Of(s, 0x0F, s, _mm512_permutexvar_pd(_mm512_set1_epi64(4), s))};
  }

  HWY_INLINE Octet Sqrt() const { return {_mm512_sqrt_pd(v)}; }
  static HWY_INLINE Octet Up() { return {_mm512_setr_pd(1, 2, 3, 4, 5, 6, 7, 8)}; }
  static HWY_INLINE Octet Down() { return {_mm512_setr_pd(8, 7, 6, 5, 4, 3, 2, 1)}; }
  static HWY_INLINE Octet LoadReversed(const double* p) {
    return {_mm512_permutexvar_pd(_mm512_setr_epi64(7, 6, 5, 4, 3, 2, 1, 0), _mm512_loadu_pd(p))};
  }
  HWY_INLINE unsigned NonZero() const { return _mm512_cmp_pd_mask(v, _mm512_setzero_pd(), _CMP_NEQ_UQ); }
  static HWY_INLINE Octet Number(Whole n) { return {_mm512_cvtepi64_pd(n.v)}; }
  // table[n]. Lane 0 of n is `first`, and no lane differs from it by more than 7.
  static HWY_INLINE Octet LookUp(const double* table, Whole n, int64_t first) {
    const double* from = table + first - 7;
    const __m512i place = _mm512_sub_epi64(n.v, _mm512_set1_epi64(first - 7));
    return {_mm512_permutex2var_pd(_mm512_loadu_pd(from), place, _mm512_loadu_pd(from + 8))};
  }

  // A table's row for eight bits, and `base`.
  static HWY_INLINE Whole Counts(const uint8_t* row, int64_t base) {
    const __m512i counts = _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(row)));
    return {_mm512_add_epi64(counts, _mm512_set1_epi64(base))};
  }
  static HWY_INLINE void Store(Whole n, int64_t* p, unsigned lanes) {
    _mm512_mask_storeu_epi64(p, static_cast<Bits>(lanes), n.v);
  }
  static HWY_INLINE Whole Sum(Whole n, const int64_t* p, unsigned lanes) {
    return {_mm512_add_epi64(n.v, _mm512_maskz_loadu_epi64(static_cast<Bits>(lanes), p))};
  }
  static HWY_INLINE Octet Division(Octet a, __m512d b) {
    const __m512d q = _mm512_div_pd(a.v, b);
    return {IfNaN(q, Same(kRollingNaN))};
  }
  // a / n, rounded as a division, for a whole number n < 2^51 and its rounded inverse. q = a inverse is off by at most
  // 1.5 units in the last place, so the remainder a - q n is exact, and q plus remainder times inverse differs from a /
  // n by less than 2^-52 units before it is rounded. The nearest that a / n can come to a number in the middle of two
  // doubles is 1 / (2 n) units, as a multiple of q's unit in a - n middle; it cannot be one, as n times a number of 54
  // bits does not fit in a. A quotient that is subnormal or no number makes the remainder one, or 0.
  static HWY_INLINE Octet Quotient(Octet a, __m512d n, __m512d inverse) {
    const __m512d q = _mm512_mul_pd(a.v, inverse), rest = _mm512_fnmadd_pd(q, n, a.v);
    constexpr int kSubnormal = 0x20, kNoNumber = 0x01 | 0x08 | 0x10 | 0x80;
    const Bits special = _mm512_fpclass_pd_mask(rest, kSubnormal | kNoNumber);
    if (HWY_UNLIKELY(!_kortestz_mask8_u8(special, special))) return Division(a, n);
    return {_mm512_fmadd_pd(rest, inverse, q)};
  }
  // Lane 0 of n is `first`; the next lanes' windows have one value more or less each.
  static HWY_INLINE Octet Quotient(Octet a, Whole n, int64_t first, const double* inverses) {
    if (!inverses) return Division(a, Number(n).v);
    return Quotient(a, Number(n).v, LookUp(inverses, n, first).v);
  }
  HWY_INLINE Octet NaNWhereFewer(Whole n, int64_t least) const {
    const Bits fewer = _mm512_cmplt_epi64_mask(n.v, _mm512_set1_epi64(least));
    return {_mm512_mask_mov_pd(v, fewer, Same(kRollingNaN))};
  }
};

// Not friends: of those gcc 12 forgets the instruction set.
HWY_INLINE Octet operator+(Octet a, Octet b) { return {_mm512_add_pd(a.v, b.v)}; }
HWY_INLINE Octet operator-(Octet a, Octet b) { return {_mm512_sub_pd(a.v, b.v)}; }
HWY_INLINE Octet operator*(Octet a, Octet b) { return {_mm512_mul_pd(a.v, b.v)}; }
HWY_INLINE Octet operator/(Octet a, Octet b) { return {_mm512_div_pd(a.v, b.v)}; }

// Both ways through a block at once: heads in the lower half of the lanes, tails in the upper one.
struct TwoSums {
  __m512d high, low, both;

  static HWY_INLINE TwoSums Start() { return {Octet::Same(0), Octet::Same(0), Octet::Same(0)}; }
  HWY_INLINE __m512d Heads() const { return _mm512_shuffle_f64x2(both, both, 0x44); }
  HWY_INLINE __m512d Tails() const { return _mm512_shuffle_f64x2(both, both, 0xEE); }
  HWY_INLINE void Add(Octet heads, Octet tails) {
    const __m512i ends = _mm512_setr_epi64(7, 7, 7, 7, 8, 8, 8, 8);
    const __m512d tile = _mm512_permutex2var_pd(heads.v, ends, tails.v);
    const __m512d sum = _mm512_add_pd(high, tile), part = _mm512_sub_pd(sum, high);
    const __m512d lost = _mm512_add_pd(_mm512_sub_pd(high, _mm512_sub_pd(sum, part)), _mm512_sub_pd(tile, part));
    low = _mm512_add_pd(low, lost);
    high = sum;
    both = _mm512_add_pd(high, low);
  }
  HWY_INLINE bool doubtful() const { return Octet::IsNaN(low); }
};

struct OctetSum {
  static HWY_INLINE __m512d Less(__m512d a, __m512d b) { return _mm512_sub_pd(a, b); }
  static HWY_INLINE __m512d Of(__m512d a, __m512d b) { return _mm512_add_pd(a, b); }
  static HWY_INLINE __m512d Of(__m512d no, __mmask8 m, __m512d a, __m512d b) { return _mm512_mask_add_pd(no, m, a, b); }
};
// The nearer one to the border, b, where neither is less.
struct OctetMax {
  static HWY_INLINE __m512d Of(__m512d a, __m512d b) { return _mm512_max_pd(a, b); }
  static HWY_INLINE __m512d Of(__m512d no, __mmask8 m, __m512d a, __m512d b) { return _mm512_mask_max_pd(no, m, a, b); }
};
struct OctetMin {
  static HWY_INLINE __m512d Of(__m512d a, __m512d b) { return _mm512_min_pd(a, b); }
  static HWY_INLINE __m512d Of(__m512d no, __mmask8 m, __m512d a, __m512d b) { return _mm512_mask_min_pd(no, m, a, b); }
};

#elif HWY_TARGET == HWY_AVX2

struct Octet {
  __m256d v[2];
  using One = __m256d;
  struct Whole {
    __m256i v[2];
  };

  static HWY_INLINE One Same(double x) { return _mm256_set1_pd(x); }
  static HWY_INLINE Octet Of(One x) { return {{x, x}}; }
  static HWY_INLINE Octet Load(const double* p) { return {{_mm256_loadu_pd(p), _mm256_loadu_pd(p + 4)}}; }
  static HWY_INLINE __m256i Mask(unsigned lanes) {
    const __m256i bit = _mm256_setr_epi64x(1, 2, 4, 8);
    return _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(lanes), bit), bit);
  }
  static HWY_INLINE __m256d Select(__m256i mask, __m256d yes, __m256d no) {
    return _mm256_blendv_pd(no, yes, _mm256_castsi256_pd(mask));
  }
  static HWY_INLINE Octet Load(const double* p, unsigned lanes, One other) {
    const __m256i low = Mask(lanes), high = Mask(lanes >> 4);
    return {{Select(low, _mm256_maskload_pd(p, low), other), Select(high, _mm256_maskload_pd(p + 4, high), other)}};
  }
  HWY_INLINE void Store(double* p) const {
    _mm256_storeu_pd(p, v[0]);
    _mm256_storeu_pd(p + 4, v[1]);
  }
  HWY_INLINE void Store(double* p, unsigned lanes) const {
    _mm256_maskstore_pd(p, Mask(lanes), v[0]);
    _mm256_maskstore_pd(p + 4, Mask(lanes >> 4), v[1]);
  }
  HWY_INLINE unsigned Numbers() const {
    const int low = _mm256_movemask_pd(_mm256_cmp_pd(v[0], v[0], _CMP_ORD_Q));
    return static_cast<unsigned>(low | _mm256_movemask_pd(_mm256_cmp_pd(v[1], v[1], _CMP_ORD_Q)) << 4);
  }
  HWY_INLINE Octet Only(unsigned lanes, One other) const {
    return {{Select(Mask(lanes), v[0], other), Select(Mask(lanes >> 4), v[1], other)}};
  }
  HWY_INLINE One First() const { return _mm256_permute4x64_pd(v[0], 0); }
  HWY_INLINE One Last() const { return _mm256_permute4x64_pd(v[1], 0xFF); }
  static HWY_INLINE bool IsNaN(One x) { return _mm256_movemask_pd(_mm256_cmp_pd(x, x, _CMP_UNORD_Q)) != 0; }
  static HWY_INLINE One IfNaN(One x, One yes) { return _mm256_blendv_pd(x, yes, _mm256_cmp_pd(x, x, _CMP_UNORD_Q)); }
  HWY_INLINE Octet OneNaN() const { return {{IfNaN(v[0], Same(kRollingNaN)), IfNaN(v[1], Same(kRollingNaN))}}; }

  template <class Op>
  HWY_INLINE Octet With(One nearer) const {
    return {{Op::Of(v[0], nearer), Op::Of(v[1], nearer)}};
  }
  template <class Op>
  static HWY_INLINE Octet Join(Octet tail, Octet head) {
    return {{Op::Of(tail.v[0], head.v[0]), Op::Of(tail.v[1], head.v[1])}};
  }
  template <class Op>
  static HWY_INLINE __m256d FourHeads(__m256d v) {
    const __m256d s = _mm256_blend_pd(v, Op::Of(v, _mm256_movedup_pd(v)), 0xA);
    return _mm256_blend_pd(s, Op::Of(s, _mm256_permute4x64_pd(s, 0x55)), 0xC);
  }
  template <class Op>
  static HWY_INLINE __m256d FourTails(__m256d v) {
    const __m256d s = _mm256_blend_pd(v, Op::Of(v, _mm256_permute_pd(v, 0xF)), 0x5);
    return _mm256_blend_pd(s, Op::Of(s, _mm256_permute4x64_pd(s, 0xAA)), 0x3);
  }
  template <class Op>
  HWY_INLINE Octet Heads() const {
    const __m256d low = FourHeads<Op>(v[0]), high = FourHeads<Op>(v[1]);
    return {{low, Op::Of(high, _mm256_permute4x64_pd(low, 0xFF))}};
  }
  template <class Op>
  HWY_INLINE Octet Tails() const {
    const __m256d low = FourTails<Op>(v[0]), high = FourTails<Op>(v[1]);
    return {{Op::Of(low, _mm256_permute4x64_pd(high, 0)), high}};
  }

  HWY_INLINE Octet Sqrt() const { return {{_mm256_sqrt_pd(v[0]), _mm256_sqrt_pd(v[1])}}; }
  static HWY_INLINE Octet Up() { return {{_mm256_setr_pd(1, 2, 3, 4), _mm256_setr_pd(5, 6, 7, 8)}}; }
  static HWY_INLINE Octet Down() { return {{_mm256_setr_pd(8, 7, 6, 5), _mm256_setr_pd(4, 3, 2, 1)}}; }
  static HWY_INLINE Octet LoadReversed(const double* p) {
    return {{_mm256_permute4x64_pd(_mm256_loadu_pd(p + 4), 0x1B), _mm256_permute4x64_pd(_mm256_loadu_pd(p), 0x1B)}};
  }
  HWY_INLINE unsigned NonZero() const {
    const __m256d zero = _mm256_setzero_pd();
    const int low = _mm256_movemask_pd(_mm256_cmp_pd(v[0], zero, _CMP_NEQ_UQ));
    return static_cast<unsigned>(low | _mm256_movemask_pd(_mm256_cmp_pd(v[1], zero, _CMP_NEQ_UQ)) << 4);
  }
  static HWY_INLINE __m256d Number(__m256i n) {  // below 2^52
    const __m256d two52 = _mm256_set1_pd(0x1p52);
    return _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(n), two52), two52);
  }
  static HWY_INLINE Octet Number(Whole n) { return {{Number(n.v[0]), Number(n.v[1])}}; }
  static HWY_INLINE Octet LookUp(const double* table, Whole n, int64_t) {
    return {{_mm256_i64gather_pd(table, n.v[0], 8), _mm256_i64gather_pd(table, n.v[1], 8)}};
  }

  static HWY_INLINE Whole Counts(const uint8_t* row, int64_t base) {
    int32_t bytes[2];
    std::memcpy(bytes, row, 8);
    const __m256i more = _mm256_set1_epi64x(base);
    return {{_mm256_add_epi64(_mm256_cvtepu8_epi64(_mm_cvtsi32_si128(bytes[0])), more),
             _mm256_add_epi64(_mm256_cvtepu8_epi64(_mm_cvtsi32_si128(bytes[1])), more)}};
  }
  static HWY_INLINE void Store(Whole n, int64_t* p, unsigned lanes) {
    _mm256_maskstore_epi64(reinterpret_cast<long long*>(p), Mask(lanes), n.v[0]);
    _mm256_maskstore_epi64(reinterpret_cast<long long*>(p) + 4, Mask(lanes >> 4), n.v[1]);
  }
  static HWY_INLINE Whole Sum(Whole n, const int64_t* p, unsigned lanes) {
    const long long* q = reinterpret_cast<const long long*>(p);
    return {{_mm256_add_epi64(n.v[0], _mm256_maskload_epi64(q, Mask(lanes))),
             _mm256_add_epi64(n.v[1], _mm256_maskload_epi64(q + 4, Mask(lanes >> 4)))}};
  }
  static HWY_INLINE Octet Quotient(Octet a, __m256d n, __m256d) {
    const __m256d nan = Same(kRollingNaN);
    return {{IfNaN(_mm256_div_pd(a.v[0], n), nan), IfNaN(_mm256_div_pd(a.v[1], n), nan)}};
  }
  static HWY_INLINE Octet Quotient(Octet a, Whole n, int64_t, const double*) {
    return Octet{{_mm256_div_pd(a.v[0], Number(n.v[0])), _mm256_div_pd(a.v[1], Number(n.v[1]))}}.OneNaN();
  }
  HWY_INLINE Octet NaNWhereFewer(Whole n, int64_t least) const {
    const __m256i needed = _mm256_set1_epi64x(least);
    const __m256d nan = Same(kRollingNaN);
    return {
        {Select(_mm256_cmpgt_epi64(needed, n.v[0]), nan, v[0]), Select(_mm256_cmpgt_epi64(needed, n.v[1]), nan, v[1])}};
  }
};

// Not friends: of those gcc 12 forgets the instruction set.
HWY_INLINE Octet operator+(Octet a, Octet b) {
  return {{_mm256_add_pd(a.v[0], b.v[0]), _mm256_add_pd(a.v[1], b.v[1])}};
}
HWY_INLINE Octet operator-(Octet a, Octet b) {
  return {{_mm256_sub_pd(a.v[0], b.v[0]), _mm256_sub_pd(a.v[1], b.v[1])}};
}
HWY_INLINE Octet operator*(Octet a, Octet b) {
  return {{_mm256_mul_pd(a.v[0], b.v[0]), _mm256_mul_pd(a.v[1], b.v[1])}};
}
HWY_INLINE Octet operator/(Octet a, Octet b) {
  return {{_mm256_div_pd(a.v[0], b.v[0]), _mm256_div_pd(a.v[1], b.v[1])}};
}

struct OctetSum {
  static HWY_INLINE __m256d Less(__m256d a, __m256d b) { return _mm256_sub_pd(a, b); }
  static HWY_INLINE __m256d Of(__m256d a, __m256d b) { return _mm256_add_pd(a, b); }
};
struct OctetMax {
  static HWY_INLINE __m256d Of(__m256d a, __m256d b) { return _mm256_max_pd(a, b); }
};
struct OctetMin {
  static HWY_INLINE __m256d Of(__m256d a, __m256d b) { return _mm256_min_pd(a, b); }
};

#endif
