"""Statistics: reductions that leave NaN out, order statistics, moving windows, and what is a name of this module only."""

# Array functions, written by tools/stubs.py.
from numrs._ops.order_sorting import (
    argpartition,
    argsort,
    partition,
    rankdata,
    searchsorted,
    sort,
    top_k,
    topk,
    unique_all,
    unique_counts,
    unique_inverse,
    unique_values,
)
from numrs._ops.order_statistics import (
    iqr,
    mad,
    median,
    nanmedian,
    nanpercentile,
    nanquantile,
    percentile,
    quantile,
)
from numrs._ops.reductions_nan import (
    count,
    nanargmax,
    nanargmin,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
)
from numrs._ops.rolling import (
    rolling_argmax,
    rolling_argmin,
    rolling_count,
    rolling_kurt,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_sem,
    rolling_skew,
    rolling_std,
    rolling_sum,
    rolling_var,
)
from numrs._ops.rolling_apply import (
    rolling_apply,
    time_windows,
)
from numrs._ops.rolling_order import (
    rolling_mad,
    rolling_median,
    rolling_nunique,
    rolling_quantile,
    rolling_rank,
    rolling_robust_zscore,
)
from numrs._ops.rolling_pairs import (
    rolling_corr,
    rolling_cov,
    rolling_first,
    rolling_last,
    rolling_zscore,
)
from numrs._ops.stats_correlation import (
    corr,
    corrcoef,
    cov,
    kendall,
    spearman,
)
from numrs._ops.stats_ewm import (
    ewm_corr,
    ewm_cov,
    ewm_mean,
    ewm_std,
    ewm_var,
    ewma,
)
from numrs._ops.stats_expanding import (
    expanding_argmax,
    expanding_argmin,
    expanding_count,
    expanding_kurt,
    expanding_max,
    expanding_mean,
    expanding_min,
    expanding_sem,
    expanding_skew,
    expanding_std,
    expanding_sum,
    expanding_var,
)
from numrs._ops.stats_expanding_more import (
    expanding_corr,
    expanding_cov,
    expanding_first,
    expanding_last,
    expanding_mad,
    expanding_median,
    expanding_nunique,
    expanding_quantile,
    expanding_rank,
    expanding_robust_zscore,
    expanding_zscore,
)
from numrs._ops.stats_groups import (
    group_count,
    group_first,
    group_last,
    group_max,
    group_mean,
    group_median,
    group_min,
    group_quantile,
    group_std,
    group_sum,
    group_var,
    histogram,
)
from numrs._ops.stats_moments import (
    describe,
    gmean,
    hmean,
    kurtosis,
    moment,
    sem,
    skew,
    zscore,
)
from numrs._ops.stats_robust import (
    biweight_location,
    biweight_scale,
    robust_zscore,
    sigmaclip,
    theilslopes,
    trim_mean,
    winsorize,
)
from numrs._ops.stats_series import (
    fill_backward,
    fill_forward,
    lag,
    pct_change,
)
from numrs._ops.stats_streams import (
    Moments,
    Quantile,
)
from numrs._ops.stats_streams_windows import (
    Ewm,
    Expanding,
    Rolling,
)

# End of what is written.

__all__ = [
    "Ewm", "Expanding", "Moments", "Quantile", "Rolling", "argpartition", "argsort", "biweight_location", "biweight_scale", "corr",
    "corrcoef", "count", "cov", "describe", "ewm_corr", "ewm_cov", "ewm_mean", "ewm_std", "ewm_var", "ewma", "expanding_argmax",
    "expanding_argmin", "expanding_corr", "expanding_count", "expanding_cov", "expanding_first", "expanding_kurt", "expanding_last",
    "expanding_mad", "expanding_max", "expanding_mean", "expanding_median", "expanding_min", "expanding_nunique", "expanding_quantile",
    "expanding_rank", "expanding_robust_zscore", "expanding_sem", "expanding_skew", "expanding_std", "expanding_sum", "expanding_var",
    "expanding_zscore", "fill_backward", "fill_forward", "gmean", "group_count", "group_first", "group_last", "group_max", "group_mean",
    "group_median", "group_min", "group_quantile", "group_std", "group_sum", "group_var", "histogram", "hmean", "iqr", "kendall",
    "kurtosis", "lag", "mad", "median", "moment", "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile",
    "nanprod", "nanquantile", "nanstd", "nansum", "nanvar", "partition", "pct_change", "percentile", "quantile", "rankdata",
    "robust_zscore", "rolling_apply", "rolling_argmax", "rolling_argmin", "rolling_corr", "rolling_count", "rolling_cov", "rolling_first",
    "rolling_kurt", "rolling_last", "rolling_mad", "rolling_max", "rolling_mean", "rolling_median", "rolling_min", "rolling_nunique",
    "rolling_quantile", "rolling_rank", "rolling_robust_zscore", "rolling_sem", "rolling_skew", "rolling_std", "rolling_sum", "rolling_var",
    "rolling_zscore", "searchsorted", "sem", "sigmaclip", "skew", "sort", "spearman", "theilslopes", "time_windows", "top_k", "topk",
    "trim_mean", "unique_all", "unique_counts", "unique_inverse", "unique_values", "winsorize", "zscore",
]  # fmt: skip
