-- A small durable change for each request: another text in a connection of some tenant. It tells the same as
-- load.lua afterwards.
--
--   BENCH_TENANTS  how many tenants `bindery bench fill` has made
local tenants = tonumber(os.getenv("BENCH_TENANTS"))
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

local count = 0
function init()
    -- Every run writes other texts: what is there already would change nothing, and nothing would be synced.
    run = os.time()
    math.randomseed(run * 16 + number)
end

wrk.method = "PATCH"
wrk.headers["Content-Type"] = "application/merge-patch+json"
function request()
    count = count + 1
    local path = string.format("/v1/tenants/tenant-%d/connections/conn-%d",
        math.random(0, tenants - 1), math.random(0, 9))
    return wrk.format(nil, path, nil,
        string.format('{"description":"run %d, thread %d, change %d"}', run, number, count))
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "duration": %d, "p50": %d, "p99": %d, "refused": %d, "broken": %d, "late": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
