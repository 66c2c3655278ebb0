#include "wire/media_types.h"

#include <fmt/format.h>

#include "wire/text.h"

namespace closecheck::sut::wire {
namespace {

constexpr std::string_view kVendor = "application/vnd.elasticsearch+";
constexpr std::string_view kParameter = "compatible-with=";

/// A dialect without such types reads them as any type that it does not know.
bool is_known(int compatible, const Dialect& dialect) {
  return compatible >= dialect.oldest_compatible && compatible <= dialect.major;
}

}  // namespace

MediaType read_media_type(std::string_view text) {
  MediaType type{media_type(text), 0};
  if (!type.plain.starts_with(kVendor)) return type;
  const std::size_t at = text.find(kParameter);
  if (at == std::string_view::npos) return type;
  const std::string_view number = trimmed(text.substr(at + kParameter.size()));
  if (number.size() != 1 || number[0] < '1' || number[0] > '9') return type;
  type.plain = "application/" + type.plain.substr(kVendor.size());
  type.compatible = number[0] - '0';
  return type;
}

std::optional<std::string> trouble_with_media_types(std::string_view accept, std::string_view content_type,
                                                    bool has_body, const Dialect& dialect) {
  if (dialect.oldest_compatible == 0) return std::nullopt;
  const int accepts = read_media_type(accept).compatible;
  const int sends = read_media_type(content_type).compatible;
  const auto refuse = [&dialect](std::string_view header, int compatible) {
    return fmt::format("{} version must be either version {} or {}, but found {}.", header, dialect.major,
                       dialect.major - 1, compatible);
  };
  if (accepts != 0 && !is_known(accepts, dialect)) return refuse("Accept", accepts);
  if (sends != 0 && !is_known(sends, dialect)) return refuse("Content-Type", sends);
  if (has_body && accepts != sends && !(accept.empty() || media_type(accept) == "*/*"))
    return fmt::format(
        "A compatible version is required on both Content-Type and Accept headers if either one has requested a "
        "compatible version. Accept={}, Content-Type={}",
        accept, content_type);
  return std::nullopt;
}

std::string json_type_for(std::string_view accept, const Dialect& dialect) {
  const MediaType type = read_media_type(accept);
  if (dialect.oldest_compatible != 0 && type.compatible != 0)
    return fmt::format("application/vnd.elasticsearch+json;compatible-with={}", type.compatible);
  return dialect.tells_charset ? "application/json; charset=UTF-8" : "application/json";
}

}  // namespace closecheck::sut::wire
