internal import MCPService
private import Support

/// A field of each request. Its value is a secret.
package struct HeaderField: Sendable, Equatable {
  package let name: String
  package let value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

extension HeaderField: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(name): [secret]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// `--header NAME=VARIABLE`: a field whose value is in a variable of the environment.
///
/// The value itself is never an argument: other users of the machine can read arguments.
enum HeaderOption {
  static let option = "--header"
  static let most = 16
  private static let longestValue = 8 << 10

  /// The fields that the bridge, the transport or the proxy sets, and those that say who has started
  /// a request in a browser.
  private static let refused: Set<String> = [
    "host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect",
    "range", "cookie", "cookie2", "origin", "referer", "user-agent", "last-event-id", "date", "via",
    "forwarded",
  ]
  private static let refusedStarts = [
    "accept", "content-", "if-", "mcp-", "proxy-", "sec-", "x-forwarded-", ":",
  ]

  /// - Throws: an error that does not repeat what stands after the first `=`.
  static func field(_ text: String, from environment: Environment) throws(ConfigurationError)
    -> HeaderField
  {
    let bytes = Array(text.utf8)
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else {
      throw error("must be NAME=VARIABLE", fix: form)
    }
    let (name, variable) = (bytes[..<equals], bytes[(equals + 1)...])
    guard !name.isEmpty, name.count <= 64, name.allSatisfy(ASCII.isToken) else {
      throw error("has a name that no header field has", fix: form)
    }
    let header = String(decoding: name, as: UTF8.self)
    let lowercase = String(decoding: name.map(ASCII.lowercase), as: UTF8.self)
    // RFC 9110 §7.6.1, RFC 9112 §6: they decide where a request goes and where it ends.
    // ATTACKS O176
    guard !refused.contains(lowercase),
      !refusedStarts.contains(where: { lowercase.hasBytes(atStart: $0) })
    else { throw error("cannot set \(header), which the bridge sets itself", fix: "remove it") }
    let isName =
      variable.first.map { !ASCII.isDigit($0) } == true
      && variable.allSatisfy { ASCII.isDigit($0) || isLetter($0) }
    // A value in place of a name is not repeated: it is a secret.
    guard isName, let value = environment.values[String(decoding: variable, as: UTF8.self)] else {
      throw error(
        "\(header) names no variable that is set; a value must not be an argument",
        fix: "put the value into a variable, and write \(header)=VARIABLE")
    }
    guard 1...longestValue ~= value.count, value.allSatisfy(ASCII.isText),
      value.allSatisfy({ $0 < 0x80 }), value.first != ASCII.space, value.last != ASCII.space,
      value.first != ASCII.tab, value.last != ASCII.tab
    else {
      throw error(
        "the variable of \(header) has no value that a header field can have",
        fix: "set it to 1 to \(longestValue) bytes of ASCII without control characters")
    }
    return HeaderField(name: header, value: String(decoding: value, as: UTF8.self))
  }

  static func error(_ problem: String, fix: String) -> ConfigurationError {
    ConfigurationError(option, problem, fix: fix)
  }

  private static let form =
    "write for example \(option) X-Tenant=TENANT, where TENANT is a variable"

  private static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= ASCII.lowercase(byte) || byte == UInt8(ascii: "_")
  }
}
