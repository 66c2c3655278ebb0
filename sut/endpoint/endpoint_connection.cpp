#include "endpoint/endpoint_connection.h"

#include <curl/curl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/text.h"
#include "endpoint/answer_reader.h"
#include "endpoint/connection_trouble.h"

namespace closecheck::sut {
namespace {

constexpr Duration kConnectPatienceMax = 5 * kSecond;
/// No wait for the network is longer than this, so that no number of milliseconds can overflow.
constexpr Duration kOneWaitMax = kMinute;

using Clock = std::chrono::steady_clock;

struct EasyEnd {
  void operator()(CURL* easy) const { ::curl_easy_cleanup(easy); }
};
struct MultiEnd {
  void operator()(CURLM* multi) const { ::curl_multi_cleanup(multi); }
};
using Easy = std::unique_ptr<CURL, EasyEnd>;
using Multi = std::unique_ptr<CURLM, MultiEnd>;

Easy make_easy() {
  static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  Easy easy(ready == CURLE_OK ? ::curl_easy_init() : nullptr);
  if (!easy) throw std::bad_alloc();
  return easy;
}

Multi make_multi() {
  Multi multi(::curl_multi_init());
  if (!multi) throw std::bad_alloc();
  return multi;
}

long milliseconds_of(Duration span) {
  return static_cast<long>(
      std::clamp<Duration>((span + kMillisecond - 1) / kMillisecond, 1, kOneWaitMax / kMillisecond));
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
  // Whoever takes the body of such a request for another request is not to be blamed.
  if (request.method == "HEAD" && !request.body.empty()) return "HEAD takes no body";
  if (!target.starts_with('/') || !is_visible(target)) return "'" + target + "' is no path";
  if (!is_header_value(request.content_type)) return "the content type is no header value";
  for (const auto& [name, value] : request.headers)
    if (name.empty() || !is_visible(name) || name.find(':') != std::string::npos || !is_header_value(value))
      return "'" + name + "' is no header with a value";
  return "";
}

/// The host of a URL as Target::url() gives it, without the brackets of an address.
std::string_view host_of(std::string_view url) {
  url.remove_prefix(url.find("//") + 2);
  if (url.starts_with('[')) return url.substr(1, url.find(']') - 1);
  return url.substr(0, url.find_first_of(":/"));
}

/// Where the base path begins in a URL as Target::url() gives it: its end, where there is none.
std::size_t base_path_at(std::string_view url) {
  return std::min(url.find('/', url.find("//") + 2), url.size());
}

bool is_loopback(std::string_view url) {
  const std::string host = lower(host_of(url));
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1";
}

/// Whether the library is told of a body, be it an empty one.
bool has_body(const wire::HttpRequest& request) {
  return request.method == "POST" || request.method == "PUT" || request.method == "PATCH" || !request.body.empty();
}

/// The lines of a head, and lines that keep the library from writing its own.
class HeaderLines {
 public:
  HeaderLines() = default;
  ~HeaderLines() { ::curl_slist_free_all(lines_); }
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;

  void add(const std::string& name, const std::string& value) { append(name + (value.empty() ? ";" : ": " + value)); }
  void leave_out(const std::string& name) { append(name + ":"); }
  curl_slist* get() const { return lines_; }

 private:
  void append(const std::string& line) {
    curl_slist* const longer = ::curl_slist_append(lines_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    lines_ = longer;
  }

  curl_slist* lines_ = nullptr;
};

void add_headers(const wire::HttpRequest& request, const Parameters& of_transport, const Credentials& credentials,
                 HeaderLines& lines) {
  const auto is_given = [&](std::string_view wanted) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const auto& header) { return lower(header.first) == wanted; });
  };
  if (has_body(request)) lines.leave_out("Expect");
  if (!is_given("accept-encoding")) lines.add("Accept-Encoding", "identity");
  if (!request.content_type.empty())
    lines.add("Content-Type", request.content_type);
  else if (has_body(request) && !is_given("content-type"))
    lines.leave_out("Content-Type");
  for (const auto& [name, value] : request.headers) lines.add(name, value);
  for (const auto& [name, value] : of_transport)
    if (!is_given(lower(name))) lines.add(name, value);
  if (!credentials.authorization.empty() && !is_given("authorization"))
    lines.add("Authorization", credentials.authorization);
}

