// Reading the NUMRS_* environment variables, with one warning line for a value that cannot be used.
#include "core/env.h"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <strings.h>

#include <atomic>

namespace numrs {
namespace {

// Names that have been warned about. The pointers are string literals' (callers never build names).
constexpr int kMaxWarned = 32;
std::atomic<const char*> warned[kMaxWarned];

// True for the first caller with this name. No lock: it must work in the child of a fork at any moment.
bool FirstWarning(const char* name) {
  for (std::atomic<const char*>& slot : warned) {
    const char* seen = nullptr;
    if (slot.compare_exchange_strong(seen, name)) return true;
    if (std::strcmp(seen, name) == 0) return false;
  }
  return false;
}

}  // namespace

const char* EnvText(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != '\0' ? text : nullptr;
}

void EnvWarn(const char* name, const char* value, const char* allowed) {
  if (!FirstWarning(name)) return;
  // The value is foreign text on its way to a terminal: cut, and without control characters.
  char shown[65];
  size_t length = 0;
  for (; length + 1 < sizeof shown && value[length] != '\0'; ++length) {
    const unsigned char c = static_cast<unsigned char>(value[length]);
    shown[length] = c < 0x20 || c == 0x7F ? '?' : value[length];
  }
  shown[length] = '\0';
  std::fprintf(stderr, "numrs: %s=%s%s cannot be used (allowed: %s); using the default\n", name, shown,
               value[length] != '\0' ? "..." : "", allowed);
}

int EnvChoice(const char* name, const char* const* allowed, int count) {
  const char* text = EnvText(name);
  if (text == nullptr) return -1;
  for (int i = 0; i < count; ++i) {
    if (strcasecmp(text, allowed[i]) == 0) return i;
  }
  char list[256] = "";
  size_t used = 0;
  for (int i = 0; i < count && used < sizeof list; ++i) {
    const int written = std::snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", allowed[i]);
    if (written < 0) break;
    used += static_cast<size_t>(written);
  }
  EnvWarn(name, text, list);
  return -1;
}

bool EnvInteger(const char* name, int64_t low, int64_t high, int64_t* value) {
  const char* text = EnvText(name);
  if (text == nullptr) return false;
  char* end = nullptr;
  const int saved_errno = errno;
  errno = 0;
  const long long number = std::strtoll(text, &end, 10);
  const bool usable = errno == 0 && end != text && *end == '\0' && number >= low && number <= high;
  errno = saved_errno;
  if (!usable) {
    char range[64];
    std::snprintf(range, sizeof range, "%" PRId64 " to %" PRId64, low, high);
    EnvWarn(name, text, range);
    return false;
  }
  *value = number;
  return true;
}

}  // namespace numrs
