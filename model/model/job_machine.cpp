// The reference model as a Boost.MSM machine: two orthogonal regions, the job's lifecycle and its datafeed, over the
// rows of the list. The only file that includes MSM. The machine is an engine over a plain value; it is never copied.
#include "model/job_table.h"

// Before MSM, so that an mp_list may be the transition table.
#include <boost/mp11/mpl.hpp>
#include <boost/mpl/vector.hpp>
#include <boost/msm/back/state_machine.hpp>
#include <boost/msm/front/functor_row.hpp>
#include <boost/msm/front/state_machine_def.hpp>

namespace closecheck::model {
namespace {

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

template <class Entry>
constexpr std::size_t row_of = mp::mp_find<table::Table, Entry>::value;
static_assert(mp::mp_size<table::Table>::value <= kRowsMax);

template <class Entry>
struct Fits {
  template <class E, class Fsm, class Source, class Target>
  bool operator()(const E&, Fsm& fsm, Source&, Target&) const {
    if (fsm.off != nullptr && fsm.off->test(row_of<Entry>)) return false;
    return !Entry::when.only_if || holds(Entry::when.guard, fsm.value);
  }
};

template <class Entry>
struct Do {
  template <class E, class Fsm, class Source, class Target>
  void operator()(const E& event, Fsm& fsm, Source&, Target&) const {
    apply(Entry::effect, fsm.value, event.records, event.records_perhaps);
    fsm.row = static_cast<std::int16_t>(row_of<Entry>);
  }
};

template <class Entry>
using MachineRow =
    mf::Row<State<Entry::source>, Event<event_of<Entry>>,
            std::conditional_t<Entry::source == Entry::target, mf::none, State<Entry::target>>, Do<Entry>, Fits<Entry>>;

template <class Entry>
using Moves = mp::mp_bool<Entry::kind != RowKind::stay>;
using Moving = mp::mp_copy_if<table::Table, Moves>;

struct Definition : mf::state_machine_def<Definition> {
  // Both, or exceptions would jam the machine's queue; nothing here throws or sends further events.
  using no_message_queue = int;
  using no_exception_thrown = int;
  using initial_state = boost::mpl::vector<State<Life::absent>, State<Feed::none>>;
  using transition_table = mp::mp_transform<MachineRow, Moving>;
  JobValue value;
  std::int16_t row = -1;
  const RowSet* off = nullptr;
  template <class Fsm, class E>
  void no_transition(const E&, Fsm&, int) {}
};
using Machine = boost::msm::back::state_machine<Definition>;

template <auto kState>
constexpr int id_of = boost::msm::back::get_state_id<typename Machine::stt, State<kState>>::value;

using enum Life;
constexpr std::array<int, kLifeCount> kLifeIds{id_of<absent>,  id_of<closed>, id_of<opening>, id_of<opened>,
                                               id_of<closing>, id_of<forced>, id_of<failed>};
constexpr std::array<int, kFeedCount> kFeedIds{id_of<Feed::none>, id_of<Feed::stopped>, id_of<Feed::started>};

/// The state of each of the machine's numbers.
template <class State, class Ids>
constexpr auto states_of(const Ids& ids) {
  std::array<State, kLifeCount + kFeedCount> states{};
  for (std::size_t i = 0; i < ids.size(); ++i) states.at(static_cast<std::size_t>(ids.at(i))) = static_cast<State>(i);
  return states;
}
constexpr auto kLives = states_of<Life>(kLifeIds);
constexpr auto kFeeds = states_of<Feed>(kFeedIds);

}  // namespace

struct JobMachine::Engine {
  Machine machine;
  RowSet off;
  std::uint64_t moves = 0;

  /// How the machine handled it; `moved` is the value where it moved.
  template <std::size_t kEvent>
  boost::msm::back::HandledEnum take(const JobValue& value, JobValue& moved, std::uint32_t records,
                                     std::uint32_t records_perhaps) {
    int* current = const_cast<int*>(machine.current_state());
    current[0] = kLifeIds[static_cast<std::size_t>(value.life)];
    current[1] = kFeedIds[static_cast<std::size_t>(value.feed)];
    machine.value = value;
    machine.row = -1;
    const auto handled = machine.process_event(Event<kEvent>{records, records_perhaps});
    if ((handled & boost::msm::back::HANDLED_TRUE) == 0) return handled;
    ++moves;
    moved = machine.value;
    moved.life = kLives[static_cast<std::size_t>(current[0])];
    moved.feed = kFeeds[static_cast<std::size_t>(current[1])];
    return handled;
  }

  template <std::size_t... kEvents>
  boost::msm::back::HandledEnum take_any(const JobValue& value, JobValue& moved, std::size_t event,
                                         std::uint32_t records, std::uint32_t records_perhaps,
                                         std::index_sequence<kEvents...>) {
    using Take = boost::msm::back::HandledEnum (Engine::*)(const JobValue&, JobValue&, std::uint32_t, std::uint32_t);
    static constexpr std::array<Take, sizeof...(kEvents)> kTakes{&Engine::take<kEvents>...};
    return (this->*kTakes[event])(value, moved, records, records_perhaps);
  }

  boost::msm::back::HandledEnum step(const JobValue& value, JobValue& moved, std::size_t event, std::uint32_t records,
                                     std::uint32_t records_perhaps) {
    return take_any(value, moved, event, records, records_perhaps,
                    std::make_index_sequence<kStepCount + kHappeningCount>{});
  }
};

JobMachine::JobMachine() : engine_(std::make_unique<Engine>()) {}
JobMachine::~JobMachine() = default;
JobMachine::JobMachine(JobMachine&&) noexcept = default;
JobMachine& JobMachine::operator=(JobMachine&&) noexcept = default;

MachineStep JobMachine::step(const JobValue& value, std::size_t event, std::uint32_t records,
                             std::uint32_t records_perhaps) {
  MachineStep step{.result = {}, .value = value, .row = -1};
  const auto handled = engine_->step(value, step.value, event, records, records_perhaps);
  step.row = engine_->machine.row;
  if ((handled & boost::msm::back::HANDLED_TRUE) != 0)
    step.result = MachineStep::Result::done;
  else if ((handled & boost::msm::back::HANDLED_GUARD_REJECT) != 0)
    step.result = MachineStep::Result::barred;
  return step;
}

bool JobMachine::move(JobValue& value, std::size_t event, std::uint32_t records, std::uint32_t records_perhaps) {
  return (engine_->step(value, value, event, records, records_perhaps) & boost::msm::back::HANDLED_TRUE) != 0;
}

void JobMachine::switch_off(const RowSet& rows) {
  engine_->off = rows;
  engine_->machine.off = rows.any() ? &engine_->off : nullptr;
}

std::uint64_t JobMachine::moves() const {
  return engine_->moves;
}

}  // namespace closecheck::model
