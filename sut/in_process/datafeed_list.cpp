#include "in_process/datafeed_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "wire/values.h"

namespace closecheck::sut {

std::optional<Response> DatafeedList::select(const Turn& turn, const std::string& expression,
                                             std::vector<Datafeed*>& selected) {
  const bool is_list = turn.manner.profile->has_expressions;
  const bool all = expression.empty() || expression == "_all" || (expression == "*" && is_list);
  for (const std::string_view item : is_list ? divided(expression, ',') : std::vector<std::string_view>{expression}) {
    const bool wild = is_list && item.find('*') != std::string_view::npos;
    bool found = all || wild;
    for (Datafeed& feed : feeds_) {
      if (!all && feed.id != item && !(wild && matches_wildcard(item, feed.id))) continue;
      selected.push_back(&feed);
      found = true;
    }
    if (!found) return unknown_feed(item);
  }
  if (selected.empty() && !turn.detail_or_usual<ListOptions>().allow_none) return unknown_feed(expression);
  std::ranges::sort(selected, {}, &Datafeed::id);
  selected.erase(std::unique(selected.begin(), selected.end()), selected.end());
  return std::nullopt;
}

Datafeed* DatafeedList::find(std::string_view id) {
  for (Datafeed& feed : feeds_)
    if (feed.id == id) return &feed;
  return nullptr;
}

Datafeed* DatafeedList::of_job(std::string_view job) {
  for (Datafeed& feed : feeds_)
    if (feed.job == job) return &feed;
  return nullptr;
}

bool DatafeedList::runs_for(std::string_view job) {
  const Datafeed* feed = of_job(job);
  return feed != nullptr && feed->started;
}

void DatafeedList::remove(std::string_view id) {
  std::erase_if(feeds_, [id](const Datafeed& feed) { return feed.id == id; });
}

Response unknown_feed(std::string_view feed) {
  return not_found(fmt::format("No datafeed with id [{}] exists", feed));
}

}  // namespace closecheck::sut
