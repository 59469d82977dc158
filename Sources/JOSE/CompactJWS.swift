private import Support

/// A JWS in compact serialization (RFC 7515 §7.1), split and decoded, not verified.
///
/// The payload is bytes: do not parse it before the signature is verified.
package struct CompactJWS: Sendable {
  /// In bytes of text.
  package static let maximumLength = 8192

  package let header: [UInt8]
  package let payload: [UInt8]
  package let signature: [UInt8]
  /// What the signature covers: the encoded header, a point and the encoded payload, as received.
  package let signingInput: ArraySlice<UInt8>

  /// - Throws: `JWTError.tooLong`, `.notThreeParts`, `.notBase64URL`
  package init(_ text: String) throws(JWTError) {
    guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
    let bytes = Array(text.utf8)
    // RFC 7515 §7.1: two points. A JWE has four (RFC 7516 §9).
    let parts = bytes.split(
      separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false
    ).map(Array.init)
    guard parts.count == 3 else { throw .notThreeParts }
    // RFC 7515 §5.2 (2), (6), (7)
    guard let header = Base64.url.decode(parts[0]),
      let payload = Base64.url.decode(parts[1]),
      let signature = Base64.url.decode(parts[2])
    else { throw .notBase64URL }
    self.header = header
    self.payload = payload
    self.signature = signature
    signingInput = bytes.dropLast(1 + parts[2].count)
  }

  /// RFC 7515 §5.1 (5) to (8), for any bytes.
  static func text(header: [UInt8], payload: [UInt8], key: HMACKey) -> String {
    var text = Base64.url.encode(header)
    text.append(UInt8(ascii: "."))
    text += Base64.url.encode(payload)
    let signature = key.signature(over: text[...])
    text.append(UInt8(ascii: "."))
    text += Base64.url.encode(signature)
    return String(decoding: text, as: UTF8.self)
  }
}
