// The bytes of one fuzz input as numbers; when they run out, a generator seeded by them goes on.
#ifndef NUMRS_TESTS_FUZZ_INPUT_H_
#define NUMRS_TESTS_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), left_(size) {
    for (size_t i = 0; i < size; ++i) state_ = (state_ ^ data[i]) * 0x100000001B3u;
  }

  uint8_t Byte() {
    if (left_ == 0) return static_cast<uint8_t>(Next() >> 56);
    --left_;
    return *data_++;
  }
  uint64_t Word() {
    uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word = word << 8 | Byte();
    return word;
  }
  // 0 … n - 1
  int Below(int n) { return n <= 256 ? Byte() % n : ((Byte() << 8) | Byte()) % n; }
  bool OneIn(int n) { return Below(n) == 0; }

  // An integer as an attacker likes it.
  int64_t Wild() {
    static const int64_t kLiked[] = {-1,
                                     0,
                                     1,
                                     2,
                                     3,
                                     7,
                                     31,
                                     32,
                                     33,
                                     64,
                                     255,
                                     4095,
                                     4096,
                                     4097,
                                     INT32_MAX,
                                     INT32_MIN,
                                     INT64_MAX,
                                     INT64_MIN,
                                     INT64_MAX / 2,
                                     INT64_MAX / 8 + 1,
                                     int64_t{1} << 32,
                                     int64_t{1} << 40,
                                     int64_t{1} << 62,
                                     -(int64_t{1} << 40),
                                     -4096};
    switch (Below(4)) {
      case 0:
        return static_cast<int8_t>(Byte());
      case 1:
        return static_cast<int64_t>(Word());
      case 2:
        return (int64_t{1} << Below(63)) + Below(3) - 1;
      default:
        return kLiked[static_cast<size_t>(Below(static_cast<int>(sizeof kLiked / sizeof *kLiked)))];
    }
  }

  // Fills memory with what elements are made of: any bits, small numbers, zeros, ones, NaN and infinities.
  void Fill(void* memory, size_t bytes) {
    char* out = static_cast<char*>(memory);
    const int kind = Below(6);
    if (kind == 0) {
      std::memset(out, 0, bytes);
      return;
    }
    for (size_t i = 0; i < bytes; i += 8) {
      uint64_t word = Next();
      double value = 0;
      if (kind == 1) word = word % 5 | (word % 3) << 32;
      if (kind == 2) {
        value = static_cast<double>(static_cast<int64_t>(word) >> 58);
        std::memcpy(&word, &value, 8);
      }
      if (kind == 3) {
        const float values[2] = {static_cast<float>(static_cast<int32_t>(word) >> 28),
                                 static_cast<float>(static_cast<int32_t>(word >> 32)) * 1e-9f};
        std::memcpy(&word, values, 8);
      }
      if (kind == 4 && word % 3 == 0) word = word % 2 ? 0x7FF0000000000000u : 0xFFF8000000000001u;
      std::memcpy(out + i, &word, bytes - i < 8 ? bytes - i : 8);
    }
  }

 private:
  uint64_t Next() {  // SplitMix64
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  const uint8_t* data_;
  size_t left_;
  uint64_t state_ = 0xCBF29CE484222325u;
};

}  // namespace fuzz

#endif  // NUMRS_TESTS_FUZZ_INPUT_H_
