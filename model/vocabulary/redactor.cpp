#include "closecheck/vocabulary/redactor.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "closecheck/vocabulary/base64.h"
#include "closecheck/vocabulary/text.h"
#include "vocabulary/spelling.h"

namespace closecheck {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kSchemes[] = {"basic", "bearer", "apikey", "negotiate", "ntlm", "digest"};

bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

/// As it may stand where nothing is padded; where something is, the padding goes with it.
std::string unpadded_base64(std::string_view bytes) {
  std::string text = to_base64(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_quote(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == '"' || text[at] == '\'');
}

/// The place behind a quote, which may be escaped; `at`: there is none.
std::size_t after_quote(std::string_view text, std::size_t at) {
  const std::size_t quote = after_backslashes(text, at);
  return is_quote(text, quote) ? quote + 1 : at;
}

/// Where the text within quotes ends: at the same quote, escaped no deeper.
std::size_t end_within_quotes(std::string_view text, std::size_t at, char quote, std::size_t depth) {
  while (at < text.size()) {
    const std::size_t behind = after_backslashes(text, at);
    if (behind < text.size() && text[behind] == quote && behind - at <= depth) return at;
    at = behind + 1;
  }
  return text.size();
}

/// The value in `Authorization: Basic eDp5` or `"api_key": "x"`, when such a name stands at `at`.
std::optional<Span> secret_value_after_name(std::string_view text, std::size_t at) {
  if (!is_word(text[at]) || (at > 0 && is_word(text[at - 1]))) return std::nullopt;
  std::size_t end = at;
  while (end < text.size() && is_word(text[end])) ++end;
  const std::string_view name = text.substr(at, end - at);
  const std::size_t behind = after_quote(text, end);
  const bool is_member = behind != end;
  // In a sentence most of these names mean nothing: there only headers count.
  const std::string plain = lower(name);
  if (!is_secret_name(name) || (!is_member && !plain.ends_with("authorization") && !plain.ends_with("cookie")))
    return std::nullopt;
  const std::size_t colon = std::min(text.find_first_not_of(' ', behind), text.size());
  if (text.substr(colon, 1) != ":" && text.substr(colon, 1) != "=") return std::nullopt;
  const std::size_t value = std::min(text.find_first_not_of(" [", colon + 1), text.size());
  if (value == text.size() || text[value] == '{' || text.substr(value).starts_with("null")) return std::nullopt;
  Span span{after_quote(text, value), 0};
  if (span.begin != value)
    span.end = end_within_quotes(text, span.begin, text[span.begin - 1], span.begin - 1 - value);
  else
    span.end = std::min(text.find_first_of(is_member ? " ,}]\r\n\"\\" : "]\r\n\"\\", value), text.size());
  return span.end > span.begin ? std::optional(span) : std::nullopt;
}

/// Whether a challenge says nothing but how to ask: `Basic realm="security" charset="UTF-8"`.
bool is_plain_challenge(std::string_view value) {
  const std::string text = lower(value);
  for (std::size_t at = text.find('='); at != kNone; at = text.find('=', at + 1)) {
    const std::size_t quoted = at + 1 < text.size() && text[at + 1] == '"' ? text.find('"', at + 2) : at;
    std::size_t begin = at;
    while (begin > 0 && is_word(text[begin - 1])) --begin;
    const std::string name = text.substr(begin, at - begin);
    if (name != "realm" && name != "charset" && name != "error" && name != "error_description" && name != "scope")
      return false;
    at = quoted == kNone ? text.size() : quoted;
  }
  // A token has no name: it follows its scheme.
  for (const std::string_view scheme : {"negotiate ", "ntlm ", "kerberos "})
    if (text.find(scheme) != kNone) return false;
  return true;
}

/// Redacts every text of a request or of an answer, whatever member it stands in.
class Cleaner {
 public:
  explicit Cleaner(const Redactor& redact) : redact_(redact) {}

  void operator()(std::string& text) const { text = redact_(text); }
  template <class T>
  void operator()(std::optional<T>& value) const {
    if (value) (*this)(*value);
  }
  template <class T>
  void operator()(std::vector<T>& list) const {
    for (T& value : list) (*this)(value);
  }
  template <class A, class B>
  void operator()(std::pair<A, B>& pair) const {
    (*this)(pair.first);
    (*this)(pair.second);
  }
  template <class T>
  void operator()(T& it) const {
    if constexpr (requires { it.job; }) (*this)(it.job);
    if constexpr (requires { it.feed; }) (*this)(it.feed);
    if constexpr (requires { it.index; }) (*this)(it.index);
    if constexpr (requires { it.snapshot; }) (*this)(it.snapshot);
    if constexpr (requires { it.id; }) (*this)(it.id);
    if constexpr (requires { it.node; }) (*this)(it.node);
    if constexpr (requires { it.open_time; }) (*this)(it.open_time);
    if constexpr (requires { it.state; }) (*this)(it.state);
    if constexpr (requires { it.name; }) (*this)(it.name);
    if constexpr (requires { it.version; }) (*this)(it.version);
    if constexpr (requires { it.username; }) (*this)(it.username);
    if constexpr (requires { it.members; }) (*this)(it.members);
    if constexpr (requires { it.jobs; }) (*this)(it.jobs);
    if constexpr (requires { it.snapshots; }) (*this)(it.snapshots);
    if constexpr (requires { it.feeds; }) (*this)(it.feeds);
    if constexpr (requires { it.records; }) (*this)(it.records);
    if constexpr (requires { it.function; }) (*this)(it.function);
    if constexpr (requires { it.entity; }) (*this)(it.entity);
    if constexpr (requires { it.privileges; }) (*this)(it.privileges);
    if constexpr (requires { it.path; }) (*this)(it.path);
    if constexpr (requires { it.body; }) (*this)(it.body);
    if constexpr (requires { it.query; }) (*this)(it.query);
    if constexpr (requires { it.config; }) (*this)(it.config);
    if constexpr (requires { it.description; }) (*this)(it.description);
    if constexpr (requires { it.custom_settings; }) (*this)(it.custom_settings);
    if constexpr (requires { it.groups; }) (*this)(it.groups);
    if constexpr (requires { it.other; }) (*this)(it.other);
    if constexpr (requires { it.reason; }) (*this)(it.reason);
    if constexpr (requires { it.error_type; }) (*this)(it.error_type);
    if constexpr (requires { it.notes; }) (*this)(it.notes);
    if constexpr (requires { it.expected; }) (*this)(it.expected);
    if constexpr (requires { it.observed; }) (*this)(it.observed);
    if constexpr (requires { it.headers; })
      for (auto& [name, value] : it.headers) value = redact_.header(name, value);
  }

 private:
  const Redactor& redact_;
};

}  // namespace

bool is_secret_name(std::string_view name) {
  const auto is = [](std::string_view part, std::string_view plain) {
    return std::ranges::equal(part, plain, {}, [](char c) { return c == '_' ? '-' : lower(c); });
  };
  for (const std::string_view end : {"authorization", "cookie", "api-key", "apikey", "auth-token", "access-token",
                                     "refresh-token", "password", "client-secret"})
    if (name.size() >= end.size() && is(name.substr(name.size() - end.size()), end)) return true;
  return is(name, "token") || is(name, "authentication-info");
}

void Redactor::add(std::string_view secret, std::string_view user) {
  if (secret.empty()) return;
  add_form(std::string(secret), false);
  add_form(unpadded_base64(secret), true);
  // Within something longer it begins at any of three places of a group; what it shares with its neighbours is left.
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string coded = unpadded_base64(std::string(before, '\0') + std::string(secret));
    const std::size_t from = before == 0 ? 0 : before + 1;
    const std::size_t to = 8 * (before + secret.size()) / 6;
    if (to >= from + kShort) add_form(coded.substr(from, to - from), true);
  }
  if (user.empty()) return;
  const std::string pair = std::string(user) + ":" + std::string(secret);
  add_form(pair, false);
  add_form(unpadded_base64(pair), true);
}

