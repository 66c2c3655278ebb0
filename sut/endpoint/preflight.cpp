// What a live target says of itself before anything is created: harmless reads only, never more than one refused login
// for a configured user.
#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "closecheck/sut/endpoint.h"
#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "closecheck/vocabulary/trouble.h"
#include "endpoint/endpoint_connection.h"
#include "endpoint/endpoint_target.h"
#include "run/politeness.h"

namespace closecheck::sut {
namespace {

constexpr std::size_t kMeasuredReads = 15;
constexpr Duration kMeasuringMax = 5 * kSecond;
constexpr Duration kReadPatience = 10 * kSecond;
constexpr std::size_t kToldMax = 400;
constexpr Duration kQuickly = kSecond;
constexpr int kLostAttemptsMax = 3;

using Clock = std::chrono::steady_clock;

struct Read {
  std::optional<Response> response;  // empty: no answer
  std::string error;
  Duration took = 0;
};

bool is_configured(Principal principal) {
  return principal == Principal::manage_ml || principal == Principal::manage || principal == Principal::monitor_ml ||
         principal == Principal::none || principal == Principal::setup;
}

/// What the name of a principal promises of a privilege; nothing for `setup`.
std::optional<bool> promise(Principal principal, std::string_view privilege) {
  switch (principal) {
    case Principal::manage_ml:
      if (privilege == "manage_ml") return true;
      if (privilege == "manage") return false;
      return std::nullopt;
    case Principal::manage:
      if (privilege == "manage") return true;
      return std::nullopt;
    case Principal::monitor_ml:
      return privilege == "monitor_ml";
    case Principal::none:
      return false;
    default:
      return std::nullopt;
  }
}

class Reader {
 public:
  explicit Reader(const EndpointOptions& options)
      : target_(options),
        patience_(std::min(kReadPatience, options.request_timeout)),
        connection_(target_.url(), target_.commons().answer_room, options.transport),
        profile_(options.profile),
        watch_(target_.commons().curfew, [this] { connection_.stop(); }) {}

  Read read(Operation operation, const std::optional<Credentials>& credentials) {
    const Request request{Principal::anonymous, std::move(operation), nullptr};
    for (int attempt = 1;; ++attempt) {
      const Clock::time_point begin = Clock::now();
      if (is_over()) return {std::nullopt, why_over("the time for the preflight was up"), 0};
      Exchange exchange =
          connection_.exchange(wire::encode(request, profile_), credentials, std::min(patience_, left()));
      Read read;
      read.took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
      const WireAnswer* const answer = exchange.answer ? &*exchange.answer : nullptr;
      if (answer == nullptr && first_error_.empty()) first_error_ = told(exchange.error);
      const bool is_patient = attempt < kBusyAttemptsMax;
      if (is_patient && (answer != nullptr ? is_busy(*answer) : is_worth_another(exchange, read, credentials))) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(polite_wait(answer, attempt), left())));
        continue;
      }
      if (answer != nullptr)
        read.response = wire::decode(*std::move(exchange.answer), request, profile_);
      else
        read.error = told(exchange.error);
      return read;
    }
  }

  /// The harmless read that tells whom the target lets in.
  Read identify(const std::optional<Credentials>& credentials) {
    if (has_authenticate_) {
      Read read = this->read(Authenticate{}, credentials);
      const int status = read.response ? read.response->status : 0;
      if (status != 400 && status != 404 && status != 405) return read;
      has_authenticate_ = false;
    }
    return read(JobStats{"closecheck-preflight"}, credentials);
  }

  bool is_over() const { return left() <= 0; }
  /// Why there is no more time: what took it first, if something got no answer.
  std::string why_over(std::string_view otherwise) const {
    return first_error_.empty() ? std::string(otherwise) : first_error_ + "; then the time for the preflight was up";
  }

  Identity ordinary() { return target_.identity_of(Principal::manage_ml); }

  /// What came from the target, fit to be shown.
  std::string told(std::string_view text) const { return one_line(shortened(target_.redact()(text), kToldMax)); }

  /// What the server calls itself; empty where it does not say.
  std::string server_of(const Read& root) const {
    const auto* info = root.response ? std::get_if<ServerInfo>(&root.response->content) : nullptr;
    if (info == nullptr) return "";
    return told(info->name + (info->name.empty() || info->version.empty() ? "" : " ") + info->version);
  }

 private:
  Duration left() const { return std::chrono::nanoseconds(target_.end_of_work() - Clock::now()).count(); }

  /// An answer that broke off may come the next time; but nobody logs in twice for that.
  static bool is_worth_another(const Exchange& exchange, const Read& read,
                               const std::optional<Credentials>& credentials) {
    return exchange.connected && !exchange.never_sent && read.took < kQuickly && !credentials;
  }

  Target target_;
  Duration patience_;
  std::string first_error_;  // of a read that got no answer
  Connection connection_;
  Profile profile_;
  bool has_authenticate_ = true;
  Curfew::Watch watch_;
};

