// Whole conversations with the service through the codec, in the form of the transcripts: `> METHOD target`, and the
// body on the lines below. Answers are read back as a client reads them.
#include <string>
#include <variant>

#include "closecheck/sut/wire.h"
#include "fuzz/target.h"
#include "in_process/core.h"
#include "in_process/read_records.h"
#include "service/doorway.h"
#include "wire/text.h"
#include "wire/upload.h"

namespace closecheck::sut {
namespace {

class Conversation {
 public:
  explicit Conversation(Profile profile)
      : manner_{profile.implemented(), Deviation::none, Variant::usual, 10 * kMillisecond, false}, core_(manner_) {}

  void ask(const wire::HttpRequest& http) {
    const Request parsed = wire::parse(http, manner_.profile, Principal::manage_ml);
    // Any answer may come back to any request.
    for (const int status : {200, 202, 400, 503})
      (void)wire::decode(WireAnswer{status, {}, http.body}, parsed, manner_.profile);
    const Entered entered = enter(http, manner_, Principal::manage_ml);
    if (entered.answer) {
      (void)wire::decode(leave(*entered.answer, entered, manner_), parsed, manner_.profile);
      return;
    }
    Replies replies;
    core_.handle(entered.request, now_, ++token_, replies);
    for (int step = 0; replies.empty() && core_.due() != kNever && step < 1'000; ++step) {
      now_ = std::max(now_, core_.due());
      core_.fire(now_, replies);
    }
    for (const Reply& reply : replies) {
      const WireAnswer answer = leave(reply.answer, entered, manner_);
      demand(answer.status >= 200 && answer.status < 600, "the service answers with a status");
      const Response read = wire::decode(answer, parsed, manner_.profile);
      const bool typed = !std::holds_alternative<RawRequest>(parsed.operation);
      if (typed) demand(read.outcome == reply.answer.response.outcome, "an answer that is written reads the same");
    }
  }

 private:
  Manner manner_;
  Core core_;
  Time now_ = 0;
  Token token_ = 0;
};

void converse(std::string_view text, Profile profile) {
  Conversation conversation(profile);
  for (int exchanges = 0; exchanges < 100 && !text.empty(); ++exchanges) {
    const std::size_t next = std::min(text.find("\n> "), text.size());
    const std::string_view one = text.substr(0, next);
    text.remove_prefix(std::min(next + 1, text.size()));
    if (!one.starts_with("> ")) continue;
    const std::string_view line = one.substr(2, one.find('\n') - 2);
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view target = line.substr(std::min(space + 1, line.size()));
    const std::size_t question = std::min(target.find('?'), target.size());
    const std::size_t end = std::min(one.find('\n'), one.size());
    const std::string_view body = one.substr(std::min(end + 1, one.size()));
    conversation.ask({std::string(line.substr(0, space)), std::string(target.substr(0, question)),
                      wire::split_query(target.substr(std::min(question + 1, target.size()))), std::string(body),
                      body.empty() ? "" : "application/json"});
  }
}

void try_upload(std::string_view body) {
  const Upload upload = wire::read_upload(body);
  demand(plain_records(upload).size() == upload.ends.size(), "every record is there");
  Plan plan;
  plan.items.push_back({Function::mean, "mean", "a", "b", "c"});
  demand(read_records_of(upload, plan).size() == upload.ends.size(), "every record is there for a job too");
  demand(upload.ends.empty() || upload.ends.back() == upload.fields.size(), "every field belongs to a record");
}

}  // namespace
}  // namespace closecheck::sut

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = closecheck::sut::text_of_input(data, size);
  closecheck::sut::try_upload(input);
  for (const closecheck::Profile profile : closecheck::kProfiles) closecheck::sut::converse(input, profile);
  return 0;
}
