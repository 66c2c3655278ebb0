// The datafeeds of a service, in the order in which they were created. A copyable value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in_process/datafeed.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class DatafeedList {
 public:
  const std::vector<Datafeed>& all() const { return feeds_; }
  auto begin() { return feeds_.begin(); }
  auto end() { return feeds_.end(); }

  /// Null: there is none of that id.
  Datafeed* find(std::string_view id);
  /// The one that feeds the job. Null: none does.
  Datafeed* of_job(std::string_view job);
  bool runs_for(std::string_view job);
  Datafeed& add(Datafeed feed) { return feeds_.emplace_back(std::move(feed)); }
  void remove(std::string_view id);

  /// The datafeeds that an expression names, in the order of their ids; a refusal when it names an unknown one.
  std::optional<Response> select(const Turn& turn, const std::string& expression, std::vector<Datafeed*>& selected);

 private:
  std::vector<Datafeed> feeds_;
};

Response unknown_feed(std::string_view feed);

}  // namespace closecheck::sut
