-- One kind of request for `wrk`, by its argument: stats; post, 100 records of one second; ordered, 100 records of the
-- next second, for one connection; cycle, open and close in turn.
local base = "/_xpack/ml/anomaly_detectors/"
local json = {["Content-Type"] = "application/json"}
local kind = "stats"
local thread_count = 0
local count = 0

function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end

function init(arguments)
  kind = arguments[1] or kind
end

-- Of one second, they are in order however the connections take turns.
local function records(second)
  local lines = {}
  for i = 1, 100 do lines[i] = '{"time":' .. (1500000000 + second) .. '000,"value":' .. i .. '}' end
  return table.concat(lines, "\n")
end
local body = records(0)

function request()
  count = count + 1
  if kind == "post" then return wrk.format("POST", base .. "load/_data", json, body) end
  if kind == "ordered" then return wrk.format("POST", base .. "load-ordered/_data", json, records(count)) end
  if kind == "cycle" then
    local job = base .. "load-cycle-" .. number
    return wrk.format("POST", job .. (count % 2 == 1 and "/_open" or "/_close"), json, "")
  end
  return wrk.format("GET", base .. "load/_stats", json, "")
end
