#include "endpoint/endpoint_connection.h"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

constexpr Duration kConnectPatienceMax = 5 * kSecond;

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds milliseconds_of(Duration span) {
  return std::chrono::milliseconds(std::max<Duration>(1, span / kMillisecond));
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_header_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

/// What cannot be put into a request line or a header must not be sent, for it would be another request.
std::string why_not_sendable(const wire::HttpRequest& request, const std::string& target) {
  if (request.method.empty() || !is_visible(request.method)) return "'" + request.method + "' is no HTTP method";
  if (!target.starts_with('/') || !is_visible(target)) return "'" + target + "' is no path";
  if (!is_header_value(request.content_type)) return "the content type is no header value";
  for (const auto& [name, value] : request.headers)
    if (name.empty() || !is_visible(name) || name.find(':') != std::string::npos || !is_header_value(value))
      return "'" + name + "' is no header with a value";
  return "";
}

/// Whether a connection that was made failed before anything of the request was written.
bool is_before_the_request(httplib::Error error) {
  return error == httplib::Error::BindIPAddress || error == httplib::Error::SSLConnection ||
         error == httplib::Error::SSLLoadingCerts || error == httplib::Error::SSLServerVerification;
}

}  // namespace

struct Connection::Impl {
  Impl(const std::string& the_url, Duration the_timeout) : url(the_url), timeout(the_timeout), client(the_url) {
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_follow_location(false);
    client.set_url_encode(false);
    client.set_connection_timeout(milliseconds_of(std::min(timeout, kConnectPatienceMax)));
    client.set_read_timeout(milliseconds_of(timeout));
    client.set_write_timeout(milliseconds_of(timeout));
  }

  std::string text_of(httplib::Error error, Duration elapsed) const {
    switch (error) {
      case httplib::Error::Connection:
        return "no connection to " + url;
      case httplib::Error::ConnectionTimeout:
        return "no connection to " + url + " within " + format_duration(std::min(timeout, kConnectPatienceMax));
      case httplib::Error::Read:
        if (elapsed >= timeout) return "no answer within " + describe_duration(timeout);
        return "the connection ended before a whole answer, or what came is no HTTP answer";
      case httplib::Error::Write:
        return "the connection ended before the request was sent";
      case httplib::Error::SSLConnection:
      case httplib::Error::SSLLoadingCerts:
      case httplib::Error::SSLServerVerification:
        return "no trusted connection to " + url + ": " + httplib::to_string(error);
      default:
        return "no answer: " + httplib::to_string(error);
    }
  }

  std::string url;
  Duration timeout;
  httplib::Client client;
  std::atomic<bool> stopped = false;
};

Connection::Connection(const std::string& url, Duration timeout) : impl_(std::make_unique<Impl>(url, timeout)) {}
Connection::~Connection() = default;

Exchange Connection::exchange(const wire::HttpRequest& request, const std::optional<Credentials>& credentials) {
  const std::string target = wire::target_of(request);
  if (std::string why = why_not_sendable(request, target); !why.empty())
    return {.error = why + ", so nothing was sent", .never_sent = true};
  if (impl_->stopped) return {.error = "given up", .never_sent = true};

  httplib::Request http;
  http.method = request.method;
  http.path = target;
  http.body = request.body;
  http.set_header("User-Agent", "closecheck");
  http.set_header("Accept-Encoding", "identity");
  if (!request.content_type.empty()) http.set_header("Content-Type", request.content_type);
  bool is_authorized = false;
  for (const auto& [name, value] : request.headers) {
    is_authorized = is_authorized || lower(name) == "authorization";
    http.set_header(name.c_str(), value);
  }
  if (credentials && !is_authorized)
    http.headers.insert(httplib::make_basic_authentication_header(credentials->username, credentials->password));
  std::string body;
  bool too_long = false;
  http.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    if (impl_->stopped) return false;
    too_long = body.size() + size > kAnswerBytesMax;
    if (!too_long) body.append(data, size);
    return !too_long;
  };

  const Clock::time_point begin = Clock::now();
  try {
    httplib::Response response;
    httplib::Error error = httplib::Error::Success;
    if (!impl_->client.send(http, response, error)) {
      const Duration elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
      if (too_long) return {.error = "the answer is longer than 64 MiB"};
      if (impl_->stopped) return {.error = "given up"};
      const bool connected = error != httplib::Error::Connection && error != httplib::Error::ConnectionTimeout;
      return {.error = impl_->text_of(error, elapsed),
              .connected = connected,
              .never_sent = !connected || is_before_the_request(error)};
    }
    WireAnswer answer;
    answer.status = response.status;
    answer.headers.reserve(response.headers.size());
    for (const auto& [header, value] : response.headers) answer.headers.emplace_back(lower(header), value);
    answer.body = std::move(body);
    return {.answer = std::move(answer)};
  } catch (const std::bad_alloc&) {
    throw;  // that is ours, not the answer's
  } catch (const std::exception& error) {
    return {.error = std::string("no answer that can be read: ") + error.what()};
  }
}

void Connection::stop() {
  impl_->stopped = true;
  impl_->client.stop();
}

}  // namespace closecheck::sut
