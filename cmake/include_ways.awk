# Reads the pairs of include_edges.awk, then names of files, one a line, and prints for each of these that includes, directly
# or through others, something whose path matches `pattern` the shortest way to it: `a.cpp -> b.h -> c.h`.
NR == FNR {
  into[$2] = into[$2] "\n" $1
  if ($2 ~ pattern && !($2 in way)) {
    way[$2] = $2
    queue[++last] = $2
  }
  next
}

{ asked[++count] = $1 }

END {
  for (first = 1; first <= last; ++first) {
    n = split(substr(into[queue[first]], 2), from, "\n")
    for (i = 1; i <= n; ++i)
      if (!(from[i] in way)) {
        way[from[i]] = from[i] " -> " way[queue[first]]
        queue[++last] = from[i]
      }
  }
  for (i = 1; i <= count; ++i) if (asked[i] in way) print way[asked[i]]
}
