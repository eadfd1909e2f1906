/* numrs: the only line a C user includes. */
#ifndef NUMRS_NUMRS_H
#define NUMRS_NUMRS_H

#include "numrs/base.h"
#include "numrs/view.h"
#include "numrs/elementwise.h"
#include "numrs/reduce.h"
#include "numrs/linalg.h"
#include "numrs/raw.h"

#endif /* NUMRS_NUMRS_H */