bool is_no_connection(CURLcode code) {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
         code == CURLE_OPERATION_TIMEDOUT;
}

}  // namespace

struct Connection::Impl {
  Impl(const std::string& the_url, std::shared_ptr<AnswerRoom> the_room, const Transport& the_transport);

  template <class Value>
  void set(CURLoption option, Value value) {
    if (::curl_easy_setopt(easy.get(), option, value) == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  }
  void set_request(const wire::HttpRequest& request, const std::string& target);
  void set_credentials(const Credentials& credentials);
  void set_certificates();
  void set_proxy();

  /// Hands the transfer to the library until it ends, is stopped or has to. Empty: the library has not ended it.
  std::optional<CURLcode> perform(Clock::time_point deadline);
  /// Of an exchange that came to no answer.
  Exchange failure(std::optional<CURLcode> code, Duration timeout) const;
  long told(CURLINFO what) const;
  /// All that came in on the sockets that are open.
  std::uint64_t bytes_received() const;

  static std::size_t on_line(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static int on_send(void* self, char*, char*, int, int);
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);
  static int on_close(void* self, curl_socket_t socket);

  const std::string url;
  const std::string base_path;
  const std::shared_ptr<AnswerRoom> room;
  const Transport transport;
  std::vector<int> sockets;  // that are open
  // The transfer ends before what carries it, and that before the sockets.
  const Multi multi = make_multi();
  const Easy easy = make_easy();
  std::atomic<bool> stopped = false;

  // Of the exchange that is under way:
  AnswerReader* reader = nullptr;
  bool sent = false;           // whether the request was begun to be sent
  std::exception_ptr trouble;  // which must not go through the library
  std::array<char, CURL_ERROR_SIZE> details{};
};

Connection::Impl::Impl(const std::string& the_url, std::shared_ptr<AnswerRoom> the_room, const Transport& the_transport)
    : url(the_url),
      base_path(the_url.substr(base_path_at(the_url))),
      room(std::move(the_room)),
      transport(the_transport) {
  set(CURLOPT_URL, (url + "/").c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_HTTP09_ALLOWED, 0L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  // Whoever looks up a name for too long is not waited for.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_USERAGENT, "closecheck");
  set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  set(CURLOPT_TCP_NODELAY, 1L);
  // Bodies are decoded within bounds, by whoever reads them.
  set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
  // What a proxy says of itself is not the target's answer, and a proxy that writes requests anew would change paths.
  set(CURLOPT_HTTPPROXYTUNNEL, 1L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_ERRORBUFFER, details.data());
  set_proxy();
  set_certificates();
  set(CURLOPT_HEADERFUNCTION, &Impl::on_line);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &Impl::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_PREREQFUNCTION, &Impl::on_send);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &Impl::on_open);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_CLOSESOCKETFUNCTION, &Impl::on_close);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
}

void Connection::Impl::set_certificates() {
  set(CURLOPT_SSL_VERIFYPEER, transport.verifies ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, transport.verifies ? 2L : 0L);
  if (!transport.authorities.empty()) {
    set(CURLOPT_CAINFO, transport.authorities.c_str());
    set(CURLOPT_CAPATH, nullptr);
  } else {
    // The library itself does not read the variables by which a user names certificates of his own.
    if (const char* file = std::getenv("SSL_CERT_FILE")) set(CURLOPT_CAINFO, file);
    if (const char* folder = std::getenv("SSL_CERT_DIR")) set(CURLOPT_CAPATH, folder);
  }
  if (transport.certificate.empty()) return;
  set(CURLOPT_SSLCERT, transport.certificate.c_str());
  set(CURLOPT_SSLKEY, transport.key.empty() ? transport.certificate.c_str() : transport.key.c_str());
  // Nobody is asked for the password of a key.
  set(CURLOPT_KEYPASSWD, "");
}

