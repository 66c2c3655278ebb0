#include "rules/dialect_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "closecheck/vocabulary/text.h"

namespace closecheck::model::dialect {
namespace {

/// Statuses of a refusal; unused places are 0.
using Statuses = std::array<int, 3>;

struct Rule {
  Clause clause = Clause::wire_status_codes;
  Statuses refusals{};  // allowed statuses of a refusal
  bool may_be_accepted = false;
  bool may_be_refused = true;
  bool tells = true;  // an allowed answer is evidence: another server might have answered otherwise
};

class FormRules {
 public:
  FormRules(const Exchange& exchange, const Response& response, Profile profile, const ManyJobs& many)
      : exchange_(exchange), response_(response), dialect_(*profile), many_(many) {}

  std::optional<FormRuling> run() const {
    if (exchange_.outcome == RequestOutcome::busy && !is_privilege_refusal()) return std::nullopt;
    if (response_.outcome == Outcome::unreadable || response_.refusal == Refusal::unavailable) return std::nullopt;
    // Without the envelope it is not the service that chose the status.
    if (is_privilege_refusal() && response_.error_type.empty()) return std::nullopt;
    // What is answered when time is up has no status of its own, where there was something to wait for.
    const bool gave_up = exchange_.outcome == RequestOutcome::timed_out || response_.refusal == Refusal::timed_out;
    if (gave_up && !exchange_.found_job_at_rest()) return std::nullopt;
    // What was refused for something that nobody follows, or to a caller whom nobody knows, has no status of its own.
    const bool is_refused = response_.outcome == Outcome::refused;
    if (is_refused && !exchange_.is_close && exchange_.unknown.has(Reach::refusal)) return std::nullopt;
    const bool is_unknown = exchange_.request->who == Principal::unknown || exchange_.is_in_other_name;
    if (is_privilege_refusal() && is_unknown) return std::nullopt;
    const std::optional<Rule> rule = exchange_.is_close ? rule_of_close() : rule_of_other();
    if (!rule) return std::nullopt;
    return apply(*rule);
  }

 private:
  bool is_privilege_refusal() const {
    return response_.refusal == Refusal::unauthenticated || response_.refusal == Refusal::forbidden;
  }

  std::optional<FormRuling> apply(const Rule& rule) const {
    FormRuling ruling{.clause = rule.clause, .departs = false, .expected = {}, .observed = {}};
    const bool accepted = response_.outcome == Outcome::accepted;
    if (accepted)
      ruling.departs = !rule.may_be_accepted;
    else
      ruling.departs =
          !rule.may_be_refused ||
          (response_.status != 0 && std::ranges::find(rule.refusals, response_.status) == rule.refusals.end());
    if (!ruling.departs) return rule.tells ? std::optional(std::move(ruling)) : std::nullopt;
    ruling.expected = fmt::format("`{}` (#{}): {}", describe(*exchange_.request), exchange_.number, describe(rule));
    ruling.observed = accepted ? fmt::format("it was accepted ({})", response_.status)
                               : fmt::format("it was refused with {}", response_.status);
    return ruling;
  }

  static std::string describe(const Request& request) { return closecheck::describe(request); }

  std::string describe(const Rule& rule) const {
    std::vector<std::string> refusals;
    for (const int status : rule.refusals)
      if (status != 0 && rule.may_be_refused) refusals.push_back(std::to_string(status));
    std::string text = joined(refusals, " or ");
    if (rule.may_be_accepted) text += text.empty() ? "accepted" : ", or accepted";
    if (exchange_.before != JobState::unknown) text += fmt::format(", for the job is {}", name(exchange_.before));
    return text;
  }

  Statuses privilege_statuses() const {
    // Parameters are parsed before privileges are asked for.
    const bool malformed = exchange_.bad_timeout || exchange_.unknown_parameter || exchange_.odd_force ||
                           exchange_.unknown.has(Reach::refusal);
    // Credentials of a form that a server does not know may be a bad request to it.
    const Principal who = exchange_.request->who;
    if (who == Principal::empty_password || who == Principal::unknown_token) return {401, 400, 403};
    return {exchange_.unauthenticated ? 401 : 403, malformed && !exchange_.unauthenticated ? 400 : 0, 0};
  }

