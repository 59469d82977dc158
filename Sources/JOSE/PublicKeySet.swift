private import Crypto
private import JSON
private import Support

/// The public keys of an issuer, read from a JWK set (RFC 7517 §5). They verify and cannot sign.
package struct PublicKeySet: Sendable {
  /// In bytes.
  package static let maximumLength = 1 << 16
  /// Unusable keys count too.
  package static let maximumKeys = 64

  /// Why one key of the set is not used. It may be logged: it contains nothing of the key.
  package struct SkippedKey: Sendable, Equatable {
    /// The position in `keys`, from 0.
    package let index: Int
    package let error: JWKError
  }

  /// In the order of the set.
  package let skipped: [SkippedKey]
  /// A key that serves two algorithms is here twice.
  private let keys: [VerificationKey]

  /// Whether no key can be used.
  package var isEmpty: Bool { keys.isEmpty }

  /// Reads a JWK set. A key that cannot be used is skipped, and the others remain (RFC 7517 §5).
  ///
  /// Usable keys with the same `kid` are all skipped: the `kid` of a token then chooses no key, and
  /// two verifiers could choose differently. The set is not refused, because one mistake of the
  /// issuer would then disable the keys that are good. A `kid` is compared as bytes, after JSON's
  /// escapes. A key that is skipped for another reason makes no duplicate.
  /// - Parameter algorithms: the algorithms that the application accepts.
  /// - Throws: `PublicKeySetError`
  package init(
    _ text: [UInt8], algorithms: Set<PublicKeyAlgorithm> = Set(PublicKeyAlgorithm.allCases)
  ) throws(PublicKeySetError) {
    guard text.count <= Self.maximumLength else { throw .tooLong }
    // RFC 7517 §5.1: an object with an array.
    guard let object = try? JSONParser.parse(text).object, case .array(let values)? = object["keys"]
    else { throw .malformed }
    guard values.count <= Self.maximumKeys else { throw .tooManyKeys }
    var usable: [(index: Int, jwk: JWK)] = []
    var skipped: [SkippedKey] = []
    for (index, value) in values.enumerated() {
      do throws(JWKError) {
        usable.append((index, try JWK(value, enabled: algorithms)))
      } catch { skipped.append(SkippedKey(index: index, error: error)) }
    }
    var keys: [VerificationKey] = []
    for (index, jwk) in usable {
      // RFC 7517 §4.5
      if usable.contains(where: { $0.index != index && $0.jwk.id.hasSameBytes(as: jwk.id) }) {
        skipped.append(SkippedKey(index: index, error: .duplicateKeyID))
      } else {
        keys += jwk.keys.map { VerificationKey(id: jwk.id, algorithm: $0.algorithm, key: $0.key) }
      }
    }
    self.keys = keys
    self.skipped = skipped.sorted { $0.index < $1.index }
  }

  /// The key that `header` names, with the algorithm that both have.
  ///
  /// The header chooses only among the algorithms that the key serves (RFC 8725 §3.1).
  /// - Throws: `JWTError.unknownKey`, `.wrongAlgorithm`
  package func key(for header: JWSHeader) throws(JWTError) -> VerificationKey {
    let named = keys.filter { $0.id.hasSameBytes(as: header.keyID) }
    if named.isEmpty { throw .unknownKey }
    // RFC 7515 §4.1.1, RFC 7517 §4.4
    guard let algorithm = PublicKeyAlgorithm(name: header.algorithm),
      let key = named.first(where: { $0.algorithm == algorithm })
    else { throw .wrongAlgorithm }
    return key
  }
}

/// A public key of an issuer, for one algorithm.
package struct VerificationKey: Sendable {
  /// `kid` (RFC 7517 §4.5).
  package let id: String
  package let algorithm: PublicKeyAlgorithm

  fileprivate let key: PublicKey

  /// Whether `signature` is a valid signature of `input` (RFC 7515 §5.2 (8)).
  package func isValid(_ signature: [UInt8], over input: ArraySlice<UInt8>) -> Bool {
    key.isValid(signature, for: input)
  }
}

/// Why a text is not a JWK set.
package enum PublicKeySetError: Error, Sendable, Equatable {
  /// Over 64 KiB.
  case tooLong
  /// Not strict JSON, not an object, or without the array `keys`.
  case malformed
  /// Over 64 keys.
  case tooManyKeys

  /// One word for logs.
  package var reason: String {
    switch self {
    case .tooLong: "key_set_too_long"
    case .malformed: "malformed_key_set"
    case .tooManyKeys: "too_many_keys"
    }
  }
}
