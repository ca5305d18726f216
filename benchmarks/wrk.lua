-- Prints what wrk found as one line of JSON; times in microseconds.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('JSON {"requests": %d, "microseconds": %d, "errors": %d, "p50": %d, "p99": %d}\n', summary.requests,
    summary.duration, errors.connect + errors.read + errors.write + errors.timeout + errors.status, latency:percentile(50),
    latency:percentile(99)))
end