void Connection::Impl::set_proxy() {
  if (!transport.proxy.empty()) {
    set(CURLOPT_PROXY, transport.proxy.c_str());
    set(CURLOPT_NOPROXY, "");
    set(CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
  } else if (is_loopback(url)) {
    set(CURLOPT_PROXY, "");
  }
}

void Connection::Impl::set_request(const wire::HttpRequest& request, const std::string& target) {
  set(CURLOPT_HTTPGET, 1L);
  set(CURLOPT_NOBODY, request.method == "HEAD" ? 1L : 0L);
  if (has_body(request)) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
  }
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  // As it is: dots would be taken out of the path of a URL.
  set(CURLOPT_REQUEST_TARGET, target.c_str());
}

void Connection::Impl::set_credentials(const Credentials& credentials) {
  const bool has_user = !credentials.username.empty() || !credentials.password.empty();
  set(CURLOPT_USERNAME, has_user ? credentials.username.c_str() : nullptr);
  set(CURLOPT_PASSWORD, has_user ? credentials.password.c_str() : nullptr);
}

std::size_t Connection::Impl::on_line(char* data, std::size_t, std::size_t size, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  try {
    return impl.reader->take_line({data, size}) ? size : size + 1;
  } catch (...) {
    impl.trouble = std::current_exception();
    return size + 1;
  }
}

std::size_t Connection::Impl::on_body(char* data, std::size_t, std::size_t size, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  try {
    return impl.reader->take_body({data, size}) ? size : size + 1;
  } catch (...) {
    impl.trouble = std::current_exception();
    return size + 1;
  }
}

/// Called before each sending. The library would send again what it sent on a connection that then died.
int Connection::Impl::on_send(void* self, char*, char*, int, int) {
  return std::exchange(static_cast<Impl*>(self)->sent, true) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

curl_socket_t Connection::Impl::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& impl = *static_cast<Impl*>(self);
  if (impl.sent) return CURL_SOCKET_BAD;
  try {
    impl.sockets.reserve(impl.sockets.size() + 1);
  } catch (...) {
    impl.trouble = std::current_exception();
    return CURL_SOCKET_BAD;
  }
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket >= 0) impl.sockets.push_back(socket);
  return socket;
}

int Connection::Impl::on_close(void* self, curl_socket_t socket) {
  std::erase(static_cast<Impl*>(self)->sockets, socket);
  return ::close(socket);
}

std::uint64_t Connection::Impl::bytes_received() const {
  std::uint64_t bytes = 0;
  for (const int socket : sockets) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) bytes += info.tcpi_bytes_received;
  }
  return bytes;
}

std::optional<CURLcode> Connection::Impl::perform(Clock::time_point deadline) {
  // Counted from after the first wait: most answers are whole by then, and to ask the system takes its time.
  std::optional<std::uint64_t> received_before;
  for (int running = 1, waits = 0;; ++waits) {
    if (::curl_multi_perform(multi.get(), &running) != CURLM_OK) return CURLE_RECV_ERROR;
    if (running == 0) break;
    if (stopped) return std::nullopt;
    if (waits > 0) {
      const std::uint64_t received = bytes_received();
      if (!received_before) received_before = received;
      if (!reader->take_count(std::max(received, *received_before) - *received_before)) return std::nullopt;
    }
    const Duration left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Clock::now()).count();
    if (left <= 0) return std::nullopt;
    ::curl_multi_poll(multi.get(), nullptr, 0, static_cast<int>(milliseconds_of(left)), nullptr);
  }
  int waiting = 0;
  const CURLMsg* message = ::curl_multi_info_read(multi.get(), &waiting);
  return message != nullptr && message->msg == CURLMSG_DONE ? message->data.result : CURLE_RECV_ERROR;
}

