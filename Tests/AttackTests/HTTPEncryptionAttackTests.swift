import Foundation
import HTTPTransport
import NIOCore
import Testing
import TestSupport
import TestHarness

/// Attacks on the encryption, over a socket (ASVS 12.1).
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HTTPEncryptionAttackTests {
  /// The command of LibreSSL is called openssl too, but its s_client prints other texts.
  static let areToolsThere =
    (try? ChildProgram.run(["openssl", "version"]).output.hasPrefix("OpenSSL ")) == true

  private static let good = RawRequest.call().last.text
  private static let sum = HTTPWire.closing(RawRequest.sum)

  private func withServer(
    limits: HTTPLimits = .patient, _ body: (LiveServer, String) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "attack-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try ChildProgram.run([
      "sh", Repository.root.appending(path: "scripts/make-cert.sh").path, folder.path,
    ])
    let changes = LiveServer.unlimited.merging([
      "CALCULATOR_TLS_CERT": folder.appending(path: "cert.pem").path,
      "CALCULATOR_TLS_KEY": folder.appending(path: "key.pem").path,
    ]) { $1 }
    try await LiveServer.run(changes, limits: limits) { server in
      try await body(server, folder.appending(path: "ca.pem").path)
    }
  }

  private static func connect(
    _ port: Int, _ authority: String, _ options: [String], input: [UInt8] = Array(good.utf8)
  ) throws -> String {
    // s_client ends with its input.
    try ChildProgram.run(
      [
        "openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", authority,
        "-verify_return_error", "-quiet",
      ] + options, input: input
    ).output
  }

  private static func answersOthers(_ server: LiveServer, _ authority: String) throws {
    let answer = try connect(server.port, authority, [])
    #expect(answer.contains(sum))
  }

  /// L1 (RFC 8996, RFC 9325 §4): the client offers it, and the server refuses the connection.
  @Test(
    .enabled(if: areToolsThere, "OpenSSL's openssl is not on PATH"),
    arguments: [
      ["-tls1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
      ["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"],
      ["-tls1_2", "-cipher", "AES256-GCM-SHA384:@SECLEVEL=0"],
      ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"],
      ["-tls1_2", "-cipher", "NULL:@SECLEVEL=0"], ["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"],
    ])
  func weakProtocols(_ options: [String]) async throws {
    try await withServer { server, authority in
      let answer = try Self.connect(server.port, authority, options)
      #expect(!answer.contains("HTTP/1.1"))
      #expect(server.harness.takeLog().isEmpty)
      for good in ["-tls1_2", "-tls1_3"] {
        let answer = try Self.connect(server.port, authority, [good])
        #expect(answer.contains(Self.sum))
      }
    }
  }

  /// L2: bytes that are not TLS get no HTTP response, and no log line contains their credential. What
  /// may still become a handshake ends with the time of the head.
  @Test(
    .enabled(if: areToolsThere, "OpenSSL's openssl is not on PATH"),
    arguments: ["\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}\u{5}hello", "SSH-2.0-x\r\n"])
  func notTLS(_ text: String) async throws {
    var limits = HTTPLimits.patient
    limits.headTimeout = .seconds(10)
    try await withServer(limits: limits) { server, authority in
      let refusal = try await server.exchange(text)
      #expect(!refusal.contains("HTTP"))
      #expect(server.harness.takeLog().isEmpty)
      try Self.answersOthers(server, authority)
    }
  }

  /// Framing is the same with encryption: the rows that fit into one write of `s_client`.
  @Test(.enabled(if: areToolsThere, "OpenSSL's openssl is not on PATH"))
  func framing() async throws {
    try await withServer { server, authority in
      for attack in FramingAttack.all where attack.bytes.count < 16_384 {
        let answer = try Self.connect(
          server.port, authority, [], input: attack.bytes + Self.good.utf8)
        #expect(answer.contains(HTTPAttack(attack).reply), "\(attack)")
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(attack)")
      }
      try Self.answersOthers(server, authority)
    }
  }

  /// L2: HTTP at the HTTPS port gets one sentence with any credential, and one log line a minute,
  /// which contains no byte of the request.
  @Test(.enabled(if: areToolsThere, "OpenSSL's openssl is not on PATH"))
  func plainHTTP() async throws {
    try await withServer { server, authority in
      for request in [Self.good, "GET / HTTP/1.1\r\n\r\n"] {
        let answer = try await server.exchange(request)
        #expect(
          answer
            == "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 46\r\n"
            + "Connection: close\r\n\r\nThis port takes HTTPS: begin the URL https://\n")
      }
      let log = server.harness.takeLog()
      #expect(log.count == 1)
      #expect(
        log.first?.contains(
          #""event":"notice","message":"a client sent HTTP to this HTTPS port: its URL must begin https://""#
        ) == true)
      try Self.answersOthers(server, authority)
      _ = server.harness.takeLog()
      server.harness.advance(seconds: 60)
      _ = try await server.exchange(Self.good)
      #expect(server.harness.takeLog().count == 1)
    }
  }

  /// L2: a thousand clients that begin a handshake and stop are disconnected at the head timeout.
  @Test(.enabled(if: areToolsThere, "OpenSSL's openssl is not on PATH"))
  func aThousandHalfHandshakes() async throws {
    var limits = HTTPLimits.patient
    limits.headTimeout = .seconds(10)
    try await withServer(limits: limits) { server, authority in
      var clients: [LiveClient] = []
      for number in 0..<1000 {
        let client = try await server.connect()
        // The header of a record, which announces more bytes.
        if number.isMultiple(of: 2) { try? await client.send([0x16, 3, 1, 2, 0, 1]) }
        clients.append(client)
      }
      try Self.answersOthers(server, authority)
      for client in clients { #expect(try await client.untilClose() == "") }
      try Self.answersOthers(server, authority)
    }
  }
}
