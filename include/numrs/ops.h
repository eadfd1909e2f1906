/** @file
    Numbers of dtypes and operations. Generated from lib/table by tools/gen.py; do not edit. */
#ifndef NUMRS_OPS_H
#define NUMRS_OPS_H

/** Element types. */
enum {
  NUMRS_BOOL = 1, /**< bool, uint8_t */
  NUMRS_I8 = 2, /**< int8, int8_t */
  NUMRS_I16 = 3, /**< int16, int16_t */
  NUMRS_I32 = 4, /**< int32, int32_t */
  NUMRS_I64 = 5, /**< int64, int64_t */
  NUMRS_U8 = 6, /**< uint8, uint8_t */
  NUMRS_U16 = 7, /**< uint16, uint16_t */
  NUMRS_U32 = 8, /**< uint32, uint32_t */
  NUMRS_U64 = 9, /**< uint64, uint64_t */
  NUMRS_F16 = 10, /**< float16, uint16_t */
  NUMRS_BF16 = 11, /**< bfloat16, uint16_t */
  NUMRS_F32 = 12, /**< float32, float */
  NUMRS_F64 = 13, /**< float64, double */
  NUMRS_C64 = 14, /**< complex64, numrs_c64 */
  NUMRS_C128 = 15, /**< complex128, numrs_c128 */
};

/** Operations of numrs_unary. */
enum {
  NUMRS_OP_NEGATIVE = 0, /**< negative */
  NUMRS_OP_POSITIVE = 1, /**< positive */
  NUMRS_OP_ABS = 2, /**< abs */
  NUMRS_OP_SIGN = 3, /**< sign */
  NUMRS_OP_SQUARE = 4, /**< square */
  NUMRS_OP_RECIPROCAL = 5, /**< reciprocal */
  NUMRS_OP_SQRT = 6, /**< sqrt */
  NUMRS_OP_FLOOR = 7, /**< floor */
  NUMRS_OP_CEIL = 8, /**< ceil */
  NUMRS_OP_TRUNC = 9, /**< trunc */
  NUMRS_OP_ROUND = 10, /**< round */
  NUMRS_OP_ISNAN = 11, /**< isnan */
  NUMRS_OP_ISINF = 12, /**< isinf */
  NUMRS_OP_ISFINITE = 13, /**< isfinite */
  NUMRS_OP_SIGNBIT = 14, /**< signbit */
  NUMRS_OP_LOGICAL_NOT = 15, /**< logical_not */
  NUMRS_OP_BITWISE_INVERT = 16, /**< bitwise_invert */
  NUMRS_OP_CONJ = 17, /**< conj */
  NUMRS_OP_REAL = 18, /**< real */
  NUMRS_OP_IMAG = 19, /**< imag */
  NUMRS_OP_EXP = 20, /**< exp */
  NUMRS_OP_EXP2 = 21, /**< exp2 */
  NUMRS_OP_EXPM1 = 22, /**< expm1 */
  NUMRS_OP_LOG = 23, /**< log */
  NUMRS_OP_LOG2 = 24, /**< log2 */
  NUMRS_OP_LOG10 = 25, /**< log10 */
  NUMRS_OP_LOG1P = 26, /**< log1p */
  NUMRS_OP_SIN = 27, /**< sin */
  NUMRS_OP_COS = 28, /**< cos */
  NUMRS_OP_TAN = 29, /**< tan */
  NUMRS_OP_SINH = 30, /**< sinh */
  NUMRS_OP_COSH = 31, /**< cosh */
  NUMRS_OP_TANH = 32, /**< tanh */
  NUMRS_OP_ASIN = 33, /**< asin */
  NUMRS_OP_ACOS = 34, /**< acos */
  NUMRS_OP_ATAN = 35, /**< atan */
  NUMRS_OP_ASINH = 36, /**< asinh */
  NUMRS_OP_ACOSH = 37, /**< acosh */
  NUMRS_OP_ATANH = 38, /**< atanh */
  NUMRS_OP_CBRT = 39, /**< cbrt */
  NUMRS_OP_RSQRT = 40, /**< rsqrt */
  NUMRS_OP_ERF = 41, /**< erf */
  NUMRS_OP_ERFC = 42, /**< erfc */
  NUMRS_OP_SIGMOID = 43, /**< sigmoid */
  NUMRS_OP_ANGLE = 44, /**< angle */
  NUMRS_OP_ERFINV = 45, /**< erfinv */
  NUMRS_OP_LGAMMA = 46, /**< lgamma */
  NUMRS_OP_LOGIT = 47, /**< logit */
  NUMRS_OP_SOFTPLUS = 48, /**< softplus */
};

