// Which profile a live target speaks.
#include "closecheck/sut/recognition.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "closecheck/vocabulary/trouble.h"
#include "endpoint/endpoint_connection.h"
#include "endpoint/endpoint_target.h"
#include "run/politeness.h"
#include "wire/json_document.h"

namespace closecheck::sut {
namespace {

using Clock = std::chrono::steady_clock;
using wire::JsonValue;
using wire::member;

constexpr Duration kReadPatience = 10 * kSecond;
constexpr std::chrono::seconds kQuickly{1};
constexpr std::size_t kToldMax = 400;

/// Of a target that does not tell its version, by the base path that it serves; the first that fits.
constexpr std::array kProfilesWithoutVersion{Profile::hidden_version, Profile::xpack_6_3};

struct Read {
  std::optional<Response> response;  // empty: no answer
  std::string error;                 // why, redacted
  bool is_cut = false;               // the connection was made, and ended without an answer
};

int status_of(const Read& read) {
  return read.response ? read.response->status : 0;
}

/// The base path below which a read of jobs is served, or what shows that it is not.
enum class Served : std::uint8_t { yes, no, unlicensed, unknown };

Served served(const Read& read) {
  if (!read.response) return Served::unknown;
  const Response& response = *read.response;
  if (contains_ignoring_case(response.reason, "license is non-compliant")) return Served::unlicensed;
  switch (response.outcome) {
    case Outcome::accepted:
      return Served::yes;
    case Outcome::unreadable:
      return Served::no;
    case Outcome::not_from_service:
      return response.status >= 500 ? Served::unknown : Served::no;
    case Outcome::refused:
      break;
  }
  switch (response.refusal) {
    case Refusal::forbidden:
    case Refusal::server_error:
    case Refusal::conflict:
      return Served::yes;
    case Refusal::not_found:
      return contains_ignoring_case(response.error_type, "resource_not_found") ? Served::yes : Served::no;
    case Refusal::bad_request:
    case Refusal::wrong_method:
    case Refusal::other:
      return Served::no;
    default:
      return Served::unknown;
  }
}

class Recogniser {
 public:
  Recogniser(const EndpointOptions& options, std::optional<Profile> wanted)
      : target_(options),
        wanted_(wanted),
        connection_(target_.url(), target_.commons().answer_room, target_.options().transport) {}

  Recognition run() && {
    if (!ask_for_version()) return std::move(found_);
    std::optional<Profile> profile = wanted_ ? narrowed(*wanted_) : of_version();
    // Whoever told his version may know that there is nothing to be found below any path.
    if (profile && is_closed(*profile)) return std::move(found_);
    const std::optional<Profile> asked = profile;
    if (!find_served(profile)) return std::move(found_);
    if (profile != asked && is_closed(*profile)) return std::move(found_);
    found_.what = Recognised::profile;
    found_.profile = profile;
    return std::move(found_);
  }

 private:
  Duration left() const { return std::chrono::nanoseconds(target_.options().end_of_work - Clock::now()).count(); }

  std::string told(std::string_view text) const { return one_line(shortened(target_.redact()(text), kToldMax)); }

