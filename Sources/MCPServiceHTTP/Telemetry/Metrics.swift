internal import Auth
private import Support
private import Synchronization

/// Counters in the text format of Prometheus. No label contains input.
package final class Metrics: Sendable {
  /// The version is that of the text format. Scrapers ask for it.
  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"
  /// Upper bounds of the histogram, in microseconds.
  private static let bounds = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 100_000, 1_000_000]

  private struct Attempt: Hashable {
    /// `nil` if no credential was read.
    let kind: Credential.Kind?
    let outcome: String
  }

  private struct State {
    var statuses: [Int: Int] = [:]
    var attempts: [Attempt: Int] = [:]
    var limited = 0
    var buckets = [Int](repeating: 0, count: Metrics.bounds.count + 1)
    /// In nanoseconds.
    var sum = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// Counts a request.
  /// - Parameters:
  ///   - duration: the time from the head to the response.
  ///   - outcomes: what the audit lines say: one, one for each message of a batch, or none.
  ///   - kind: the credential; `nil` if none was read.
  func count(
    status: Int, duration: Duration, _ outcomes: [AuditEvent.Outcome], by kind: Credential.Kind?
  ) {
    let nanoseconds = duration.nanoseconds
    let place = Self.bounds.firstIndex { nanoseconds <= $0 * 1000 } ?? Self.bounds.count
    state.withLock { state in
      state.statuses[status, default: 0] += 1
      state.buckets[place] += 1
      state.sum += nanoseconds
      for outcome in outcomes {
        switch outcome {
        case .accepted, .forbidden, .denied, .rejected(_?, _):
          state.attempts[Attempt(kind: kind, outcome: "accepted"), default: 0] += 1
        case .unauthenticated:
          state.attempts[Attempt(kind: kind, outcome: "refused"), default: 0] += 1
        case .limited: state.limited += 1
        case .rejected(nil, _): break  // no credential was checked
        }
      }
    }
  }

  var text: String {
    let state = state.withLock { $0 }
    let prefix = ServiceName.metricPrefix
    var lines = [
      "# HELP \(prefix)requests_total Responses by status.",
      "# TYPE \(prefix)requests_total counter",
    ]
    for (status, count) in state.statuses.sorted(by: { $0.key < $1.key }) {
      lines.append("\(prefix)requests_total{status=\"\(status)\"} \(count)")
    }
    lines += [
      "# HELP \(prefix)authentications_total Attempts by the kind of credential and the outcome.",
      "# TYPE \(prefix)authentications_total counter",
    ]
    for kind in Credential.Kind.allCases + [nil] {
      for outcome in ["accepted", "refused"] {
        guard let count = state.attempts[Attempt(kind: kind, outcome: outcome)] else { continue }
        let name = kind?.rawValue ?? "unread"
        lines.append(
          "\(prefix)authentications_total{kind=\"\(name)\",outcome=\"\(outcome)\"} \(count)")
      }
    }
    lines += [
      "# HELP \(prefix)limited_requests_total Requests refused because there were too many.",
      "# TYPE \(prefix)limited_requests_total counter",
      "\(prefix)limited_requests_total \(state.limited)",
      "# HELP \(prefix)request_duration_seconds From the head of a request to its response.",
      "# TYPE \(prefix)request_duration_seconds histogram",
    ]
    var total = 0
    for (bound, count) in zip(Self.bounds, state.buckets) {
      total += count
      lines.append(
        "\(prefix)request_duration_seconds_bucket{le=\"\(Double(bound) / 1e6)\"} \(total)")
    }
    total += state.buckets[Self.bounds.count]
    lines += [
      "\(prefix)request_duration_seconds_bucket{le=\"+Inf\"} \(total)",
      "\(prefix)request_duration_seconds_sum \(Double(state.sum) / 1e9)",
      "\(prefix)request_duration_seconds_count \(total)",
    ]
    return lines.joined(separator: "\n") + "\n"
  }
}
