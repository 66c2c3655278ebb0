// Answers as a client reads them: status and body together decide what an answer amounts to.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/redactor.h"
#include "wire/codec_content.h"
#include "wire/json_document.h"
#include "wire/refusals.h"
#include "wire/routes.h"
#include "wire/text.h"

namespace closecheck::sut::wire {
namespace {

/// What an error answer's body says, and how it departs from the form that the profile gives errors.
struct ErrorBody {
  bool claimed = false;       // the body speaks of an error at all
  bool string_error = false;  // `error` is a text, as routing writes it
  int status = 0;             // the `status` member; 0: none
  std::string type;
  std::string reason;
  std::string departure;  // from the full envelope; empty: none
};

ErrorBody read_error(const std::optional<JsonValue>& body) {
  ErrorBody out;
  if (!body || !body->is_object()) {
    out.departure = !body ? "a body that is no JSON" : "a body that is no JSON object";
    return out;
  }
  const auto depart = [&out](std::string_view text) {
    if (out.departure.empty()) out.departure = text;
  };
  const auto error = member(*body, "error");
  if (!error) {
    depart("no member `error`");
  } else if (error->is_string()) {
    out.claimed = out.string_error = true;
    out.reason = text_of(error);
    depart("`error` is a text");
  } else if (error->is_object()) {
    out.claimed = true;
    out.type = text_of(member(*error, "type"));
    out.reason = text_of(member(*error, "reason"));
    if (out.type.empty()) depart("no text `error.type`");
    const auto reason = member(*error, "reason");
    if (!reason || !(reason->is_string() || reason->is_null())) depart("no text `error.reason`");
    const auto cause = member(*error, "root_cause");
    simdjson::dom::array causes;
    if (!cause || cause->get(causes) != simdjson::SUCCESS || causes.size() == 0)
      depart("no list `error.root_cause`");
    else if (text_of(member(*causes.begin(), "type")).empty() || !member(*causes.begin(), "reason"))
      depart("`error.root_cause` names no type and reason");
  } else if (!error->is_null()) {
    out.claimed = true;
    depart("`error` is neither an object nor a text");
  }
  const auto status = member(*body, "status");
  const auto number = status ? whole_number(*status) : std::nullopt;
  if (number && *number >= 100 && *number < 1000) out.status = static_cast<int>(*number);
  if (!status)
    depart("no member `status`");
  else if (!(status->is_int64() || status->is_uint64()) || out.status == 0)
    depart("`status` is no status number");
  // Without an envelope the usual places of a message still tell people what is wrong.
  if (!out.claimed && out.reason.empty()) out.reason = text_of(member(*body, "message"));
  return out;
}

/// Whether an error answer says that its own time was up. A refusal for the caller's fault never does: its text may
/// quote anything. Nor does a 503: whose time was up before anything was begun is no close that goes on.
bool says_timed_out(int status, const std::string& type, const std::string& reason) {
  if ((status >= 400 && status < 500 && status != 408 && status != 409) || status == 503) return false;
  return contains_ignoring_case(reason, "timed out") || contains_ignoring_case(type, "timeout_exception") ||
         contains_ignoring_case(type, "timed_out");
}

/// Whether a server error says that there is no room now, as X-Pack does of jobs and of requests.
bool wants_capacity(const std::string& type, const std::string& reason) {
  for (const char* name : {"es_rejected_execution_exception", "circuit_breaking_exception"})
    if (type == name) return true;
  for (const char* words : {"sufficient capacity", "allocation explanation", "no suitable nodes",
                            "[failed] while waiting for job to be opened"})
    if (contains_ignoring_case(reason, words)) return true;
  return false;
}

/// Refusals that only whoever stands before a service has reason for, unless the profile's envelope says otherwise.
bool is_status_of_gateways(int status) {
  constexpr std::array kTheirs{407, 408, 413, 421, 425, 426, 431, 451};
  return std::find(kTheirs.begin(), kTheirs.end(), status) != kTheirs.end();
}

/// The member by which an operation's success answer claims that it was done; null: it has none.
struct ClaimOf {
  const char* operator()(const OpenJob&) const { return "opened"; }
  const char* operator()(const CloseJob&) const { return "closed"; }
  const char* operator()(const FlushJob&) const { return "flushed"; }
  const char* operator()(const StartDatafeed&) const { return "started"; }
  const char* operator()(const StopDatafeed&) const { return "stopped"; }
  const char* operator()(const DeleteJob&) const { return "acknowledged"; }
  const char* operator()(const DeleteDatafeed&) const { return "acknowledged"; }
  const char* operator()(const CreateIndex&) const { return "acknowledged"; }
  const char* operator()(const DeleteIndex&) const { return "acknowledged"; }
  template <class Other>
  const char* operator()(const Other&) const {
    return nullptr;
  }
};

std::optional<bool> read_claim(const std::optional<JsonValue>& body, const Operation& operation) {
  const char* name = std::visit(ClaimOf{}, operation);
  const auto claim = name != nullptr && body ? member(*body, name) : std::nullopt;
  return claim ? truth(*claim) : std::nullopt;
}

/// Answers of what is no part of the job API are held to no form.
bool is_job_api(const Operation& operation) {
  return !std::holds_alternative<CreateIndex>(operation) && !std::holds_alternative<DeleteIndex>(operation) &&
         !std::holds_alternative<IndexDocuments>(operation) && !std::holds_alternative<RefreshIndex>(operation) &&
         !std::holds_alternative<GetRoot>(operation) && !std::holds_alternative<Authenticate>(operation) &&
         !std::holds_alternative<HasPrivileges>(operation) && !std::holds_alternative<RawRequest>(operation);
}

bool is_other_method_on_close(const RawRequest& raw, Profile profile) {
  if (raw.method == "POST" || raw.method == "HEAD" || raw.method == "OPTIONS") return false;
  const auto segments = split_path(raw.path);
  const std::size_t base = size_of_base(profile->jobs.path, segments);
  return base != 0 && segments.size() == base + 3 && segments[base] == "anomaly_detectors" &&
         segments[base + 2] == "_close";
}

std::string wrong_method_form(Profile profile) {
  return fmt::format("{} for another method than POST on `_close`",
                     profile->wrong_method_status == 405 ? "405 with `Allow`" : "400");
}

int success_status(const Operation& operation) {
  return std::holds_alternative<PostData>(operation) ? 202 : 200;
}

/// What an errors' form is held to, by who writes it.
enum class ErrorForm : std::uint8_t { handler, routing, any };

class Decoder {
 public:
  Decoder(std::shared_ptr<const WireAnswer> answer, const Request& request, Profile profile)
      : answer_(*answer), request_(request), profile_(profile), parsed_(answer->body) {
    out_.status = answer_.status;
    out_.wire = std::move(answer);
  }

