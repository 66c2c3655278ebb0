#include "server/server_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace closecheck::sut {
namespace {

constexpr std::size_t kTextSizeMax = 500;

struct Named {
  LogLevel level;
  std::string_view name;
  spdlog::level::level_enum library;
};
constexpr std::array kLevels{
    Named{LogLevel::off, "off", spdlog::level::off}, Named{LogLevel::error, "error", spdlog::level::err},
    Named{LogLevel::warn, "warn", spdlog::level::warn}, Named{LogLevel::info, "info", spdlog::level::info},
    Named{LogLevel::debug, "debug", spdlog::level::debug}};

const Named& entry_of(LogLevel level) {
  return *std::ranges::find(kLevels, level, &Named::level);
}

/// One line, of bounded length, without control characters.
std::string harmless(std::string_view text) {
  std::string out(text.substr(0, kTextSizeMax));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return out;
}

}  // namespace

std::string_view name(LogLevel level) {
  return entry_of(level).name;
}

std::optional<LogLevel> log_level_named(std::string_view name) {
  const auto* const found = std::ranges::find(kLevels, name, &Named::name);
  return found == kLevels.end() ? std::nullopt : std::optional(found->level);
}

std::vector<std::string_view> log_level_names() {
  std::vector<std::string_view> names;
  names.reserve(kLevels.size());
  for (const Named& named : kLevels) names.push_back(named.name);
  return names;
}

ServerLog::ServerLog(LogLevel level)
    : logger_(std::make_unique<spdlog::logger>("serve", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_level(entry_of(level).library);
  logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
}
ServerLog::~ServerLog() = default;

void ServerLog::request(std::string_view method, std::string_view target, int status, std::chrono::nanoseconds took,
                        std::string_view principal) const {
  if (!logger_->should_log(spdlog::level::debug)) return;
  const std::chrono::duration<double, std::milli> took_ms = took;
  logger_->debug("{} {} {} in {:.3f} ms, {}", harmless(method), harmless(target.substr(0, target.find('?'))), status,
                 took_ms.count(), principal);
}

void ServerLog::info(std::string_view text) const {
  logger_->info("{}", harmless(text));
}

void ServerLog::warn(std::string_view text) const {
  logger_->warn("{}", harmless(text));
}

void ServerLog::error(std::string_view text) const {
  logger_->error("{}", harmless(text));
}

}  // namespace closecheck::sut
