# Prints, for every include in the sources that are named, the file and what it includes: `FILE<tab>INCLUDED`. Ours by
# their paths from the root, headers of libraries as `<name>`.
BEGIN {
  rooms = split("model sut properties scenarios reports cli", room_names, " ")
  for (i = 1; i < ARGC; ++i) known[ARGV[i]] = 1
}

function normal(path) {
  gsub(/\/\.\//, "/", path)
  while (sub(/[^\/]+\/\.\.\//, "", path)) {}
  return path
}

# The file that is meant: beside the one that includes it, within its room, a public header, or within another room.
function resolved(file, written,    folder, room, i, path) {
  folder = file; sub(/[^\/]*$/, "", folder)
  if ((path = normal(folder written)) in known) return path
  room = file; sub(/\/.*/, "", room)
  if ((path = normal(room "/" written)) in known) return path
  for (i = 1; i <= rooms; ++i) if ((path = normal(room_names[i] "/include/" written)) in known) return path
  for (i = 1; i <= rooms; ++i) if ((path = normal(room_names[i] "/" written)) in known) return path
  return "<" written ">"
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
  written = $0
  sub(/^[^"<]*["<]/, "", written)
  sub(/[">].*/, "", written)
  print FILENAME "\t" resolved(FILENAME, written)
}
