#include "base64.h"

#include <cstdint>

namespace closecheck::scenarios {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t group = byte_at(bytes, at) << 16u | byte_at(bytes, at + 1) << 8u | byte_at(bytes, at + 2);
    out += kAlphabet[group >> 18u];
    out += kAlphabet[group >> 12u & 63u];
    out += at + 1 < bytes.size() ? kAlphabet[group >> 6u & 63u] : '=';
    out += at + 2 < bytes.size() ? kAlphabet[group & 63u] : '=';
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t group = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
      const bool is_padding = i >= text.size() - padding;
      const std::size_t digit = is_padding ? 0 : kAlphabet.find(text[i]);
      if (digit == std::string_view::npos) return std::nullopt;
      group = group << 6u | static_cast<std::uint32_t>(digit);
    }
    out += static_cast<char>(group >> 16u & 255u);
    out += static_cast<char>(group >> 8u & 255u);
    out += static_cast<char>(group & 255u);
  }
  out.resize(out.size() - padding);
  return out;
}

}  // namespace closecheck::scenarios
