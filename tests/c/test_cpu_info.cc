// Tests of the processor's description: plausible here, right for made-up cgroups and lists.
#include "catch.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "core/cpu_info.h"

using namespace numrs;

namespace {

// A folder tree that goes before /proc and /sys.
class FakeRoot {
 public:
  FakeRoot() {
    char name[] = "/tmp/numrs_test_XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    root_ = name;
  }
  ~FakeRoot() {
    for (size_t i = made_.size(); i-- > 0;) std::remove(made_[i].c_str());
    std::remove(root_.c_str());
  }
  void Write(const std::string& path, const std::string& text) {
    for (size_t at = 1; (at = path.find('/', at)) != std::string::npos; ++at) {
      const std::string folder = root_ + path.substr(0, at);
      if (mkdir(folder.c_str(), 0700) == 0) made_.push_back(folder);
    }
    const std::string file = root_ + path;
    FILE* out = std::fopen(file.c_str(), "w");
    REQUIRE(out != nullptr);
    std::fputs(text.c_str(), out);
    std::fclose(out);
    made_.push_back(file);
  }
  double Quota() const { return CpuQuota(root_.c_str()); }

 private:
  std::string root_;
  std::vector<std::string> made_;
};

std::vector<int> Cpus(const char* list) {
  std::vector<int> cpus;
  ForEachCpu(list, [](void* user, int cpu) { static_cast<std::vector<int>*>(user)->push_back(cpu); }, &cpus);
  return cpus;
}

}  // namespace

TEST_CASE("cpu_info: this machine", "[cpu_info]") {
  const CpuInfo& info = GetCpuInfo();
  CHECK(&info == &GetCpuInfo());
  CHECK(info.logical_cores >= 1);
  CHECK(info.physical_cores >= 1);
  CHECK(info.physical_cores <= info.logical_cores);
  CHECK(info.usable_cores >= 1);
  CHECK(info.usable_cores <= info.logical_cores);
  CHECK(info.cache_line_bytes >= 16);
  CHECK(info.cache_line_bytes <= 1024);
  if (info.l1d_bytes != 0) {
    CHECK(info.l1d_bytes >= 4096);
    CHECK(info.l1d_bytes <= 4 << 20);
  }
  if (info.l2_bytes != 0) CHECK(info.l2_bytes >= info.l1d_bytes);
  CHECK(std::strlen(info.vendor) < sizeof info.vendor);
  CHECK(std::strlen(info.brand) < sizeof info.brand);
#if defined(__x86_64__)
  CHECK(std::strlen(info.vendor) == 12);
  CHECK(info.has_sse2);
  CHECK_FALSE(info.has_neon);
  // gcc and clang ask cpuid and XCR0 too.
  __builtin_cpu_init();
  CHECK(info.has_ssse3 == (__builtin_cpu_supports("ssse3") != 0));
  CHECK(info.has_sse41 == (__builtin_cpu_supports("sse4.1") != 0));
  CHECK(info.has_sse42 == (__builtin_cpu_supports("sse4.2") != 0));
  CHECK(info.has_popcnt == (__builtin_cpu_supports("popcnt") != 0));
  CHECK(info.has_avx == (__builtin_cpu_supports("avx") != 0));
  CHECK(info.has_avx2 == (__builtin_cpu_supports("avx2") != 0));
  CHECK(info.has_fma == (__builtin_cpu_supports("fma") != 0));
  CHECK(info.has_bmi2 == (__builtin_cpu_supports("bmi2") != 0));
  CHECK(info.has_avx512f == (__builtin_cpu_supports("avx512f") != 0));
  CHECK(info.has_avx512dq == (__builtin_cpu_supports("avx512dq") != 0));
  CHECK(info.has_avx512cd == (__builtin_cpu_supports("avx512cd") != 0));
  CHECK(info.has_avx512bw == (__builtin_cpu_supports("avx512bw") != 0));
  CHECK(info.has_avx512vl == (__builtin_cpu_supports("avx512vl") != 0));
  CHECK(info.has_avx512_vbmi == (__builtin_cpu_supports("avx512vbmi") != 0));
  CHECK(info.has_avx512_vnni == (__builtin_cpu_supports("avx512vnni") != 0));
  CHECK(info.has_avx512_bf16 == (__builtin_cpu_supports("avx512bf16") != 0));
#elif defined(__aarch64__)
  CHECK(info.has_neon);
#endif
}

TEST_CASE("cpu_info: asked by many threads at once", "[cpu_info]") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) threads.emplace_back([] { GetCpuInfo(); });
  for (std::thread& thread : threads) thread.join();
  CHECK(GetCpuInfo().logical_cores >= 1);
}

#if defined(__linux__)
TEST_CASE("cpu_info: the affinity mask counts", "[cpu_info]") {
  cpu_set_t before, one;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &before)) {
      CPU_SET(cpu, &one);
      break;
    }
  }
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(UsableCores() == 1);
  REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
  CHECK(UsableCores() <= CPU_COUNT(&before));
}
#endif

TEST_CASE("cpu_info: cgroup quotas, version 2", "[cpu_info]") {
  FakeRoot root;
  CHECK(root.Quota() == 0);
  root.Write("/proc/self/cgroup", "0::/a/b\n");
  CHECK(root.Quota() == 0);
  root.Write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  CHECK(root.Quota() == 0);
  root.Write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  CHECK(root.Quota() == 1.5);
  root.Write("/sys/fs/cgroup/a/b/cpu.max", "300000 100000\n");
  CHECK(root.Quota() == 1.5);
  root.Write("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  CHECK(root.Quota() == 0.5);
  root.Write("/sys/fs/cgroup/cpu.max", "nonsense\n");
  CHECK(root.Quota() == 1.5);
}

TEST_CASE("cpu_info: a container's group that is not under the mount", "[cpu_info]") {
  FakeRoot root;
  root.Write("/proc/self/cgroup", "0::/../outside\n");
  root.Write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  CHECK(root.Quota() == 2);
}

TEST_CASE("cpu_info: cgroup quotas, version 1", "[cpu_info]") {
  FakeRoot root;
  root.Write("/proc/self/cgroup", "12:cpuset:/x\n4:cpu,cpuacct:/docker/id\n1:name=systemd:/\n0::/\n");
  root.Write("/sys/fs/cgroup/cpu,cpuacct/docker/id/cpu.cfs_quota_us", "-1\n");
  root.Write("/sys/fs/cgroup/cpu,cpuacct/docker/id/cpu.cfs_period_us", "100000\n");
  CHECK(root.Quota() == 0);
  root.Write("/sys/fs/cgroup/cpu,cpuacct/docker/id/cpu.cfs_quota_us", "250000\n");
  CHECK(root.Quota() == 2.5);
  root.Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n");
  root.Write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  CHECK(root.Quota() == 1);
}

TEST_CASE("cpu_info: lists and sizes as the kernel writes them", "[cpu_info]") {
  CHECK(Cpus("0-3,8\n") == std::vector<int>{0, 1, 2, 3, 8});
  CHECK(Cpus("5") == std::vector<int>{5});
  CHECK(Cpus("").empty());
  CHECK(Cpus("x").empty());
  CHECK(Cpus("3-1").empty());
  CHECK(Cpus("0-99999999").empty());
  CHECK(ParseSize("48K") == 48u << 10);
  CHECK(ParseSize("105M") == 105u << 20);
  CHECK(ParseSize("64") == 64);
  CHECK(ParseSize("-1K") == 0);
  CHECK(ParseSize("") == 0);
  CHECK(ParseSize("99999999999999999999G") == 0);
}
