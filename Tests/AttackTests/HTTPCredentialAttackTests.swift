import Support
import Auth
import MCPServiceHTTP
import MCPService
import Foundation
import HTTPTransport
import Testing
import TestHarness

/// Attacks on authentication and on the limits, over a socket.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HTTPCredentialAttackTests {
  /// A credentials file with keys, an expired key and an expired user.
  private struct File {
    let path: String
    let keys: [(name: String, key: String)]
    let expiredKey: String
    let basicKey: String

    init(count: Int = 1) throws {
      let command = CredentialCommand()
      var keys: [(name: String, key: String)] = []
      var lines: [String] = []
      for number in 0..<count {
        let made = try command.key(name: "client-\(number)", role: "advanced", expires: nil)
        keys.append(("client-\(number)", made.key))
        lines.append(made.line)
      }
      let basic = try command.key(name: "basic-client", role: "basic", expires: nil)
      let expired = try command.key(
        name: "former-client", role: "basic", expires: "2026-01-01T00:00:00Z")
      let user = try command.user(name: "former", role: "basic", password: "former-password")
        .replacing("}", with: #","expires":"2026-01-01T00:00:00Z"}"#)
      let text =
        #"{"keys":[\#((lines + [basic.line, expired.line]).joined(separator: ","))],"users":[\#(user)]}"#
      path =
        FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID().uuidString)")
        .path
      self.keys = keys
      (expiredKey, basicKey) = (expired.key, basic.key)
      try write(text)
    }

    func write(_ text: String) throws {
      try Data(text.utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    var changes: [String: String?] {
      LiveServer.unlimited.merging(["CALCULATOR_CREDENTIALS": path]) { $1 }
    }
  }

  private static let call = RawRequest.call()
  private static func basic(_ pair: String) -> String {
    "Authorization: Basic " + Base64.standard.text(of: Array(pair.utf8))
  }

  private static func status(_ server: LiveServer, _ text: String) async throws -> String {
    status(try await server.exchange(text))
  }

  private static func status(_ response: String) -> String {
    String(decoding: response.utf8.dropFirst(9).prefix(3), as: UTF8.self)
  }

  /// ASVS 6.3.8: status, body and fields do not reveal which users exist, or which part of a
  /// credential was correct.
  @Test func nobodyLearnsWhoExists() async throws {
    let file = try File()
    defer { file.remove() }
    try await LiveServer.run(file.changes) { server in
      let token = try server.harness.token()
      let attempts = [
        Self.basic("nobody:wrong"), Self.basic("anshika:wrong"), Self.basic("anshika:"),
        Self.basic("former:former-password"), Self.basic("former:wrong"),
        Self.basic("anshika"), "X-API-Key: \(file.expiredKey)", "X-API-Key: wrong",
        "X-API-Key: \(HTTPHarness.key)x", "X-API-Key: \(HTTPHarness.key.uppercased())",
        "X-API-Key: \(token)", "X-API-Key: caf\u{E9}", "X-API-Key: ",
      ]
      for attempt in attempts {
        let answer = try await server.exchange(Self.call.showing(attempt).last.text)
        let expected =
          attempt.hasBytes(atStart: "X-API-Key") ? HTTPWire.badKey : HTTPWire.badPassword
        #expect(answer == HTTPWire.closing(expected), "\(attempt)")
      }
      let forged = String(decoding: token.utf8.dropLast(4), as: UTF8.self) + "AAAA"
      for bearer in [file.expiredKey, "wrong", "a.b.c", String(forged), "\(token).x"] {
        let request = Self.call.showing("Authorization: Bearer \(bearer)").last
        let answer = try await server.exchange(request.text)
        #expect(answer == HTTPWire.closing(HTTPWire.badToken), "\(bearer)")
      }
      // Also an expired token.
      server.harness.advance(seconds: 7200)
      let late = try await server.exchange(
        Self.call.showing("Authorization: Bearer \(token)").last.text)
      #expect(
        late.replacing("02:00:00", with: "00:00:00") == HTTPWire.closing(HTTPWire.badToken))
      let log = server.harness.takeLog()
      #expect(log.count == attempts.count + 6)
      for word in ["unknown_user", "wrong_password", "expired_user", "unknown_key", "expired_key"] {
        #expect(log.contains { $0.contains(word) })
      }
      for secret in [file.expiredKey, token, "former-password"] {
        #expect(!log.joined().contains(secret))
      }
    }
  }

  /// C10: an authenticated caller without the permission gets the name of the permission (RFC 6750
  /// §3.1).
  @Test func aForbiddenTool() async throws {
    let file = try File()
    defer { file.remove() }
    try await LiveServer.run(file.changes) { server in
      let power = RawRequest.call("power", #""a":2,"b":3"#)
      let message = Wire.error(403, "Permission denied: this needs calculate:advanced")
      let byKey = try await server.exchange(
        power.showing("X-API-Key: \(file.basicKey)").last.text)
      #expect(byKey == HTTPWire.closing(HTTPWire.reply("403 Forbidden", message)))
      let token = try server.harness.token([.calculateBasic])
      let byToken = try await server.exchange(
        power.showing("Authorization: Bearer \(token)").last.text)
      let challenge = HTTPWire.bearer + #", error="insufficient_scope", scope="calculate:advanced""#
      #expect(
        byToken == HTTPWire.closing(HTTPWire.reply("403 Forbidden", message, [challenge])))
      let log = server.harness.takeLog()
      #expect(log.count == 2)
      #expect(log.allSatisfy { $0.contains(#""outcome":"forbidden""#) })
    }
  }

  /// H15: each pipelined request is authenticated by its own credential, and answered in order.
  @Test func twentyThousandInOnePipeline() async throws {
    let file = try File(count: 50)
    defer { file.remove() }
    let count = 20_000
    try await LiveServer.run(file.changes) { server in
      var pipeline: [UInt8] = []
      var replies: [UInt8] = []
      for number in 0..<count {
        let isGood = number % 3 != 1
        let key = isGood ? file.keys[number % 50].key : "wrong-wrong-wrong-\(number)"
        var request = RawRequest.call("add", #""a":\#(number),"b":0.5"#, id: "\(number)")
        request.fields[2] = "X-API-Key: \(key)"
        if number == count - 1 { request = request.last }
        pipeline += request.text.utf8
        let reply =
          isGood
          ? HTTPWire.reply("200 OK", RawRequest.result("\(number).5", id: "\(number)"))
          : HTTPWire.badKey
        replies += (number == count - 1 ? HTTPWire.closing(reply) : reply).utf8
      }
      let answer = try await server.exchange(pipeline)
      #expect(Array(answer.utf8) == replies)
      let log = server.harness.takeLog()
      #expect(log.count == count)
      for (number, line) in log.enumerated() {
        let word = number % 3 != 1 ? #""subject":"client-\#(number % 50)""# : "unknown_key"
        guard line.contains(word) else {
          Issue.record("request \(number) was checked by another's credential: \(line)")
          return
        }
      }
    }
  }

  /// H30: clients with equal ids get their own replies.
  @Test func twoHundredClientsWithEqualIds() async throws {
    try await LiveServer.run { server in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for client in 0..<200 {
          group.addTask {
            let connection = try await server.connect()
            for round in 0..<5 {
              let request = RawRequest.call("add", #""a":\#(client),"b":0.\#(round + 1)"#)
              try await connection.send(request.text)
              let answer = try await connection.response()
              #expect(
                answer
                  == HTTPWire.reply("200 OK", RawRequest.result("\(client).\(round + 1)")))
            }
            await connection.abort()
          }
        }
        try await group.waitForAll()
      }
      #expect(server.harness.takeLog().count == 1000)
    }
  }

  /// C11: guessed passwords are charged to the address of the guesser and to no other.
  @Test func fiveHundredWrongPasswordsAtOnce() async throws {
    try await LiveServer.run(["CALCULATOR_TRUSTED_PROXIES": "127.0.0.1"]) { server in
      let guess = Self.call.showing(Self.basic("anshika:wrong")).with(
        "X-Forwarded-For", "X-Forwarded-For: 192.0.2.1")
      var guessers: [LiveClient] = []
      for _ in 0..<500 {
        let guesser = try await server.connect()
        try await guesser.send(guess.text)
        guessers.append(guesser)
      }
      // Another client, with a key and with a password, while scrypt runs.
      let other = Self.call.with("X-Forwarded-For", "X-Forwarded-For: 192.0.2.2").last
      #expect(try await Self.status(server, other.text) == "200")
      var statuses: [String: Int] = [:]
      for guesser in guessers {
        statuses[Self.status(try await guesser.response()), default: 0] += 1
        await guesser.abort()
      }
      // Ten failures get 401. The other attempts are refused without a scrypt, by the failure limit
      // (429) or because the queue is full (503).
      #expect(statuses["401"] == 10)
      #expect(Set(statuses.keys).isSubset(of: ["401", "429", "503"]))
      #expect(statuses.values.reduce(0, +) == 500)
      let password = other.showing(Self.basic("\(HTTPHarness.user):\(HTTPHarness.password)"))
      #expect(try await Self.status(server, password.text) == "200")
      #expect(try await Self.status(server, guess.last.text) == "429")
      #expect(server.harness.takeLog().count == 503)
    }
  }

  // MARK: Addresses

  private static func guess(_ fields: String...) -> String {
    var request = call.with("X-API-Key", "X-API-Key: wrong-wrong-wrong-wrong").last
    request.fields += fields
    return request.text
  }

  /// R1, ASVS 15.3.4: an untrusted peer cannot choose its address with a field.
  @Test func aStrangersWordOnTheirAddress() async throws {
    try await LiveServer.run([:]) { server in
      for number in 0..<10 {
        let answer = try await server.exchange(
          Self.guess(
            "X-Forwarded-For: 10.0.0.\(number)", "X-Real-IP: 10.0.0.\(number)",
            "Forwarded: for=10.0.0.\(number)", "X-Client-IP: 10.0.0.\(number)",
            "True-Client-IP: 10.0.0.\(number)", "X-Remote-User: admin"))
        #expect(answer == HTTPWire.closing(HTTPWire.badKey))
      }
      let answer = try await server.exchange(Self.guess("X-Forwarded-For: 10.0.1.1"))
      #expect(
        answer
          == HTTPWire.refusal(
            "429 Too Many Requests", "Too many requests: try again in 6 s", ["Retry-After: 6"],
            closes: true))
      let log = server.harness.takeLog()
      #expect(log.count == 11)
      #expect(log.allSatisfy { $0.contains(#""address":"127.0.0.1""#) })
    }
  }

  /// R2: behind a trusted proxy, the rightmost address that is not a proxy applies.
  @Test(arguments: [
    (["X-Forwarded-For: 1.2.3.4, 192.0.2.7"], "192.0.2.7"),
    (["X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 192.0.2.7"], "192.0.2.7"),
    (["X-Forwarded-For: 1.2.3.4, 192.0.2.7, 127.0.0.1"], "192.0.2.7"),
    // H34: as Characters, U+0600 joins the comma after it.
    (["X-Forwarded-For: 1.2.3.4\u{600}, 192.0.2.7"], "192.0.2.7"),
    (["X-Forwarded-For: 192.0.2.7, nonsense"], "127.0.0.1"),
    (["X-Forwarded-For: 192.0.2.7,"], "127.0.0.1"),
    (["X-Real-IP: 1.2.3.4", "Forwarded: for=1.2.3.4"], "127.0.0.1"),
  ])
  func throughATrustedProxy(_ fields: [String], _ address: String) async throws {
    try await LiveServer.run(["CALCULATOR_TRUSTED_PROXIES": "127.0.0.1"]) { server in
      var request = Self.call.last
      request.fields += fields
      let answer = try await server.exchange(request.text)
      #expect(Self.status(answer) == "200")
      #expect(server.harness.takeLog().first?.contains(#""address":"\#(address)""#) == true)
    }
  }

  /// R3: a client that changes its address inside one /64.
  @Test func rotatingInsideOneNetwork() async throws {
    try await LiveServer.run(["CALCULATOR_TRUSTED_PROXIES": "127.0.0.1"]) { server in
      for host in 1...10 {
        let answer = try await server.exchange(Self.guess("X-Forwarded-For: 2001:db8::\(host)"))
        #expect(Self.status(answer) == "401")
      }
      let same = try await server.exchange(Self.guess("X-Forwarded-For: 2001:db8::ffff:1"))
      #expect(Self.status(same) == "429")
      let other = try await server.exchange(Self.guess("X-Forwarded-For: 2001:db8:0:1::1"))
      #expect(Self.status(other) == "401")
    }
  }

  // MARK: Configuration

  /// C14: an incomplete file is not used, and the old entries stay.
  @Test func aHalfWrittenCredentialsFile() async throws {
    let file = try File()
    defer { file.remove() }
    try await LiveServer.run(file.changes) { server in
      let request = Self.call.showing("X-API-Key: \(file.keys[0].key)").last.text
      let whole = try file.text()
      for count in [0, 1, whole.utf8.count / 2, whole.utf8.count - 1] {
        try file.write(String(decoding: whole.utf8.prefix(count), as: UTF8.self))
        #expect(throws: ConfigurationErrors.self) {
          try HTTPConfiguration.read(
            environment: ["CALCULATOR_CREDENTIALS": file.path], file: nil, host: "127.0.0.1")
        }
        #expect(try await server.exchange(request) == HTTPWire.closing(RawRequest.sum))
      }
    }
  }

  /// C15, R10, L3: status 78, with the name of the variable and without its value.
  @Test(arguments: [
    ("CALCULATOR_API_KEY", "replace-with-the-output-of-openssl-rand-hex-32"),
    ("CALCULATOR_API_KEY", "${CALCULATOR_API_KEY}"), ("CALCULATOR_API_KEY", "too-short-a-key"),
    ("JWT_SECRET", "replace-with-another-output-of-openssl-rand-hex-32"),
    ("JWT_SECRET", "0123456789abcdef0123456789abcde"),
    ("CALCULATOR_BASIC_PASSWORD", "replace-with-a-password"),
    ("CALCULATOR_RATE_LIMIT", "0/minute"), ("CALCULATOR_RATE_LIMIT", "-1"),
    ("CALCULATOR_RATE_LIMIT", "10/"), ("CALCULATOR_RATE_LIMIT", "1e3/minute"),
    ("CALCULATOR_RATE_LIMIT", "1/fortnight"), ("CALCULATOR_RATE_LIMIT", "1000001/hour"),
    ("CALCULATOR_FAILURE_LIMIT", "0/minute"), ("CALCULATOR_RATE_BURST", "0"),
    ("CALCULATOR_TRUSTED_PROXIES", "0.0.0.0/33"), ("CALCULATOR_TRUSTED_PROXIES", "any"),
    ("CALCULATOR_ALLOWED_HOSTS", "*"), ("CALCULATOR_REQUIRE_AUTH", "no"),
    ("CALCULATOR_GUEST_ROLE", "everybody"), ("CALCULATOR_CONNECTIONS_PER_CLIENT", "0"),
    ("CALCULATOR_CONNECTIONS_PER_CLIENT", "10001"), ("CALCULATOR_CONNECTIONS_PER_CLIENT", "-1"),
    ("CALCULATOR_CONNECTIONS_PER_CLIENT", "9223372036854775808"),
  ])
  func isRefusedAtStart(_ variable: String, _ value: String) throws {
    var environment = HTTPHarness.environment
    environment[variable] = value
    do throws(ConfigurationErrors) {
      _ = try HTTPConfiguration.read(environment: environment, file: nil, host: "127.0.0.1")
      Issue.record("\(variable)=\(value) is accepted")
    } catch {
      let text = error.all.map(\.description).joined(separator: "\n")
      #expect(text.contains(variable))
      // Every secret here is longer than any other value.
      if value.utf8.count > 14 { #expect(!text.contains(value)) }
    }
  }

  /// L3 (RFC 6750 §5.3): credentials over plain HTTP only on this machine or behind a proxy.
  @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "calculator.example", "127.0.0.1.nip.io"])
  func noCredentialsOverPlainHTTPInPublic(_ host: String) throws {
    do throws(ConfigurationErrors) {
      _ = try HTTPConfiguration.read(
        environment: HTTPHarness.environment, file: nil, host: host)
      Issue.record("\(host) is served without TLS")
    } catch {
      #expect(error.all.map(\.description).joined().contains("CALCULATOR_ALLOW_PLAINTEXT"))
    }
  }
}
