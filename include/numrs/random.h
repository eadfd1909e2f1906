/** @file
    Random numbers from a counter: element i of a draw depends on the state, i and its parameters alone, so the bits are
    the same for every backend, instruction set, number of threads and memory layout. Operation numbers are in ops.h,
    typed functions in raw.h; docs/random.md has the algorithms and the layout of the stream.

    A draw reads the stream of the state from its counter on and moves the counter by an amount that depends on the
    operation and the number of elements only (numrs_random_blocks), when it returns NUMRS_OK or NUMRS_CANCELLED; on any
    other status state and y are unchanged. The state belongs to the caller: two threads must not draw from one at the
    same time.

    @code{.c}
    numrs_random_state state = NUMRS_RANDOM_STATE_INIT;
    const uint64_t seed[] = {42};
    double y[1000];
    numrs_random_seed(&state, seed, 1);
    numrs_random_normal_f64(NULL, &state, y, 1000, 0, 1);           // mean 0, standard deviation 1
    int64_t shape[] = {500, 2}, levels = 2;
    const double low[] = {0, 10}, high[] = {1, 20};                   // a range for each column
    const numrs_view out = {y, shape, NULL, 2, NUMRS_F64};
    const numrs_view ranges[] = {{(void *)low, &levels, NULL, 1, NUMRS_F64}, {(void *)high, &levels, NULL, 1,
   NUMRS_F64}}; numrs_random(NULL, NUMRS_OP_RANDOM_UNIFORM, &state, &out, ranges, 2);
    @endcode */
#ifndef NUMRS_RANDOM_H
#define NUMRS_RANDOM_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A stream and a place in it; begin with NUMRS_RANDOM_STATE_INIT. Plain numbers: may be copied, saved and set. */
typedef struct numrs_random_state {
  uint32_t struct_size; /**< sizeof(numrs_random_state), set by the INIT macro */
  uint32_t reserved;    /**< 0 */
  uint64_t key[2];      /**< which stream; numrs_random_seed makes it */
  uint64_t
      counter[2]; /**< the next block of 128 bits, a multiple of 8, and above it how often it was jumped, below 2^32 */
} numrs_random_state;
/** Initialiser of numrs_random_state: the stream of key 0. */
#define NUMRS_RANDOM_STATE_INIT {sizeof(numrs_random_state), 0, {0, 0}, {0, 0}}

/** Sets the state to the beginning of the stream of a seed: n_words words of any values; other seeds give other
   streams.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for a NULL state, a wrong struct_size, a negative n_words or NULL words. */
NUMRS_API numrs_status numrs_random_seed(numrs_random_state *state, const uint64_t *words, int64_t n_words);
/** Moves the state forward by that many blocks of 128 bits, a multiple of 8.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for a state that no draw would take or another number. */
NUMRS_API numrs_status numrs_random_advance(numrs_random_state *state, uint64_t blocks);
/** Moves the state forward by jumps times 2^64 blocks: as many streams that do not overlap.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for a state that no draw would take. */
NUMRS_API numrs_status numrs_random_jump(numrs_random_state *state, uint32_t jumps);
/** *blocks: by how many blocks a draw of n elements by operation op moves the state: n / 2, or n where an element has a
    block of its own (gamma, beta, poisson, binomial), rounded up to a multiple of 8.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an unknown op, a negative n or NULL. */
NUMRS_API numrs_status numrs_random_blocks(int32_t op, int64_t n, uint64_t *blocks);

/** y = independent numbers of distribution op (NUMRS_OP_RANDOM_…), element by element in C order. parameters:
   n_parameters views of real numbers (integers for integers), each of which broadcasts to y's shape:

    bits: none (uint8 to uint64). uniform: low, high (low <= y < high, or low where both are equal). normal, laplace,
    cauchy: loc, scale. lognormal: mean and standard deviation of the logarithm. exponential: scale. gamma: shape,
   scale. beta: a, b. integers: low, high, both of which may come out (any integer dtype). bernoulli: p (bool).
   geometric: p, poisson: lam, binomial: trials, p (int64). The floats are float32 or float64.
    On a device parameters of one element may be NUMRS_ON_HOST. Others come to the host to be checked: the call waits
   for them, and is not for recording. Recorded draws give the same numbers at each launch.

    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an op, state or parameter out of its range (not finite, scale < 0, low >
    high …); NUMRS_BAD_SHAPE; NUMRS_BAD_DTYPE; NUMRS_OVERLAP for a y that overlaps itself; NUMRS_NO_MEMORY;
    NUMRS_CANCELLED. */
NUMRS_API numrs_status numrs_random(numrs_context *context, int32_t op, numrs_random_state *state, const numrs_view *y,
                                    const numrs_view *parameters, int32_t n_parameters);
/** y (int64): along axis, each line is a permutation of 0 … its length - 1, all equally likely and independent. Moves
   the state by numrs_random_blocks(NUMRS_OP_RANDOM_BITS, length) for each line. Statuses as numrs_random. */
NUMRS_API numrs_status numrs_random_permutation(numrs_context *context, numrs_random_state *state, const numrs_view *y,
                                                int32_t axis);
/** y (int64, shape (…, k)): how many of `trials` fell into each of k classes. trials (integers) broadcasts to y's shape
    without the last axis; p, the probabilities, to y's shape. The last class takes what the others leave: their sum may
    be at most 1 + 1e-12. Moves the state by numrs_random_blocks(NUMRS_OP_RANDOM_BINOMIAL, elements / k). Statuses as
    numrs_random. */
NUMRS_API numrs_status numrs_random_multinomial(numrs_context *context, numrs_random_state *state,
                                                const numrs_view *trials, const numrs_view *p, const numrs_view *y);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_RANDOM_H */
