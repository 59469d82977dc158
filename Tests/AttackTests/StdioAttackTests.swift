import Testing
import TestSupport
import TestHarness

/// Attacks on the stdio server, each with the complete reply.
///
/// After every row the server must answer the next valid request. Neither the reply nor the log may
/// contain a secret, and the log has one line for the attack.
struct StdioAttackTests {
  struct Attack: CustomTestStringConvertible, Sendable {
    let id: String
    let name: String
    let message: [UInt8]
    let reply: String?
    var testDescription: String { "\(id) \(name)" }

    init(_ id: String, _ name: String, _ message: String, _ reply: String?) {
      self.init(id, name, Array(message.utf8), reply)
    }

    init(_ id: String, _ name: String, _ message: [UInt8], _ reply: String?) {
      (self.id, self.name, self.message, self.reply) = (id, name, message, reply)
    }

    /// A call whose credential must not be accepted.
    static func refused(_ id: String, _ name: String, _ arguments: String, meta: String = "")
      -> Attack
    {
      Attack(
        id, name, Wire.call("add", arguments, meta: meta),
        Wire.failure("Authentication failed", kind: "authentication_failed"))
    }

    /// A text that is not strict JSON.
    static func unparsable(_ id: String, _ name: String, _ text: String) -> Attack {
      unparsable(id, name, Array(text.utf8))
    }

    static func unparsable(_ id: String, _ name: String, _ bytes: [UInt8]) -> Attack {
      Attack(
        id, name, bytes, Wire.error(-32700, "Parse error: the message is not strict JSON", id: nil))
    }

    /// A call with the right key. Its numbers must be exact, or be refused with a sentence.
    static func calculated(_ id: String, _ name: String, _ arguments: String, _ reply: String)
      -> Attack
    {
      Attack(id, name, Wire.call("add", arguments + "," + token), reply)
    }
  }

  static let key = StdioHarness.key
  static let token = #""auth_token":"\#(key)""#
  static let numbers = #""a":1,"b":2"#
  static let extra = Wire.failure(
    "add takes a and b, and auth_token for the credential; remove every other argument.")

  static let tooLongID = Wire.error(
    -32600,
    "Invalid request: id must be a string of at most 256 bytes, or an integer of at most 64 digits",
    id: nil)