int status_of(const Read& read) {
  return read.response ? read.response->status : 0;
}

std::string titled(Principal principal, const Credentials& credentials) {
  return "principal " + std::string(name(principal)) + " (" + describe(credentials) + ")";
}

void read_privileges(Reader& reader, Principal principal, const Credentials& credentials, Preflight& preflight) {
  if (principal == Principal::setup) return;
  const Read read = reader.read(HasPrivileges{}, credentials);
  const auto* list = read.response ? std::get_if<PrivilegeList>(&read.response->content) : nullptr;
  if (list == nullptr || read.response->outcome != Outcome::accepted || list->privileges.empty()) {
    preflight.notes.push_back("The target does not tell privileges, so " + titled(principal, credentials) +
                              " is assumed to have what its name says and no more.");
    return;
  }
  std::vector<std::string> wrong;
  for (const auto& [privilege, has] : list->privileges) {
    const std::optional<bool> promised = promise(principal, privilege);
    if (!promised || *promised == has) continue;
    wrong.push_back((has ? "has " : "lacks ") + privilege);
  }
  if (wrong.empty()) return;
  preflight.unsuitable.push_back(principal);
  preflight.notes.push_back("The target says that " + titled(principal, credentials) + " " + joined(wrong) +
                            ", so what it may do tells nothing of its privilege.");
}

void read_principals(Reader& reader, const EndpointOptions& options, Preflight& preflight) {
  std::map<std::tuple<std::string, std::string, std::string>, Read> known;
  for (const auto& [principal, credentials] : options.principals) {
    if (!is_configured(principal)) continue;
    // The same user is not asked twice: a wrong password in the configuration must not count double.
    const std::tuple key(credentials.username, credentials.password, credentials.authorization);
    auto found = known.find(key);
    if (found == known.end()) found = known.emplace(key, reader.identify(credentials)).first;
    const Read& read = found->second;
    const int status = status_of(read);
    if (status == 401) {
      preflight.refused.push_back(principal);
      preflight.secured = true;
    } else if (status == 403) {
      preflight.secured = true;
    } else if (!read.response) {
      preflight.notes.push_back("The harmless read of " + titled(principal, credentials) +
                                " got no answer: " + read.error + ".");
    }
    if (status != 401) read_privileges(reader, principal, credentials, preflight);
  }
}

void read_security(Reader& reader, const EndpointOptions& options, Preflight& preflight) {
  const int anonymous = status_of(reader.identify(std::nullopt));
  if (anonymous == 401 || anonymous == 403) preflight.secured = true;
  // Nobody's account can be locked by this one.
  const int unknown = status_of(reader.identify(Credentials{"closecheck-no-such-user", "closecheck-no-such-password"}));
  if (unknown == 401) preflight.secured = true;
  const auto none = options.principals.find(Principal::none);
  if (!preflight.secured && none != options.principals.end() &&
      status_of(reader.read(JobStats{"closecheck-preflight"}, none->second)) == 403)
    preflight.secured = true;
  if (!preflight.secured && !options.principals.empty())
    preflight.notes.push_back("The target lets everybody in, whatever the credentials.");
}

/// What the target does that makes it useless to begin: it is busy, somebody else answers, or the ordinary caller is
/// not let in. Empty: nothing.
std::string why_of_no_use(const Read& read, const EndpointOptions& options) {
  if (!read.response) return "does not answer for jobs: " + read.error;
  if (std::string why = why_not_itself(*read.response); !why.empty()) return "does not answer as itself: " + why;
  const bool is_refused = status_of(read) == 401 || status_of(read) == 403;
  if (is_refused && options.principals.empty())
    return "asks for credentials, and no principals are configured: " + describe(*read.response);
  return "";
}

/// Whether a 400 says that nobody answers such a request. Only the product's words are sure to.
enum class Words : std::uint8_t { of_the_product, any };

/// What showed that a whole API is absent; empty: it may be there. A thing that is not there has an API all the same,
/// and so has one that this caller may not use.
std::string shown_absent(const Read& read, std::string_view what, Words words) {
  const int status = status_of(read);
  const bool no_handler =
      status == 400 && (words == Words::any ? read.response->error_type.empty()
                                            : contains_ignoring_case(read.response->reason, "no handler found"));
  const bool no_thing = status == 404 && contains_ignoring_case(read.response->error_type, "not_found_exception");
  if ((status != 404 || no_thing) && status != 405 && status != 501 && !no_handler) return "";
  return "`" + std::string(what) + "` is answered with " + std::to_string(status);
}