/** Operations of numrs_binary. */
enum {
  NUMRS_OP_ADD = 0, /**< add */
  NUMRS_OP_SUBTRACT = 1, /**< subtract */
  NUMRS_OP_MULTIPLY = 2, /**< multiply */
  NUMRS_OP_DIVIDE = 3, /**< divide */
  NUMRS_OP_FLOOR_DIVIDE = 4, /**< floor_divide */
  NUMRS_OP_REMAINDER = 5, /**< remainder */
  NUMRS_OP_POW = 6, /**< pow */
  NUMRS_OP_MAXIMUM = 7, /**< maximum */
  NUMRS_OP_MINIMUM = 8, /**< minimum */
  NUMRS_OP_EQUAL = 9, /**< equal */
  NUMRS_OP_NOT_EQUAL = 10, /**< not_equal */
  NUMRS_OP_LESS = 11, /**< less */
  NUMRS_OP_LESS_EQUAL = 12, /**< less_equal */
  NUMRS_OP_GREATER = 13, /**< greater */
  NUMRS_OP_GREATER_EQUAL = 14, /**< greater_equal */
  NUMRS_OP_LOGICAL_AND = 15, /**< logical_and */
  NUMRS_OP_LOGICAL_OR = 16, /**< logical_or */
  NUMRS_OP_LOGICAL_XOR = 17, /**< logical_xor */
  NUMRS_OP_BITWISE_AND = 18, /**< bitwise_and */
  NUMRS_OP_BITWISE_OR = 19, /**< bitwise_or */
  NUMRS_OP_BITWISE_XOR = 20, /**< bitwise_xor */
  NUMRS_OP_BITWISE_LEFT_SHIFT = 21, /**< bitwise_left_shift */
  NUMRS_OP_BITWISE_RIGHT_SHIFT = 22, /**< bitwise_right_shift */
  NUMRS_OP_COPYSIGN = 23, /**< copysign */
  NUMRS_OP_NEXTAFTER = 24, /**< nextafter */
  NUMRS_OP_HYPOT = 25, /**< hypot */
  NUMRS_OP_ATAN2 = 26, /**< atan2 */
  NUMRS_OP_LOGADDEXP = 27, /**< logaddexp */
};

/** Operations of numrs_ternary. */
enum {
  NUMRS_OP_WHERE = 0, /**< where */
  NUMRS_OP_CLIP = 1, /**< clip */
  NUMRS_OP_FMA = 2, /**< fma */
};

