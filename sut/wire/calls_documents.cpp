// Requests about indices and documents, and what a cluster says of itself.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "closecheck/vocabulary/text.h"
#include "wire/bodies.h"
#include "wire/call.h"
#include "wire/time_format.h"
#include "wire/upload.h"

namespace closecheck::sut::wire {
namespace {

void ignore_write_parameters(Call& call) {
  call.ignore({"timeout", "wait_for_active_shards", "routing", "pipeline", "type", "version", "version_type", "parent",
               "op_type", "if_seq_no", "if_primary_term"});
}

bool take_refresh(Call& call) {
  const Parameter refresh = call.take("refresh");
  return refresh && *refresh != "false";
}

std::string type_of(const Call& call) {
  const std::string type = call.part("type");
  return type.empty() ? "_doc" : type;
}

/// The bound of a range: a number, or a date as milliseconds.
double bound(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (const auto number = number_in<double>(text)) return *number;
    if (const auto date = iso_date_ms(text)) return static_cast<double>(*date);
  }
  refuse(400, "parse_exception", fmt::format("failed to parse date field [{}]", dump(value)));
}

std::string plain_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump(value);
}

/// Documents with one of these values in a field.
DocumentQuery values_query(const std::string& kind, const Json& inner) {
  DocumentQuery out;
  if (inner.is_object())
    for (const auto& [name, value] : inner.items()) {
      if (name == "boost") continue;
      if (!out.field.empty())
        refuse(400, "parsing_exception", fmt::format("[{}] query doesn't support multiple fields", kind));
      out.field = name;
      const Json* wrapped = member(value, kind == "match" ? "query" : "value");
      const Json& given = wrapped == nullptr ? value : *wrapped;
      if (given.is_array())
        for (const Json& one : given) out.values.push_back(plain_text(one));
      else
        out.values.push_back(plain_text(given));
    }
  if (out.field.empty() || out.values.empty())
    refuse(400, "parsing_exception", fmt::format("[{}] query malformed, no field and value", kind));
  return out;
}

/// Documents that several queries find.
DocumentQuery combined_query(const std::string& kind, const Json& inner) {
  DocumentQuery out;
  if (!inner.is_object()) refuse(400, "parsing_exception", fmt::format("[{}] query malformed", kind));
  for (const auto& [name, value] : inner.items()) {
    if (name == "boost") continue;
    if (name != "filter" && (kind != "bool" || name != "must"))
      refuse(400, "parsing_exception", fmt::format("[{}] query does not support [{}]", kind, name));
    if (value.is_array())
      for (const Json& one : value) out.others.push_back(read_query(one));
    else
      out.others.push_back(read_query(value));
  }
  return out;
}

void read_search_body(Call& call, SearchDocuments& out) {
  if (call.body().empty()) return;
  const Json& body = call.object("search");
  if (const Json* query = member(body, "query"); query != nullptr) out.query = read_query(*query);
  const auto number = [&body](const char* name, int& into) {
    const Json* value = member(body, name);
    if (value != nullptr && value->is_number_integer())
      into = static_cast<int>(std::clamp<std::int64_t>(value->get<std::int64_t>(), -1, INT32_MAX));
  };
  number("from", out.from);
  number("size", out.size);
  const Json* sort = member(body, "sort");
  if (sort != nullptr && sort->is_array() && !sort->empty()) sort = &sort->front();
  if (sort == nullptr) return;
  if (sort->is_string()) out.sort = sort->get<std::string>();
  if (!sort->is_object() || sort->empty()) return;
  out.sort = sort->begin().key();
  const Json& order = sort->begin().value();
  const Json* direction = order.is_object() ? member(order, "order") : &order;
  out.descending = direction != nullptr && direction->is_string() && direction->get<std::string>() == "desc";
}

/// Where documents have no types, no line of a bulk may name one.
void refuse_types(const std::string& body) {
  const ValueTexts texts = split_values(body);
  for (std::size_t line = 0; line < texts.values.size(); ++line) {
    const auto action = parse_json(texts.values[line]);
    if (action && action->is_object() && action->size() == 1 && member(action->front(), "_type") != nullptr)
      refuse(400, kIllegalArgument,
             fmt::format("Action/metadata line [{}] contains an unknown parameter [_type]", line + 1));
    if (action && !action->contains("delete")) ++line;
  }
}

void refuse_typed_mapping(const Json& mappings) {
  if (!mappings.is_object() || member(mappings, "properties") != nullptr) return;
  for (const auto& [name, inner] : mappings.items())
    if (member(inner, "properties") != nullptr)
      refuse(400, "mapper_parsing_exception",
             fmt::format("Failed to parse mapping [_doc]: Root mapping definition has unsupported parameters:  [{}]",
                         name));
}

