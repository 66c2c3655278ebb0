#include "json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "closecheck/vocabulary/json_text.h"

namespace closecheck::scenarios {
namespace {

constexpr std::size_t kJsonDepthMax = 200;

/// Builds a value from nlohmann's events, so that order and duplicates are seen.
class JsonBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return take({}); }
  bool boolean(bool flag) override { return take({flag, {}}); }
  bool number_integer(number_integer_t number) override { return take({static_cast<std::int64_t>(number), {}}); }
  bool number_unsigned(number_unsigned_t number) override {
    if (number <= static_cast<std::uint64_t>(INT64_MAX)) return take({static_cast<std::int64_t>(number), {}});
    return take({static_cast<std::uint64_t>(number), {}});
  }
  bool number_float(number_float_t number, const string_t& /*text*/) override { return take({number, {}}); }
  bool string(string_t& text) override { return take({std::move(text), {}}); }
  bool binary(binary_t& /*bytes*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open({Map{}, {}}); }
  bool start_array(std::size_t /*size*/) override { return open({List{}, {}}); }
  bool key(string_t& text) override {
    if (open_.back().value.find(text) != nullptr) return false;
    open_.back().key = std::move(text);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*e*/) override {
    return false;
  }

  Value& root() { return root_; }

 private:
  struct Open {
    Value value;
    std::string key;
  };

  bool open(Value value) {
    if (open_.size() >= kJsonDepthMax) return false;
    open_.push_back({std::move(value), {}});
    return true;
  }
  bool close() {
    Value done = std::move(open_.back().value);
    open_.pop_back();
    return take(std::move(done));
  }
  bool take(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (auto* list = std::get_if<List>(&open_.back().value.data)) {
      list->push_back(std::move(value));
    } else {
      add(open_.back().value, std::move(open_.back().key), std::move(value));
    }
    return true;
  }

  std::vector<Open> open_;
  Value root_;
};

void write(const Value& value, std::string& out) {
  if (const Map* map = value.map()) {
    out += '{';
    for (const Member& member : *map) {
      if (&member != &map->front()) out += ',';
      out += json_text(member.key);
      out += ':';
      write(member.value, out);
    }
    out += '}';
  } else if (const List* list = value.list()) {
    out += '[';
    for (const Value& item : *list) {
      if (&item != &list->front()) out += ',';
      write(item, out);
    }
    out += ']';
  } else if (const std::string* text = value.string()) {
    out += json_text(*text);
  } else {
    out += value.is_null() ? "null" : *text_of(value);
  }
}

}  // namespace

std::string write_json(const Value& value) {
  std::string out;
  write(value, out);
  return out;
}

std::optional<Value> read_json(std::string_view text) {
  JsonBuilder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return std::move(builder.root());
}

std::optional<std::vector<Value>> read_json_sequence(std::string_view text) {
  std::vector<Value> values;
  for (std::size_t at = 0;;) {
    at = text.find_first_not_of(" \t\r\n", at);
    if (at == std::string_view::npos) return values;
    if (text[at] != '{' && text[at] != '[') return std::nullopt;
    const std::size_t end = end_of_json(text, at);
    if (end == std::string_view::npos) return std::nullopt;
    auto value = read_json(text.substr(at, end - at));
    if (!value) return std::nullopt;
    values.push_back(std::move(*value));
    at = end;
  }
}

}  // namespace closecheck::scenarios