void Redactor::add_authorization(std::string_view value) {
  while (value.starts_with(' ')) value.remove_prefix(1);
  const std::size_t space = value.find(' ');
  if (space == kNone) return add(value);
  const std::string scheme = lower(value.substr(0, space));
  if (std::find(std::begin(kSchemes), std::end(kSchemes), scheme) == std::end(kSchemes)) return add(value);
  const std::string_view token = value.substr(value.find_first_not_of(' ', space));
  add(token);
  if (scheme != "basic" && scheme != "apikey") return;
  // As far as it can be read.
  const auto is_digit_of_it = [](char c) { return is_base64(c) && c != '='; };
  std::string_view digits(token.begin(), std::ranges::find_if_not(token, is_digit_of_it));
  if (digits.size() % 4 == 1) digits.remove_suffix(1);
  const std::string pair = from_base64(digits).value_or("");
  const std::size_t colon = pair.find(':');
  if (colon != kNone) add(pair.substr(colon + 1), pair.substr(0, colon));
}

void Redactor::add_form(std::string text, bool is_base64) {
  const auto add_one = [&](std::string one) {
    const auto same = [&](const Form& form) { return form.text == one; };
    if (std::any_of(forms_.begin(), forms_.end(), same)) return;
    begins_.at(static_cast<unsigned char>(one[0])) = true;
    const bool is_whole = character_count(one) < kShort;
    forms_.push_back({std::move(one), is_whole, is_base64});
  };
  for (const char escape : {'%', '\\', '+'}) begins_.at(static_cast<unsigned char>(escape)) = true;
  if (is_base64) {
    std::string for_urls = text;
    std::replace(for_urls.begin(), for_urls.end(), '+', '-');
    std::replace(for_urls.begin(), for_urls.end(), '/', '_');
    add_one(std::move(for_urls));
  }
  add_one(std::move(text));
  // The longest first: what begins with another one must not leave its end behind.
  std::stable_sort(forms_.begin(), forms_.end(),
                   [](const Form& a, const Form& b) { return a.text.size() > b.text.size(); });
}