/// The fields of mappings, below their type where that is said.
void add_fields(const Json& mappings, const std::string& prefix, std::vector<std::string>& fields) {
  if (!mappings.is_object()) return;
  const Json* properties = member(mappings, "properties");
  if (properties == nullptr && prefix.empty()) {
    for (const auto& [type, inner] : mappings.items())
      if (member(inner, "properties") != nullptr) add_fields(inner, "", fields);
    return;
  }
  if (properties == nullptr || !properties->is_object()) return;
  for (const auto& [name, field] : properties->items()) {
    fields.push_back(prefix + name);
    add_fields(field, prefix + name + ".", fields);
    if (const Json* more = member(field, "fields"); more != nullptr && more->is_object())
      for (const auto& [other, how] : more->items()) fields.push_back(prefix + name + "." + other);
  }
}

}  // namespace

DocumentQuery read_query(const Json& query) {
  DocumentQuery out;
  if (!query.is_object() || query.size() != 1)
    refuse(400, "parsing_exception", "query malformed, must start with start_object");
  const std::string& kind = query.begin().key();
  const Json& inner = query.front();
  if (kind == "match_all") return out;
  if (kind == "term" || kind == "terms" || kind == "match") return values_query(kind, inner);
  if (kind == "constant_score" || kind == "bool") return combined_query(kind, inner);
  if (kind != "range") refuse(400, "parsing_exception", fmt::format("no [query] registered for [{}]", kind));
  if (!inner.is_object() || inner.size() != 1 || !inner.front().is_object())
    refuse(400, "parsing_exception", "[range] query doesn't support multiple fields");
  out.field = inner.begin().key();
  for (const auto& [name, value] : inner.front().items()) {
    if (value.is_null()) continue;
    if (name == "gt")
      out.above = bound(value);
    else if (name == "gte" || name == "from")
      out.from = bound(value);
    else if (name == "lt")
      out.below = bound(value);
    else if (name == "lte" || name == "to")
      out.up_to = bound(value);
    else if (name != "format" && name != "time_zone" && name != "boost")
      refuse(400, "parsing_exception", fmt::format("[range] query does not support [{}]", name));
  }
  return out;
}

Built bulk(Call& call) {
  BulkWrite writes = read_bulk(call.part("index"), call.part("type"), call.body());
  if (!call.is_view() && !call.dialect().has_typed_paths) refuse_types(call.body());
  writes.refresh = take_refresh(call);
  ignore_write_parameters(call);
  call.ignore({"fields", "_source", "_source_excludes", "_source_exclude", "_source_includes", "_source_include"});
  IndexDocuments out{writes.writes.front().index, {}, writes.refresh};
  std::string sources;
  for (const DocumentWrite& write : writes.writes) {
    // A typed operation adds to one index. What may replace a document, or adds to several, is another.
    if (write.kind == DocumentWrite::Kind::remove || !write.id.empty() || write.index != out.index)
      return {call.raw(), std::move(writes)};
    for (Record& record : plain_records(read_upload(write.source))) out.records.push_back(std::move(record));
    if (call.is_view()) sources += write.source + "\n";
  }
  if (call.is_view()) out.times = times_of(read_upload(sources), TimesIn::documents);
  return {std::move(out), std::move(writes)};
}

Built write_document(Call& call) {
  BulkWrite out;
  out.refresh = take_refresh(call);
  out.single = true;
  const bool creates = call.take("op_type") == Parameter("create") || call.http().path.ends_with("/_create");
  ignore_write_parameters(call);
  const Upload upload = read_upload(call.body());
  if (upload.malformed || upload.ends.size() != 1)
    refuse(400, "mapper_parsing_exception", "failed to parse: a JSON object was expected");
  out.writes.push_back(DocumentWrite{creates ? DocumentWrite::Kind::create : DocumentWrite::Kind::index,
                                     call.part("index"), type_of(call), call.part("id"), call.body()});
  return {call.raw(), std::move(out)};
}

Built get_document(Call& call) {
  call.ignore({"realtime", "refresh", "routing", "preference", "_source", "stored_fields", "version"});
  return {call.raw(), GetDocument{call.part("index"), call.part("id")}};
}

Built delete_document(Call& call) {
  BulkWrite out;
  out.refresh = take_refresh(call);
  out.single = true;
  ignore_write_parameters(call);
  out.writes.push_back(
      DocumentWrite{DocumentWrite::Kind::remove, call.part("index"), type_of(call), call.part("id"), {}});
  return {call.raw(), std::move(out)};
}

