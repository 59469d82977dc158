private import JSON
private import Support

/// The keys that are valid now. All keys verify, and the current key signs.
package struct KeySet: Sendable {
  package let current: HMACKey
  /// The current key first, then the previous ones.
  private let all: [HMACKey]

  package init(current: HMACKey, previous: [HMACKey] = []) {
    self.current = current
    all = [current] + previous
  }

  /// The key that `header` names.
  ///
  /// The algorithm belongs to the key. The header cannot choose another one (RFC 8725 §3.1).
  /// - Throws: `JWTError.unknownKey`, `.wrongAlgorithm`
  package func key(for header: JWSHeader) throws(JWTError) -> HMACKey {
    guard let key = all.first(where: { $0.id.hasSameBytes(as: header.keyID) })
    else { throw .unknownKey }
    // RFC 7515 §4.1.1: the name is case-sensitive.
    guard key.algorithm.rawValue.hasSameBytes(as: header.algorithm) else { throw .wrongAlgorithm }
    return key
  }

  /// Signs `payload` with the current key. The same payload always gives the same text.
  /// - Parameter type: `typ` (RFC 7515 §4.1.9), in lower case and without `application/`.
  /// - Throws: `JWTError.tooLong` for a text over 8 KiB, which no verifier here accepts.
  package func sign(_ payload: [UInt8], type: String) throws(JWTError) -> String {
    let header = JWSHeader.text(for: current, type: type)
    let text = CompactJWS.text(header: header, payload: payload, key: current)
    guard text.utf8.count <= CompactJWS.maximumLength else { throw .tooLong }
    return text
  }
}
