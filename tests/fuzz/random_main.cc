// Runs the fuzz target without libFuzzer: files given by name, or so many random inputs of a fixed seed.
//   calls [NUMBER | FILE...]      calls --names: the functions it reaches
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "watch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {
std::vector<uint8_t> input;

// What a random input died of can be repeated: PROGRAM fuzz_random.input
void KeepInput(int signal) {
  if (std::FILE* file = std::fopen("fuzz_random.input", "wb")) {
    std::fwrite(input.data(), 1, input.size(), file);
    std::fclose(file);
    std::fputs("its input: fuzz_random.input\n", stderr);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}
}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--names") == 0) {
    for (const fuzz::Call& call : fuzz::Calls()) std::puts(call.name);
    return 0;
  }
  char* end = nullptr;
  const long number = argc == 2 ? std::strtol(argv[1], &end, 10) : 0;
  if (argc == 2 && *end == 0) {
    for (int signal : {SIGABRT, SIGILL}) std::signal(signal, KeepInput);  // SIGILL: a trap of the sanitizers
    std::mt19937_64 random(20);
    for (long i = 0; i < number; ++i) {
      input.resize(random() % 120);
      for (uint8_t& byte : input) byte = static_cast<uint8_t>(random());
      LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    return 0;
  }
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
  return 0;
}
