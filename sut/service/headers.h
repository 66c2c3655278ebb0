// What the headers of an answer say besides its body: the type of its JSON, deprecations, the product. Pure functions;
// thread-safe.
#pragma once

#include "closecheck/sut/wire.h"
#include "service/doorway.h"

namespace closecheck::sut {

/// Adds to an answer as it was written the headers that a server of this manner sends with it.
void add_headers(WireAnswer& written, const ServiceAnswer& answer, const Entered& entered, const Manner& manner);

}  // namespace closecheck::sut