/** Operations of numrs_reduce. */
enum {
  NUMRS_OP_SUM = 0, /**< sum */
  NUMRS_OP_PROD = 1, /**< prod */
  NUMRS_OP_MIN = 2, /**< min */
  NUMRS_OP_MAX = 3, /**< max */
  NUMRS_OP_MEAN = 4, /**< mean */
  NUMRS_OP_VAR = 5, /**< var */
  NUMRS_OP_STD = 6, /**< std */
  NUMRS_OP_ARGMIN = 7, /**< argmin */
  NUMRS_OP_ARGMAX = 8, /**< argmax */
  NUMRS_OP_ANY = 9, /**< any */
  NUMRS_OP_ALL = 10, /**< all */
  NUMRS_OP_COUNT_NONZERO = 11, /**< count_nonzero */
  NUMRS_OP_NORM = 12, /**< norm */
  NUMRS_OP_ABS_SUM = 13, /**< abs_sum */
  NUMRS_OP_ABS_MAX = 14, /**< abs_max */
  NUMRS_OP_NANSUM = 15, /**< nansum */
  NUMRS_OP_NANPROD = 16, /**< nanprod */
  NUMRS_OP_NANMIN = 17, /**< nanmin */
  NUMRS_OP_NANMAX = 18, /**< nanmax */
  NUMRS_OP_NANMEAN = 19, /**< nanmean */
  NUMRS_OP_NANVAR = 20, /**< nanvar */
  NUMRS_OP_NANSTD = 21, /**< nanstd */
  NUMRS_OP_NANARGMIN = 22, /**< nanargmin */
  NUMRS_OP_NANARGMAX = 23, /**< nanargmax */
  NUMRS_OP_COUNT = 24, /**< count */
};

/** Operations of numrs_scan. */
enum {
  NUMRS_OP_CUMULATIVE_SUM = 0, /**< cumulative_sum */
  NUMRS_OP_CUMULATIVE_PROD = 1, /**< cumulative_prod */
  NUMRS_OP_CUMULATIVE_MAX = 2, /**< cumulative_max */
  NUMRS_OP_CUMULATIVE_MIN = 3, /**< cumulative_min */
};

/** Operations of numrs_rolling. */
enum {
  NUMRS_OP_ROLLING_COUNT = 0, /**< rolling_count */
  NUMRS_OP_ROLLING_SUM = 1, /**< rolling_sum */
  NUMRS_OP_ROLLING_MEAN = 2, /**< rolling_mean */
  NUMRS_OP_ROLLING_VAR = 3, /**< rolling_var */
  NUMRS_OP_ROLLING_STD = 4, /**< rolling_std */
  NUMRS_OP_ROLLING_SEM = 5, /**< rolling_sem */
  NUMRS_OP_ROLLING_SKEW = 6, /**< rolling_skew */
  NUMRS_OP_ROLLING_KURT = 7, /**< rolling_kurt */
  NUMRS_OP_ROLLING_MIN = 8, /**< rolling_min */
  NUMRS_OP_ROLLING_MAX = 9, /**< rolling_max */
  NUMRS_OP_ROLLING_ARGMIN = 10, /**< rolling_argmin */
  NUMRS_OP_ROLLING_ARGMAX = 11, /**< rolling_argmax */
  NUMRS_OP_ROLLING_MEDIAN = 12, /**< rolling_median */
  NUMRS_OP_ROLLING_QUANTILE = 13, /**< rolling_quantile */
  NUMRS_OP_ROLLING_RANK = 14, /**< rolling_rank */
  NUMRS_OP_ROLLING_MAD = 15, /**< rolling_mad */
  NUMRS_OP_ROLLING_ZSCORE = 16, /**< rolling_zscore */
  NUMRS_OP_ROLLING_ROBUST_ZSCORE = 17, /**< rolling_robust_zscore */
  NUMRS_OP_ROLLING_COV = 18, /**< rolling_cov */
  NUMRS_OP_ROLLING_CORR = 19, /**< rolling_corr */
  NUMRS_OP_ROLLING_FIRST = 20, /**< rolling_first */
  NUMRS_OP_ROLLING_LAST = 21, /**< rolling_last */
  NUMRS_OP_ROLLING_NUNIQUE = 22, /**< rolling_nunique */
};

/** Operations of numrs_ewm. */
enum {
  NUMRS_OP_EWM_MEAN = 0, /**< ewm_mean */
  NUMRS_OP_EWM_VAR = 1, /**< ewm_var */
  NUMRS_OP_EWM_STD = 2, /**< ewm_std */
  NUMRS_OP_EWM_COV = 3, /**< ewm_cov */
  NUMRS_OP_EWM_CORR = 4, /**< ewm_corr */
};

