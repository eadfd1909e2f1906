// The memory of a simulated device: addresses that the host cannot touch, blocks, poison for what is freed.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

namespace numrs {
namespace sim {

constexpr size_t kBytes = size_t{1} << 30;  // of a device; pages that are not written take nothing
constexpr int kPoison = 0xFF;               // NaN as a float, -1 as an integer

// One file mapped twice: at `base`, which the library hands out, nothing can be read or written.
class Memory {
 public:
  // nullptr, or what failed.
  const char* Open() {
    const int file = memfd_create("numrs-sim", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, static_cast<off_t>(kBytes)) != 0) return "sim: no memory file";
    void* base = mmap(nullptr, kBytes, PROT_NONE, MAP_SHARED | MAP_NORESERVE, file, 0);
    void* alias = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
    close(file);
    if (base == MAP_FAILED || alias == MAP_FAILED) return "sim: no address space";
    base_ = static_cast<char*>(base);
    alias_ = static_cast<char*>(alias);
    free_[0] = kBytes;
    return nullptr;
  }
  void* Allocate(size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    bytes = (bytes + 255) / 256 * 256;
    if (bytes == 0) bytes = 256;
    for (auto it = free_.begin(); it != free_.end(); ++it) {
      if (it->second < bytes) continue;
      const size_t at = it->first, rest = it->second - bytes;
      free_.erase(it);
      if (rest) free_[at + bytes] = rest;
      used_[at] = bytes;
      in_use_ += bytes;
      return base_ + at;
    }
    return nullptr;
  }
  // From now on no job may name it; `End` makes it free when the stream has got that far.
  size_t Begin(void* block) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = used_.find(static_cast<size_t>(static_cast<char*>(block) - base_));
    if (found == used_.end()) {
      std::fprintf(stderr, "sim: a block is freed that is none, or twice: %p\n", block);
      std::abort();
    }
    const size_t bytes = found->second;
    used_.erase(found);
    return bytes;
  }
  void End(void* block, size_t bytes) {
    const size_t at = static_cast<size_t>(static_cast<char*>(block) - base_);
    std::memset(alias_ + at, kPoison, bytes);
    const std::lock_guard<std::mutex> lock(mutex_);
    in_use_ -= bytes;
    auto it = free_.emplace(at, bytes).first;
    const auto next = std::next(it);
    if (next != free_.end() && at + it->second == next->first) {
      it->second += next->second;
      free_.erase(next);
    }
    if (it != free_.begin()) {
      const auto before = std::prev(it);
      if (before->first + before->second == at) {
        before->second += it->second;
        free_.erase(it);
      }
    }
  }
  char* Alias(const void* address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const char* p = static_cast<const char*>(address);
    if (p < base_ || p >= base_ + kBytes) return nullptr;
    const size_t at = static_cast<size_t>(p - base_);
    auto it = used_.upper_bound(at);
    if (it == used_.begin()) return nullptr;
    --it;
    return at < it->first + it->second ? alias_ + at : nullptr;
  }
  size_t in_use() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return in_use_;
  }

 private:
  std::mutex mutex_;
  char *base_ = nullptr, *alias_ = nullptr;
  std::map<size_t, size_t> free_, used_;
  size_t in_use_ = 0;
};

}  // namespace sim
}  // namespace numrs
