// Reads bodies of records into an upload: JSON objects however spaced, or one list of them.
#include <fmt/format.h>

#include <algorithm>

#include "wire/json.h"
#include "wire/upload.h"

namespace closecheck::sut::wire {
namespace {

/// Writes what the parser finds straight into the upload: a document of its own for every record would cost more than
/// all the rest of a post.
class UploadCollector : public nlohmann::json_sax<SortedJson> {
 public:
  /// `list`: the value may also be one list of records.
  UploadCollector(Upload& upload, bool list) : upload_(upload), list_(list) {}

  bool null() override { return inside(); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return digits(static_cast<double>(value), value); }
  bool number_unsigned(number_unsigned_t value) override { return digits(static_cast<double>(value), value); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!scalar(text)) return false;
    if (lists_ == 0) set_number(value);
    return true;
  }
  bool string(string_t& value) override { return scalar(value); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override {
    if (++depth_ > kDepthMax || (objects_ == 0 && lists_ > (list_ ? 1 : 0))) return false;
    if (objects_ == 0) {
      record_lists_ = lists_;
      lists_ = 0;
    }
    ++objects_;
    prefixes_.push_back(path_.size());
    return true;
  }
  bool key(string_t& name) override {
    path_.resize(prefixes_.back());
    if (objects_ > 1 && !path_.empty()) path_ += '.';
    path_ += name;
    return true;
  }
  bool end_object() override {
    --depth_;
    --objects_;
    path_.resize(prefixes_.back());
    prefixes_.pop_back();
    if (objects_ > 0) return true;
    lists_ = record_lists_;
    upload_.ends.push_back(upload_.fields.size());
    return true;
  }
  bool start_array(std::size_t) override {
    ++lists_;
    if (++depth_ > kDepthMax) return false;
    if (objects_ == 0) return list_ && lists_ == 1;
    if (lists_ == 1) fresh_list_ = true;
    return true;
  }
  bool end_array() override {
    --depth_;
    --lists_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool inside() const { return objects_ > 0; }

  template <class Number>
  bool digits(double value, Number number) {
    const fmt::format_int text(number);
    if (!scalar(std::string_view(text.data(), text.size()))) return false;
    if (lists_ == 0) set_number(value);
    return true;
  }
  void set_number(double value) {
    upload_.fields.back().is_number = true;
    upload_.fields.back().number = value;
  }

  bool scalar(std::string_view text) {
    if (!inside()) return false;
    if (lists_ > 0 && !fresh_list_) {
      upload_.texts += ',';
      upload_.texts += text;
      upload_.fields.back().text_size += text.size() + 1;
      return true;
    }
    fresh_list_ = false;
    upload_.fields.push_back(Upload::Field{place(), false, 0, upload_.texts.size(), text.size()});
    upload_.texts += text;
    return true;
  }

  /// Records of one upload mostly have the same fields in the same order: the one after the last found comes next.
  std::uint32_t place() {
    auto& names = upload_.names;
    ++guess_;
    if (guess_ >= names.size()) guess_ = 0;
    if (guess_ < names.size() && names[guess_] == path_) return static_cast<std::uint32_t>(guess_);
    guess_ = static_cast<std::size_t>(std::ranges::find(names, path_) - names.begin());
    if (guess_ == names.size()) names.push_back(path_);
    return static_cast<std::uint32_t>(guess_);
  }

  Upload& upload_;
  const bool list_;
  int depth_ = 0;
  int objects_ = 0;
  int lists_ = 0;         // around the value, within the record; outside of records, around the record
  int record_lists_ = 0;  // around the record
  bool fresh_list_ = false;
  std::string path_;
  std::vector<std::size_t> prefixes_;
  std::size_t guess_ = 0;
};

}  // namespace

Upload read_upload(std::string_view body) {
  Upload upload;
  upload.bytes = static_cast<std::int64_t>(body.size());
  const ValueTexts texts = split_values(body);
  upload.malformed = !texts.complete;
  for (const std::string_view text : texts.values) {
    const std::size_t records = upload.ends.size();
    UploadCollector collector(upload, texts.values.size() == 1);
    if (SortedJson::sax_parse(text, &collector)) continue;
    // What came of a broken value before the break is not there.
    upload.malformed = true;
    const bool within_list = text.starts_with('[');
    if (!within_list) upload.ends.resize(records);
    upload.fields.resize(upload.ends.empty() ? 0 : upload.ends.back());
    break;
  }
  return upload;
}

}  // namespace closecheck::sut::wire
