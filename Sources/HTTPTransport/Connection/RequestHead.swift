private import Support

/// The head of a request, and the properties that the connection needs.
struct RequestHead {
  let line: RequestLine
  let fields: HTTPFields
  let framing: BodyFraming
  let keepsAlive: Bool
  /// The client waits for 100 (Continue) before it sends the body.
  let expectsContinue: Bool

  /// - Throws: `malformed`; `expectationFailed`.
  init(_ line: RequestLine, _ fields: HTTPFields) throws(HTTPFault) {
    self.line = line
    self.fields = fields
    framing = try BodyFraming(fields, isHTTP11: line.isHTTP11)
    try Self.checkHost(line, fields["Host"])
    // RFC 9112 §9.3
    let options = fields["Connection"].flatMap(Self.options)
    let closes = options.contains { $0.elementsEqual("close".utf8) }
    let stays = line.isHTTP11 || options.contains { $0.elementsEqual("keep-alive".utf8) }
    keepsAlive = stays && !closes
    // RFC 9110 §10.1.1: a server ignores `Expect` in a request of HTTP/1.0.
    let expectations = line.isHTTP11 ? fields["Expect"] : []
    guard expectations.allSatisfy({ HTTPFields.equal($0, "100-continue") }) else {
      throw .expectationFailed
    }
    expectsContinue = !expectations.isEmpty && framing != .length(0)
  }

  /// `#connection-option`, in lower case; only commas separate options (RFC 9110 §5.6.1, §7.6.1).
  private static func options(_ value: String) -> [ArraySlice<UInt8>] {
    value.utf8.map(ASCII.lowercase).split(separator: UInt8(ascii: ",")).map(ASCII.trimmed)
  }

  private static func checkHost(_ line: RequestLine, _ hosts: [String]) throws(HTTPFault) {
    // RFC 9112 §3.2: exactly one Host, and a valid one. HTTP/1.0 may omit it.
    guard hosts.count == 1 || !line.isHTTP11 && hosts.isEmpty,
      hosts.allSatisfy({ $0.utf8.allSatisfy(isHostByte) })
    else { throw .malformed }
    if let authority = line.target.authority {
      // RFC 9112 §3.2.2: the target's authority applies. A different Host is refused: a proxy might
      // use it instead.
      guard let host = hosts.first, !host.isEmpty, HTTPFields.equal(host, authority) else {
        throw .malformed
      }
    }
  }

  /// Whether the byte may occur in `uri-host [":" port]` (RFC 3986 §3.2.2). A comma may not: it
  /// separates two hosts.
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: ";"), UInt8(ascii: "="):
      true
    case UInt8(ascii: "#"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"): false
    default: ASCII.isToken(byte)
    }
  }
}
