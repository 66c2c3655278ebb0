#include "in_process/datafeed.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "in_process/read_records.h"
#include "wire/upload.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

std::int64_t time_in(const Document& document, std::string_view field) {
  if (document.source.empty()) return document.time_ms;
  return document_time_ms(wire::read_upload(document.source), 0, field).value_or(Record::kInvalidTime);
}

/// What the document says in a field, as a text.
std::string text_in(const Document& document, std::string_view name) {
  if (name == "_id") return document.id;
  if (document.source.empty()) return name == "entity" ? document.entity : "";
  const Upload upload = wire::read_upload(document.source);
  for (const Upload::Field& field : upload.fields)
    if (upload.names[field.name] == name) return std::string(upload.text(field));
  return "";
}

}  // namespace

void Index::add(const std::vector<Record>& documents) {
  changed_ = true;
  waiting_.reserve(waiting_.size() + documents.size());
  for (const Record& record : documents) waiting_.push_back(Document{record, {}, {}, {}});
}

std::pair<bool, std::string> Index::put(Document document) {
  changed_ = true;
  bool added = true;
  if (document.id.empty())
    document.id = "auto-" + std::to_string(++last_id_);
  else if (ids_.contains(document.id))
    added = !remove(document.id);
  ids_.insert(document.id);
  document.time_ms = time_in(document, ordered_by_);
  std::string id = document.id;
  waiting_.push_back(std::move(document));
  return {added, std::move(id)};
}

bool Index::remove(std::string_view id) {
  const auto has_id = [id](const Document& document) { return document.id == id; };
  if (ids_.erase(std::string(id)) == 0) return false;
  changed_ = true;
  return std::erase_if(waiting_, has_id) + std::erase_if(visible_, has_id) > 0;
}

void Index::remove_if(const std::function<bool(const Document&)>& is_one) {
  for (auto* documents : {&waiting_, &visible_})
    std::erase_if(*documents, [&](const Document& document) {
      if (!is_one(document)) return false;
      ids_.erase(document.id);
      changed_ = true;
      return true;
    });
}

bool Index::has_field(std::string_view name) const {
  if (std::ranges::find(fields_, name) != fields_.end()) return true;
  const auto has = [name](const Document& document) {
    if (document.source.empty()) return name == "time" || name == "value" || name == "entity";
    const Upload upload = wire::read_upload(document.source);
    return place_of(upload, name) < upload.names.size();
  };
  return std::ranges::any_of(visible_, has) || std::ranges::any_of(waiting_, has);
}

const Document* Index::find(std::string_view id) const {
  for (const auto* documents : {&waiting_, &visible_})
    for (const Document& document : *documents)
      if (document.id == id) return &document;
  return nullptr;
}

void Index::refresh() {
  changed_ = true;
  refresh_due = kNever;
  if (waiting_.empty()) return;
  visible_.insert(visible_.end(), std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  std::ranges::stable_sort(visible_, {}, &Document::time_ms);
}

std::vector<const Document*> Index::search(std::string_view time_field, std::int64_t from_ms, std::int64_t to_ms,
                                           std::size_t count_max) {
  if (ordered_by_ != time_field) {
    changed_ = true;
    ordered_by_ = time_field;
    for (auto* documents : {&waiting_, &visible_})
      for (Document& document : *documents) document.time_ms = time_in(document, time_field);
    std::ranges::stable_sort(visible_, {}, &Document::time_ms);
  }
  const auto first = std::ranges::lower_bound(visible_, from_ms, {}, &Document::time_ms);
  const auto last = std::ranges::lower_bound(first, visible_.end(), to_ms, {}, &Document::time_ms);
  auto stop = first;
  if (static_cast<std::size_t>(last - first) <= count_max) {
    stop = last;
  } else {
    stop = first + static_cast<std::ptrdiff_t>(count_max);
    while (stop != last && stop->time_ms == std::prev(stop)->time_ms) ++stop;
  }
  std::vector<const Document*> found;
  found.reserve(static_cast<std::size_t>(stop - first));
  for (auto document = first; document != stop; ++document) found.push_back(&*document);
  return found;
}

bool fits(const Document& document, const DocumentQuery& query) {
  const auto fits_too = [&document](const DocumentQuery& other) { return fits(document, other); };
  if (!std::ranges::all_of(query.others, fits_too)) return false;
  if (query.field.empty()) return true;
  if (!query.values.empty()) {
    const std::string text = text_in(document, query.field);
    return std::ranges::find(query.values, text) != query.values.end();
  }
  std::optional<double> value;
  if (document.source.empty()) {
    if (query.field == "time") value = static_cast<double>(document.time_ms);
    if (query.field == "value") value = document.value;
  } else {
    const Upload upload = wire::read_upload(document.source);
    for (const Upload::Field& field : upload.fields) {
      if (upload.names[field.name] != query.field) continue;
      value = field.is_number ? std::optional(field.number) : number_in<double>(upload.text(field));
      if (!value)
        if (const auto date = iso_date_ms(upload.text(field))) value = static_cast<double>(*date);
    }
  }
  return value && (!query.above || *value > *query.above) && (!query.from || *value >= *query.from) &&
         (!query.below || *value < *query.below) && (!query.up_to || *value <= *query.up_to);
}

bool names_index(std::string_view expression, std::string_view index) {
  return std::ranges::any_of(divided(expression, ','),
                             [index](std::string_view item) { return matches_wildcard(item, index); });
}

bool Datafeed::reads(std::string_view index_name) const {
  if (options.indices.empty()) return index == index_name;
  return std::ranges::any_of(options.indices,
                             [&](const std::string& expression) { return names_index(expression, index_name); });
}

std::vector<ReadRecord> read_records_of_documents(const std::vector<const Document*>& documents, const Plan& plan) {
  std::vector<ReadRecord> records;
  records.reserve(documents.size());
  for (const Document* document : documents) {
    if (document->source.empty()) {
      const Record& record = *document;
      records.push_back(ReadRecord{record, {}, 0, 0, 0});
      continue;
    }
    std::vector<ReadRecord> one = read_records_of(wire::read_upload(document->source), plan);
    one.front().time_ms = document->time_ms;
    records.push_back(std::move(one.front()));
  }
  return records;
}

}  // namespace closecheck::sut
