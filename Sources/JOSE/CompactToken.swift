private import Support

/// A token in compact serialization (RFC 7515 §7.1): well-formed, which says nothing about true.
///
/// Header and payload stay bytes: what they say is read when its turn comes, and the payload's
/// turn comes only once the signature holds. The header stays Base64: it is nearly always one that
/// is known as it stands.
package struct CompactToken: Sendable {
  /// In bytes of text.
  package static let maximumLength = 8192

  package let payload: [UInt8]
  let signature: [UInt8]

  /// What the signature is over: header and payload as they came, with the point between.
  var signingInput: ArraySlice<UInt8> { text[..<lastPoint] }

  private let text: [UInt8]
  private let firstPoint: Int
  private let lastPoint: Int

  /// - Throws: `TokenFailure.tooLong`, `.notThreeParts` or `.notBase64URL`.
  package init(_ text: String) throws(TokenFailure) {
    guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
    let bytes = Array(text.utf8)
    // RFC 7515 §7.1: exactly two points. Four are a JWE (RFC 7516 §9), none the JSON serialization.
    let point = UInt8(ascii: ".")
    guard let first = bytes.firstIndex(of: point), let last = bytes.lastIndex(of: point),
      first < last
    else { throw .notThreeParts }
    guard let payload = Base64.url.decode(bytes.span.extracting((first + 1)..<last)),
      let signature = Base64.url.decode(bytes.span.extracting((last + 1)...))
    else {  // RFC 7515 §5.2 (2), (6), (7)
      // No point is in the alphabet, so a third one needs to be looked for only here.
      throw bytes[(first + 1)..<last].contains(point) ? .notThreeParts : .notBase64URL
    }
    self.payload = payload
    self.signature = signature
    self.text = bytes
    firstPoint = first
    lastPoint = last
  }

  /// Whether the header is this Base64, byte for byte.
  func hasHeader(_ encoded: [UInt8]) -> Bool {
    let header = text.span.extracting(first: firstPoint)
    let encoded = encoded.span
    guard header.count == encoded.count else { return false }
    var difference: UInt8 = 0  // without a branch for any byte: the machine takes many at a time
    for index in 0..<header.count { difference |= header[index] ^ encoded[index] }
    return difference == 0
  }

  /// RFC 7515 §5.2 (2)
  /// - Throws: `TokenFailure.notBase64URL`
  package func header() throws(TokenFailure) -> [UInt8] {
    guard let header = Base64.url.decode(text.span.extracting(first: firstPoint)) else {
      throw .notBase64URL
    }
    return header
  }
}
