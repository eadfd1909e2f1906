// What this machine's processor has: names, cores, caches, instruction sets; it decides nothing.
#ifndef NUMRS_CORE_CPU_INFO_H_
#define NUMRS_CORE_CPU_INFO_H_

#include <cstdint>

namespace numrs {

struct CpuInfo {
  char vendor[16];                    // "GenuineIntel", "AuthenticAMD", …; "" when unknown
  char brand[64];                     // the marketing name, trimmed; "" when unknown
  int physical_cores, logical_cores;  // of the machine, online; at least 1
  int usable_cores;                   // UsableCores() when first asked
  // Bytes of the data or unified cache of each level as one core sees it (a shared one whole); 0 when unknown.
  uint64_t l1d_bytes, l2_bytes, l3_bytes;
  uint64_t cache_line_bytes;  // 64 when unknown
  // True only when the processor has the instructions and the operating system saves their registers.
  bool has_sse2, has_ssse3, has_sse41, has_sse42, has_popcnt, has_aes, has_pclmul;
  bool has_avx, has_avx2, has_fma, has_f16c, has_bmi1, has_bmi2, has_avx_vnni;
  bool has_avx512f, has_avx512dq, has_avx512cd, has_avx512bw, has_avx512vl, has_avx512_ifma;
  bool has_avx512_vbmi, has_avx512_vbmi2, has_avx512_vnni, has_avx512_bitalg, has_avx512_vpopcntdq;
  bool has_avx512_bf16, has_avx512_fp16;
  bool has_amx_tile, has_amx_int8, has_amx_bf16, has_amx_fp16;  // the processor; Linux grants the tiles on request
  bool has_neon, has_sve;
};

// Computed at the first call, then constant; any number of threads may ask.
const CpuInfo& GetCpuInfo();

// Cores this process may use now: its affinity mask, cut by the cgroup's CPU quota (rounded up); at least 1.
int UsableCores();

// The cgroup CPU quota in cores (v1 and v2, the smallest on the way to the root); 0 when there is none.
// `root` goes before /proc and /sys: "" for this machine, a folder for tests.
double CpuQuota(const char* root);

// Calls visit(user, cpu) for each CPU of a kernel list such as "0-3,8"; returns their number, 0 for malformed text.
int ForEachCpu(const char* list, void (*visit)(void* user, int cpu), void* user);

// A size as sysfs writes it: "48K", "2048K", "105M" in bytes; 0 for malformed text.
uint64_t ParseSize(const char* text);

}  // namespace numrs

#endif  // NUMRS_CORE_CPU_INFO_H_
