// Reading the NUMRS_* environment variables, with one warning line for a value that cannot be used; no defaults here.
#ifndef NUMRS_CORE_ENV_H_
#define NUMRS_CORE_ENV_H_

#include <cstdint>

namespace numrs {

// Each function asks the environment when it is called: whoever needs a variable asks once and keeps the answer, so
// that a later setenv in another thread is never met. Unset and empty are the same. An unusable value gives one line on
// stderr, once per variable and process, that names the allowed ones, and then counts as unset.

// The text, or nullptr.
const char* EnvText(const char* name);

// Index into `allowed` (`count` words, letter case is ignored), or -1.
int EnvChoice(const char* name, const char* const* allowed, int count);

template <int kCount>
int EnvChoice(const char* name, const char* const (&allowed)[kCount]) {
  return EnvChoice(name, allowed, kCount);
}

// True and *value set when the variable is a decimal integer in [low, high].
bool EnvInteger(const char* name, int64_t low, int64_t high, int64_t* value);

// The warning line itself, for variables whose check needs more than a list: "numrs: NAME=VALUE cannot be used
// (allowed: ALLOWED); using the default".
void EnvWarn(const char* name, const char* value, const char* allowed);

}  // namespace numrs

#endif  // NUMRS_CORE_ENV_H_
