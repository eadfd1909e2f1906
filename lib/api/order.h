// The bodies behind order.h that the raw functions share.
#pragma once

#include "core/status.h"
#include "numrs/view.h"

namespace numrs {

struct OrderOptions;

// Operations that keep or shorten one axis: sort, argsort, partition, argpartition, rankdata, topk (with y2).
Status OrderAlong(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y, const numrs_view* y2,
                  int32_t axis, OrderOptions options);
// Operations that reduce axes: median, mad, iqr, quantile.
Status OrderReduce(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* where,
                   const numrs_view* weights, const numrs_view* y, const int32_t* axes, int32_t n_axes,
                   const OrderOptions& options);

}  // namespace numrs