  Response run() && {
    if (!answer_.body_known || is_body_of_another_format()) {
      read_status_alone();
      return std::move(out_);
    }
    error_ = read_error(body());
    out_.error_type = error_.type;
    out_.reason = error_.reason;
    const bool is_part = is_part_asked_for();
    if (is_part && answer_.status >= 400 && !error_.departure.empty())
      read_status_alone();
    else if (is_part && answer_.status < 300 && !error_.claimed)
      read_part_of_success();
    else if (is_from_between())
      out_.outcome = Outcome::not_from_service;
    else if (answer_.status >= 200 && answer_.status < 300)
      read_success();
    else if (answer_.status >= 400 && answer_.status < 600)
      read_refusal();
    return std::move(out_);
  }

 private:
  const std::optional<JsonValue>& body() const { return parsed_.root(); }
  /// Whoever asks for a part gets an answer that does not show what it lacks.
  bool is_part_asked_for() const {
    const RawRequest* const sent = request_.as_sent.get();
    return sent != nullptr && find(sent->query, "filter_path").has_value();
  }
  /// As does whoever asks for another format, or for no body at all.
  bool is_body_of_another_format() const {
    const RawRequest* const sent = request_.as_sent.get();
    if (sent != nullptr && sent->method == "HEAD") return true;
    for (const auto& [name, value] : answer_.headers) {
      if (lower(name) != "content-type") continue;
      const std::string type = media_type(value);
      return type == "application/yaml" || type == "application/cbor" || type == "application/smile";
    }
    return false;
  }
  bool is_start() const {
    return std::holds_alternative<OpenJob>(request_.operation) ||
           std::holds_alternative<StartDatafeed>(request_.operation);
  }
  /// Taken, and not begun: nobody has room for it yet.
  bool waits_for_a_node() const {
    const auto node = body() ? member(*body(), "node") : std::nullopt;
    return node && node->is_string() && text_of(node).empty();
  }
  bool is_close() const { return std::holds_alternative<CloseJob>(request_.operation); }

