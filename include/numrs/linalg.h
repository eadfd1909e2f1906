/* linalg on views. */
#ifndef NUMRS_LINALG_H
#define NUMRS_LINALG_H
#include "numrs/view.h"
#endif
