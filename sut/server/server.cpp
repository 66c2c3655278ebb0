#include "closecheck/sut/server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <thread>
#include <utility>

#include "closecheck/vocabulary/run_as.h"
#include "server/http_server.h"
#include "server/server_access.h"
#include "server/server_log.h"
#include "server/server_service.h"
#include "server/tls.h"
#include "service/doorway.h"
#include "store/sqlite_store.h"
#include "wire/json.h"
#include "wire/routes.h"
#include "wire/text.h"

namespace closecheck::sut {
namespace {

/// From an HTTP message to its answer.
class FrontDesk {
 public:
  FrontDesk(const ServerOptions& options, ClockedService& service, const Manner& manner, const ServerLog& log)
      : options_(options), service_(service), manner_(manner), log_(log), access_(options.principals) {}

  /// Empty: the service ends; nobody gets an answer any more.
  std::optional<WireAnswer> answer(ArrivedRequest arrived) const {
    const auto begin = std::chrono::steady_clock::now();
    std::string_view who = "a test hook";
    std::optional<WireAnswer> answer = answer_of(arrived.head, std::move(arrived.body), who);
    log_.request(arrived.head.method, arrived.head.target, answer ? answer->status : 503,
                 std::chrono::steady_clock::now() - begin, who);
    return answer;
  }

 private:
  /// `who`: becomes the principal that asks.
  std::optional<WireAnswer> answer_of(const RequestHead& head, std::string body, std::string_view& who) const {
    wire::HttpRequest http;
    http.method = head.method;
    const std::size_t question = std::min(head.target.find('?'), head.target.size());
    http.path = head.target.substr(0, question);
    http.query = wire::split_query(std::string_view(head.target).substr(std::min(question + 1, head.target.size())));
    http.body = std::move(body);
    http.content_type = head.header("content-type");
    for (const std::string& name : {std::string("accept"), std::string(kRunAsHeader)})
      if (std::string value = head.header(name); !value.empty()) http.headers.emplace_back(name, std::move(value));

    if (options_.test_hooks && http.path.starts_with("/_test/"))
      return wire::encode(hook(http), Request{}, manner_.profile);
    const Caller caller =
        manner_.security ? access_.identify(head.header("authorization")) : Caller{Principal::manage_ml, "anonymous"};
    who = name(caller.principal);
    // Of the body of somebody who is not known nothing counts but that it is there; and few bytes may become very many.
    const bool unknown = is_nobody(caller.principal);
    if (unknown) http.body = http.body.substr(0, 1);
    if (wire::build_of(http.body).values > options_.limits.json_values)
      return wire::encode(refused(413, "content_too_long_exception",
                                  fmt::format("a body has at most {} values", options_.limits.json_values)),
                          Request{}, manner_.profile);
    Entered entered = enter(http, manner_, caller.principal);
    std::optional<ServiceAnswer> answer = entered.answer ? std::move(entered.answer) : service_.ask(entered.request);
    if (!answer) return std::nullopt;
    if (answer->response.status == 401)
      answer = unknown_caller(caller, http);
    else
      use_name(answer->response, caller);
    return leave(*answer, entered, manner_);
  }

  /// The same words for an unknown user and for a wrong password.
  Response unknown_caller(const Caller& caller, const wire::HttpRequest& http) const {
    const std::string_view missing = manner_.profile->names_credentials ? "credentials" : "token";
    const std::string target = wire::target_of(http);
    return refused(
        401, "security_exception",
        caller.username.empty() && caller.principal != Principal::wrong_password
            ? fmt::format("missing authentication {} for REST request [{}]", missing, target)
            : fmt::format("unable to authenticate user [{}] for REST request [{}]", caller.username, target));
  }

  /// The core knows callers by their roles; on the wire they have user names.
  static void use_name(Response& response, const Caller& caller) {
    if (auto* identity = std::get_if<Identity>(&response.content)) identity->username = caller.username;
    const std::string role = fmt::format("user [{}]", name(caller.principal));
    if (response.status == 403 && response.reason.ends_with(role))
      response.reason.replace(response.reason.size() - role.size(), role.size(),
                              fmt::format("user [{}]", caller.username));
  }

