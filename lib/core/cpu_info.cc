// What this machine's processor has, from cpuid, sysfs and cgroups, with fallbacks for what cannot be read.
#include "core/cpu_info.h"

#include <pthread.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define NUMRS_CPUID 1
#else
#define NUMRS_CPUID 0
#endif
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace numrs {
namespace {

constexpr int kPathBytes = 512;

// The first line of a small file without its newline; false when it cannot be read.
bool ReadLine(const char* path, char* line, int bytes) {
  FILE* file = std::fopen(path, "re");
  if (file == nullptr) return false;
  const bool read = std::fgets(line, bytes, file) != nullptr;
  std::fclose(file);
  if (read) line[std::strcspn(line, "\n")] = '\0';
  return read;
}

bool ReadNumber(const char* path, double* number) {
  char line[64];
  if (!ReadLine(path, line, sizeof line)) return false;
  char* end = nullptr;
  *number = std::strtod(line, &end);
  return end != line;
}

// Keeps the smaller of two quotas, where 0 means none.
double SmallerQuota(double a, double b) {
  if (a <= 0) return b;
  return b <= 0 || a < b ? a : b;
}

// cpu.max (v2) is "max 100000" or "150000 100000".
double QuotaV2(const char* folder) {
  char path[kPathBytes + 32], line[64];
  std::snprintf(path, sizeof path, "%s/cpu.max", folder);
  if (!ReadLine(path, line, sizeof line)) return 0;
  double quota = 0, period = 0;
  if (std::sscanf(line, "%lf %lf", &quota, &period) != 2 || quota <= 0 || period <= 0) return 0;
  return quota / period;
}

double QuotaV1(const char* folder) {
  char path[kPathBytes + 32];
  double quota = 0, period = 0;
  std::snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
  if (!ReadNumber(path, &quota) || quota <= 0) return 0;
  std::snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
  if (!ReadNumber(path, &period) || period <= 0) return 0;
  return quota / period;
}

// The smallest quota of mount/group and its parents. Inside a container the group's path often does not exist under
// the mount; its root is then the container's own group, and is on the way.
double QuotaUpwards(const char* mount, const char* group, double (*quota_of)(const char*)) {
  char folder[kPathBytes];
  const int written = std::snprintf(folder, sizeof folder, "%s%s", mount, group);
  if (written < 0 || written >= kPathBytes) return quota_of(mount);
  const size_t mount_length = std::strlen(mount);
  double quota = 0;
  for (size_t length = static_cast<size_t>(written);;) {
    while (length > mount_length && folder[length - 1] == '/') --length;
    folder[length] = '\0';
    quota = SmallerQuota(quota, quota_of(folder));
    if (length <= mount_length) return quota;
    while (length > mount_length && folder[length - 1] != '/') --length;
  }
}

// Is `word` one of the words of a list separated by commas?
bool HasWord(const char* list, const char* word) {
  const size_t length = std::strlen(word);
  for (const char* at = list; at != nullptr; at = std::strchr(at, ',')) {
    if (*at == ',') ++at;
    if (std::strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0')) return true;
  }
  return false;
}

int AffinityCores() {
#if defined(__linux__)
  // The kernel refuses a mask shorter than its own: 1024 CPUs fit at first, then ever more.
  for (int cpus = 1024; cpus <= 1 << 18; cpus *= 4) {
    cpu_set_t* set = CPU_ALLOC(cpus);
    if (set == nullptr) break;
    const size_t bytes = CPU_ALLOC_SIZE(cpus);
    const int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<int>(online) : 1;
}

struct Topology {
  int logical, physical;
};

// A core is counted at the first of its sibling threads.
void CountCpu(void* user, int cpu) {
  Topology* topology = static_cast<Topology*>(user);
  ++topology->logical;
  char path[128], line[256];
  std::snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
  const bool first = !ReadLine(path, line, sizeof line) || std::atoi(line) == cpu;
  topology->physical += first;
}

void ReadTopology(CpuInfo* info) {
  char online[1024];
  Topology topology = {0, 0};
  if (ReadLine("/sys/devices/system/cpu/online", online, sizeof online)) ForEachCpu(online, CountCpu, &topology);
  if (topology.logical == 0) {
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    topology.logical = topology.physical = count > 0 ? static_cast<int>(count) : 1;
  }
  info->logical_cores = topology.logical;
  info->physical_cores = topology.physical > 0 ? topology.physical : topology.logical;
}

void StoreCache(CpuInfo* info, int level, uint64_t bytes) {
  if (level == 1) info->l1d_bytes = bytes;
  if (level == 2) info->l2_bytes = bytes;
  if (level == 3) info->l3_bytes = bytes;
}

void ReadCachesFromSysfs(CpuInfo* info) {
  for (int index = 0; index < 8; ++index) {
    char path[128], line[64];
    const auto read = [&](const char* what) {
      std::snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, what);
      return ReadLine(path, line, sizeof line);
    };
    if (!read("type")) return;
    if (std::strcmp(line, "Instruction") == 0 || !read("level")) continue;
    const int level = std::atoi(line);
    if (read("size")) StoreCache(info, level, ParseSize(line));
    if (read("coherency_line_size") && std::atoi(line) > 0)
      info->cache_line_bytes = static_cast<uint64_t>(std::atoi(line));
  }
}

#if NUMRS_CPUID

struct Registers {
  uint32_t a, b, c, d;
};

Registers Cpuid(uint32_t leaf, uint32_t subleaf) {
  Registers r = {0, 0, 0, 0};
  __get_cpuid_count(leaf, subleaf, &r.a, &r.b, &r.c, &r.d);  // leaves zeros for a leaf that the processor lacks
  return r;
}

// XCR0: which register files the operating system saves. The caller has checked OSXSAVE.
uint64_t Xgetbv() {
  uint32_t low, high;
  __asm__ __volatile__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return static_cast<uint64_t>(high) << 32 | low;
}

bool Bit(uint32_t word, int bit) { return (word >> bit & 1) != 0; }

void ReadNames(CpuInfo* info) {
  const Registers zero = Cpuid(0, 0);
  std::memcpy(info->vendor, &zero.b, 4);
  std::memcpy(info->vendor + 4, &zero.d, 4);
  std::memcpy(info->vendor + 8, &zero.c, 4);
  if (Cpuid(0x80000000u, 0).a < 0x80000004u) return;
  char text[49] = "";
  for (uint32_t i = 0; i < 3; ++i) {
    const Registers r = Cpuid(0x80000002u + i, 0);
    std::memcpy(text + 16 * i, &r, 16);
  }
  const char* begin = text;
  while (*begin == ' ') ++begin;
  size_t length = std::strlen(begin);
  while (length > 0 && begin[length - 1] == ' ') --length;
  std::memcpy(info->brand, begin, length);
}

// Bit positions: Intel SDM volume 2A, CPUID, leaves 1 and 7; AMD's manual agrees for those it has.
void ReadFeatures(CpuInfo* info) {
  const Registers one = Cpuid(1, 0), seven = Cpuid(7, 0);
  const Registers seven_1 = seven.a >= 1 ? Cpuid(7, 1) : Registers{0, 0, 0, 0};
  const uint64_t saved = Bit(one.c, 27) ? Xgetbv() : 0;
  const bool ymm = (saved & 0x6) == 0x6, zmm = (saved & 0xE6) == 0xE6, tiles = (saved & 0x60000) == 0x60000;
  info->has_sse2 = Bit(one.d, 26);
  info->has_ssse3 = Bit(one.c, 9);
  info->has_sse41 = Bit(one.c, 19);
  info->has_sse42 = Bit(one.c, 20);
  info->has_popcnt = Bit(one.c, 23);
  info->has_aes = Bit(one.c, 25);
  info->has_pclmul = Bit(one.c, 1);
  info->has_avx = ymm && Bit(one.c, 28);
  info->has_fma = info->has_avx && Bit(one.c, 12);
  info->has_f16c = info->has_avx && Bit(one.c, 29);
  info->has_avx2 = info->has_avx && Bit(seven.b, 5);
  info->has_bmi1 = Bit(seven.b, 3);
  info->has_bmi2 = Bit(seven.b, 8);
  info->has_avx_vnni = info->has_avx2 && Bit(seven_1.a, 4);
  const bool f = zmm && info->has_avx2 && Bit(seven.b, 16);
  info->has_avx512f = f;
  info->has_avx512dq = f && Bit(seven.b, 17);
  info->has_avx512_ifma = f && Bit(seven.b, 21);
  info->has_avx512cd = f && Bit(seven.b, 28);
  info->has_avx512bw = f && Bit(seven.b, 30);
  info->has_avx512vl = f && Bit(seven.b, 31);
  info->has_avx512_vbmi = f && Bit(seven.c, 1);
  info->has_avx512_vbmi2 = f && Bit(seven.c, 6);
  info->has_avx512_vnni = f && Bit(seven.c, 11);
  info->has_avx512_bitalg = f && Bit(seven.c, 12);
  info->has_avx512_vpopcntdq = f && Bit(seven.c, 14);
  info->has_avx512_fp16 = f && Bit(seven.d, 23);
  info->has_avx512_bf16 = f && Bit(seven_1.a, 5);
  info->has_amx_tile = tiles && Bit(seven.d, 24);
  info->has_amx_bf16 = info->has_amx_tile && Bit(seven.d, 22);
  info->has_amx_int8 = info->has_amx_tile && Bit(seven.d, 25);
  info->has_amx_fp16 = info->has_amx_tile && Bit(seven_1.a, 21);
}

// Deterministic cache parameters: leaf 4 (Intel), 0x8000001D (AMD), one subleaf for each cache until type 0.
void ReadCachesFromCpuid(CpuInfo* info) {
  const bool amd = std::strcmp(info->vendor, "AuthenticAMD") == 0 || std::strcmp(info->vendor, "HygonGenuine") == 0;
  for (uint32_t i = 0; i < 8; ++i) {
    const Registers r = Cpuid(amd ? 0x8000001Du : 4u, i);
    const uint32_t type = r.a & 31;  // 1 data, 2 instruction, 3 unified
    if (type == 0) return;
    if (type == 2) continue;
    const uint64_t line = (r.b & 0xFFF) + 1, partitions = (r.b >> 12 & 0x3FF) + 1, ways = (r.b >> 22) + 1;
    StoreCache(info, static_cast<int>(r.a >> 5 & 7), line * partitions * ways * (uint64_t{r.c} + 1));
    info->cache_line_bytes = line;
  }
}

#else

void ReadNames(CpuInfo* info) {
  FILE* file = std::fopen("/proc/cpuinfo", "re");
  if (file == nullptr) return;
  char line[256];
  while (std::fgets(line, sizeof line, file) != nullptr) {
    line[std::strcspn(line, "\n")] = '\0';
    const char* colon = std::strchr(line, ':');
    if (colon == nullptr || colon[1] == '\0') continue;
    if (std::strncmp(line, "model name", 10) == 0) std::snprintf(info->brand, sizeof info->brand, "%.63s", colon + 2);
    if (std::strncmp(line, "CPU implementer", 15) == 0)
      std::snprintf(info->vendor, sizeof info->vendor, "%.15s", colon + 2);
  }
  std::fclose(file);
}

void ReadFeatures(CpuInfo* info) {
#if defined(__aarch64__)
  info->has_neon = true;  // part of the architecture
#if defined(__linux__)
  info->has_sve = (getauxval(AT_HWCAP) >> 22 & 1) != 0;
#endif
#elif defined(__ARM_NEON)
  info->has_neon = true;
#else
  (void)info;
#endif
}

void ReadCachesFromCpuid(CpuInfo*) {}

#endif  // NUMRS_CPUID

CpuInfo cpu_info;
pthread_once_t cpu_info_once = PTHREAD_ONCE_INIT;  // not a local static: its guard would hang the child of a fork

void ReadCpuInfo() {
  CpuInfo* info = &cpu_info;
  ReadNames(info);
  ReadFeatures(info);
  ReadCachesFromCpuid(info);
  ReadCachesFromSysfs(info);  // last: it knows of caches that a hypervisor hides from cpuid, and the reverse is rare
  if (info->cache_line_bytes == 0) info->cache_line_bytes = 64;
  ReadTopology(info);
  info->usable_cores = UsableCores();
}

}  // namespace

const CpuInfo& GetCpuInfo() {
  pthread_once(&cpu_info_once, ReadCpuInfo);
  return cpu_info;
}

int UsableCores() {
  const int cores = AffinityCores();
  const double quota = CpuQuota("");
  if (quota <= 0 || quota >= cores) return cores;
  const int whole = static_cast<int>(std::ceil(quota));
  return whole < 1 ? 1 : whole;
}

double CpuQuota(const char* root) {
  char path[kPathBytes], line[kPathBytes];
  std::snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
  FILE* file = std::fopen(path, "re");
  if (file == nullptr) return 0;
  double quota = 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {  // "5:cpu,cpuacct:/group" (v1) or "0::/group" (v2)
    line[std::strcspn(line, "\n")] = '\0';
    char* controllers = std::strchr(line, ':');
    if (controllers == nullptr) continue;
    char* group = std::strchr(++controllers, ':');
    if (group == nullptr) continue;
    *group++ = '\0';
    const bool v2 = *controllers == '\0';
    if (!v2 && !HasWord(controllers, "cpu")) continue;
    static const char* const kMounts2[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
    static const char* const kMounts1[] = {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"};
    for (const char* mount : v2 ? kMounts2 : kMounts1) {
      std::snprintf(path, sizeof path, "%s%s", root, mount);
      quota = SmallerQuota(quota, QuotaUpwards(path, group, v2 ? QuotaV2 : QuotaV1));
    }
  }
  std::fclose(file);
  return quota;
}

int ForEachCpu(const char* list, void (*visit)(void* user, int cpu), void* user) {
  int count = 0;
  for (const char* at = list; *at != '\0' && *at != '\n';) {
    char* end = nullptr;
    const long first = std::strtol(at, &end, 10);
    if (end == at || first < 0) return count;
    long last = first;
    if (*end == '-') {
      at = end + 1;
      last = std::strtol(at, &end, 10);
      if (end == at || last < first || last - first > 1 << 20) return count;
    }
    for (long cpu = first; cpu <= last; ++cpu, ++count) visit(user, static_cast<int>(cpu));
    if (*end != ',') break;
    at = end + 1;
  }
  return count;
}

uint64_t ParseSize(const char* text) {
  char* end = nullptr;
  const unsigned long long number = std::strtoull(text, &end, 10);
  if (end == text || *text == '-') return 0;
  const int shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
  return number >> (63 - shift) != 0 ? 0 : static_cast<uint64_t>(number) << shift;
}

}  // namespace numrs