Built search(Call& call) {
  SearchDocuments out;
  out.index = call.part("index");
  read_search_body(call, out);
  if (const auto from = call.take_number("from")) out.from = *from;
  if (const auto size = call.take_number("size")) out.size = *size;
  const Parameter plain = call.take("rest_total_hits_as_int");
  out.wants_plain_total = plain && *plain != "false";
  if (const Parameter sort = call.take("sort")) {
    const std::size_t colon = sort->rfind(':');
    out.sort = sort->substr(0, colon);
    out.descending = colon != std::string::npos && sort->substr(colon) == ":desc";
  }
  call.ignore({"ignore_unavailable", "allow_no_indices", "expand_wildcards", "preference", "routing", "search_type",
               "request_cache", "track_total_hits", "timeout", "typed_keys", "_source"});
  if (out.from < 0) refuse(400, kIllegalArgument, "[from] parameter cannot be negative");
  if (out.size < 0)
    refuse(400, kIllegalArgument, fmt::format("[size] parameter cannot be negative, found [{}]", out.size));
  if (std::int64_t{out.from} + out.size > 10'000)
    refuse(400, kIllegalArgument,
           fmt::format("Result window is too large, from + size must be less than or equal to: [10000] but was [{}].",
                       std::int64_t{out.from} + out.size));
  return {call.raw(), std::move(out)};
}

Built count(Call& call) {
  SearchDocuments out;
  out.index = call.part("index");
  out.only_count = true;
  read_search_body(call, out);
  call.ignore({"ignore_unavailable", "allow_no_indices", "expand_wildcards", "preference", "routing", "min_score"});
  return {call.raw(), std::move(out)};
}

Built create_index(Call& call) {
  call.ignore({"timeout", "master_timeout", "wait_for_active_shards"});
  if (call.dialect().has_typed_paths) call.ignore({"update_all_types", "include_type_name"});
  IndexOptions options;
  if (const Json* mappings = member(call.object("create_index"), "mappings")) {
    if (!call.is_view() && !call.dialect().has_typed_paths) refuse_typed_mapping(*mappings);
    add_fields(*mappings, "", options.fields);
  }
  return {CreateIndex{call.part("index")}, std::move(options)};
}

Built open_index(Call& call) {
  call.ignore({"timeout", "master_timeout", "wait_for_active_shards", "ignore_unavailable", "allow_no_indices",
               "expand_wildcards"});
  return {call.raw(), OpenIndex{call.part("index"), false}};
}

Built close_index(Call& call) {
  Built built = open_index(call);
  std::get<OpenIndex>(built.details).closes = true;
  return built;
}

Built get_aliases(Call& call) {
  call.ignore({"local", "ignore_unavailable", "allow_no_indices", "expand_wildcards", "master_timeout"});
  return {call.raw(), GetAliases{call.part("index"), call.part("name")}};
}

Built get_settings(Call& call) {
  call.ignore({"include_defaults", "timeout", "master_timeout", "local"});
  return {call.raw(), GetSettings{call.take_flag("flat_settings").value_or(false)}};
}

Built change_settings(Call& call) {
  call.ignore({"timeout", "master_timeout"});
  ChangeSettings out;
  if (const Parameter flat = call.take("flat_settings")) out.flat = *flat != "false";
  need_body(call.body());
  for (const auto& [name, value] : call.object("settings").items()) {
    if (name != "persistent" && name != "transient")
      refuse(400, "parse_exception", fmt::format("unknown setting [{}]", name));
    if (value.is_object()) flatten(value, "", name == "persistent" ? out.persistent : out.transient);
  }
  if (out.persistent.empty() && out.transient.empty())
    refuse(400, "action_request_validation_exception", "Validation Failed: 1: no settings to update;");
  return {call.raw(), std::move(out)};
}

Built index_exists(Call& call) {
  call.ignore({"ignore_unavailable", "allow_no_indices", "expand_wildcards", "flat_settings", "include_defaults",
               "local", "include_type_name", "master_timeout"});
  return {call.raw(), IndexExists{call.part("index")}};
}

Built delete_index(Call& call) {
  call.ignore({"timeout", "master_timeout", "ignore_unavailable", "allow_no_indices", "expand_wildcards"});
  return {DeleteIndex{call.part("index")}};
}

Built refresh_index(Call& call) {
  call.ignore({"ignore_unavailable", "allow_no_indices", "expand_wildcards"});
  return {RefreshIndex{call.part("index")}};
}

Built health(Call& call) {
  call.take_rest();
  return {call.raw(), ClusterHealth{}};
}

Built cluster_state(Call& call) {
  call.take_rest();
  return {call.raw(), ClusterState{}};
}

Built features(Call& call) {
  call.take_rest();
  return {call.raw(), ClusterFeatures{}};
}

Built has_privileges(Call& call) {
  AskedPrivileges asked;
  const Json& body = call.object("has_privileges");
  const auto texts = [](const Json* list) {
    std::vector<std::string> out;
    if (list != nullptr && list->is_string()) out.push_back(list->get<std::string>());
    if (list != nullptr && list->is_array())
      for (const Json& one : *list)
        if (one.is_string()) out.push_back(one.get<std::string>());
    return out;
  };
  asked.cluster = texts(member(body, "cluster"));
  const Json* indices = member(body, "index");
  if (indices != nullptr && indices->is_array())
    for (const Json& index : *indices)
      for (std::string& name : texts(member(index, "names")))
        asked.indices.emplace_back(std::move(name), texts(member(index, "privileges")));
  return {HasPrivileges{}, std::move(asked)};
}

}  // namespace closecheck::sut::wire
