#include "closecheck/reports/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "closecheck/vocabulary/text.h"

namespace closecheck::reports {
namespace {

constexpr std::size_t kFingerprintDigits = 16;

/// FNV-1a, 64 bits: the same everywhere, and nobody gains by a collision.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3U;
  return hash;
}

/// In the order of `Operation`. Waivers that users keep hang on these words.
constexpr std::array<std::string_view, std::variant_size_v<Operation>> kOperationNames{
    "create-job",      "get-job",         "update-job",
    "delete-job",      "open-job",        "post-data",
    "flush-job",       "close-job",       "job-stats",
    "get-buckets",     "get-records",     "get-snapshots",
    "revert",          "create-index",    "delete-index",
    "index-documents", "refresh-index",   "create-datafeed",
    "get-datafeed",    "datafeed-stats",  "start-datafeed",
    "stop-datafeed",   "delete-datafeed", "root",
    "authenticate",    "has-privileges",  "raw"};

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return "accepted";
    case Outcome::refused:
      return "refused";
    case Outcome::unreadable:
      return "unreadable";
    case Outcome::not_from_service:
      break;
  }
  return "not-from-service";
}

std::string_view word_of(Refusal refusal) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Refusal::other) + 1> kWords{
      "none",      "bad-request", "unauthenticated", "forbidden",    "not-found", "wrong-method", "conflict",
      "timed-out", "busy",        "unavailable",     "server-error", "other"};
  return kWords.at(static_cast<std::size_t>(refusal));
}

bool is_forced(const Operation& operation) {
  return std::visit(
      [](const auto& it) {
        if constexpr (requires { it.force; })
          return it.force == "true";
        else
          return false;
      },
      operation);
}

std::string word_of(const Step& step) {
  if (step.type == StepType::fault) return std::string(name(step.fault));
  std::string word = kind_of(step.request);
  if (step.request.who != Principal::manage_ml) word += fmt::format(" as {}", name(step.request.who));
  return step.detached ? word + " meanwhile" : word;
}

/// Waits and settling differ from run to run with the pace of a target.
std::string words_of(const Program& program) {
  std::string words;
  for (const Step& step : program.steps)
    if (step.type == StepType::call || step.type == StepType::fault) words += word_of(step) + "; ";
  return words;
}

/// What is expected is a sentence with ids and counts in it: of all that, the outcomes and states that it names.
std::string expected_kinds(std::string_view expected) {
  std::string kinds;
  for (const std::string_view kind : {"accepted", "refused", "server error", "timeout", "closed", "opening", "opened",
                                      "closing", "failed", "absent", "by force"})
    if (expected.find(kind) != std::string_view::npos) kinds.append(kind).append(" ");
  return kinds;
}

std::string observed_kind(const ViolationRecord& violation) {
  const std::vector<Event>& events = violation.history.events;
  if (violation.finding.event >= events.size()) return "none";
  const Event& event = events[violation.finding.event];
  switch (event.type) {
    case EventType::ok:
    case EventType::info:
      if (!event.response) return "no answer";
      return fmt::format("{} {}", word_of(event.response->outcome), word_of(event.response->refusal));
    case EventType::settled:
      return "settled";
    case EventType::fault:
      return "fault";
    case EventType::invoke:
      break;
  }
  return "request";
}

}  // namespace

std::string kind_of(const Request& request) {
  std::string kind(kOperationNames.at(request.operation.index()));
  if (const auto* raw = std::get_if<RawRequest>(&request.operation)) kind += " " + raw->method;
  return is_forced(request.operation) ? kind + " forced" : kind;
}

std::string fingerprint_of(const ViolationRecord& violation) {
  return fmt::format("{:016x}",
                     hash_of(fmt::format("{}\n{}\n{}\n{}\n{}", id_of(violation.finding.clause), violation.check,
                                         words_of(violation.program), expected_kinds(violation.finding.expected),
                                         observed_kind(violation))));
}

bool is_fingerprint(std::string_view text) {
  return text.size() == kFingerprintDigits &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

const WaivedRecord* waiver_of(const RunRecord& record, const ViolationRecord& violation) {
  const auto found = std::ranges::find(record.waived, violation.finding.clause, &WaivedRecord::clause);
  return found == record.waived.end() ? nullptr : &*found;
}

}  // namespace closecheck::reports
