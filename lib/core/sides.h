// Marks functions that devices compile too: the scalar meaning of operations (lib/ops) and of element types.
#pragma once

#ifdef __CUDACC__
#define NUMRS_HD __host__ __device__
#else
#define NUMRS_HD
#endif
