// `closecheck serve`: the built-in implementation over HTTP, in the foreground.
#include <fmt/format.h>

#include <stdexcept>
#include <system_error>

#include "closecheck/sut/server.h"
#include "commands.h"
#include "configuration.h"
#include "files.h"
#include "interrupts.h"
#include "suggestions.h"
#include "target.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

sut::Variant require_variant(const std::string& wanted) {
  if (wanted.empty()) return {};
  if (const std::optional<sut::Variant> variant = sut::variant_named(wanted)) return *variant;
  std::vector<std::string_view> names;
  for (const sut::VariantText& text : sut::variants()) names.push_back(text.name);
  throw UsageError(fmt::format("there is no variant '{}'{}", wanted, did_you_mean(wanted, names)));
}

sut::LogLevel require_log_level(const std::string& wanted) {
  if (wanted.empty()) return sut::LogLevel::info;
  if (const auto level = sut::log_level_named(wanted)) return *level;
  throw UsageError(fmt::format("there is no log level '{}'{}", wanted, did_you_mean(wanted, sut::log_level_names())));
}

std::optional<sut::ServerTls> tls_of(const ServeOptions& options) {
  if (options.tls_certificate.empty() != options.tls_key.empty())
    throw UsageError("--tls-certificate and --tls-key are given together or not at all");
  if (options.tls_key.empty()) return std::nullopt;
  return sut::ServerTls{{options.tls_certificate, read_file(options.tls_certificate)},
                        {options.tls_key, read_file(options.tls_key)}};
}

sut::ServerOptions server_options(const ServeOptions& options) {
  constexpr int kPortMax = 65'535;
  constexpr Duration kGrace = 5 * kSecond;
  if (options.port < 0 || options.port > kPortMax)
    throw UsageError(fmt::format("--port takes a number from 0 to {}", kPortMax));
  sut::ServerOptions server;
  if (!options.host.empty()) server.host = options.host;
  server.port = options.port;
  server.grace = kGrace;
  server.data = options.data;
  server.tls = tls_of(options);
  server.test_hooks = options.test_hooks;
  server.log = require_log_level(options.log_level);
  if (const auto profile = chosen_profile(options.profile, options.product_version)) server.service.profile = *profile;
  server.service.deviation = require_deviation(options.deviation);
  server.service.variant = require_variant(options.variant);
  if (!options.housekeeping.empty()) {
    const std::optional<Duration> base = parse_duration(options.housekeeping);
    if (!base)
      throw UsageError(
          fmt::format("--housekeeping takes a span with a unit such as 200ms, not '{}'", options.housekeeping));
    server.service.housekeeping_base = *base;
  }
  if (!options.principals.empty()) {
    Configuration configuration;
    read_principals(options.principals, process_variables(), configuration);
    server.principals = configuration.principals;
  }
  server.service.security = !server.principals.empty();
  return server;
}

}  // namespace

ExitCode serve_command(const ServeOptions& options) {
  const sut::ServerOptions server = server_options(options);
  const Interrupts interrupts;
  try {
    sut::serve(
        server,
        [&server](int port) {
          print(fmt::format("listening on {}://{}\n", server.tls ? "https" : "http",
                            sut::authority_of(server.host, port)));
        },
        interrupts.cancelled());
  } catch (const OutputError&) {
    throw;
  } catch (const std::system_error&) {
    throw;  // no fault of the user's
  } catch (const std::runtime_error& error) {
    throw UsageError(error.what());
  }
  return ExitCode::conforms;
}

}  // namespace closecheck::cli
