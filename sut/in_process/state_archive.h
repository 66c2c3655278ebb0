// Plain values to bytes and back: whole numbers in as few bytes as they need, in the order in which they are named.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace closecheck::sut {

/// Bytes that are not what they should be.
struct StateUnreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class StateWriter {
 public:
  static constexpr bool kReads = false;

  template <class... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(bytes_); }

 private:
  void put_number(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) bytes_ += static_cast<char>(static_cast<unsigned char>(number | 0x80U));
    bytes_ += static_cast<char>(number);
  }

  template <class Value>
  void put(const Value& value) {
    if constexpr (std::is_enum_v<Value>) {
      put_number(static_cast<std::uint64_t>(value));
    } else if constexpr (std::unsigned_integral<Value>) {
      put_number(value);
    } else if constexpr (std::signed_integral<Value>) {
      // Numbers near nought are short, whatever their sign.
      const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
      put_number(bits << 1U ^ (value < 0 ? ~std::uint64_t{0} : 0));
    } else if constexpr (std::floating_point<Value>) {
      const auto bits = std::bit_cast<std::uint64_t>(static_cast<double>(value));
      for (unsigned i = 0; i < 64; i += 8) bytes_ += static_cast<char>(static_cast<unsigned char>(bits >> i & 0xFFU));
    } else {
      fields(*this, value);
    }
  }
  void put(const std::string& text) {
    put_number(text.size());
    bytes_ += text;
  }
  template <class Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class First, class Second>
  void put(const std::pair<First, Second>& pair) {
    put(pair.first);
    put(pair.second);
  }
  template <class Value>
  void put(const std::vector<Value>& values) {
    put_number(values.size());
    for (const Value& value : values) put(value);
  }

  std::string bytes_;
};

/// Throws StateUnreadable when the bytes end too early.
class StateReader {
 public:
  static constexpr bool kReads = true;

  explicit StateReader(std::string_view bytes) : rest_(bytes) {}

  template <class... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }
  bool at_end() const { return rest_.empty(); }
  /// Throws when something is left.
  void finish() const {
    if (!at_end()) throw StateUnreadable("a stored row is longer than it should be");
  }

 private:
  std::string_view bytes(std::uint64_t count) {
    if (rest_.size() < count) throw StateUnreadable("a stored row ends too early");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes(1)[0]);
      out |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return out;
    }
    throw StateUnreadable("a stored number is too long");
  }

  template <class Value>
  void get(Value& value) {
    if constexpr (std::is_enum_v<Value> || std::unsigned_integral<Value>) {
      value = static_cast<Value>(number());
    } else if constexpr (std::signed_integral<Value>) {
      const std::uint64_t bits = number();
      value = static_cast<Value>(static_cast<std::int64_t>(bits >> 1U ^ (~(bits & 1U) + 1U)));
    } else if constexpr (std::floating_point<Value>) {
      std::uint64_t bits = 0;
      unsigned shift = 0;
      for (const char byte : bytes(8)) {
        bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(byte)) << shift;
        shift += 8;
      }
      value = std::bit_cast<double>(bits);
    } else {
      fields(*this, value);
    }
  }
  void get(std::string& text) { text = bytes(number()); }
  template <class Value>
  void get(std::optional<Value>& value) {
    bool there = false;
    get(there);
    if (there)
      get(value.emplace());
    else
      value.reset();
  }
  template <class First, class Second>
  void get(std::pair<First, Second>& pair) {
    get(pair.first);
    get(pair.second);
  }
  template <class Value>
  void get(std::vector<Value>& values) {
    values.clear();
    // A wrong count must not take all memory: nothing takes less than a byte.
    for (std::uint64_t left = number(); left > 0; --left) {
      if (rest_.empty()) throw StateUnreadable("a stored list ends too early");
      get(values.emplace_back());
    }
  }

  std::string_view rest_;
};

/// Whether T is Value, constant or not.
template <class T, class Value>
concept Is = std::same_as<std::remove_const_t<T>, Value>;

}  // namespace closecheck::sut
