#include "model/cells.h"

#include <vector>

#include "model/job_table.h"

namespace closecheck::model {
namespace {

namespace mp = boost::mp11;

constexpr std::size_t kRowCount = mp::mp_size<table::Table>::value;

template <class Function>
void for_each_row(Function function) {
  std::int16_t index = 0;
  mp::mp_for_each<mp::mp_transform<mp::mp_identity, table::Table>>([&](auto identity) {
    function(typename decltype(identity)::type{}, index);
    ++index;
  });
}

CellTable flattened(const Dialect& dialect) {
  CellTable flat;
  flat.dialect = &dialect;
  for_each_row([&]<class Entry>(Entry, std::int16_t index) {
    if constexpr (Entry::kind == RowKind::by_itself) {
      flat.happenings.at(Entry::step) = index;
      flat.happening_guards.at(Entry::step) = Entry::when.guard;
      auto& there = [&]() -> auto& {
        if constexpr (Entry::of_feed)
          return flat.feed_happenings;
        else
          return flat.job_happenings;
      }
      ();
      there.at(static_cast<std::size_t>(Entry::source)) |= static_cast<std::uint8_t>(1U << Entry::step);
    } else {
      auto& region = [&]() -> auto& {
        if constexpr (Entry::of_feed)
          return flat.feed;
        else
          return flat.job;
      }
      ();
      region.at(static_cast<std::size_t>(Entry::source)).at(Entry::step) =
          Cell{.row = index,
               .changes = Entry::kind != RowKind::stay,
               .waits = Entry::kind == RowKind::wait,
               .guard = Entry::when.told,
               .moves_under = Entry::when.guard,
               .allowed = Entry::allowed.now.in(dialect),
               .allowed_otherwise = Entry::allowed.otherwise.in(dialect)};
    }
  });
  for (const Reading& reading : table::kReadings) {
    const bool more = reading.feature != nullptr && dialect.*reading.feature;
    flat.readings.at(static_cast<std::size_t>(reading.life)) |=
        static_cast<std::uint8_t>(reading.always | (more ? reading.perhaps : 0U));
  }
  flat.derive();
  return flat;
}

template <class Enum>
std::string named(Enum value) {
  return std::string(name(value));
}

std::array<RowText, kRowCount> row_texts() {
  std::array<RowText, kRowCount> texts;
  for_each_row([&]<class Entry>(Entry, std::int16_t index) {
    RowText& text = texts.at(static_cast<std::size_t>(index));
    text.source = named(Entry::source);
    text.spontaneous = Entry::kind == RowKind::by_itself;
    text.step = std::string(text.spontaneous ? name(static_cast<Happening>(Entry::step)) : name_of_step(Entry::step));
    text.changes = Entry::kind != RowKind::stay;
    if (text.changes) text.target = named(Entry::target);
    text.guard = named(Entry::when.guard);
    text.effect = named(Entry::effect);
    text.clause = Entry::clause;
    text.of_feed = Entry::of_feed;
    text.only_if = Entry::when.only_if;
    text.waits = Entry::kind == RowKind::wait;
    for (const Profile profile : kProfiles) {
      text.allowed.at(profile.index()) = Entry::allowed.now.in(*profile);
      text.allowed_otherwise.at(profile.index()) = Entry::allowed.otherwise.in(*profile);
    }
  });
  return texts;
}

}  // namespace

void CellTable::derive() {
  changing.fill(kNothing);
  two_steps.fill(false);
  const auto look = [&](const Cell& cell, std::size_t step) {
    if (cell.row < 0 || !cell.changes) return;
    changing.at(step) |= cell.waits ? static_cast<Answers>(kAccepted | kRefused | kFailed | kTimedOut) : kAccepted;
    if (cell.waits) two_steps.at(step) = true;
  };
  for (std::size_t step = 0; step < kStepCount; ++step) {
    for (const auto& state : job) look(state.at(step), step);
    for (const auto& state : feed) look(state.at(step), step);
  }
}

const CellTable& cells(Profile profile) {
  static const std::vector<CellTable> tables = [] {
    std::vector<CellTable> all;
    all.reserve(kDialects.size());
    for (const Dialect& each : kDialects) all.push_back(flattened(each));
    return all;
  }();
  return tables.at(profile.index());
}

std::span<const RowText> rows() {
  static const std::array<RowText, kRowCount> texts = row_texts();
  return texts;
}

std::span<const Departure> departures() {
  return table::kDepartures;
}

Answers told_at_wake(RequestKind kind, Life from, Life to) {
  using Row = std::array<std::array<Answers, kLifeCount>, kLifeCount>;
  static constexpr std::array<Row, 2> kFlat = [] {
    std::array<Row, 2> flat{};
    for (const Wake& wake : table::kWakes)
      flat.at(wake.request == RequestKind::open ? 0 : 1)
          .at(static_cast<std::size_t>(wake.from))
          .at(static_cast<std::size_t>(wake.to)) = wake.told;
    return flat;
  }();
  return kFlat[kind == RequestKind::open ? 0 : 1][static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

std::string_view name(Life life) {
  constexpr std::array<std::string_view, kLifeCount> names{"absent",  "closed", "opening", "opened",
                                                           "closing", "forced", "failed"};
  return names.at(static_cast<std::size_t>(life));
}

std::string_view name(Feed feed) {
  constexpr std::array<std::string_view, kFeedCount> names{"no datafeed", "datafeed stopped", "datafeed started"};
  return names.at(static_cast<std::size_t>(feed));
}

std::string_view name(Guard guard) {
  constexpr std::array<std::string_view, 15> names{"",
                                                   "no datafeed refers to it",
                                                   "no datafeed keeps it",
                                                   "no datafeed keeps it from force",
                                                   "a deletion takes the datafeed along",
                                                   "no datafeed runs",
                                                   "no datafeed bars it",
                                                   "closing stops a datafeed",
                                                   "the job exists",
                                                   "the job is opened",
                                                   "the datafeed ended",
                                                   "no datafeed ended",
                                                   "its close hangs",
                                                   "its close does not hang",
                                                   "it has an end, or the job is not opened"};
  return names.at(static_cast<std::size_t>(guard));
}

std::string_view name(Effect effect) {
  constexpr std::array<std::string_view, 18> names{"",
                                                   "create",
                                                   "erase",
                                                   "take up what was queued",
                                                   "accept records",
                                                   "queue records",
                                                   "perhaps count records",
                                                   "begin housekeeping",
                                                   "count everything",
                                                   "perhaps lose recent records",
                                                   "perhaps lose recent records",
                                                   "perhaps go back",
                                                   "let the close hang",
                                                   "feed to an end",
                                                   "feed without end",
                                                   "stop feeding",
                                                   "stop feeding",
                                                   "have fed everything"};
  return names.at(static_cast<std::size_t>(effect));
}

std::string_view name(Happening happening) {
  constexpr std::array<std::string_view, kHappeningCount> names{"opened", "housekeeping done", "forced close settled",
                                                                "datafeed reached its end", "datafeed closes the job"};
  return names.at(static_cast<std::size_t>(happening));
}

std::string_view name_of_step(std::size_t step) {
  constexpr std::array<std::string_view, kStepCount> names{"create",
                                                           "get",
                                                           "update",
                                                           "remove",
                                                           "force remove",
                                                           "open",
                                                           "post",
                                                           "flush",
                                                           "close",
                                                           "force close",
                                                           "statistics",
                                                           "read results",
                                                           "revert",
                                                           "create datafeed",
                                                           "start datafeed",
                                                           "start endless datafeed",
                                                           "stop datafeed",
                                                           "remove datafeed",
                                                           "datafeed statistics",
                                                           "invalid request",
                                                           "settled",
                                                           "process died",
                                                           "close will hang"};
  return names.at(step);
}

}  // namespace closecheck::model
