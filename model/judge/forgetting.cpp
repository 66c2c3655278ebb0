#include "judge/forgetting.h"

namespace closecheck::model {

void Forgetting::release_those_before(std::size_t newest) {
  for (; !gone_.empty() && gone_.front().since + ExchangeLog::kKept < newest; gone_.pop_front()) {
    JobFile* const job = jobs_.known(gone_.front().job);
    if (job == nullptr || job->last_request != gone_.front().since || !job->is_over()) continue;
    let_go(job->oracle.take_forgotten());
    let_go(job->oracle.requests());
    jobs_.release(*job);
  }
}

void Forgetting::let_go(const std::vector<int>& requests) {
  for (const int number : requests)
    if (number > 0) log_.let_go(static_cast<std::size_t>(number));
}

}  // namespace closecheck::model
