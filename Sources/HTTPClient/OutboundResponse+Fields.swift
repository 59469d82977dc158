private import Support

extension OutboundResponse {
  /// The media type of the only `Content-Type`, in lowercase letters and without parameters; `nil` if
  /// there is none, or more than one.
  package var mediaType: [UInt8]? {
    let types = fields.filter { ASCII.areEqual($0.name.utf8, "content-type".utf8) }
    guard types.count == 1 else { return nil }
    let type = Array(types[0].value.utf8).prefix { $0 != UInt8(ascii: ";") }
    return ASCII.trimmed(type).map(ASCII.lowercase)
  }

  /// How long the response may be stored, as its `Cache-Control` says (RFC 9111 §5.2.2).
  package var freshness: Freshness { Freshness(fields) }

  package struct Freshness: Sendable, Equatable {
    /// A larger `max-age` is read as this one.
    package static let longestAge = Duration.seconds(86_400)

    /// The smallest `max-age`; `nil` if there is none that can be read.
    package let maximumAge: Duration?
    /// `no-store`, or `no-cache`: then it would have to be fetched again for each use.
    package let forbidsUse: Bool

    package init(_ fields: [(name: String, value: String)]) {
      let longest = Int(Self.longestAge.components.seconds)
      var seconds: [Int] = []
      var forbidsUse = false
      for field in fields where ASCII.areEqual(field.name.utf8, "cache-control".utf8) {
        for directive in Array(field.value.utf8).split(separator: UInt8(ascii: ",")) {
          let parts = directive.split(
            separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
          let name = ASCII.trimmed(parts[0])
          // RFC 9111 §5.2.2.4: `no-cache` with names of fields is about these alone; it is obeyed as
          // if it were about the whole response.
          if ["no-store", "no-cache"].contains(where: { ASCII.areEqual(name, $0.utf8) }) {
            forbidsUse = true
          }
          guard parts.count == 2, ASCII.areEqual(name, "max-age".utf8) else { continue }
          var digits = ASCII.trimmed(parts[1])
          if digits.count > 1, digits.first == UInt8(ascii: "\""), digits.last == digits.first {
            digits = digits.dropFirst().dropLast()  // RFC 9111 §5.2: both forms are accepted
          }
          guard !digits.isEmpty, digits.allSatisfy(ASCII.isDigit) else { continue }
          seconds.append(ASCII.decimal(digits, maximum: longest) ?? longest)
        }
      }
      maximumAge = seconds.min().map { .seconds($0) }
      self.forbidsUse = forbidsUse
    }
  }
}
