import Foundation
import TestSupport
import Testing

@testable import HTTPTransport

/// Third-party clients, over loopback.
@Suite(.enabled(if: TLSFixture.areToolsThere, "\(TLSFixture.hint)"))
struct TLSClientTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var isRSA = false
    let arguments: [String]
    /// Whether the handshake succeeds.
    let isAccepted: Bool
    /// A text that s_client prints.
    let prints: String
  }

  static func suite(_ cipher: String, isRSA: Bool = false, isAccepted: Bool) -> Row {
    Row(
      testDescription: cipher, isRSA: isRSA,
      arguments: ["-tls1_2", "-cipher", "\(cipher):@SECLEVEL=0"], isAccepted: isAccepted,
      prints: isAccepted ? "Cipher is \(cipher)" : "alert handshake failure")
  }

  static let rows: [Row] = [
    Row(
      testDescription: "TLS 1.3", arguments: ["-tls1_3"], isAccepted: true, prints: "New, TLSv1.3"),
    Row(
      testDescription: "TLS 1.2", arguments: ["-tls1_2"], isAccepted: true, prints: "New, TLSv1.2"),
    // RFC 8996
    Row(
      testDescription: "TLS 1.1", arguments: ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
      isAccepted: false, prints: "alert protocol version"),
    Row(
      testDescription: "TLS 1.0", arguments: ["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
      isAccepted: false, prints: "alert protocol version"),
    // RFC 9325 §4.2
    suite("ECDHE-ECDSA-AES128-GCM-SHA256", isAccepted: true),
    suite("ECDHE-ECDSA-CHACHA20-POLY1305", isAccepted: true),
    suite("ECDHE-RSA-AES256-GCM-SHA384", isRSA: true, isAccepted: true),
    suite("ECDHE-RSA-CHACHA20-POLY1305", isRSA: true, isAccepted: true),
    suite("ECDHE-ECDSA-AES128-CCM8", isAccepted: false),
    suite("ECDHE-ECDSA-AES128-SHA256", isAccepted: false),
    suite("ECDHE-RSA-AES256-SHA384", isRSA: true, isAccepted: false),
    suite("AES128-GCM-SHA256", isRSA: true, isAccepted: false),
    suite("DHE-RSA-AES256-GCM-SHA384", isRSA: true, isAccepted: false),
    suite("AECDH-AES128-SHA", isAccepted: false),
    suite("ECDHE-ECDSA-NULL-SHA", isAccepted: false),
    Row(
      testDescription: "SHA-1 signatures",
      arguments: ["-tls1_2", "-sigalgs", "ECDSA+SHA1", "-cipher", "DEFAULT@SECLEVEL=0"],
      isAccepted: false, prints: "alert"),
    Row(
      testDescription: "finite-field groups alone", arguments: ["-tls1_3", "-groups", "ffdhe8192"],
      isAccepted: false, prints: "alert handshake failure"),
    // RFC 7301 §3.2
    Row(
      testDescription: "ALPN with http/1.1", arguments: ["-alpn", "h2,http/1.1"], isAccepted: true,
      prints: "ALPN protocol: http/1.1"),
    Row(
      testDescription: "ALPN without http/1.1", arguments: ["-alpn", "h2,http/1.0"],
      isAccepted: false, prints: "no application protocol"),
    Row(
      testDescription: "no ALPN", arguments: [], isAccepted: true, prints: "No ALPN negotiated"),
  ]

  private func serve<Result>(
    _ context: TLSContext, _ body: (TLSIdentity, Int) throws -> Result
  ) throws -> Result {
    let identity = TLSIdentity(context)
    let server = try TLSEchoServer(identity)
    defer { #expect(throws: Never.self) { try server.stop() } }
    return try body(identity, server.port)
  }

  private func connect(_ port: Int, _ arguments: [String]) throws -> (
    status: Int32, output: String
  ) {
    try TLSFixture.run(["openssl", "s_client", "-connect", "127.0.0.1:\(port)"] + arguments)
  }

  @Test(arguments: rows)
  func shakesHandsOrRefuses(_ row: Row) throws {
    let fixture = try TLSFixture.shared.get()
    let context =
      row.isRSA ? try fixture.context("rsa2048.pem", "rsa2048.key") : try fixture.context()
    let client = try serve(context) { _, port in try connect(port, row.arguments) }
    #expect((client.status == 0) == row.isAccepted)
    #expect(client.output.contains(row.prints), "\(client.output)")
  }

  /// RFC 9325 §3.4: no session is resumed.
  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func resumesNothing(_ version: String) throws {
    let client = try serve(TLSFixture.shared.get().context()) { _, port in
      try connect(port, [version, "-reconnect"])
    }
    #expect(client.output.components(separatedBy: "New, TLS").count == 7)
    #expect(!client.output.contains("Reused"))
    #expect(!client.output.contains("New Session Ticket"))
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func servesCurl(_ host: String) throws {
    let fixture = try TLSFixture.shared.get()
    let client = try serve(fixture.context()) { _, port in
      try TLSFixture.run([
        "curl", "--silent", "--ipv4", "--noproxy", "*", "--cacert", fixture.path("a/ca.pem"),
        "https://\(host):\(port)/",
      ])
    }
    #expect(client.output == "ok")
    #expect(client.status == 0)
  }

  @Test func carriesALargeBodyBothWays() throws {
    let fixture = try TLSFixture.shared.get()
    let body = Data(SeededBytes(seed: 3).make(1 << 20))
    try body.write(to: URL(filePath: fixture.path("body")))
    let client = try serve(fixture.context()) { _, port in
      try TLSFixture.run([
        "curl", "--silent", "--noproxy", "*", "--cacert", fixture.path("a/ca.pem"),
        "--header", "Expect:", "--data-binary", "@\(fixture.path("body"))",
        "--output", fixture.path("echo"), "https://127.0.0.1:\(port)/",
      ])
    }
    #expect(client.status == 0)
    #expect(try fixture.bytes("echo") == [UInt8](body))
  }

  /// HTTP without TLS gets one sentence, and does not reach the server behind TLS.
  @Test func refusesPlainHTTP() throws {
    let client = try serve(TLSFixture.shared.get().context()) { _, port in
      try TLSFixture.run([
        "curl", "--silent", "--http1.1", "--noproxy", "*", "http://127.0.0.1:\(port)/",
      ])
    }
    #expect(client.status == 0)
    #expect(client.output == "This port takes HTTPS: begin the URL https://\n")
  }

  @Test func givesTheRenewedCertificateToNewConnections() throws {
    let fixture = try TLSFixture.shared.get()
    try serve(fixture.context()) { identity, port in
      func isTrusted(by name: String) throws -> Bool {
        try connect(port, ["-CAfile", fixture.path(name), "-verify_return_error"]).status == 0
      }
      #expect(try isTrusted(by: "a/ca.pem"))
      #expect(try !isTrusted(by: "b/ca.pem"))
      identity.replace(with: try fixture.context("b/cert.pem", "b/key.pem"))
      #expect(try !isTrusted(by: "a/ca.pem"))
      #expect(try isTrusted(by: "b/ca.pem"))
    }
  }
}
