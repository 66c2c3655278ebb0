// How much the server tells of what it does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace closecheck::sut {

/// Each tells what those before it do, too.
enum class LogLevel : std::uint8_t { off, error, warn, info, debug };

std::string_view name(LogLevel level);
std::optional<LogLevel> log_level_named(std::string_view name);
std::vector<std::string_view> log_level_names();

}  // namespace closecheck::sut
