// The parts of backend "cpu"'s table of sorting and order statistics.
#pragma once

#include <cstdint>

#include "core/order_tables.h"

namespace numrs {
namespace cpu {

void FillOrderSort(int64_t target, OrderTable* table);        // sort
void FillOrderArgSort(int64_t target, OrderTable* table);     // argsort, rankdata
void FillOrderStatistics(int64_t target, OrderTable* table);  // median, quantile, mad, iqr
void FillOrderPlaces(int64_t target, OrderTable* table);      // partition, argpartition, topk

}  // namespace cpu
}  // namespace numrs