  std::optional<Rule> rule_of_close() const {
    if (exchange_.without_id) return std::nullopt;
    // What is said of the content type comes before everything else.
    if (response_.status == 406 || response_.status == 415) return std::nullopt;
    if (exchange_.wrong_method) {
      if (response_.outcome == Outcome::refused && is_privilege_refusal()) return std::nullopt;
      return Rule{.clause = Clause::wire_path_and_method, .refusals = {dialect_.wrong_method_status, 0, 0}};
    }
    if (exchange_.barred) {
      // That it was let through is no matter of the dialect.
      if (response_.outcome == Outcome::accepted) return std::nullopt;
      return Rule{.refusals = privilege_statuses()};
    }
    if (exchange_.unknown_parameter) return Rule{.clause = Clause::unknown_parameter_refused, .refusals = {400, 0, 0}};
    if (exchange_.bad_timeout)
      return response_.outcome == Outcome::accepted ? std::nullopt : std::optional(Rule{.refusals = {400, 0, 0}});
    if (exchange_.timeout.reading == TimeReading::unsettled) return std::nullopt;
    if (response_.refusal == Refusal::bad_request && has_more_to_refuse()) return std::nullopt;
    if (exchange_.odd_force) return rule_of_spelling();
    if (exchange_.expression) return rule_of_expression();
    return exchange_.quiet || exchange_.found_job_closed() ? rule_by_state() : std::nullopt;
  }

  bool has_more_to_refuse() const {
    const auto* close = std::get_if<CloseJob>(&exchange_.request->operation);
    if (close == nullptr) return false;
    // Spelled in another way it may be read as either, or refused.
    return !close->other.empty() ||
           (close->allow_no_jobs && *close->allow_no_jobs != "true" && *close->allow_no_jobs != "false");
  }

  bool says_what_some_know() const {
    const auto* close = std::get_if<CloseJob>(&exchange_.request->operation);
    if (close == nullptr) return false;
    if (close->allow_no_jobs && dialect_.allow_none.written.empty()) return true;
    return std::ranges::any_of(
        close->other, [this](const auto& parameter) { return dialect_.perhaps_in_close.knows(parameter.first); });
  }

  /// What stops the datafeed first has reason to refuse where that could not be done.
  bool says_feed_did_not_stop() const { return contains_ignoring_case(response_.reason, "could not be stopped"); }

  std::optional<Rule> rule_of_spelling() const {
    const Clause clause = Clause::force_boolean_grammar;
    if (exchange_.force == BooleanReading::refused) return Rule{.clause = clause, .refusals = {400, 0, 0}};
    if (!exchange_.quiet || exchange_.expression) return std::nullopt;
    // Only a failed job tells a force from a normal close by the answer alone.
    const bool forces = exchange_.force == BooleanReading::is_true;
    if (exchange_.before == JobState::failed)
      return forces ? Rule{.clause = clause, .may_be_accepted = true, .may_be_refused = false}
                    : Rule{.clause = clause, .refusals = {409, 0, 0}};
    if (exchange_.before == JobState::opened && response_.refusal == Refusal::bad_request)
      return Rule{.clause = clause, .may_be_accepted = true, .may_be_refused = false};
    return std::nullopt;
  }

  std::optional<Rule> rule_of_expression() const {
    if (!dialect_.has_expressions || !many_.certain || says_what_some_know() || exchange_.lists_oddly)
      return std::nullopt;
    const auto* close = std::get_if<CloseJob>(&exchange_.request->operation);
    if (close == nullptr) return std::nullopt;
    const Parameter& allow = close->allow_no_jobs;
    if (allow && *allow != "true" && *allow != "false" && !allow->empty())
      return Rule{.clause = Clause::close_many, .refusals = {400, 0, 0}};
    const bool forces = exchange_.force == BooleanReading::is_true;
    Statuses statuses{};
    if (exchange_.names_unknown_job) statuses[0] = 404;
    if (many_.count == 0 && !exchange_.names_unknown_job && allow && *allow == "false") statuses[0] = 404;
    if (many_.any_failed && !forces) statuses[1] = 409;
    // A forced close of a job whose datafeed runs may be taken or refused, and so may any that may stop the datafeed.
    if (many_.any_feed) statuses[2] = 409;
    const bool feed_bars = statuses[2] != 0 && !forces && !dialect_.close_may_stop_feed;
    const bool must_refuse = statuses[0] != 0 || statuses[1] != 0 || feed_bars;
    const bool may_refuse = must_refuse || statuses[2] != 0;
    return Rule{.clause = Clause::close_many,
                .refusals = statuses,
                .may_be_accepted = !must_refuse,
                .may_be_refused = may_refuse,
                .tells = must_refuse || many_.count == 0};
  }

