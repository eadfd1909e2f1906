// The message of each thread and the names of the statuses.
#include "core/status.h"

#include <cstdarg>
#include <cstdio>

namespace numrs {
namespace {
// A plain array: no allocation, no destructor, usable while memory is exhausted.
thread_local char message[kMessageBytes] = "";
}  // namespace

__thread bool has_message = false;

Status Fail(Status code, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(message, kMessageBytes, format, arguments);
  va_end(arguments);
  has_message = true;
  return code;
}

const char* Message() { return has_message ? message : ""; }

}  // namespace numrs

extern "C" const char* numrs_message(void) { return numrs::Message(); }

#define NUMRS_STATUS(number, name, exception) \
  case number:                                \
    return #name;
extern "C" const char* numrs_status_name(numrs_status status) {
  switch (status) {
#include "table/status.def"
  }
  return "UNKNOWN";
}
