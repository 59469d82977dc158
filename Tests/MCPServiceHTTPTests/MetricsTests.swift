import HTTPTransport
import TestHarness
import Testing

@testable import MCPServiceHTTP

/// The text of `/metrics` after known requests, byte for byte.
struct MetricsTests {
  private static let on: [String: String?] = [
    "CALCULATOR_METRICS": "true", "CALCULATOR_RATE_LIMIT": "off",
  ]

  private func text(_ harness: HTTPHarness) -> String {
    let response = harness.send("GET", "/metrics", fields: [HTTPPipelineTests.host])
    #expect(response.status == 200)
    #expect(response["Content-Type"] == ["text/plain; version=0.0.4; charset=utf-8"])
    #expect(response["Cache-Control"] == ["no-store"])
    return response.text
  }

  private static func expected(
    requests: [(Int, Int)], attempts: [(String, String, Int)], limited: Int, total: Int
  ) -> String {
    let bounds = [
      "5e-05", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.1", "1.0",
      "+Inf",
    ]
    let lines =
      [
        "# HELP calculator_requests_total Responses by status.",
        "# TYPE calculator_requests_total counter",
      ] + requests.map { #"calculator_requests_total{status="\#($0.0)"} \#($0.1)"# } + [
        "# HELP calculator_authentications_total Attempts by the kind of credential and the outcome.",
        "# TYPE calculator_authentications_total counter",
      ]
      + attempts.map {
        #"calculator_authentications_total{kind="\#($0.0)",outcome="\#($0.1)"} \#($0.2)"#
      } + [
        "# HELP calculator_limited_requests_total Requests refused because there were too many.",
        "# TYPE calculator_limited_requests_total counter",
        "calculator_limited_requests_total \(limited)",
        "# HELP calculator_request_duration_seconds From the head of a request to its response.",
        "# TYPE calculator_request_duration_seconds histogram",
      ] + bounds.map { #"calculator_request_duration_seconds_bucket{le="\#($0)"} \#(total)"# } + [
        "calculator_request_duration_seconds_sum 0.0",
        "calculator_request_duration_seconds_count \(total)",
      ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The clock of the harness does not move, so each request takes no time.
  @Test func countsWhatHappened() throws {
    let harness = try HTTPHarness(Self.on)
    #expect(text(harness) == Self.expected(requests: [], attempts: [], limited: 0, total: 0))
    let with = HTTPPipelineTests.with
    let token = try harness.token()
    let wrong = "wrong-wrong-wrong-wrong"
    let series: [([(String, String)], Int)] = [
      (with([:]), 200), (with([:]), 200), (with(["X-API-Key": wrong]), 401),
      (with(["X-API-Key": nil]), 401),
      (with(["X-API-Key": nil, "Authorization": "Bearer \(token)"]), 200),
      (with(["X-API-Key": nil, "Authorization": "Bearer a.b.c"]), 401),
      (with(["X-API-Key": nil, "Authorization": HTTPPipelineTests.basicCredential]), 200),
      (with(["X-API-Key": nil, "Authorization": "Token x"]), 401),
      (with(["Authorization": "Bearer x"]), 400), (with(["Host": "evil.example"]), 403),
      (with(["Accept": "text/plain"]), 406),
    ]
    for (fields, status) in series {
      #expect(harness.send(fields: fields, body: HTTPPipelineTests.add).status == status)
    }
    #expect(
      text(harness)
        == Self.expected(
          requests: [(200, 5), (400, 1), (401, 4), (403, 1), (406, 1)],
          attempts: [
            ("none", "refused", 1), ("api_key", "accepted", 3), ("api_key", "refused", 1),
            ("bearer", "accepted", 1), ("bearer", "refused", 1), ("basic", "accepted", 1),
            ("malformed", "refused", 1), ("unread", "refused", 1),
          ], limited: 0, total: 12))
  }

  @Test func countsWhoIsLimited() throws {
    let harness = try HTTPHarness([
      "CALCULATOR_METRICS": "true", "CALCULATOR_RATE_LIMIT": "1/minute",
    ])
    for status in [200, 429, 429] {
      let response = harness.send(fields: HTTPPipelineTests.modern, body: HTTPPipelineTests.add)
      #expect(response.status == status)
    }
    #expect(text(harness).contains("\ncalculator_limited_requests_total 2\n"))
    #expect(text(harness).contains("\n" + #"calculator_requests_total{status="429"} 2"# + "\n"))
  }

  /// A time counts in the first bucket that is long enough, and in every longer one.
  @Test func theHistogram() {
    let metrics = Metrics()
    for nanoseconds in [50_000, 50_001, 1_000_000_000, 1_000_000_001, 2_000_000_000] {
      metrics.count(status: 200, duration: .nanoseconds(nanoseconds), [], by: nil)
    }
    let lines = metrics.text.split(separator: "\n").suffix(13).map { $0.split(separator: " ")[1] }
    #expect(
      lines == ["1", "2", "2", "2", "2", "2", "2", "2", "2", "3", "5", "4.000100002", "5"])
  }

  /// ASVS 16.5.1: no label contains a name, tool, path, version or credential of a request.
  @Test func noLabelHasWhatWasSent() throws {
    let harness = try HTTPHarness(Self.on)
    let mark = "zzmarkzz"
    let call = Wire.call(mark, id: "\"\(mark)\"", "\"\(mark)\":1")
    for changes in [
      [:], ["X-API-Key": mark], ["Host": mark], ["Origin": "https://\(mark)"], ["Mcp-Name": mark],
      ["X-API-Key": nil, "Authorization": "\(mark) \(mark)"], ["MCP-Protocol-Version": mark],
    ] as [[String: String?]] {
      for (method, path) in [("POST", "/mcp"), (mark, "/mcp"), ("POST", "/\(mark)")] {
        let fields = HTTPPipelineTests.with(changes)
        _ = harness.send(method, path, query: mark, fields: fields, body: call)
      }
    }
    let text = text(harness)
    #expect(!text.contains(mark))
    let labels = text.matches(of: /\{([^}]*)\}/).map { String($0.1) }
    #expect(
      labels.allSatisfy {
        $0.wholeMatch(of: /status="\d{3}"|kind="[a-z_]+",outcome="(accepted|refused)"|le="[^"]+"/)
          != nil
      })
  }

  @Test func offIsNotFound() throws {
    let response = try HTTPHarness().send("GET", "/metrics", fields: [HTTPPipelineTests.host])
    #expect(response.status == 404)
  }
}
