import TestHarness
import TestSupport
import Testing

/// The bytes that an attacker sends, and the complete response.
struct HTTPAttack: CustomTestStringConvertible, Sendable {
  let id: String
  let name: String
  let bytes: [UInt8]
  /// The whole response.
  let reply: String
  /// The text of the one audit line.
  let log: String
  /// K: the server must close the connection, even if more bytes were sent.
  var closes: Bool { reply.contains("\r\nConnection: close\r\n") }
  var testDescription: String { "\(id) \(name)" }

  init(_ id: String, _ name: String, _ text: String, _ reply: String, log: String) {
    self.init(id, name, Array(text.utf8), reply, log: log)
  }

  init(_ id: String, _ name: String, _ bytes: [UInt8], _ reply: String, log: String) {
    (self.id, self.name, self.bytes, self.reply, self.log) = (id, name, bytes, reply, log)
  }

  init(_ id: String, _ name: String, _ request: RawRequest, _ reply: String, log: String) {
    self.init(id, name, request.text, reply, log: log)
  }

  /// A row of the table that the connection tests use too.
  init(_ attack: FramingAttack) {
    let reply =
      switch attack.status {
      case 413: Self.tooLarge("413 Content Too Large", "The body is too large")
      case 414: Self.tooLarge("414 URI Too Long", "The target is too long")
      case 417: Self.tooLarge("417 Expectation Failed", "Only 100-continue can be expected")
      case 431: Self.tooLarge("431 Request Header Fields Too Large", "The head is too large")
      default: HTTPWire.malformed
      }
    self.init(
      attack.id, attack.name, attack.bytes, reply, log: #""reason":\#(attack.status)"#)
  }

  private static func tooLarge(_ status: String, _ message: String) -> String {
    HTTPWire.refusal(status, message, closes: true)
  }

  /// The response to a request for a path or method that does not exist.
  static func refused(
    _ id: String, _ name: String, _ request: RawRequest, _ status: String, _ message: String,
    _ fields: [String] = [], closes: Bool = false
  ) -> HTTPAttack {
    HTTPAttack(
      id, name, request, HTTPWire.refusal(status, message, fields, closes: closes),
      log: #""reason":\#(status.prefix(3))"#)
  }

  static func foreignHost(_ id: String, _ name: String, _ request: RawRequest) -> HTTPAttack {
    refused(id, name, request, "403 Forbidden", "This host is not served here")
  }

  static func foreignOrigin(_ id: String, _ origin: String) -> HTTPAttack {
    refused(
      id, "Origin \(origin)", .call().with("Origin", "Origin: \(origin)"), "403 Forbidden",
      "This origin is not allowed")
  }

  static func notFound(_ id: String, _ target: String) -> HTTPAttack {
    refused(
      id, target, .call().with(line: "POST \(target) HTTP/1.1"), "404 Not Found",
      "Not found: MCP is served at POST /mcp")
  }

  static func notJSON(_ id: String, _ name: String, _ request: RawRequest) -> HTTPAttack {
    refused(
      id, name, request, "415 Unsupported Media Type", "Content-Type must be application/json")
  }

  /// Every wrong credential of a kind gets the same bytes. Only the log contains the reason (OAuth
  /// 2.1 §5.3).
  static func unauthenticated(
    _ id: String, _ name: String, _ request: RawRequest, _ reason: String,
    _ reply: String = HTTPWire.unauthenticated
  ) -> HTTPAttack {
    HTTPAttack(
      id, name, request, reply,
      log: #""outcome":"unauthenticated","reason":"\#(reason)""#)
  }

  /// The response to every invalid token (RFC 6750 §3.1).
  static func badToken(_ id: String, _ name: String, _ token: String, _ reason: String)
    -> HTTPAttack
  {
    HTTPAttack(
      id, name, RawRequest.call().showing("Authorization: Bearer \(token)"), HTTPWire.badToken,
      log: #""outcome":"unauthenticated","reason":"\#(reason)""#)
  }

  /// The response to every wrong password.
  static func badPassword(_ id: String, _ name: String, _ request: RawRequest, _ reason: String)
    -> HTTPAttack
  { unauthenticated(id, name, request, reason, HTTPWire.badPassword) }

  static func conflict(_ id: String, _ name: String, _ request: RawRequest) -> HTTPAttack {
    HTTPAttack(id, name, request, HTTPWire.conflict, log: #""reason":"ambiguous_credential""#)
  }

  /// The header fields must agree with the body (MCP 2026-07-28 streamable-http, "Server
  /// Validation").
  static func mismatch(_ id: String, _ name: String, _ request: RawRequest, _ field: String)
    -> HTTPAttack
  {
    HTTPAttack(
      id, name, request,
      HTTPWire.reply(
        "400 Bad Request",
        Wire.error(
          -32020, "Header mismatch: \(field) must be there once and say what the body says")),
      log: #""reason":-32020"#)
  }

  /// The request is unusual, but it has only one meaning, so the server accepts it.
  static func served(_ id: String, _ name: String, _ request: RawRequest, by method: String)
    -> HTTPAttack
  {
    HTTPAttack(
      id, name, request, RawRequest.sum, log: #""method":"\#(method)""#)
  }
}
