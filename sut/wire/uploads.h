// Bodies of records: JSON objects however spaced, or one list of them.
#pragma once

#include <string_view>

#include "in_process/upload.h"

namespace closecheck::sut::wire {

/// Never throws. Members of objects within a record get dotted names; a list is the text of its elements with commas
/// between them; null is no field.
Upload read_upload(std::string_view body);

}  // namespace closecheck::sut::wire
