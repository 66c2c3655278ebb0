// Records of an upload as a job's plan reads them. Pure.
#pragma once

#include <vector>

#include "in_process/analysis.h"
#include "wire/upload.h"

namespace closecheck::sut {

std::vector<ReadRecord> read_records_of(const Upload& upload, const Plan& plan);

}  // namespace closecheck::sut