std::size_t Redactor::end_of_secret(std::string_view text, std::size_t at, std::size_t& begin) const {
  const char first = text[at];
  const bool is_escape = first == '%' || first == '\\' || first == '+';
  for (const Form& form : forms_) {
    if (!is_escape && form.text[0] != first) continue;
    std::size_t end = after_secret(text, at, form.text, kShort);
    if (end == kNone || (form.is_whole && !is_whole_value(text, at, end))) continue;
    begin = at;
    if (form.is_base64 && !form.is_whole) {
      while (begin > 0 && is_base64(text[begin - 1])) --begin;
      while (end < text.size() && is_base64(text[end])) ++end;
    }
    return end;
  }
  return at;
}

std::string Redactor::operator()(std::string_view text) const {
  std::string out;
  std::size_t copied = 0;
  const auto hide = [&](std::size_t begin, std::size_t end) {
    out += text.substr(copied, std::max(begin, copied) - copied);
    if (!out.ends_with(kRedacted)) out += kRedacted;
    copied = end;
  };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t begin = at;
    std::size_t end = at;
    if (const auto value = secret_value_after_name(text, at)) {
      begin = value->begin;
      end = value->end;
    }
    if (end == at && begins_.at(static_cast<unsigned char>(text[at]))) end = end_of_secret(text, at, begin);
    if (end == at) {
      ++at;
      continue;
    }
    hide(begin, end);
    at = end;
  }
  out += text.substr(std::min(copied, text.size()));
  return out;
}

std::string Redactor::header(std::string_view name, std::string_view value) const {
  if (is_secret_name(name)) return std::string(kRedacted);
  const std::string plain = lower(name);
  if ((plain == "www-authenticate" || plain == "proxy-authenticate") && !is_plain_challenge(value)) {
    const std::size_t scheme = std::min(value.find(' '), value.size());
    return (*this)(value.substr(0, scheme)) + " " + std::string(kRedacted);
  }
  return (*this)(value);
}

History Redactor::operator()(History history) const {
  const Cleaner clean(*this);
  // An answer has the very request that was sent.
  std::map<const Request*, std::shared_ptr<const Request>> requests;
  for (Event& event : history.events) {
    event.error = (*this)(event.error);
    if (event.request) {
      std::shared_ptr<const Request>& request = requests[event.request.get()];
      if (!request) {
        Request cleaned = *event.request;
        std::visit(clean, cleaned.operation);
        if (cleaned.as_sent) {
          RawRequest sent = *cleaned.as_sent;
          clean(sent);
          cleaned.as_sent = std::make_shared<const RawRequest>(std::move(sent));
        }
        request = std::make_shared<const Request>(std::move(cleaned));
      }
      event.request = request;
    }
    if (!event.response) continue;
    Response response = *event.response;
    clean(response);
    std::visit(clean, response.content);
    if (response.wire) {
      WireAnswer wire = *response.wire;
      clean(wire);
      response.wire = std::make_shared<const WireAnswer>(std::move(wire));
    }
    event.response = std::make_shared<const Response>(std::move(response));
  }
  return history;
}

}  // namespace closecheck
