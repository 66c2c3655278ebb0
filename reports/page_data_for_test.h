// What a page for a browser shows, for tests
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace closecheck::reports {

inline nlohmann::json data_of(const std::string& page) {
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = page.find(open) + open.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

}  // namespace closecheck::reports
