// A server for tests of the format: it answers what it is told to, or says what it was sent.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "closecheck/sut/system.h"
#include "closecheck/sut/wire.h"
#include "json.h"

namespace closecheck::scenarios {

/// `POST /answer` answers as its body says: `status`, `json` or `text`, `type`, `headers` (a list of pairs).
/// `HEAD /head/STATUS` has no body. `GET /log` tells all that was asked before. Everything under `/_xpack` is unknown.
/// Anything else is told back: `method`, `target`, `query`, `body`, `type`, `headers` and `who`.
class EchoFactory : public sut::SystemFactory {
 public:
  std::unique_ptr<sut::System> make(std::uint64_t /*seed*/) override { return std::make_unique<Echo>(log_); }

 private:
  class Echo : public sut::System {
   public:
    explicit Echo(std::vector<std::string>& log) : log_(log) {}

    void submit(int client, std::shared_ptr<const Request> request, bool /*fresh*/) override {
      const WireAnswer answer = answer_to(sut::wire::encode(*request, Profile::xpack_6_3), request->who);
      Response response = sut::wire::decode(answer, *request, Profile::xpack_6_3);
      if (!response.wire) response.wire = std::make_shared<const WireAnswer>(answer);
      now_ += kMillisecond;
      done_.push_back({client, now_, std::make_shared<const Response>(std::move(response)), {}});
    }
    std::optional<sut::Completion> next(Time until) override {
      if (done_.empty()) {
        now_ = std::max(now_, until);
        return std::nullopt;
      }
      sut::Completion done = std::move(done_.front());
      done_.pop_front();
      return done;
    }
    Time now() override { return now_; }
    bool inject(Fault, const std::string&, Duration) override { return false; }
    bool can_inject(Fault) const override { return false; }
    void clean_up(const Program&) override {}

   private:
    static WireAnswer json_answer(int status, const Value& body) {
      return {status, {{"content-type", "application/json; charset=UTF-8"}}, write_json(body)};
    }

    WireAnswer answer_to(const sut::wire::HttpRequest& sent, Principal who) {
      if (sent.path == "/log") {
        Value lines = make_list();
        for (const std::string& line : log_) std::get<List>(lines.data).push_back(make_text(line));
        Value body = make_map();
        add(body, "log", std::move(lines));
        return json_answer(200, body);
      }
      if (!sent.path.starts_with("/_xpack")) log_.push_back(sent.method + " " + sent.path);
      if (sent.path.starts_with("/_xpack")) return {404, {}, ""};
      if (sent.path.starts_with("/head/")) return {std::stoi(sent.path.substr(6)), {}, ""};
      if (sent.path == "/answer") return told(*read_json(sent.body));
      Value body = make_map();
      add(body, "method", make_text(sent.method));
      add(body, "target", make_text(sut::wire::target_of(sent)));
      add(body, "query", told(sent.query));
      add(body, "body", make_text(sent.body));
      add(body, "type", make_text(sent.content_type));
      add(body, "headers", told(sent.headers));
      add(body, "who", make_text(std::string(name(who))));
      return json_answer(200, body);
    }

    static Value told(const Parameters& parameters) {
      Value map = make_map();
      for (const auto& [key, value] : parameters) add(map, key, make_text(value));
      return map;
    }

    static WireAnswer told(const Value& wanted) {
      WireAnswer answer{200, {}, {}};
      if (const Value* status = wanted.find("status")) answer.status = static_cast<int>(status->number());
      if (const Value* json = wanted.find("json")) answer.body = write_json(*json);
      if (const Value* text = wanted.find("text")) answer.body = *text->string();
      std::string type = wanted.find("text") != nullptr ? "text/plain" : "application/json";
      if (const Value* named = wanted.find("type")) type = *named->string();
      if (!type.empty()) answer.headers.emplace_back("content-type", type);
      if (const Value* headers = wanted.find("headers"))
        for (const Value& pair : *headers->list())
          answer.headers.emplace_back(*pair.list()->front().string(), *pair.list()->back().string());
      return answer;
    }

    std::vector<std::string>& log_;
    std::deque<sut::Completion> done_;
    Time now_ = 0;
  };

  std::vector<std::string> log_;
};

}  // namespace closecheck::scenarios