  std::optional<Rule> rule_by_state() const {
    const bool forces = exchange_.question.kind == RequestKind::force_close;
    const bool accepted = response_.outcome == Outcome::accepted;
    // Whether its timeout is understood is a matter of its own.
    if (response_.refusal == Refusal::bad_request && exchange_.timeout.reading == TimeReading::valid)
      return std::nullopt;
    switch (exchange_.before) {
      case JobState::absent:
        if (accepted) return std::nullopt;
        return Rule{.refusals = {404, forces && dialect_.force_of_unknown_may_conflict ? 409 : 0, 0}};
      case JobState::closed:
        return Rule{.clause = Clause::closing_closed_job,
                    .refusals = {409, 0, 0},
                    .may_be_accepted = true,
                    .may_be_refused = dialect_.close_of_closed_may_be_refused};
      case JobState::failed:
        if (forces || accepted) return std::nullopt;
        return Rule{.clause = Clause::failed_job_answer, .refusals = {409, 0, 0}};
      case JobState::opened:
        if (exchange_.feed_before != true || forces) return std::nullopt;
        // Accepted, it tells nothing by itself: the datafeed has to have stopped.
        return Rule{.clause = Clause::running_datafeed_blocks_close,
                    .refusals = {409, 0, 0},
                    .may_be_accepted = dialect_.close_may_stop_feed,
                    .may_be_refused = dialect_.running_feed_may_bar_close || says_feed_did_not_stop(),
                    .tells = !accepted && dialect_.running_feed_may_bar_close};
      case JobState::opening:
      case JobState::closing:
      case JobState::unknown:
        return std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<Rule> rule_of_other() const {
    const Operation& operation = exchange_.request->operation;
    if (response_.outcome == Outcome::accepted) {
      // 202 is what tells a post of data; every other success is 200.
      if (!std::holds_alternative<PostData>(operation) || response_.status == 0) return std::nullopt;
      Rule rule{.may_be_accepted = response_.status == 202, .may_be_refused = false};
      return rule;
    }
    if (!exchange_.asks_job || exchange_.expression || std::holds_alternative<RawRequest>(operation))
      return std::nullopt;
    if (exchange_.barred && !is_read(exchange_.meant))
      return Rule{.refusals = {exchange_.unauthenticated ? 401 : 403, 400, 0}};
    if (is_privilege_refusal() || !exchange_.quiet) return std::nullopt;
    return rule_of_refused();
  }

  std::optional<Rule> rule_of_refused() const {
    const JobState state = exchange_.before;
    if (state == JobState::unknown) return std::nullopt;
    const bool closing = state == JobState::closing;
    const bool open = state == JobState::opened || state == JobState::opening || closing || state == JobState::failed;
    const auto refused = [](int first, int second = 0) { return Rule{.refusals = {first, second, 0}}; };
    const int invalid_id = dialect_.invalid_id_may_be_bad_request ? 400 : 0;
    const int not_open = dialect_.post_to_unknown_may_conflict ? 409 : 0;
    switch (exchange_.meant) {
      case RequestKind::create:
        return state == JobState::absent ? std::nullopt : std::optional(refused(400));
      case RequestKind::open:
        if (state == JobState::absent) return refused(404, invalid_id);
        return open ? std::optional(refused(409)) : std::nullopt;
      case RequestKind::post:
        if (exchange_.question.may_be_refused) return std::nullopt;
        if (state == JobState::absent) return refused(404, not_open);
        if (state == JobState::opened) return std::nullopt;
        return refused(409, closing && dialect_.post_to_closing_may_break ? 500 : 0);
      case RequestKind::flush:
        if (exchange_.question.may_be_refused) return std::nullopt;
        if (state == JobState::absent) return refused(404, not_open);
        if (state == JobState::opened) return std::nullopt;
        return refused(409, closing && dialect_.flush_of_closing_is_bad_request ? 400 : 0);
      case RequestKind::revert:
        if (state == JobState::absent) return refused(404, invalid_id);
        return open ? std::optional(refused(409)) : std::nullopt;
      case RequestKind::remove:
        if (exchange_.question.may_be_refused) return std::nullopt;
        if (state == JobState::absent) return refused(404, invalid_id);
        return refused(409);
      case RequestKind::get:
      case RequestKind::stats:
        if (exchange_.question.may_be_refused) return std::nullopt;
        return state == JobState::absent ? std::optional(refused(404)) : std::nullopt;
      case RequestKind::read_results:
        if (exchange_.question.may_be_refused) return std::nullopt;
        return state == JobState::absent ? std::optional(refused(404, invalid_id)) : std::nullopt;
      case RequestKind::update:
        return state == JobState::absent ? std::optional(refused(404, invalid_id)) : std::nullopt;
      case RequestKind::start_feed:
      case RequestKind::start_endless_feed:
        return open && state != JobState::opened && exchange_.feed_before.has_value() ? std::optional(refused(409))
                                                                                      : std::nullopt;
      default:
        return std::nullopt;
    }
  }

  const Exchange& exchange_;
  const Response& response_;
  const Dialect& dialect_;
  const ManyJobs& many_;
};

}  // namespace

std::optional<FormRuling> ruling_on_form(const Exchange& exchange, const Response& response, Profile profile,
                                         const ManyJobs& many) {
  return FormRules(exchange, response, profile, many).run();
}

}  // namespace closecheck::model::dialect
