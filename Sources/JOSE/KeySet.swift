private import Support
internal import JSON

/// The keys that are valid now: one signs, and it and those before it verify.
package struct KeySet: Sendable {
  package let current: HMACKey

  /// The current one first.
  let all: [HMACKey]

  package init(current: HMACKey, previous: [HMACKey] = []) {
    self.current = current
    all = [current] + previous
  }

  /// The key that `header` names, if it is for the algorithm that `header` names.
  ///
  /// The algorithm is the key's, never the header's choice, and there is no key for those who
  /// name none (RFC 8725 §3.1).
  /// - Throws: `TokenFailure.unknownKey` or `.wrongAlgorithm`.
  func key(for header: TokenHeader) throws(TokenFailure) -> HMACKey {
    guard let key = all.first(where: { $0.id.hasSameBytes(as: header.keyID) }) else {
      throw .unknownKey
    }
    // RFC 7515 §4.1.1: the name is case-sensitive.
    guard key.algorithm.rawValue.hasSameBytes(as: header.algorithm) else { throw .wrongAlgorithm }
    return key
  }
}