  /// Markup, which no part of the API is written in: the page of a proxy, a login, a portal.
  bool is_page() const {
    const std::size_t first = answer_.body.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && answer_.body[first] == '<') return true;
    return std::any_of(answer_.headers.begin(), answer_.headers.end(), [](const auto& header) {
      return lower(header.first) == "content-type" && contains_ignoring_case(header.second, "text/html");
    });
  }

  /// Whether something between us and the service wrote the answer: a gateway that got none itself, a server error
  /// without the profile's envelope, or a page. A 401 or 403 without it refuses whoever is to be refused, but it is not
  /// the service that turns away who may.
  bool is_from_between() const {
    if (answer_.status == 502 || answer_.status == 504) return true;
    if (answer_.status < 400 || error_.departure.empty()) return false;
    if (answer_.status >= 500 || is_status_of_gateways(answer_.status)) return true;
    if (answer_.status == 401 || answer_.status == 403) return may_manage_jobs(request_.who);
    return is_page();
  }

  void note(Clause clause, std::string expected, std::string observed) {
    out_.notes.push_back({clause, std::move(expected), std::move(observed)});
  }

  void refuse(Refusal refusal) {
    out_.outcome = Outcome::refused;
    out_.refusal = refusal;
  }

  /// A success whose claim stands in the body, and a 5xx that something between may have written, stay unreadable.
  void read_status_alone() {
    if (answer_.status == 502 || answer_.status == 504 || is_status_of_gateways(answer_.status)) {
      out_.outcome = Outcome::not_from_service;
    } else if (answer_.status >= 400 && answer_.status < 500) {
      refuse(refusal_of(answer_.status));
      if (form() == ErrorForm::routing) note_other_method();
    } else if (answer_.status >= 200 && answer_.status < 300) {
      note_wrong_method_success();
      const bool body_decides = std::visit(ClaimOf{}, request_.operation) != nullptr ||
                                std::holds_alternative<IndexDocuments>(request_.operation);
      if (!body_decides) acknowledge();
    }
  }

  /// The claim counts where it is left; of a reading nobody knows what was left out.
  void read_part_of_success() {
    note_wrong_method_success();
    if (std::visit(ClaimOf{}, request_.operation) == nullptr) {
      if (!body() || !body()->is_object() || std::holds_alternative<IndexDocuments>(request_.operation)) return;
      out_.outcome = Outcome::accepted;
      out_.content = Acknowledged{};
    } else if (read_claim(body(), request_.operation)) {
      read_success();
    }
  }

  void read_success() {
    if (is_page()) return;
    // A body with an error is a refusal that only the status hides.
    if (error_.claimed && error_.status >= 400) {
      note(Clause::wire_error_envelope, "an error answer with the same status on the wire as in its body",
           fmt::format("status {} on the wire, {} in the body", answer_.status, error_.status));
      refuse(says_timed_out(error_.status, error_.type, error_.reason) ? Refusal::timed_out
                                                                       : refusal_of(error_.status));
      return;
    }
    if (error_.claimed && !std::holds_alternative<RawRequest>(request_.operation)) {
      note(Clause::wire_error_envelope, "an error answer with an error status",
           fmt::format("status {} with a member `error`", answer_.status));
      return;
    }
    note_wrong_method_success();
    if (std::holds_alternative<RawRequest>(request_.operation)) {
      out_.outcome = Outcome::accepted;
      out_.content = Acknowledged{};
      return;
    }
    const auto claim = read_claim(body(), request_.operation);
    if (is_close()) note_other_claim_of_close();
    if (is_close() && !claim.value_or(false)) {
      // Without the claim nobody was told that the job is closed; whoever set a timeout reads that as not in time.
      const bool had_timeout = std::get<CloseJob>(request_.operation).timeout.has_value();
      if (claim || (had_timeout && body() && body()->is_object())) refuse(Refusal::timed_out);
      return;
    }
    if (claim && !*claim) {
      refuse(is_start() ? Refusal::unavailable : Refusal::other);
      return;
    }
    if (is_start() && waits_for_a_node()) {
      refuse(Refusal::unavailable);
      return;
    }
    if (!read_body_of_success()) return;
    const int expected = success_status(request_.operation);
    if (is_job_api(request_.operation) && answer_.status != expected)
      note(Clause::wire_status_codes, fmt::format("status {}", expected), fmt::format("status {}", answer_.status));
  }

