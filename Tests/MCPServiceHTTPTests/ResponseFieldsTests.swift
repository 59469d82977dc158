import Support
import HTTPTransport
import TestHarness
import Testing

@testable import MCPServiceHTTP

/// Header fields that every response of a kind must have.
struct ResponseFieldsTests {
  private static let on: [String: String?] = ["CALCULATOR_METRICS": "true"]
  private static let paths = [
    ("/mcp", ["POST"]), ("/", ["GET", "HEAD"]), ("/healthz", ["GET", "HEAD"]),
    ("/metrics", ["GET", "HEAD"]),
  ]

  /// RFC 9110 §15.5.6: a 405 lists the methods of the path, and no other response does.
  @Test(arguments: paths, ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "X"])
  func aMethodThatThePathLacksGetsTheList(
    _ row: (path: String, methods: [String]), _ method: String
  )
    throws
  {
    let response = try HTTPHarness(Self.on).send(method, row.path, fields: [HTTPPipelineTests.host])
    let isAllowed = row.methods.contains(method)
    #expect((response.status == 405) == !isAllowed)
    #expect(response["Allow"] == (isAllowed ? [] : [row.methods.joined(separator: ", ")]))
  }

  /// RFC 9110 §9.3.2: the same fields as for GET. The connection omits the body.
  @Test(arguments: ["/", "/healthz", "/metrics"])
  func headGetsTheFieldsOfGet(_ path: String) throws {
    let harness = try HTTPHarness(Self.on)
    let fields = [HTTPPipelineTests.host]
    let (get, head) = (
      harness.send("GET", path, fields: fields), harness.send("HEAD", path, fields: fields)
    )
    #expect(head.status == 200 && get.status == 200)
    #expect(head.fields.map { "\($0)" } == get.fields.map { "\($0)" })
  }

  /// RFC 9111 §5.2.2.5: an error belongs to one request. No cache may store it.
  @Test func noErrorIsStored() throws {
    let harness = try HTTPHarness(Self.on)
    var seen: Set<Int> = []
    func check(_ response: HTTPResponse) {
      seen.insert(response.status)
      #expect(response["Cache-Control"] == ["no-store"], "\(response.status)")
      #expect(response["X-Content-Type-Options"] == ["nosniff"])
      #expect(response["Content-Type"] == ["application/json"])
    }
    for fault in HTTPFault.allCases {
      guard let peer = IPAddress("127.0.0.1") else { return }
      check(harness.service.pipeline.respond(to: fault, from: peer))
    }
    let (user, password) = (HTTPHarness.user, HTTPHarness.password)
    check(
      try HTTPHarness(pool: FullPool()).send(
        fields: LimitsTests.call + [LimitsTests.basic(user, password)]))
    for row in HTTPPipelineTests.rows where row.status >= 400 {
      check(
        try HTTPHarness().send(
          row.method, row.path, query: row.query, fields: row.fields, body: row.body))
    }
    #expect(
      seen.isSuperset(of: [400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 417, 431, 503]))
  }
}