void read_apis(Reader& reader, const EndpointOptions& options, Preflight& preflight) {
  const auto setup = options.principals.find(Principal::setup);
  const std::optional<Credentials> credentials =
      setup != options.principals.end() ? std::optional(setup->second) : reader.ordinary().credentials;
  // One that lists none, or has no statistics of one that is not there, may have datafeeds all the same.
  for (const auto& [operation, what] :
       {std::pair<Operation, std::string_view>(DatafeedStats{"closecheck-preflight"}, "statistics of a datafeed"),
        std::pair<Operation, std::string_view>(GetDatafeed{"_all"}, "get datafeed _all")}) {
    preflight.datafeeds_absent = shown_absent(reader.read(operation, reader.ordinary().credentials), what, Words::any);
    if (preflight.datafeeds_absent.empty()) break;
  }
  // An index that nobody has may be answered in a server's own words; all indices together are always there.
  for (const char* path : {"/closecheck-preflight/_search", "/_search"}) {
    const RawRequest search{"GET", path, {{"size", "0"}}, "", ""};
    preflight.documents_absent =
        shown_absent(reader.read(search, credentials), std::string("GET ") + path, Words::of_the_product);
    if (preflight.documents_absent.empty()) break;
  }
}

void measure(Reader& reader, Preflight& preflight) {
  const Identity ordinary = reader.ordinary();
  std::vector<Duration> times;
  const Clock::time_point end = Clock::now() + std::chrono::nanoseconds(kMeasuringMax);
  for (std::size_t i = 0; i < kMeasuredReads; ++i) {
    const Read read = reader.read(JobStats{"closecheck-preflight"}, ordinary.credentials);
    if (read.response) times.push_back(read.took);
    if (!read.response && times.empty()) break;  // one that does not answer is not asked fifteen times
    if (Clock::now() >= end) break;
  }
  if (times.empty()) {
    preflight.notes.push_back("The statistics of jobs cannot be read, so round trips could not be measured.");
    return;
  }
  std::sort(times.begin(), times.end());
  preflight.round_trip = times[times.size() / 2];
  preflight.round_trip_max = times.back();
}

}  // namespace

Preflight preflight(const EndpointOptions& options) {
  Reader reader(options);
  Preflight preflight;
  // Without credentials first: a login is not spent on finding out whether anybody is there.
  const Read root = reader.read(GetRoot{}, std::nullopt);
  if (!root.response) {
    preflight.error = "cannot be reached: " + root.error;
    return preflight;
  }
  preflight.reachable = true;
  preflight.server = reader.server_of(root);
  read_principals(reader, options, preflight);
  if (!preflight.refused.empty()) return preflight;
  if (const Identity ordinary = reader.ordinary(); preflight.server.empty() && ordinary.credentials)
    preflight.server = reader.server_of(reader.read(GetRoot{}, ordinary.credentials));
  // Some versions tell it only to those who may monitor the cluster, which who may manage jobs need not.
  for (const Principal who : {Principal::manage, Principal::setup})
    if (const auto known = options.principals.find(who); preflight.server.empty() && known != options.principals.end())
      preflight.server = reader.server_of(reader.read(GetRoot{}, known->second));
  if (preflight.server.empty()) preflight.notes.push_back("The target does not say what it is at GET /.");
  // One answer that is lost says nothing of the target; the login was found good above.
  for (int attempt = 1; attempt <= kLostAttemptsMax; ++attempt) {
    const Read read = reader.read(JobStats{"closecheck-preflight"}, reader.ordinary().credentials);
    preflight.error = reader.told(why_of_no_use(read, options));
    const int status = status_of(read);
    const bool is_temporary = status == 401 || status == 403 || status == 429 || status >= 500;
    preflight.is_another_api = read.response && !preflight.error.empty() && !is_temporary;
    if (read.response && read.response->outcome != Outcome::not_from_service) break;
  }
  if (!preflight.error.empty()) {
    preflight.reachable = false;
    return preflight;
  }
  read_security(reader, options, preflight);
  read_apis(reader, options, preflight);
  measure(reader, preflight);
  if (reader.is_over()) {
    preflight.reachable = false;
    preflight.error = reader.why_over("answers so slowly that the time for the preflight was up");
  }
  return preflight;
}

}  // namespace closecheck::sut
