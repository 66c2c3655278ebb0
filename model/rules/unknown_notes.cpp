#include "closecheck/model/unknown_notes.h"

#include <fmt/format.h>

#include "rules/unknowns.h"

namespace closecheck::model {

void UnknownNotes::observe(const Event& event) {
  if (event.type == EventType::invoke) open_[event.process] = ++requests_;
  if (event.type != EventType::ok && event.type != EventType::info) return;
  const auto open = open_.find(event.process);
  if (open == open_.end() || event.request == nullptr) return;
  add(open->second, *event.request, event.response != nullptr && event.response->outcome == Outcome::refused);
  open_.erase(open);
}

void UnknownNotes::add(std::size_t number, const Request& request, bool was_refused) {
  const Unknowns unknowns = unknowns_of(request);
  std::string name(unknowns.name());
  std::string meaning(meaning_of(unknowns));
  if (!unknowns.is_more_than_refusal() && !was_refused) name.clear();
  if (name.empty()) {
    name = format_asked(request);
    meaning = name == "filter_path" ? "what it leaves out of its answer is not judged"
                                    : "its answer is judged by its status alone";
  }
  if (name.empty()) return;
  const auto [place, is_new] = known_.try_emplace({request.operation.index(), name}, notes_.size());
  if (is_new)
    notes_.push_back({number, std::move(name), std::move(meaning), 0});
  else
    ++notes_[place->second].more;
}

std::vector<std::string> UnknownNotes::notes() const {
  std::vector<std::string> texts;
  for (const Note& note : notes_) {
    std::string text = fmt::format("`{}` of #{}", note.name, note.number);
    if (note.more > 0) text += fmt::format(" and {} more", note.more);
    texts.push_back(fmt::format("{} is not followed: {}", text, note.meaning));
  }
  return texts;
}

}  // namespace closecheck::model
