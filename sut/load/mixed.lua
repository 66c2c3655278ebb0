-- Mixed load for `wrk`, against `closecheck serve --profile xpack-6.3`: posts, reads, opens and closes of eight jobs.
-- wrk -t2 -c64 -d60s --latency -s sut/load/mixed.lua http://127.0.0.1:PORT
local base = "/_xpack/ml/anomaly_detectors/"
local json = {["Content-Type"] = "application/json"}
local config = '{"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},'
  .. '"data_description":{"time_field":"time","time_format":"epoch_ms"}}'
local count = 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function request()
  count = count + 1
  local job = base .. "load-" .. (count % 8)
  local kind = count % 20
  if count <= 8 then return wrk.format("PUT", job, json, config) end
  if count <= 16 then return wrk.format("POST", job .. "/_open", json, "") end
  if kind < 8 then
    local lines = {}
    for i = 1, 20 do
      lines[i] = '{"time":' .. (1500000000000 + (count * 20 + i) * 500) .. '}'
    end
    return wrk.format("POST", job .. "/_data", json, table.concat(lines, "\n"))
  end
  if kind == 8 then return wrk.format("POST", job .. "/_close?timeout=1s", json, "") end
  if kind == 9 or kind == 10 then return wrk.format("POST", job .. "/_open", json, "") end
  if kind == 11 then return wrk.format("POST", job .. "/_flush?calc_interim=true", json, "") end
  if kind == 12 then return wrk.format("GET", job .. "/results/buckets?size=10", json, "") end
  if kind == 13 then return wrk.format("GET", job .. "/model_snapshots", json, "") end
  if kind == 14 then return wrk.format("GET", base .. "_all", json, "") end
  return wrk.format("GET", job .. "/_stats", json, "")
end

-- Answers by status, one table for each thread; `done` runs in a state of its own.
statuses = {}
function response(status)
  local key = tostring(status)
  statuses[key] = (statuses[key] or 0) + 1
end

function done(summary)
  local total = {}
  for _, thread in ipairs(threads) do
    for status, number in pairs(thread:get("statuses")) do total[status] = (total[status] or 0) + number end
  end
  local lines = {}
  for status, number in pairs(total) do table.insert(lines, "answers " .. status .. ": " .. number) end
  table.sort(lines)
  print(table.concat(lines, "\n"))
  local errors = summary.errors
  print("socket errors: " .. errors.connect + errors.read + errors.write + errors.timeout)
end