  /// The page knows one success of a close. Whether it is the service that wrote another, only what comes after tells.
  void note_other_claim_of_close() {
    // What a service says of a close is short; what is long is about something else.
    constexpr std::size_t kClaimBytesMax = 4096;
    if (answer_.body.size() > kClaimBytesMax) return;
    const auto closed = body() && body()->is_object() ? member(*body(), "closed") : std::nullopt;
    if (closed && closed->is_bool()) return;
    note(Clause::close_ends_open_job, R"(`{"closed": true}`)",
         fmt::format("status {} with `{}`", answer_.status, shortened(answer_.body, 200)));
  }

  /// False: unreadable.
  bool read_body_of_success() {
    if (const auto* bulk = std::get_if<IndexDocuments>(&request_.operation); bulk != nullptr && body()) {
      const auto errors = member(*body(), "errors");
      if (errors && truth(*errors).value_or(true)) {
        refuse(Refusal::other);
        out_.reason = "some documents were not indexed";
        return false;
      }
    }
    if (!body()) return answer_.body.empty() && may_be_empty() && acknowledge();
    if (!body()->is_object()) return false;
    auto content = read_content(*body(), request_.operation);
    if (!content) return false;
    out_.outcome = Outcome::accepted;
    out_.content = *std::move(content);
    return true;
  }

  /// Every success of the job API tells something, if only that it was done; of what is gone nobody need say more. An
  /// empty answer to anything else may be whose it likes.
  bool may_be_empty() const {
    return !is_job_api(request_.operation) || std::holds_alternative<DeleteJob>(request_.operation) ||
           std::holds_alternative<DeleteDatafeed>(request_.operation);
  }

  /// No body of an operation that has nothing to tell is as good as an acknowledgement. False: it has to tell
  /// something.
  bool acknowledge() {
    if (!read_content(*JsonDocument("{}").root(), request_.operation)) return false;
    out_.outcome = Outcome::accepted;
    out_.content = Acknowledged{};
    return true;
  }

  void read_refusal() {
    if (read_claim(body(), request_.operation).value_or(false)) {
      note(Clause::wire_error_envelope, "an error answer that claims no success",
           fmt::format("status {} with a body that claims success", answer_.status));
      return;
    }
    if (out_.reason.empty() && !body()) out_.reason = shortened(answer_.body, 200);
    refuse(refusal_of(answer_.status));
    if (answer_.status >= 500 && wants_capacity(error_.type, error_.reason))
      refuse(Refusal::unavailable);
    else if (says_timed_out(answer_.status, error_.type, error_.reason))
      refuse(Refusal::timed_out);
    // A server that lacks the endpoint: not the request is bad, there is nobody to take it.
    if (answer_.status == 400 && has_routing_words() && !std::holds_alternative<RawRequest>(request_.operation))
      refuse(Refusal::wrong_method);
    note_error_form();
  }

  /// Another method on `_close` closes nothing, whatever the job's state.
  void note_wrong_method_success() {
    const auto* raw = std::get_if<RawRequest>(&request_.operation);
    if (raw == nullptr || !is_other_method_on_close(*raw, profile_)) return;
    note(Clause::wire_path_and_method, wrong_method_form(profile_), fmt::format("status {}", answer_.status));
  }

