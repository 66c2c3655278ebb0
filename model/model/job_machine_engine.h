// The reference model as a Boost.MSM machine: two orthogonal regions, the job's lifecycle and its datafeed, over the
// rows of a list. Included where a machine is made; nothing else includes MSM. The machine is an engine over a plain
// value; it is never copied.
#pragma once

#include "model/job_table.h"

// Before MSM, so that an mp_list may be the transition table.
#include <boost/mp11/mpl.hpp>
#include <boost/mpl/vector.hpp>
#include <boost/msm/back/state_machine.hpp>
#include <boost/msm/front/functor_row.hpp>
#include <boost/msm/front/state_machine_def.hpp>

namespace closecheck::model {
namespace machine {

namespace mp = boost::mp11;
namespace mf = boost::msm::front;

template <auto kState>
struct State : mf::state<> {};

/// A request or an event of the history; `kStepCount` and beyond are the happenings.
template <std::size_t kStep>
struct Event {
  std::uint32_t records = 0;
  std::uint32_t records_perhaps = 0;
};
template <class Entry>
constexpr std::size_t event_of = Entry::kind == RowKind::by_itself ? kStepCount + Entry::step : Entry::step;

/// A row of the datafeed's region for a request that goes to the job: the datafeed moves along when the job does.
template <class Entry>
constexpr bool moves_along = Entry::of_feed&& Entry::kind != RowKind::by_itself && !goes_to_feed(Entry::step);

template <class Entry, std::size_t kRow>
struct Fits {
  template <class E, class Fsm, class Source, class Target>
  bool operator()(const E&, Fsm& fsm, Source&, Target&) const {
    if (fsm.off != nullptr && fsm.off->test(kRow)) return false;
    // The job's region comes first.
    if (moves_along<Entry> && fsm.row < 0) return false;
    return !Entry::when.only_if || holds(Entry::when.guard, fsm.value, *fsm.dialect);
  }
};

template <class Entry, std::size_t kRow>
struct Do {
  template <class E, class Fsm, class Source, class Target>
  void operator()(const E& event, Fsm& fsm, Source&, Target&) const {
    apply(Entry::effect, fsm.value, event.records, event.records_perhaps);
    if (!moves_along<Entry>) fsm.row = static_cast<std::int16_t>(kRow);
  }
};

template <class Model>
struct RowOf {
  template <class Entry>
  static constexpr std::size_t index = mp::mp_find<typename Model::Rows, Entry>::value;
  template <class Entry>
  using fn = mf::Row<State<Entry::source>, Event<event_of<Entry>>,
                     std::conditional_t<Entry::source == Entry::target, mf::none, State<Entry::target>>,
                     Do<Entry, index<Entry>>, Fits<Entry, index<Entry>>>;
};

template <class Entry>
using Moves = mp::mp_bool<Entry::kind != RowKind::stay>;

template <class Model>
struct Definition : mf::state_machine_def<Definition<Model>> {
  // Both, or exceptions would jam the machine's queue; nothing here throws or sends further events.
  using no_message_queue = int;
  using no_exception_thrown = int;
  using initial_state = boost::mpl::vector<State<Life::absent>, State<Feed::none>>;
  using transition_table = mp::mp_transform_q<RowOf<Model>, mp::mp_copy_if<typename Model::Rows, Moves>>;
  JobValue value;
  std::int16_t row = -1;
  const RowSet* off = nullptr;
  const Dialect* dialect = &*Profile();
  template <class Fsm, class E>
  void no_transition(const E&, Fsm&, int) {}
};

/// The machine's numbers of the states, in the order of their enumeration, and the other way round.
template <class Machine, class State, class Indexes>
struct Numbers;
template <class Machine, class Enum, std::size_t... kStates>
struct Numbers<Machine, Enum, std::index_sequence<kStates...>> {
  static constexpr std::array<int, sizeof...(kStates)> ids{
      boost::msm::back::get_state_id<typename Machine::stt, State<static_cast<Enum>(kStates)>>::value...};
  static constexpr auto states = [] {
    std::array<Enum, kLifeCount + kFeedCount> all{};
    for (std::size_t i = 0; i < ids.size(); ++i) all.at(static_cast<std::size_t>(ids.at(i))) = static_cast<Enum>(i);
    return all;
  }();
};

}  // namespace machine

/// A machine over `Model::Rows`, in which every state has a row that moves.
template <class Model>
class MachineEngine {
 public:
  static_assert(boost::mp11::mp_size<typename Model::Rows>::value <= kRowsMax);
  using Handled = boost::msm::back::HandledEnum;

  /// How the machine handled it; `moved` is the value after it, where it moved.
  Handled step(const JobValue& value, JobValue& moved, std::size_t event, std::uint32_t records,
               std::uint32_t records_perhaps) {
    return take_any(value, moved, event, records, records_perhaps,
                    std::make_index_sequence<kStepCount + kHappeningCount>{});
  }
  /// The row that moved the job, or the datafeed on its own, in the last step.
  std::int16_t row() const { return machine_.row; }
  void switch_off(const RowSet& rows) {
    off_ = rows;
    machine_.off = rows.any() ? &off_ : nullptr;
  }
  /// The dialect outlives the machine.
  void speak(const Dialect& dialect) { machine_.dialect = &dialect; }
  std::uint64_t moves() const { return moves_; }

 private:
  using Machine = boost::msm::back::state_machine<machine::Definition<Model>>;
  using Lives = machine::Numbers<Machine, Life, std::make_index_sequence<kLifeCount>>;
  using Feeds = machine::Numbers<Machine, Feed, std::make_index_sequence<kFeedCount>>;

  template <std::size_t kEvent>
  Handled take(const JobValue& value, JobValue& moved, std::uint32_t records, std::uint32_t records_perhaps) {
    int* current = const_cast<int*>(machine_.current_state());
    current[0] = Lives::ids[static_cast<std::size_t>(value.life)];
    current[1] = Feeds::ids[static_cast<std::size_t>(value.feed)];
    machine_.value = value;
    machine_.row = -1;
    const auto handled = machine_.process_event(machine::Event<kEvent>{records, records_perhaps});
    if ((handled & boost::msm::back::HANDLED_TRUE) == 0) return handled;
    ++moves_;
    moved = machine_.value;
    moved.life = Lives::states[static_cast<std::size_t>(current[0])];
    moved.feed = Feeds::states[static_cast<std::size_t>(current[1])];
    return handled;
  }

  template <std::size_t... kEvents>
  Handled take_any(const JobValue& value, JobValue& moved, std::size_t event, std::uint32_t records,
                   std::uint32_t records_perhaps, std::index_sequence<kEvents...>) {
    using Take = Handled (MachineEngine::*)(const JobValue&, JobValue&, std::uint32_t, std::uint32_t);
    static constexpr std::array<Take, sizeof...(kEvents)> kTakes{&MachineEngine::take<kEvents>...};
    return (this->*kTakes[event])(value, moved, records, records_perhaps);
  }

  Machine machine_;
  RowSet off_;
  std::uint64_t moves_ = 0;
};

}  // namespace closecheck::model
