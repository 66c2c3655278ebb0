// For tests: the same request with parameters and members that nobody follows, or that narrow a read.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <variant>

#include "closecheck/sut/wire.h"

namespace closecheck::properties {

/// What the answer has to say of what is added.
enum class AnswerIs : std::uint8_t {
  given_for_it,  ///< the service got the request as it is now
  given_before,  ///< the service got it as it was, so that nothing may be added that is followed
};

class UnknownMembers {
 public:
  UnknownMembers(std::uint64_t seed, Profile profile, AnswerIs answer)
      : random_(seed), profile_(profile), answer_(answer) {}

  bool percent(int chance) { return static_cast<int>(random_() % 100) < chance; }

  /// The request as a recording has it, with one to three things more.
  Request added_to(const Request& request) {
    sut::wire::HttpRequest http = sut::wire::encode(request, profile_);
    for (int i = 0, count = 1 + static_cast<int>(random_() % 3); i < count; ++i)
      percent(40) ? add_parameter(http, request.operation) : add_member(http, request.operation);
    return sut::wire::parse(http, profile_, request.who);
  }

 private:
  using Json = nlohmann::ordered_json;

  template <class List>
  auto pick(const List& list) {
    return list[random_() % std::size(list)];
  }

  static bool reads_results(const Operation& operation) {
    return std::holds_alternative<GetBuckets>(operation) || std::holds_alternative<GetRecords>(operation) ||
           std::holds_alternative<GetSnapshots>(operation);
  }

  std::string parameter_value() {
    constexpr std::array kValues{"", "1", "true", "false", "now", "75", "5s", "abc", "1500000060000", "2017-07-14"};
    return pick(kValues);
  }

  void add_parameter(sut::wire::HttpRequest& http, const Operation& operation) {
    constexpr std::array kAny{"foo",
                              "x.y",
                              "level",
                              "timeout",
                              "allow_no_match",
                              "pretty",
                              "filter_path",
                              "format",
                              "human",
                              "skip_time",
                              "advance_time",
                              "reset_start",
                              "reset_end",
                              "routing",
                              "pipeline",
                              "error_trace",
                              "allow_no_jobs",
                              "start",
                              "end",
                              "scroll",
                              "wait_for_completion"};
    constexpr std::array kOfResults{"anomaly_score", "record_score", "sort", "expand",          "start",
                                    "end",           "desc",         "foo",  "exclude_interim", "timestamp"};
    constexpr std::array kOfClose{"pretty", "human", "filter_path", "format", "unheard_of"};
    std::string name = reads_results(operation) && percent(70) ? pick(kOfResults) : pick(kAny);
    if (std::holds_alternative<CloseJob>(operation)) name = pick(kOfClose);
    // Whether it reads begin and end is followed, and a feed that got others ends elsewhere.
    const bool is_followed = std::holds_alternative<StartDatafeed>(operation) && (name == "start" || name == "end");
    if (is_followed && answer_ == AnswerIs::given_before) name = "foo";
    http.query.emplace_back(name, parameter_value());
  }

  Json member_value() {
    switch (random_() % 7) {
      case 0:
        return 1;
      case 1:
        return "1h";
      case 2:
        return true;
      case 3:
        return nullptr;
      case 4:
        return Json::array({"a", Json{{"b", 2}}});
      case 5:
        return Json{{"a", {{"b", "c"}}}};
      default:
        return "1500000060000";
    }
  }

  std::string member_name(const Operation& operation) {
    constexpr std::array kAny{"foo",
                              "force_it",
                              "skip_time",
                              "advance_time",
                              "start",
                              "end",
                              "timeout",
                              "ignore_downtime",
                              "anomaly_score",
                              "sort",
                              "desc",
                              "exclude_interim",
                              "delete_intervening_results",
                              "expand",
                              "record_score"};
    constexpr std::array kOfCreation{"latency",
                                     "summary_count_field_name",
                                     "custom_rules",
                                     "influencers",
                                     "foo",
                                     "categorization_field_name",
                                     "format",
                                     "model_plot_config",
                                     "field_delimiter",
                                     "results_retention_days",
                                     "rules",
                                     "over_field_name",
                                     "use_null",
                                     "allow_lazy_open",
                                     "per_partition_categorization"};
    constexpr std::array kOfFeeds{"aggregations",    "script_fields", "query_delay", "frequency", "scroll_size",
                                  "chunking_config", "query",         "types",       "foo",       "max_empty_searches"};
    if (std::holds_alternative<CreateDatafeed>(operation)) return pick(kOfFeeds);
    if (std::holds_alternative<CreateJob>(operation) || std::holds_alternative<UpdateJob>(operation))
      return pick(kOfCreation);
    const std::string name = pick(kAny);
    const bool is_followed = std::holds_alternative<StartDatafeed>(operation) && (name == "start" || name == "end");
    return is_followed && answer_ == AnswerIs::given_before ? "foo" : name;
  }

  /// An object inside, at random; the body itself at the end.
  Json& some_object(Json& body) {
    Json* at = &body;
    while (percent(60)) {
      std::vector<Json*> inner;
      for (Json& value : *at) {
        if (value.is_object()) inner.push_back(&value);
        if (value.is_array())
          for (Json& element : value)
            if (element.is_object()) inner.push_back(&element);
      }
      if (inner.empty()) break;
      at = inner[random_() % inner.size()];
    }
    return *at;
  }

  void add_member(sut::wire::HttpRequest& http, const Operation& operation) {
    if (std::holds_alternative<PostData>(operation) || std::holds_alternative<IndexDocuments>(operation))
      return add_field(http);
    if (http.body.empty()) {
      http.content_type = "application/json";
      http.body = percent(10) ? pick(std::array{"[1]", "null", "x", " "}) : "{}";
    }
    Json body = Json::parse(http.body, nullptr, false);
    if (!body.is_object()) return;
    some_object(body)[member_name(operation)] = member_value();
    http.body = body.dump();
  }

  /// Records and documents may have any fields besides those that a job reads.
  void add_field(sut::wire::HttpRequest& http) {
    const std::size_t brace = http.body.find("{\"time\"");
    if (brace != std::string::npos)
      http.body.insert(brace + 1, pick(std::array{R"("foo":1,)", R"("stamp":1600000000000,)", R"("a":{"b":"c"},)"}));
  }

  std::mt19937_64 random_;
  Profile profile_;
  AnswerIs answer_;
};

}  // namespace closecheck::properties