  Read read(const Operation& operation, Profile profile) {
    const Request request{Principal::anonymous, operation, nullptr};
    for (int attempt = 1;; ++attempt) {
      const Clock::time_point begin = Clock::now();
      if (left() <= 0) return {std::nullopt, "the time to ask was up"};
      const Duration patience = std::min({kReadPatience, target_.options().request_timeout, left()});
      Exchange exchange = connection_.exchange(wire::encode(request, profile), caller_, patience);
      const WireAnswer* const answer = exchange.answer ? &*exchange.answer : nullptr;
      // An answer that broke off may come the next time; but nobody logs in twice for that.
      const bool is_worth_another = answer != nullptr ? is_busy(*answer)
                                                      : exchange.connected && !exchange.never_sent &&
                                                            Clock::now() - begin < kQuickly && (!caller_ || is_let_in_);
      if (is_worth_another && attempt < kBusyAttemptsMax) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(polite_wait(answer, attempt), left())));
        continue;
      }
      if (answer == nullptr) return {std::nullopt, told(exchange.error), exchange.connected && !exchange.never_sent};
      is_let_in_ = is_let_in_ || (caller_ && answer->status != 401);
      return {wire::decode(*std::move(exchange.answer), request, profile), ""};
    }
  }

  /// One of the reads that are no part of the job API.
  Read read(const std::string& path, Parameters query = {}) {
    return read(RawRequest{"GET", path, std::move(query), "", ""}, Profile{});
  }

  /// False, for what ends with it.
  bool end_as(Recognised what, std::string why) {
    found_.what = what;
    found_.why = std::move(why);
    return false;
  }
  bool end_as_closed(Profile profile, const std::string& why) {
    found_.profile = profile;
    return end_as(Recognised::closed, "has the job API closed: " + why);
  }
  bool end_as_refused(Principal who) {
    found_.refused.push_back(who);
    return end_as(Recognised::refused, "answers 401 to " + std::string(name(who)));
  }

  /// Finds somebody who may ask for the version, nobody first: a login is not spent on finding out whether anybody is
  /// there. False: it has ended.
  bool ask_for_version() {
    Read root = read(GetRoot{}, Profile{});
    if (!root.response) {
      std::string why = "cannot be reached: " + root.error;
      if (root.is_cut) why += perhaps_why_cut();
      return end_as(Recognised::not_yet, std::move(why));
    }
    const auto is_turned_away = [&] { return status_of(root) == 401 || status_of(root) == 403; };
    for (const Principal who :
         {Principal::setup, Principal::manage, Principal::manage_ml, Principal::monitor_ml, Principal::none}) {
      const auto principal = target_.options().principals.find(who);
      if (!is_turned_away() || principal == target_.options().principals.end()) continue;
      become(who, principal->second);
      root = read(GetRoot{}, Profile{});
      if (status_of(root) == 401) return end_as_refused(who);
    }
    if (is_turned_away() || !caller_)
      become(Principal::manage_ml, target_.identity_of(Principal::manage_ml).credentials);
    if (!root.response) return end_as(Recognised::not_yet, "does not answer as itself: " + root.error);
    const Refusal refusal = root.response->refusal;
    if (refusal == Refusal::busy || refusal == Refusal::unavailable)
      return end_as(Recognised::not_yet, "does not answer as itself: " + told(why_not_itself(*root.response)));
    if (const auto* info = std::get_if<ServerInfo>(&root.response->content)) found_.version = told(info->version);
    return true;
  }

  /// What makes a server hang up without a word.
  std::string perhaps_why_cut() const {
    if (target_.url().starts_with("http://")) return " (a target that speaks TLS begins with https://)";
    if (!target_.options().transport.certificate.empty()) return "";
    return " (one that asks for a client certificate is shown it by `tls: {certificate: FILE, key: FILE}`)";
  }

  void become(Principal who, std::optional<Credentials> credentials) {
    is_let_in_ = is_let_in_ && who_ == who;
    who_ = who;
    caller_ = std::move(credentials);
  }

  /// The profile that was named, as far as the target's version is one of it and the user named none.
  Profile narrowed(Profile profile) const {
    const std::optional<Version> version = read_version(found_.version);
    return version && !profile.version() ? profile.at(*version) : profile;
  }

  /// By the version that the target tells.
  std::optional<Profile> of_version() {
    if (found_.version.empty()) return std::nullopt;
    found_.why = "the server says that it is " + found_.version;
    if (const auto profile = profile_of_version(found_.version)) return profile;
    const Profile latest = kProfiles.back();
    const std::optional<Version> version = read_version(found_.version);
    if (!version || version->major <= latest->major) return std::nullopt;
    found_.why += ", which is later than all that are known: it is taken for the latest of these";
    return latest;
  }

  /// Whether the target says that the job API is closed here, so that it has ended: by its licence, by its settings, or
  /// since no node has it.
  bool is_closed(Profile profile) {
    const Read features = read(std::string(profile->feature_list));
    const auto is_false = [&](const char* what) {
      if (!features.response || features.response->status != 200 || !features.response->wire) return false;
      const wire::JsonDocument document(features.response->wire->body);
      const auto all = document.root() ? member(*document.root(), "features") : std::nullopt;
      const auto jobs = all ? member(*all, "ml") : std::nullopt;
      const auto value = jobs ? member(*jobs, what) : std::nullopt;
      return value && wire::truth(*value) == false;
    };
    if (is_false("available")) return !end_as_closed(profile, unlicensed(profile));
    if (is_false("enabled"))
      return !end_as_closed(profile, "its machine learning is switched off; `xpack.ml.enabled: true` switches it on");
    if (!has_no_node()) return false;
    return !end_as_closed(profile,
                          "none of its nodes does machine learning; `node.roles: [ml]` (before 7.9 `node.ml: "
                          "true`) makes one do so");
  }

  static std::string unlicensed(Profile profile) {
    // The licence is asked for beside users and roles.
    std::string_view beside = profile->security.path;
    beside.remove_suffix(std::string_view("security").size());
    return "its licence does not include machine learning; `POST " + std::string(beside) +
           "license/start_trial?acknowledge=true` begins a trial";
  }

  /// Every node shows its roles, and none the one for jobs or an attribute of it.
  bool has_no_node() {
    const Read nodes = read("/_nodes", {{"filter_path", "nodes.*.roles,nodes.*.attributes"}});
    if (!nodes.response || nodes.response->status != 200 || !nodes.response->wire) return false;
    const wire::JsonDocument document(nodes.response->wire->body);
    const auto all = document.root() ? member(*document.root(), "nodes") : std::nullopt;
    if (!all || !all->is_object()) return false;
    std::size_t count = 0;
    for (const auto& [id, node] : simdjson::dom::object(*all)) {
      const auto roles = member(node, "roles");
      if (!roles || !roles->is_array()) return false;
      for (const JsonValue role : simdjson::dom::array(*roles))
        if (wire::text_of(role) == "ml") return false;
      const auto attributes = member(node, "attributes");
      if (attributes && attributes->is_object())
        for (const auto& [attribute, value] : simdjson::dom::object(*attributes))
          if (attribute.starts_with("ml.")) return false;
      ++count;
    }
    return count > 0;
  }

  /// Looks for the job API below the path of `profile`, else below those of others, and makes it the profile that is
  /// spoken there. False: it has ended.
  bool find_served(std::optional<Profile>& profile) {
    std::string seen;
    if (profile) {
      const Served own = look_below(*profile, seen);
      if (own == Served::unlicensed) return end_as_closed(*profile, unlicensed(*profile));
      if (own == Served::unknown) return end_without_answer(seen);
      if (own == Served::yes) return true;
    }
    for (const Profile other : kProfilesWithoutVersion) {
      if (profile && other->jobs.path == (*profile)->jobs.path) continue;
      const Served there = look_below(other, seen);
      if (there == Served::no) continue;
      if (there == Served::unknown) return end_without_answer(seen);
      if (wanted_)
        return end_as(Recognised::another_api, "does not speak " + std::string(name(*wanted_)) + ": " + seen +
                                                   "; profile " + std::string(name(other)) + " fits, or auto");
      if (there == Served::unlicensed) return end_as_closed(other, unlicensed(other));
      profile = other;
      found_.why = (found_.version.empty() ? "the server does not tell its version"
                                           : "the server says that it is " + found_.version) +
                   ", and serves " + std::string(other->jobs.path);
      return true;
    }
    const std::string why = instead_ + "shows nothing of the job API: " + seen;
    if (!wanted_) return end_as(Recognised::another_api, why);
    // Whoever names a profile has it judged, but for a target that has nothing to be judged.
    return served(read(JobStats{"closecheck-preflight"}, *profile)) != Served::no || end_as(Recognised::closed, why);
  }

  /// What answers in the place of the service, and what may help: words to go before others.
  std::string instead_of_service(const Response& response) const {
    const auto header = [&](std::string_view name) {
      for (const auto& [key, value] : response.wire ? response.wire->headers : Parameters{})
        if (key == name) return value;
      return std::string();
    };
    constexpr std::string_view kMend =
        ": the target is to name the service itself, and `headers`, `proxy` or `principals` what is asked for before "
        "it; "
        "it ";
    constexpr int kRedirect = 300;
    constexpr int kRefusal = 400;
    const std::string to = header("location");
    if (response.status >= kRedirect && response.status < kRefusal)
      return "sends elsewhere" + (to.empty() ? "" : ", to " + told(to)) + ", as a login page does" + std::string(kMend);
    if (lower(header("content-type")).starts_with("text/html"))
      return "answers with a page for people, as a login page is" + std::string(kMend);
    const bool has_path =
        std::string_view(target_.url()).substr(target_.url().find("://") + 3).find('/') != std::string_view::npos;
    return std::string(has_path ? "may not have it below the path of its URL"
                                : "may have it below a path, which the URL then names (http://HOST/PATH)") +
           "; it ";
  }

  /// Where a read got no answer that tells. False.
  bool end_without_answer(const std::string& seen) {
    if (last_status_ == 401 && caller_) return end_as_refused(who_);
    if (last_status_ != 401) return end_as(Recognised::not_yet, "does not answer for jobs: " + seen);
    return end_as(Recognised::closed, "asks for credentials, and no principals are configured: " + seen);
  }

  Served look_below(Profile profile, std::string& seen) {
    const Read jobs = read(GetJob{""}, profile);
    last_status_ = status_of(jobs);
    if (jobs.response && instead_.empty()) instead_ = instead_of_service(*jobs.response);
    seen += std::string(seen.empty() ? "" : ", ") + "`GET " + std::string(profile->jobs.path) + "/anomaly_detectors` " +
            (jobs.response ? "is answered " + told(describe(*jobs.response)) : "is not answered (" + jobs.error + ")");
    return served(jobs);
  }

  Target target_;
  const std::optional<Profile> wanted_;
  Connection connection_;
  // Who asks:
  Principal who_ = Principal::anonymous;
  std::optional<Credentials> caller_;
  bool is_let_in_ = false;
  int last_status_ = 0;  // of a read of jobs; 0: not answered
  std::string instead_;  // of the first of these, should none be served
  Recognition found_;
};

}  // namespace

Recognition recognise(const EndpointOptions& options, std::optional<Profile> wanted) {
  return Recogniser(options, wanted).run();
}

}  // namespace closecheck::sut