/** Operations of numrs_stat. */
enum {
  NUMRS_OP_SKEW = 0, /**< skew */
  NUMRS_OP_KURTOSIS = 1, /**< kurtosis */
  NUMRS_OP_MOMENT = 2, /**< moment */
  NUMRS_OP_GMEAN = 3, /**< gmean */
  NUMRS_OP_HMEAN = 4, /**< hmean */
  NUMRS_OP_SEM = 5, /**< sem */
  NUMRS_OP_TRIM_MEAN = 6, /**< trim_mean */
  NUMRS_OP_BIWEIGHT_LOCATION = 7, /**< biweight_location */
  NUMRS_OP_BIWEIGHT_SCALE = 8, /**< biweight_scale */
  NUMRS_OP_ZSCORE = 9, /**< zscore */
  NUMRS_OP_ROBUST_ZSCORE = 10, /**< robust_zscore */
  NUMRS_OP_WINSORIZE = 11, /**< winsorize */
  NUMRS_OP_SIGMACLIP = 12, /**< sigmaclip */
  NUMRS_OP_DESCRIBE = 13, /**< describe */
  NUMRS_OP_COV = 14, /**< cov */
  NUMRS_OP_CORR = 15, /**< corr */
  NUMRS_OP_SPEARMAN = 16, /**< spearman */
  NUMRS_OP_KENDALL = 17, /**< kendall */
  NUMRS_OP_THEILSLOPES = 18, /**< theilslopes */
  NUMRS_OP_LAG = 19, /**< lag */
  NUMRS_OP_PCT_CHANGE = 20, /**< pct_change */
  NUMRS_OP_FILL_FORWARD = 21, /**< fill_forward */
  NUMRS_OP_FILL_BACKWARD = 22, /**< fill_backward */
};

/** Operations of numrs_group. */
enum {
  NUMRS_OP_GROUP_SUM = 0, /**< group_sum */
  NUMRS_OP_GROUP_MEAN = 1, /**< group_mean */
  NUMRS_OP_GROUP_VAR = 2, /**< group_var */
  NUMRS_OP_GROUP_STD = 3, /**< group_std */
  NUMRS_OP_GROUP_MIN = 4, /**< group_min */
  NUMRS_OP_GROUP_MAX = 5, /**< group_max */
  NUMRS_OP_GROUP_COUNT = 6, /**< group_count */
  NUMRS_OP_GROUP_FIRST = 7, /**< group_first */
  NUMRS_OP_GROUP_LAST = 8, /**< group_last */
  NUMRS_OP_GROUP_MEDIAN = 9, /**< group_median */
  NUMRS_OP_GROUP_QUANTILE = 10, /**< group_quantile */
};

/** Operations of numrs_random. */
enum {
  NUMRS_OP_RANDOM_BITS = 0, /**< random_bits */
  NUMRS_OP_RANDOM_UNIFORM = 1, /**< random_uniform */
  NUMRS_OP_RANDOM_NORMAL = 2, /**< random_normal */
  NUMRS_OP_RANDOM_EXPONENTIAL = 3, /**< random_exponential */
  NUMRS_OP_RANDOM_LAPLACE = 4, /**< random_laplace */
  NUMRS_OP_RANDOM_CAUCHY = 5, /**< random_cauchy */
  NUMRS_OP_RANDOM_LOGNORMAL = 6, /**< random_lognormal */
  NUMRS_OP_RANDOM_GAMMA = 7, /**< random_gamma */
  NUMRS_OP_RANDOM_BETA = 8, /**< random_beta */
  NUMRS_OP_RANDOM_INTEGERS = 9, /**< random_integers */
  NUMRS_OP_RANDOM_BERNOULLI = 10, /**< random_bernoulli */
  NUMRS_OP_RANDOM_GEOMETRIC = 11, /**< random_geometric */
  NUMRS_OP_RANDOM_POISSON = 12, /**< random_poisson */
  NUMRS_OP_RANDOM_BINOMIAL = 13, /**< random_binomial */
};

#endif /* NUMRS_OPS_H */
