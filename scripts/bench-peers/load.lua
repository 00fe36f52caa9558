-- What wrk sends, and what it tells afterwards: one line of JSON, times in microseconds.
--
--   BENCH_BODY      the file to POST; without it, GET
--   BENCH_DISTINCT  when set, the ten zeros in the body are another number each time
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

if os.getenv("BENCH_DISTINCT") then
    local before, after
    -- Not where the run before began: its questions may be remembered.
    local turn = os.time() % 100000 * 100000
    function init()
        local text = wrk.format()
        local first, last = text:find("0000000000", 1, true)
        before, after = text:sub(1, first - 1), text:sub(last + 1)
    end
    function request()
        turn = turn + 1
        return before .. string.format("%010d", turn) .. after
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
