package import Auth
package import OAuth
private import Support

/// The first `Bearer` challenge of a 401 or 403 (RFC 9110 §11.6.1, RFC 6750 §3), as far as a client
/// uses it.
///
/// A value that is not of the grammar is ignored as a whole: what two programs read differently says
/// nothing.
///
/// The file is longer than 150 lines because the parser of challenges has no other user.
package struct BearerChallenge: Sendable, Equatable {
  /// The URL of the metadata of the resource (RFC 9728 §5.1), not checked.
  package let resourceMetadata: String?
  /// `nil` also for a text that is no list of scopes.
  package let scope: ScopeList?
  /// `nil` also for an unknown error.
  package let error: Challenge.Error?

  /// Of all values, in bytes.
  package static let maximumLength = 1 << 14
  /// Of one value.
  package static let maximumParameters = 64

  package init(
    resourceMetadata: String? = nil, scope: ScopeList? = nil, error: Challenge.Error? = nil
  ) {
    self.resourceMetadata = resourceMetadata
    self.scope = scope
    self.error = error
  }

  /// - Parameter values: of `WWW-Authenticate`, in their order.
  /// - Returns: `nil` if no value has a `Bearer` challenge, or all have more than 16 KiB.
  package init?(_ values: [String]) {
    guard values.reduce(0, { $0 + $1.utf8.count }) <= Self.maximumLength else { return nil }
    for value in values {
      var parser = ChallengeParser(Array(value.utf8))
      guard let challenges = parser.challenges(),
        let bearer = challenges.first(where: { ASCII.areEqual($0.scheme, "bearer".utf8) })
      else { continue }
      resourceMetadata = bearer["resource_metadata"]
      scope = bearer["scope"].flatMap { ScopeList($0) }
      error = bearer["error"].flatMap { Challenge.Error(rawValue: $0) }
      return
    }
    return nil
  }
}

/// Reads the challenges of one value in linear time: each byte is read at most three times.
private struct ChallengeParser {
  struct Challenge {
    let scheme: [UInt8]
    var parameters: [(name: [UInt8], value: String)] = []

    subscript(name: String) -> String? {
      parameters.first { ASCII.areEqual($0.name, name.utf8) }?.value
    }
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// - Returns: `nil` if the value is not of the grammar.
  mutating func challenges() -> [Challenge]? {
    var challenges: [Challenge] = []
    var count = 0
    while true {
      // RFC 9110 §5.6.1: empty elements of a list are ignored.
      while let byte = next, ASCII.isSpace(byte) || byte == UInt8(ascii: ",") { position += 1 }
      guard next != nil else { return challenges }
      count += 1
      guard count <= BearerChallenge.maximumParameters else { return nil }
      if let parameter = parameter() {
        guard let last = challenges.indices.last,
          // RFC 9110 §11.2: a name occurs once in a challenge.
          !challenges[last].parameters.contains(where: { ASCII.areEqual($0.name, parameter.name) })
        else { return nil }
        challenges[last].parameters.append(parameter)
      } else {
        let scheme = token()
        guard !scheme.isEmpty else { return nil }
        challenges.append(Challenge(scheme: scheme))
        let hadSpace = next.map(ASCII.isSpace) ?? false
        skipSpace()
        if next == nil || next == UInt8(ascii: ",") { continue }
        guard hadSpace else { return nil }
        if let parameter = parameter() {
          challenges[challenges.count - 1].parameters.append(parameter)
        } else {
          skipToken68()
        }
      }
      skipSpace()
      guard next == nil || next == UInt8(ascii: ",") else { return nil }
    }
  }

  /// A name, `=` and a value. Without one, nothing is read.
  private mutating func parameter() -> (name: [UInt8], value: String)? {
    let start = position
    let name = token()
    skipSpace()  // RFC 9110 §11.2: white space that is bad, but allowed
    if !name.isEmpty, next == UInt8(ascii: "=") {
      position += 1
      skipSpace()
      if let text = next == UInt8(ascii: "\"") ? quoted() : token(), !text.isEmpty || isAfterQuote,
        let value = String(validating: text, as: UTF8.self)
      {
        return (name, value)
      }
    }
    position = start
    return nil
  }

  private var isAfterQuote: Bool { position > 0 && bytes[position - 1] == UInt8(ascii: "\"") }

  private mutating func token() -> [UInt8] {
    let start = position
    while let byte = next, ASCII.isToken(byte) { position += 1 }
    return Array(bytes[start..<position])
  }

  /// RFC 9110 §5.6.4. `nil` without the closing quote, or with a control character.
  private mutating func quoted() -> [UInt8]? {
    var text: [UInt8] = []
    position += 1
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"):
        guard let escaped = next, ASCII.isText(escaped) else { return nil }
        position += 1
        text.append(escaped)
      default:
        guard ASCII.isText(byte) else { return nil }
        text.append(byte)
      }
    }
    return nil
  }

  /// RFC 9110 §11.2: what other schemes have instead of parameters.
  private mutating func skipToken68() {
    while let byte = next, ASCII.isToken(byte) || byte == UInt8(ascii: "/") { position += 1 }
    while next == UInt8(ascii: "=") { position += 1 }
  }

  private mutating func skipSpace() {
    while let byte = next, ASCII.isSpace(byte) { position += 1 }
  }
}
