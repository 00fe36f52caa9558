-- What wrk sends, and what it tells afterwards: one line of JSON, times in microseconds.
--
--   BENCH_BODY      the file to POST; without it, GET
--   BENCH_PIPELINE  how many requests go out together; without it, one at a time
local path = os.getenv("BENCH_BODY")
if path then
    local file = assert(io.open(path, "rb"))
    wrk.method = "POST"
    wrk.body = file:read("*a")
    wrk.headers["Content-Type"] = "application/json"
    file:close()
end

local depth = tonumber(os.getenv("BENCH_PIPELINE") or "1")
if depth > 1 then
    local batch
    function init()
        batch = string.rep(wrk.format(), depth)
    end
    function request()
        return batch
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "duration": %d, "p50": %d, "p99": %d, "p999": %d, "max": %d, ' ..
            '"refused": %d, "broken": %d, "late": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        latency:percentile(99.9), latency.max, errors.status,
        errors.connect + errors.read + errors.write, errors.timeout))
end
