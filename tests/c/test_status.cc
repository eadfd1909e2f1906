// Statuses: names, the message of a thread, what Guard makes of exceptions, contexts that are none.
#include "core/status.h"

#include <cstring>
#include <new>
#include <string>
#include <thread>

#include "catch.h"
#include "numrs/numrs.h"

namespace numrs {
namespace {

TEST_CASE("Guard turns exceptions into statuses", "[status]") {
  enum Ending { kReturn, kNoMemory, kOther };
  const auto end = [](Ending ending) {  // one body: coverage counts each body's Guard for itself
    return Guard([ending]() -> Status {
      if (ending == kNoMemory) throw std::bad_alloc();
      if (ending == kOther) throw 1;
      return NUMRS_OK;
    });
  };
  CHECK(end(kNoMemory) == NUMRS_NO_MEMORY);
  CHECK(std::string(numrs_message()) == "out of memory");
  CHECK(end(kOther) == NUMRS_INTERNAL);
  CHECK(std::string(numrs_message()) == "unexpected exception");
  CHECK(end(kReturn) == NUMRS_OK);
  CHECK(std::string(numrs_message()).empty());
}

TEST_CASE("a message is cut to its buffer and belongs to its thread", "[status]") {
  const std::string longer(2 * kMessageBytes, 'x');
  CHECK(Fail(NUMRS_BAD_SHAPE, "%s", longer.c_str()) == NUMRS_BAD_SHAPE);
  CHECK(std::strlen(numrs_message()) == kMessageBytes - 1);
  std::string other = "not empty";
  std::thread([&other] { other = numrs_message(); }).join();
  CHECK(other.empty());
}

TEST_CASE("every status has a name, and every other number one too", "[status]") {
#define NUMRS_STATUS(number, name, exception) CHECK(std::string(numrs_status_name(number)) == #name);
#include "table/status.def"
  for (int number : {-1, 1000, 2147483647, -2147483647 - 1}) CHECK(std::string(numrs_status_name(number)) == "UNKNOWN");
}

TEST_CASE("a context that is none is refused and nothing is written", "[status]") {
  alignas(16) unsigned char none[256] = {};
  numrs_context* const context = reinterpret_cast<numrs_context*>(none);
  const float x[2] = {1, 2};
  float y[2] = {7, 7};
  CHECK(numrs_negative_f32(context, x, y, 2) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_add_f32(context, x, x, y, 2) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_sum_f32(context, x, y, 1, 2, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_matmul_f32(context, x, x, y, 1, 1, 2, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(std::string(numrs_message()).find("not a live numrs_context") != std::string::npos);
  CHECK(y[0] == 7);
  CHECK(y[1] == 7);
}

}  // namespace
}  // namespace numrs
