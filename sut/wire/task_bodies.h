// What is told of tasks, and tables for people.
#pragma once

#include <string>

#include "closecheck/vocabulary/profile.h"
#include "wire/json.h"
#include "wire/service_answer.h"

namespace closecheck::sut::wire {

/// Columns are as wide as what stands in them, numbers to the right; a line feed after each line, and nothing else.
std::string table_text(const Table& table);
/// A list of objects with a text for each column.
Json table_body(const Table& table);

std::string tasks_text(const RunningTasks& running);
Json tasks_body(const RunningTasks& running, Profile profile);

}  // namespace closecheck::sut::wire
