#include "wire/inflation.h"

#include <new>

namespace closecheck::sut::wire {

bool is_deflated(std::string_view coding) {
  return coding == "gzip" || coding == "x-gzip" || coding == "deflate";
}

Inflation::Inflation(std::string_view coded) {
  // Either head is recognized by itself.
  if (::inflateInit2(&stream_, MAX_WBITS + 32) != Z_OK) throw std::bad_alloc();
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
  stream_.avail_in = static_cast<uInt>(coded.size());
}

Inflation::~Inflation() {
  ::inflateEnd(&stream_);
}

std::optional<std::string_view> Inflation::next() {
  stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
  stream_.avail_out = static_cast<uInt>(piece_.size());
  const int result = ::inflate(&stream_, Z_NO_FLUSH);
  has_ended_ = result == Z_STREAM_END && stream_.avail_in == 0;
  if (!has_ended_ && result != Z_OK) return std::nullopt;
  return std::string_view(piece_.data(), piece_.size() - stream_.avail_out);
}

}  // namespace closecheck::sut::wire
