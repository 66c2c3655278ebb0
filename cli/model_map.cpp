#include "model_map.h"

#include "closecheck/model/reference_model.h"

namespace closecheck::cli {

reports::ModelMap model_map(const RunRecord& record) {
  reports::ModelMap map;
  map.states = model::state_names();
  for (model::ModelRow& row : model::model_rows())
    map.cells.push_back({std::move(row.name), std::move(row.state), std::move(row.step), std::move(row.next),
                         std::move(row.answers), row.clause, row.of_feed, row.spontaneous});
  const model::Visits visits{record.state_coverage, record.transition_coverage};
  map.picture = model::print_model(model::TableFormat::svg, &visits);
  return map;
}

}  // namespace closecheck::cli