  /// `POST /_test/jobs/{id}/_fail`, `_slow?housekeeping=3s`, `_hang`: no part of the API, so without credentials.
  Response hook(const wire::HttpRequest& http) const {
    const auto segments = split_path(http.path);
    const auto refuse = [](std::string why) { return refused(400, "illegal_argument_exception", std::move(why)); };
    if (segments.size() != 4 || segments[1] != "jobs" || http.method != "POST")
      return refuse("expected POST /_test/jobs/{id}/_fail, _slow?housekeeping=3s or _hang");
    Fault fault = Fault::fail_job;
    Duration duration = 0;
    if (segments[3] == "_slow") {
      fault = Fault::slow_close;
      const auto span = parse_duration(wire::find(http.query, "housekeeping").value_or(""));
      if (!span) return refuse("`housekeeping` is no duration such as 3s");
      duration = *span;
    } else if (segments[3] == "_hang") {
      fault = Fault::hang_close;
    } else if (segments[3] != "_fail") {
      return refuse(fmt::format("there is no hook `{}`", segments[3]));
    }
    try {
      if (!service_.inject(fault, segments[2], duration))
        return refused(404, "resource_not_found_exception", fmt::format("No known job with id '{}'", segments[2]));
      log_.info(fmt::format("test hook {} for job {}", segments[3], segments[2]));
    } catch (const FaultFailed& failed) {
      return refused(409, "status_exception", failed.why);
    }
    return accepted(Acknowledged{});
  }

  const ServerOptions& options_;
  ClockedService& service_;
  const Manner& manner_;
  const ServerLog& log_;
  const Access access_;
};

/// Accepts in a thread of its own, and ends that however `serve` is left.
class Running {
 public:
  Running(HttpServer& server, ClockedService& service, Duration grace, const ServerLog& log)
      : server_(server), service_(service), grace_(grace), log_(log), thread_([this] { run(); }) {}
  ~Running() {
    log_.info(fmt::format("stopping: {} requests in hand", service_.requests_in_hand()));
    server_.drain(std::chrono::milliseconds(grace_ / kMillisecond));
    service_.end();
    server_.halt();
    thread_.join();
    log_.info("stopped");
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Whether an exception ended it.
  bool has_failed() const { return failed_; }
  /// Throws that exception again, if there is one.
  void rethrow_failure() const {
    if (failed_) std::rethrow_exception(failure_);
  }

 private:
  void run() {
    try {
      server_.run();
    } catch (...) {
      failure_ = std::current_exception();
      failed_ = true;
    }
  }

  HttpServer& server_;
  ClockedService& service_;
  const Duration grace_;
  const ServerLog& log_;
  std::exception_ptr failure_;
  std::atomic<bool> failed_ = false;
  std::thread thread_;
};

/// So many descriptors this process may have from now on.
std::size_t raise_descriptor_limit() {
  constexpr rlim_t kEnough = 65'536;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1'024;
  limit.rlim_cur = std::min(limit.rlim_max, std::max(limit.rlim_cur, kEnough));
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

/// A connection needs a descriptor, and so does the rest of the program.
ServerLimits within(ServerLimits limits, std::size_t descriptors) {
  constexpr std::size_t kOthers = 64;
  limits.connections = std::min(limits.connections, descriptors > 2 * kOthers ? descriptors - kOthers : kOthers);
  return limits;
}

}  // namespace

std::string authority_of(const std::string& host, int port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

bool is_loopback(const std::string& host) {
  return host == "::1" || host == "localhost" || host.starts_with("127.");
}

void serve(const ServerOptions& options, const std::function<void(int port)>& ready, const std::atomic<bool>& stop) {
  if (!is_loopback(options.host) && (options.principals.empty() || options.test_hooks))
    throw std::runtime_error(
        fmt::format("{} can be reached by others: serve it with principals and without test hooks, "
                    "or serve 127.0.0.1",
                    options.host));
  const InProcessOptions& service_options = options.service;
  const Manner manner{service_options.profile.implemented(), service_options.deviation, service_options.variant,
                      service_options.housekeeping_base, !options.principals.empty()};
  std::unique_ptr<Store> store;
  if (!options.data.empty()) store = std::make_unique<SqliteStore>(SqliteSettings{options.data, "", true});
  const ServerLog log(options.log);
  ClockedService service(manner, log, std::move(store));
  const FrontDesk desk(options, service, manner, log);
  const TlsContext tls = options.tls ? make_tls_context(*options.tls) : nullptr;
  const auto take = [&desk, &manner](ArrivedRequest arrived) {
    if (auto answer = desk.answer(std::move(arrived))) return *std::move(answer);
    return wire::encode(refused(503, "node_closed_exception", "the service ends"), Request{}, manner.profile);
  };
  HttpServer server(take, within(options.limits, raise_descriptor_limit()), log, tls.get());
  const int port = server.take_port(options.host, options.port);
  const Running running(server, service, options.grace, log);
  log.info(fmt::format("serving {} on {}, security {}, {}{}", describe(manner.profile),
                       authority_of(options.host, port), manner.security ? "on" : "off",
                       options.data.empty() ? "in memory" : "data in " + options.data,
                       options.test_hooks ? ", with test hooks" : ""));
  ready(port);
  // A signal handler may set `stop`, and may not notify anybody.
  while (!stop.load() && !running.has_failed() && !service.has_failed())
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  running.rethrow_failure();
  service.rethrow_failure();
}

}  // namespace closecheck::sut
