// Runs a fuzz target without libFuzzer: everything of the corpus as it is, then as many mutations of it, always the
// same ones. `driver MUTATIONS FOLDER...`
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/target.h"

namespace {

std::vector<std::string> read_corpus(int count, char** folders) {
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < count; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(folders[i])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

/// What means something to JSON, URLs, YAML or UTF-8.
constexpr std::string_view kBytes = "{}[]\",:%&=?*'-0.\n !|>@`#$/\\~aZ\t\r\x80\xC3\x01";

/// A byte changed, a piece dropped, doubled, or taken from another input; a few times over.
std::string mutated(std::string text, const std::vector<std::string>& corpus, std::mt19937& random) {
  const auto below = [&random](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (std::size_t times = 1 + below(4); times > 0; --times) {
    const std::size_t at = below(text.size());
    const std::size_t length = below(std::min<std::size_t>(64, text.size() - at));
    switch (below(5)) {
      case 0:
        if (!text.empty()) text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3: {
        const std::string& other = corpus[below(corpus.size())];
        const std::size_t from = below(other.size());
        text.insert(at, other.substr(from, below(256)));
        break;
      }
      default:
        text.insert(at, 1, kBytes[below(kBytes.size())]);
    }
  }
  return text;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s MUTATIONS FOLDER...\n", argv[0]);
    return 2;
  }
  const std::vector<std::string> corpus = read_corpus(argc - 2, argv + 2);
  if (corpus.empty()) {
    std::fprintf(stderr, "no corpus\n");
    return 2;
  }
  for (const std::string& input : corpus) run(input);
  std::mt19937 random(1);
  const long mutations = std::strtol(argv[1], nullptr, 10);
  for (long i = 0; i < mutations; ++i) run(mutated(corpus[random() % corpus.size()], corpus, random));
  std::printf("%zu inputs and %ld mutations\n", corpus.size(), mutations);
  return 0;
}
