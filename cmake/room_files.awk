# Prints a row of a table for every group of sources (`x.h`, `x.cpp`, `x_test.cpp`): its name, its parts, and the first
# sentence of the comment that it begins with. Sources are arguments, with paths from their room; groups without such a
# comment are told on standard error, with exit code 1.
FNR == 1 {
  text[FILENAME] = ""
  reading = 1
}
reading && /^\/\/ / {
  sub(/^\/\/ /, "")
  text[FILENAME] = text[FILENAME] (text[FILENAME] == "" ? "" : " ") $0
  next
}
{ reading = 0 }

# The group of a source: its path without what tells the parts apart. Helpers of tests stay apart from what they help test.
function group_of(path) {
  sub(/[.](h|cpp)$/, "", path)
  if (path !~ /_for_test$/) sub(/_(test|benchmark)$/, "", path)
  return path
}

function part_of(path) {
  if (path ~ /_for_test[.]/) return path ~ /h$/ ? "h" : "cpp"
  if (path ~ /_test[.]cpp$/) return "test"
  if (path ~ /_benchmark[.]cpp$/) return "benchmark"
  return path ~ /h$/ ? "h" : "cpp"
}

function first_sentence(words) {
  if (match(words, /[.]( |$)/)) words = substr(words, 1, RSTART - 1)
  gsub(/\|/, "\\|", words)
  return words
}

END {
  for (i = 1; i < ARGC; ++i) {
    path = ARGV[i]
    name = path; sub(/.*\//, "", name)
    if (path ~ /^include\//) public[group_of(name)] = group_of(path)
    if (path !~ /_(test|benchmark)[.]cpp$/) owned[group_of(path)] = 1
    if (path ~ /_for_test[.]h$/) owned[group_of(path)] = 1
  }
  for (i = 1; i < ARGC; ++i) {
    path = ARGV[i]
    group = group_of(path)
    name = group; sub(/.*\//, "", name)
    folder = group; sub(/[^\/]*$/, "", folder)
    has_header = (folder name ".h") in text
    if (!has_header && name in public && text[path] == "") group = public[name]
    else if (!has_header && !(group in owned) && (group "_for_test") in owned && text[path] == "") group = group "_for_test"
    has[group, part_of(path)] = 1
    groups[group] = 1
    # What a header says comes before what its sources say.
    if (words[group] == "" || path ~ /[.]h$/) if (text[path] != "") words[group] = text[path]
  }
  kinds = split("h cpp test benchmark", kind, " ")
  for (group in groups) {
    parts = ""
    for (i = 1; i <= kinds; ++i) if ((group, kind[i]) in has) parts = parts (parts == "" ? "" : " ") kind[i]
    if (words[group] == "") {
      print group ": begins with no comment that says what it holds" >"/dev/stderr"
      failed = 1
    }
    name = group (parts == "test" || parts == "benchmark" ? "_" parts : "")
    printf "| `%s` | %s | %s |\n", name, parts, first_sentence(words[group])
  }
  exit failed
}
