// `new` and `delete` on whatever allocator the program is linked with. An allocator that is written in C cannot throw:
// its own `new` would end the program where memory is short.
#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

/// From so many bytes on a piece is a long one, such as an answer's body: one thread reads it, another drops it.
constexpr std::size_t kLongPieceBytes = std::size_t{1} << 20;
/// What mimalloc maps by itself, and any thread gives back at once. A shorter piece stays with the thread that asked
/// for it until that asks again: a dozen idle connections would keep a dozen. What is not written to costs nothing.
constexpr std::size_t kMappedAloneBytes = std::size_t{17} << 20;

void* piece_of(std::size_t size) noexcept {
  return std::malloc(size < kLongPieceBytes ? std::max<std::size_t>(size, 1) : std::max(size, kMappedAloneBytes));
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* aligned(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return or_throw(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}

}  // namespace

void* operator new(std::size_t size) {
  return or_throw(piece_of(size));
}
void* operator new[](std::size_t size) {
  return or_throw(piece_of(size));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return piece_of(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return piece_of(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return aligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return aligned(size, alignment);
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