  /// Whether the endpoint may be one that the server does not have, which it says in words of its own. The page has one
  /// endpoint, and promises no other.
  bool may_be_missing() const {
    if (is_close() || (error_.claimed && !error_.string_error)) return false;
    const auto* raw = std::get_if<RawRequest>(&request_.operation);
    if (raw != nullptr && raw->path.ends_with("/_close")) return false;
    return answer_.status == 400 || answer_.status == 404 || answer_.status == 405 || answer_.status == 501;
  }

  ErrorForm form() const {
    // What stands in front of a service, or reads no more than the head, may answer these in any form.
    if (answer_.status == 406 || answer_.status == 413 || answer_.status == 415 || answer_.status == 429 ||
        answer_.status >= 502)
      return ErrorForm::any;
    const bool is_login = answer_.status == 401 || answer_.status == 403;
    if (is_login && (!error_.claimed || error_.string_error)) return ErrorForm::any;
    const auto* raw = std::get_if<RawRequest>(&request_.operation);
    if (raw != nullptr) {
      if (raw->method == "HEAD") return ErrorForm::any;
      if (!split_path(raw->path).empty() && is_unrouted(encode(request_, profile_), profile_))
        return ErrorForm::routing;
      // What belongs to the API now need not have belonged to it then.
      const bool is_of_api =
          profile_->jobs.size_in(split_path(raw->path)) != 0 && !has_routing_words() && !may_be_missing();
      return is_of_api ? ErrorForm::handler : ErrorForm::any;
    }
    if (!is_job_api(request_.operation) || may_be_missing()) return ErrorForm::any;
    // A 400 to a plain list is a server without that endpoint, in whatever words.
    if (answer_.status == 400 && std::holds_alternative<GetSnapshots>(request_.operation)) return ErrorForm::any;
    // A server without this endpoint answers a typed request as routing does.
    const bool routing = has_routing_words() || contains_ignoring_case(out_.reason, "content-type header") ||
                         answer_.status == 405 || answer_.status == 501;
    return routing ? ErrorForm::routing : ErrorForm::handler;
  }

  bool has_routing_words() const {
    return contains_ignoring_case(out_.reason, "no handler found") ||
           contains_ignoring_case(out_.reason, "incorrect http method");
  }

  void note_error_form() {
    const ErrorForm form = this->form();
    if (form == ErrorForm::any) return;
    if (error_.status != 0 && error_.status != answer_.status) {
      note(Clause::wire_error_envelope, "the same status on the wire as in the body",
           fmt::format("status {} on the wire, {} in the body", answer_.status, error_.status));
      return;
    }
    if (form == ErrorForm::handler && !error_.departure.empty())
      note(Clause::wire_error_envelope,
           R"({"error": {"root_cause": [...], "type": ..., "reason": ...}, "status": ...})",
           fmt::format("status {} with {}", answer_.status, error_.departure));
    if (form == ErrorForm::routing) note_other_method();
  }

  void note_other_method() {
    const auto* raw = std::get_if<RawRequest>(&request_.operation);
    if (raw == nullptr || !is_other_method_on_close(*raw, profile_)) return;
    // Who asks first who is asking may refuse before it looks at the method.
    if (answer_.status == 401 || answer_.status == 403) return;
    const int expected = profile_->wrong_method_status;
    if (answer_.status != expected) {
      note(Clause::wire_path_and_method, wrong_method_form(profile_), fmt::format("status {}", answer_.status));
      return;
    }
    // A recording that kept no body may have kept no headers either.
    const bool kept = answer_.body_known || !answer_.headers.empty();
    if (expected != 405 || !kept) return;
    const bool allow = std::any_of(answer_.headers.begin(), answer_.headers.end(),
                                   [](const auto& header) { return lower(header.first) == "allow"; });
    if (!allow) note(Clause::wire_path_and_method, wrong_method_form(profile_), "405 without the header `Allow`");
  }

  const WireAnswer& answer_;
  const Request& request_;
  const Profile profile_;
  JsonDocument parsed_;
  ErrorBody error_;
  Response out_;
};

}  // namespace

Response decode(WireAnswer answer, const Request& request, Profile profile) {
  std::erase_if(answer.headers, [](const auto& header) { return is_secret_name(header.first); });
  return Decoder(std::make_shared<const WireAnswer>(std::move(answer)), request, profile).run();
}

}  // namespace closecheck::sut::wire
