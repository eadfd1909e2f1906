/* numrs inside a program that has a thread pool and an allocator of its own: plain pthreads and posix_memalign here.
   Shows that numrs then starts no thread, takes all memory from the program, and gives the bits it gives by itself.
   C99, POSIX.
 */
#define _POSIX_C_SOURCE 200112L
#include <numrs/numrs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kWorkers = 3, kThreads = kWorkers + 1, kElements = 1 << 20, kSide = 256 };

/* The program's pool: workers take the indices of one loop after the other. */
typedef struct Pool {
  pthread_mutex_t lock, one_loop;
  pthread_cond_t work, done;
  void (*task)(void* data, int64_t index);
  void* data;
  int64_t next, n_tasks, unfinished, run_by_workers;
  int stop;
} Pool;

/* Takes indices until there are none; called and left with the lock held. */
static int64_t TakeTasks(Pool* pool) {
  int64_t taken = 0;
  while (pool->next < pool->n_tasks) {
    const int64_t index = pool->next++;
    void (*task)(void*, int64_t) = pool->task;
    void* data = pool->data;
    pthread_mutex_unlock(&pool->lock);
    task(data, index);
    pthread_mutex_lock(&pool->lock);
    taken++;
    if (--pool->unfinished == 0) pthread_cond_broadcast(&pool->done);
  }
  return taken;
}

static void* Work(void* argument) {
  Pool* pool = argument;
  pthread_mutex_lock(&pool->lock);
  while (!pool->stop) {
    pool->run_by_workers += TakeTasks(pool);
    if (!pool->stop) pthread_cond_wait(&pool->work, &pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

/* What numrs calls: numrs_parallel_for. It comes from whichever thread has called numrs, so one loop waits for another.
 */
static int32_t ParallelFor(void* user, int64_t n_tasks, void (*task)(void* data, int64_t index), void* data) {
  Pool* pool = user;
  pthread_mutex_lock(&pool->one_loop);
  pthread_mutex_lock(&pool->lock);
  pool->task = task;
  pool->data = data;
  pool->next = 0;
  pool->n_tasks = pool->unfinished = n_tasks;
  pthread_cond_broadcast(&pool->work);
  TakeTasks(pool);
  while (pool->unfinished > 0) pthread_cond_wait(&pool->done, &pool->lock);
  pthread_mutex_unlock(&pool->lock);
  pthread_mutex_unlock(&pool->one_loop);
  return 0;
}

/* The program's allocator, with a count of what is out. */
typedef struct Memory {
  pthread_mutex_t lock;
  int64_t calls, bytes;
} Memory;

static void Count(Memory* memory, int64_t calls, int64_t bytes) {
  pthread_mutex_lock(&memory->lock);
  memory->calls += calls;
  memory->bytes += bytes;
  pthread_mutex_unlock(&memory->lock);
}

static void* Allocate(void* user, size_t bytes, size_t alignment) {
  void* block = NULL;
  if (posix_memalign(&block, alignment, bytes) != 0) return NULL;
  Count(user, 1, (int64_t)bytes);
  return block;
}

static void Release(void* user, void* block, size_t bytes) {
  Count(user, 0, -(int64_t)bytes);
  free(block);
}

/* Threads of this process that numrs has started: they are called "numrs". -1 where the system does not tell. */
static int NumrsThreads(void) {
  FILE* names = popen("cat /proc/$PPID/task/*/comm 2>/dev/null", "r");
  char line[64];
  int lines = 0, count = 0;
  if (!names) return -1;
  while (fgets(line, sizeof line, names)) lines++, count += strcmp(line, "numrs\n") == 0;
  pclose(names);
  return lines ? count : -1;
}

static void Check(numrs_status status) {
  if (status == NUMRS_OK) return;
  fprintf(stderr, "%s: %s\n", numrs_status_name(status), numrs_message());
  exit(1);
}

/* Three kinds of work, each more than one thread's: y has kElements + 1 + kSide * kSide elements. */
static void Compute(const double* x, double* y) {
  Check(numrs_exp_f64(NULL, x, y, kElements));
  Check(numrs_sum_f64(NULL, x, y + kElements, 1, kElements, 1));
  Check(numrs_matmul_f64(NULL, x, x + kSide * kSide, y + kElements + 1, 1, kSide, kSide, kSide));
}

int main(void) {
  const size_t results = kElements + 1 + kSide * kSide;
  double *x = malloc(kElements * sizeof(double)), *ours = malloc(results * sizeof(double)),
         *theirs = malloc(results * sizeof(double));
  Pool pool = {.n_tasks = 0};
  Memory memory = {.calls = 0};
  pthread_t workers[kWorkers];
  int64_t run_by_workers;
  int i, alone, own;
  if (!x || !ours || !theirs) return 1;
  for (i = 0; i < kElements; i++) x[i] = (double)(i % 1999) / 999 - 1;

  pthread_mutex_init(&memory.lock, NULL);
  Check(numrs_set_allocator(Allocate, Release, &memory)); /* before the first operation */

  pthread_mutex_init(&pool.lock, NULL);
  pthread_mutex_init(&pool.one_loop, NULL);
  pthread_cond_init(&pool.work, NULL);
  pthread_cond_init(&pool.done, NULL);
  for (i = 0; i < kWorkers; i++) {
    if (pthread_create(&workers[i], NULL, Work, &pool) != 0) return 1;
  }
  Check(numrs_set_parallel_for(ParallelFor, &pool));
  Check(numrs_set_num_threads(kThreads));
  /* Once is enough for the work; a busy machine may let the caller take all tasks of it before a worker wakes. */
  for (i = 0; i < 100; i++) {
    Compute(x, ours);
    pthread_mutex_lock(&pool.lock);
    run_by_workers = pool.run_by_workers;
    pthread_mutex_unlock(&pool.lock);
    if (run_by_workers > 0) break;
  }
  alone = NumrsThreads();

  Check(numrs_set_parallel_for(NULL, NULL)); /* the library's own pool */
  Compute(x, theirs);
  own = NumrsThreads();

  pthread_mutex_lock(&pool.lock);
  pool.stop = 1;
  pthread_cond_broadcast(&pool.work);
  pthread_mutex_unlock(&pool.lock);
  for (i = 0; i < kWorkers; i++) pthread_join(workers[i], NULL);
  numrs_memory_trim();

  printf("tasks run by the program's workers: %s\n", run_by_workers > 0 ? "yes" : "no");
  printf("threads started by numrs: %d, with its own pool: %s\n", alone > 0 ? alone : 0, own != 0 ? "some" : "none");
  printf("blocks from the program's allocator: %s, bytes still out: %lld\n", memory.calls > 0 ? "yes" : "no",
         (long long)memory.bytes);
  printf("same bits: %s\n", memcmp(ours, theirs, results * sizeof(double)) == 0 ? "yes" : "no");
  Check(numrs_set_allocator(NULL, NULL, NULL));
  free(x), free(ours), free(theirs);
  return 0;
}