  static let attacks: [Attack] = [
    // S1: a credential of a wrong type is never coerced (ASVS 15.3.5).
    .refused("S1", "absent", numbers),
    .refused("S1", "empty", #"\#(numbers),"auth_token":"""#),
    .refused("S1", "null", #"\#(numbers),"auth_token":null"#),
    .refused("S1", "number", #"\#(numbers),"auth_token":5"#),
    .refused("S1", "true", #"\#(numbers),"auth_token":true"#),
    .refused("S1", "array with the key", #"\#(numbers),"auth_token":["\#(key)"]"#),
    .refused("S1", "object with the key", #"\#(numbers),"auth_token":{"key":"\#(key)"}"#),
    .refused("S1", "null in _meta", numbers, meta: #","calculator/auth_token":null"#),
    .refused("S1", "array in _meta", numbers, meta: #","calculator/auth_token":["\#(key)"]"#),
    // S2: a key that is almost correct.
    .refused("S2", "prefix of the key", #"\#(numbers),"auth_token":"\#(key.dropLast())""#),
    .refused("S2", "key and one more", #"\#(numbers),"auth_token":"\#(key)x""#),
    .refused("S2", "key and NUL", #"\#(numbers),"auth_token":"\#(key)\u0000""#),
    .refused("S2", "space before the key", #"\#(numbers),"auth_token":" \#(key)""#),
    .refused("S2", "upper case", #"\#(numbers),"auth_token":"\#(key.uppercased())""#),
    .refused(
      "S2", "Kelvin sign for k",
      #"\#(numbers),"auth_token":"\#(key.replacing("s", with: "\u{17F}"))""#),
    // S4: two parsers must not see different credentials (CVE-2026-27896).
    .unparsable(
      "S4", "wrong token, then the right one",
      Wire.call("add", #"\#(numbers),"auth_token":"x",\#(token)"#)),
    .unparsable(
      "S4", "right token, then a wrong one",
      Wire.call("add", #"\#(numbers),\#(token),"auth_token":"x""#)),
    // S6: one credential a request (OAuth 2.1 §5.1).
    .refused(
      "S6", "both places, both right", "\(numbers),\(token)",
      meta: #","calculator/auth_token":"\#(key)""#),
    .refused(
      "S6", "right in _meta, wrong in arguments", #"\#(numbers),"auth_token":"x""#,
      meta: #","calculator/auth_token":"\#(key)""#),
    .refused(
      "S6", "right in _meta, a number in arguments", #"\#(numbers),"auth_token":0"#,
      meta: #","calculator/auth_token":"\#(key)""#),
    // `null` and `""` do not count as a second credential.
    Attack(
      "S6", "right in arguments, null in _meta",
      Wire.call("add", "\(numbers),\(token)", meta: #","calculator/auth_token":null"#),
      Wire.result("3")),
    Attack(
      "S6", "right in _meta, empty in arguments",
      Wire.call(
        "add", #"\#(numbers),"auth_token":"""#, meta: #","calculator/auth_token":"\#(key)""#),
      Wire.result("3")),
    Attack(
      "S6", "right in _meta, null in arguments",
      Wire.call(
        "add", #"\#(numbers),"auth_token":null"#, meta: #","calculator/auth_token":"\#(key)""#),
      Wire.result("3")),
    // S7: an escaped name is the same name.
    Attack(
      "S7", "escaped name alone", Wire.call("add", #"\#(numbers),"auth\u005ftoken":"\#(key)""#),
      Wire.result("3")),
    .unparsable(
      "S7", "escaped name beside the plain one",
      Wire.call("add", #"\#(numbers),"auth\u005ftoken":"x",\#(token)"#)),
    // S9: a key in the wrong place is never echoed (ASVS 16.5.1).
    Attack(
      "S9", "key as the tool's name", Wire.call(key, numbers),
      Wire.error(-32602, "Invalid params: unknown tool; tools/list names them all")),
    Attack("S9", "key as a method", Wire.modern(key), Wire.error(-32601, "Method not found")),
    Attack(
      "S9", "key as an extra argument", Wire.call("add", #"\#(numbers),\#(token),"key":"\#(key)""#),
      extra),
    Attack(
      "S9", "key as an argument's name", Wire.call("add", #"\#(numbers),\#(token),"\#(key)":1"#),
      extra),
    Attack(
      "S9", "key as an operand", Wire.call("add", #""a":1,"b":"\#(key)",\#(token)"#),
      Wire.failure("b must be a JSON number, such as 0.5, without quotes.")),
    // S12: the identifier determines which request a reply belongs to.
    Attack(
      "S12", "null id", Wire.call("add", id: "null", token),
      Wire.error(
        -32600,
        "Invalid request: id must be a string of at most 256 bytes, or an integer of at most 64 digits",
        id: nil)),
    Attack(
      "S12", "a batch", "[\(Wire.call("add", "\(numbers),\(token)"))]",
      Wire.error(-32600, "Invalid request: a message is one JSON object", id: nil)),
    Attack(
      "S9", "the key as the version of the protocol",
      Wire.call("add", "\(numbers),\(token)").replacing("2026-07-28", with: key),
      #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version","#
        + #""data":{"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"#
        + #""requested":"unknown"}}}"#),
    // S18, H33: the reply and the log line are bounded.
    Attack(
      "S18", "an id of combining marks",
      Wire.call("add", id: "\"" + String(repeating: "\u{301}", count: 4000) + "\"", numbers),
      tooLongID),
    Attack(
      "S18", "an id of 6,144 digits",
      Wire.call("add", id: String(repeating: "1", count: 6144), numbers), tooLongID),
    // J1–J2
    Attack(
      "S9", "key as the identifier", Wire.call("add", id: "\"\(key)\"", numbers),
      Wire.failure("Authentication failed", kind: "authentication_failed", id: "\"\(key)\"")),
    .unparsable(
      "J1", "duplicate key deep in a notification",
      #"{"jsonrpc":"2.0","method":"x","params":{"a":[{"b":1,"b":2}]}}"#),
    .unparsable(
      "J1", "method twice", #"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}"#),
    Attack(
      "J2", "params with a long s",
      Wire.call("add", "\(numbers),\(token)").replacing("params", with: "param\u{17F}"),
      Wire.error(
        -32602,
        "Invalid params: send initialize first, or _meta with io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities"
      )),
    Attack(
      "J2", "Name beside name",
      Wire.modern(
        "tools/call", params: #""name":"add","Name":"power","arguments":{\#(numbers),\#(token)},"#),
      Wire.result("3")),
    // J4: exact or refused.
    .calculated(
      "J4", "1e999", #""a":1e999,"b":1"#,
      Wire.failure("a must be zero, or between 1e-307 and 1e308 in magnitude.")),
    .calculated(
      "J4", "1,000 digits", #""a":\#(String(repeating: "7", count: 1000)),"b":1"#,
      Wire.failure("a must have at most 34 significant digits.")),
    .calculated("J4", "minus zero", #""a":-0,"b":0"#, Wire.result("0")),
    .calculated("J4", "2^53+1", #""a":9007199254740993,"b":0"#, Wire.result("9007199254740993")),
    .unparsable("J4", "1e99999", Wire.call("add", #""a":1e99999,"b":1,\#(token)"#)),
    // J5–J7
    .unparsable(
      "J5", "lone surrogate in the token", Wire.call("add", #"\#(numbers),"auth_token":"\ud800""#)),
    .unparsable("J6", "overlong UTF-8", [0x22, 0xC0, 0xAF, 0x22]),
    .unparsable(
      "J6", "UTF-16",
      Array(Wire.legacy("ping").utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
    .unparsable("J6", "byte-order mark", [0xEF, 0xBB, 0xBF] + Array(Wire.legacy("ping").utf8)),
    Attack("J7", "NUL in a name", Wire.call("add", #"\#(numbers),\#(token),"a\u0000":1"#), extra),
    Attack(
      "J7", "NUL in a tool's name", Wire.call("add\\u0000", "\(numbers),\(token)"),
      Wire.error(-32602, "Invalid params: unknown tool; tools/list names them all")),
    // J8–J11
    Attack(
      "J8", "__proto__", Wire.call("add", #"\#(numbers),\#(token),"__proto__":{"admin":true}"#),
      extra),
    .unparsable("J9", "leading zero", Wire.call("add", #""a":01,"b":1,\#(token)"#)),
    .unparsable("J9", "NaN", Wire.call("add", #""a":NaN,"b":1,\#(token)"#)),
    .unparsable("J9", "text after the value", Wire.legacy("ping") + "{}"),
    .refused("J10", "NFD of a name", #"\#(numbers),"auth_tok\u0065\u0301n":"\#(key)""#),
    .unparsable("J11", "NUL behind the message", Array(Wire.legacy("ping").utf8) + [0]),
    // J12: a small request cannot cause much work (ASVS 15.2.2).
    Attack(
      "J12", "power(9999, 9999)", Wire.call("power", #""a":9999,"b":9999,\#(token)"#),
      Wire.failure("a and b give a result that is too large: it must stay below 1e308.")),
    Attack(
      "J12", "power(10, 1e9)", Wire.call("power", #""a":10,"b":1e9,\#(token)"#),
      Wire.failure("a and b give a result that is too large: it must stay below 1e308.")),
  ]

  @Test(arguments: attacks)
  func fails(_ attack: Attack) throws {
    let server = try StdioHarness()
    #expect(server.send(bytes: attack.message) == attack.reply)
    let log = server.takeLog()
    #expect(log.count == 1)
    #expect(!log.joined().contains(Self.key), "a secret in the log")
    #expect(server.send(Wire.call("add", "\(Self.numbers),\(Self.token)")) == Wire.result("3"))
  }

  /// S6: the log says that there were two credentials, not that one of them was wrong.
  @Test func aKeyInTwoPlacesIsAmbiguous() throws {
    let server = try StdioHarness()
    let right = #","calculator/auth_token":"\#(Self.key)""#
    for argument in [#""\#(Self.key)""#, #""x""#, "0", "[]"] {
      _ = server.send(
        Wire.call("add", #"\#(Self.numbers),"auth_token":\#(argument)"#, meta: right))
      #expect(server.takeLog().map { $0.contains(#""reason":"ambiguous_credential""#) } == [true])
    }
  }

  /// J11: a megabyte of short keys in the arguments.
  @Test func aMegabyteOfKeys() throws {
    let server = try StdioHarness()
    func many(_ count: Int) -> String {
      (0..<count).map { #""\#(String($0, radix: 36))":0"# }.joined(separator: ",")
    }
    #expect(server.send(Wire.call("add", "\(Self.token),\(many(60_000))")) == Self.extra)
    // Over the limit of values it is treated as invalid JSON.
    #expect(
      server.send(Wire.call("add", "\(Self.token),\(many(90_000))"))
        == Wire.error(-32700, "Parse error: the message is not strict JSON", id: nil))
  }

  /// Truncated and mutated requests get a reply or none. The server never crashes and never accepts
  /// a wrong credential.
  @Test(arguments: 0..<20)
  func mutations(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let server = try StdioHarness()
    let good = Array(
      Wire.call("add", "\(Self.numbers),\"auth_token\":\"wrong-horse-battery\"").utf8)
    for _ in 0..<200 {
      var message = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: message.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: message[place] = UInt8.random(in: 0...255, using: &random)
        case 1: message.remove(at: place)
        default: message.insert(UInt8.random(in: 0...255, using: &random), at: place)
        }
      }
      let reply = server.send(
        bytes: message.prefix(Int.random(in: 1...message.count, using: &random)) + [])
      #expect(reply?.contains("structuredContent") != true)
    }
    #expect(server.send(Wire.call("add", "\(Self.numbers),\(Self.token)")) == Wire.result("3"))
  }

  /// S18: for an identifier of any length, even if it is one Character, a failed attempt has a
  /// short log line.
  @Test(arguments: [
    "\"e" + String(repeating: "\u{301}", count: 120) + "\"", String(repeating: "7", count: 64),
    "\"" + String(repeating: "\u{1F1E9}", count: 60) + "\"",
  ])
  func anIdentifierHidesNoFailedAttempt(_ id: String) throws {
    let server = try StdioHarness()
    let reply = server.send(Wire.call("add", id: id, #""a":1,"b":2,"auth_token":"wrong""#))
    #expect(reply?.contains("Authentication failed") == true)
    let log = server.takeLog()
    #expect(log.count == 1)
    #expect(log.first?.contains(#""reason":"unknown_key"}"#) == true)
    #expect(log.allSatisfy { $0.utf8.count < 400 })
  }
}
