// Dates as records write them: numbers of the epoch, ISO dates, and patterns of a job's own such as
// `yyyy-MM-dd HH:mm:ssX`. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace closecheck::sut {

/// Milliseconds since the epoch of a date that `read_iso_time` reads; empty for anything else.
std::optional<std::int64_t> iso_date_ms(std::string_view text);

/// A number of the epoch. Numbers that would lie before 1973 as milliseconds are taken for seconds, whatever the
/// format says; empty for what no date is.
std::optional<std::int64_t> epoch_number_ms(double value);

/// How a job's records write their time: as a number of the epoch, or by a date pattern.
class TimeFormat {
 public:
  /// Numbers of the epoch.
  TimeFormat() = default;

  /// `epoch`, `epoch_ms`, or a pattern; empty for a pattern that cannot be read by.
  static std::optional<TimeFormat> parse(std::string_view text);

  /// Milliseconds since the epoch; empty: the text is no date of this format.
  std::optional<std::int64_t> read(std::string_view text) const;

 private:
  /// Letters of one kind, or (kind 0) a text that must stand there.
  struct Part {
    char kind = 0;
    std::size_t width = 0;
    std::string literal;
  };
  std::vector<Part> parts_;  // none: the epoch
};

}  // namespace closecheck::sut
