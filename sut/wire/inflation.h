// Undoes gzip and deflate (with its zlib head), piece by piece, so that whoever reads decides how much is too much.
#pragma once

#include <zlib.h>

#include <array>
#include <optional>
#include <string_view>

namespace closecheck::sut::wire {

/// Whether that `Content-Encoding`, in lower case, is one of these.
bool is_deflated(std::string_view coding);

/// One thread at a time. `coded` has to stay where it is.
class Inflation {
 public:
  explicit Inflation(std::string_view coded);
  ~Inflation();
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  /// The next piece; empty: the text is not coded so, or breaks off.
  std::optional<std::string_view> next();
  /// Whether the piece was the last.
  bool has_ended() const { return has_ended_; }

 private:
  z_stream stream_{};
  bool has_ended_ = false;
  std::array<char, 16UL * 1024> piece_;
};

}  // namespace closecheck::sut::wire
