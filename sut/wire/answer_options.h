// What every API takes besides its own parameters: how the answer is to be written.
#pragma once

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"

namespace closecheck::sut::wire {

/// Honours `pretty`, and `filter_path` on answers that are no errors. An answer that is no JSON stays as it is.
void apply_options(WireAnswer& answer, const Parameters& query);

}  // namespace closecheck::sut::wire