long Connection::Impl::told(CURLINFO what) const {
  long value = 0;
  ::curl_easy_getinfo(easy.get(), what, &value);
  return value;
}

Exchange Connection::Impl::failure(std::optional<CURLcode> code, Duration timeout) const {
  Exchange exchange;
  exchange.never_sent = !sent;
  exchange.connected = sent || (code && !is_no_connection(*code));
  exchange.timed_out = !code && !stopped && reader->refusal().empty();
  if (!reader->refusal().empty()) {
    exchange.error = reader->refusal() + ", so it is not read";
  } else if (!code && stopped) {
    exchange.error = "given up";
  } else if (!code && sent) {
    exchange.error = "no answer within " + describe_duration(timeout);
  } else if (!code || code == CURLE_OPERATION_TIMEDOUT) {
    exchange.error = "no connection to " + url + " within " + describe_duration(std::min(timeout, kConnectPatienceMax));
  } else if (!sent || is_refused_certificate(details.data())) {
    exchange.error = why_no_connection({.url = url,
                                        .transport = transport,
                                        .code = *code,
                                        .verification = told(CURLINFO_SSL_VERIFYRESULT),
                                        .proxy_status = told(CURLINFO_HTTP_CONNECTCODE),
                                        .details = details.data()});
  } else if (code == CURLE_OUT_OF_MEMORY) {
    // The library's own bound of a line; memory that is really short shows everywhere else.
    exchange.error = "the answer has a line that is too long, so it is not read";
  } else {
    exchange.error = "the connection ended before a whole answer, or what came is no HTTP answer";
  }
  return exchange;
}

Connection::Connection(const std::string& url, std::shared_ptr<AnswerRoom> room, const Transport& transport)
    : impl_(std::make_unique<Impl>(url, std::move(room), transport)) {}
Connection::~Connection() = default;

Exchange Connection::exchange(const wire::HttpRequest& request, const std::optional<Credentials>& credentials,
                              Duration timeout, bool fresh) {
  Impl& impl = *impl_;
  const std::string path = wire::target_of(request);
  if (std::string why = why_not_sendable(request, path); !why.empty())
    return {.error = why + ", so nothing was sent", .never_sent = true};
  if (impl.stopped) return {.error = "given up", .never_sent = true};
  const Clock::time_point deadline = Clock::now() + std::chrono::nanoseconds(std::min(timeout, kHour));

  HeaderLines lines;
  const Credentials who = credentials.value_or(Credentials{});
  add_headers(request, impl.transport.headers, who, lines);
  impl.set(CURLOPT_HTTPHEADER, lines.get());
  impl.set_request(request, impl.base_path + path);
  impl.set_credentials(who);
  impl.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(std::min(timeout, kConnectPatienceMax)));
  impl.set(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
  impl.set(CURLOPT_FORBID_REUSE, fresh ? 1L : 0L);
  AnswerReader reader(impl.room);
  impl.reader = &reader;
  impl.sent = false;
  impl.trouble = nullptr;
  impl.details.front() = '\0';
  if (::curl_multi_add_handle(impl.multi.get(), impl.easy.get()) != CURLM_OK) throw std::bad_alloc();
  const std::optional<CURLcode> code = impl.perform(deadline);
  // Whatever has not come to its end is ended with its connection.
  ::curl_multi_remove_handle(impl.multi.get(), impl.easy.get());
  if (impl.trouble) std::rethrow_exception(impl.trouble);
  if (code != CURLE_OK || !reader.has_head() || !reader.finish()) return impl.failure(code, timeout);
  return {.answer = reader.take_answer(), .share = reader.take_share()};
}

void Connection::stop() {
  impl_->stopped = true;
  ::curl_multi_wakeup(impl_->multi.get());
}

}  // namespace closecheck::sut
