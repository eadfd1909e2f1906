/* reduce on views. */
#ifndef NUMRS_REDUCE_H
#define NUMRS_REDUCE_H
#include "numrs/view.h"
#endif
