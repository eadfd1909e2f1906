/** @file
    All of numrs: the only header a C user includes (C++ users may include numrs/numrs.hpp, which adds to it).

    Rules of every call. Argument order: context, inputs, outputs, extents, parameters. What can fail returns a
    numrs_status; numrs_message() says why. Everything is checked before anything is written: on any status but
    NUMRS_OK, NUMRS_CANCELLED and NUMRS_DEVICE_FAILED the outputs are unchanged. Nothing exits, aborts, throws or
   prints, and a call leaves rounding mode, signal mask, locale and environment as they were. Any thread may call any
   function at any time; what is otherwise says so. Counts are int64_t and in elements, strides and sizes in bytes.

    @code{.c}
    #include <numrs/numrs.h>
    #include <stdio.h>

    int main(void) {
      const double x[] = {0, 1, 2};
      double y[3];
      if (numrs_exp_f64(NULL, x, y, 3) != NUMRS_OK) return fprintf(stderr, "%s\n", numrs_message()), 1;
      printf("%g %g %g\n", y[0], y[1], y[2]);
      return 0;
    }
    @endcode */
#ifndef NUMRS_NUMRS_H
#define NUMRS_NUMRS_H

#include "numrs/base.h"
#include "numrs/device.h"
#include "numrs/view.h"
#include "numrs/elementwise.h"
#include "numrs/reduce.h"
#include "numrs/linalg.h"
#include "numrs/lapack.h"
#include "numrs/order.h"
#include "numrs/indexing.h"
#include "numrs/fft.h"
#include "numrs/nn_linear.h"
#include "numrs/nn_conv.h"
#include "numrs/nn_pool.h"
#include "numrs/nn_attention.h"
#include "numrs/rolling.h"
#include "numrs/ewm.h"
#include "numrs/stats.h"
#include "numrs/stream.h"
#include "numrs/random.h"
#include "numrs/nn_loss.h"
#include "numrs/nn_embedding.h"
#include "numrs/optim.h"
#include "numrs/nn_activation.h"
#include "numrs/nn_norm.h"
#include "numrs/raw.h"

#endif /* NUMRS_NUMRS_H */
