package import Crypto
internal import JSON
private import Support

/// A public key of a JWK (RFC 7517) with its name, once for each algorithm that it serves.
///
/// Certificates (`x5c`, `x5u`, `x5t`) are ignored: the trust in a key comes from the place of the
/// set (RFC 7517 §9.1), and no link in a key is followed.
struct JWK {
  let id: String
  let keys: [(algorithm: PublicKeyAlgorithm, key: PublicKey)]

  /// - Parameter enabled: the algorithms that the application accepts.
  /// - Throws: `JWKError`, the first that applies, in the order of its cases.
  init(_ value: JSONValue, enabled: Set<PublicKeyAlgorithm>) throws(JWKError) {
    guard let object = value.object else { throw .notAnObject }
    // RFC 7517 §9.2, RFC 7518 §6.2.2, §6.3.2, §6.4: everybody who reads the set can sign with this key.
    if Self.secretMembers.contains(where: { object[$0] != nil }) { throw .secretKey }
    // RFC 7517 §4.5: optional there, mandatory here, because a token names its key.
    guard let id = object["kid"]?.string else { throw .missingKeyID }
    if let use = object["use"] {
      guard use.string.is("sig") else { throw .wrongUse }  // RFC 7517 §4.2
    }
    if let operations = object["key_ops"] {
      guard operations.strings?.contains(where: { Optional($0).is("verify") }) == true else {
        throw .wrongUse  // RFC 7517 §4.3
      }
    }
    let family = try Self.algorithms(of: object)
    var algorithms = family
    if let name = object["alg"] {  // RFC 7517 §4.4
      algorithms = name.string.flatMap(PublicKeyAlgorithm.init(name:)).map { [$0] } ?? []
      guard algorithms.allSatisfy(family.contains) else { throw .wrongAlgorithm }  // RFC 8725 §3.1
    }
    algorithms.removeAll { !enabled.contains($0) }  // RFC 8725 §3.1
    if algorithms.isEmpty { throw .wrongAlgorithm }
    self.id = id
    var keys: [(PublicKeyAlgorithm, PublicKey)] = []
    for algorithm in algorithms { keys.append((algorithm, try Self.key(object, algorithm))) }
    self.keys = keys
  }

  /// The members of private and of symmetric keys: RFC 7518 §6.2.2, §6.3.2, §6.4.1, RFC 8037 §2.
  private static let secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  /// What the type and the curve of the key allow (RFC 7518 §6.1, RFC 8037 §2).
  private static func algorithms(of object: JSONObject) throws(JWKError) -> [PublicKeyAlgorithm] {
    let (type, curve) = (object["kty"]?.string, object["crv"]?.string)
    if type.is("RSA") { return [.rs256, .ps256] }
    guard type.is("EC") || type.is("OKP") else { throw .unknownType }
    if type.is("EC"), curve.is("P-256") { return [.es256] }  // RFC 7518 §3.4, §6.2.1.1
    if type.is("OKP"), curve.is("Ed25519") { return [.ed25519] }  // RFC 8037 §3.1
    throw .unknownCurve
  }

  private static func key(
    _ object: JSONObject, _ algorithm: PublicKeyAlgorithm
  ) throws(JWKError) -> PublicKey {
    switch algorithm {
    case .rs256, .ps256:  // RFC 7518 §6.3.1
      let (n, e) = (try bytes("n", of: object), try bytes("e", of: object))
      return try publicKey { () throws(PublicKeyError) in
        try PublicKey(modulus: n, exponent: e, padding: algorithm == .rs256 ? .pkcs1 : .pss)
      }
    case .es256:  // RFC 7518 §6.2.1
      let (x, y) = (try bytes("x", of: object), try bytes("y", of: object))
      return try publicKey { () throws(PublicKeyError) in try PublicKey(p256x: x, y: y) }
    case .ed25519:  // RFC 8037 §2
      let x = try bytes("x", of: object)
      return try publicKey { () throws(PublicKeyError) in try PublicKey(ed25519: x) }
    }
  }

  /// RFC 7515 §2: Base64url without padding, and in its one encoding.
  private static func bytes(_ name: String, of object: JSONObject) throws(JWKError) -> [UInt8] {
    guard let bytes = object[name]?.string.flatMap({ Base64.url.decode(Array($0.utf8)) }) else {
      throw .malformedMember(name)
    }
    return bytes
  }

  private static func publicKey(
    _ make: () throws(PublicKeyError) -> PublicKey
  ) throws(JWKError) -> PublicKey {
    do { return try make() } catch { throw .invalidKey(error) }
  }
}

extension String? {
  /// RFC 7517 §4: the values are case-sensitive.
  fileprivate func `is`(_ name: String) -> Bool { self?.hasSameBytes(as: name) ?? false }
}

/// Why a JWK of a set is not used. No case holds a value of the key.
package enum JWKError: Error, Sendable, Equatable {
  case notAnObject
  /// The key is private or symmetric, so it is not a secret any more.
  case secretKey
  /// `kid` is missing or not a string.
  case missingKeyID
  /// `use` is not `sig`, or `key_ops` does not contain `verify`.
  case wrongUse
  /// `kty` is not `RSA`, `EC` or `OKP`.
  case unknownType
  /// `crv` is not the curve of a supported algorithm.
  case unknownCurve
  /// `alg` is unknown, not enabled, or does not fit `kty` and `crv`.
  case wrongAlgorithm
  /// A number is missing or not strict Base64url. The name is one that the program looks for.
  case malformedMember(String)
  case invalidKey(PublicKeyError)
  /// Another usable key of the set has the same `kid`.
  case duplicateKeyID

  /// One word for logs.
  package var reason: String {
    switch self {
    case .notAnObject: "not_an_object"
    case .secretKey: "secret_key"
    case .missingKeyID: "missing_kid"
    case .wrongUse: "wrong_use"
    case .unknownType: "unknown_kty"
    case .unknownCurve: "unknown_crv"
    case .wrongAlgorithm: "wrong_alg"
    case .malformedMember(let name): "malformed_\(name)"
    case .invalidKey(.leadingZero): "leading_zero"
    case .invalidKey(.modulusSize): "modulus_size"
    case .invalidKey(.evenModulus): "even_modulus"
    case .invalidKey(.exponent): "bad_exponent"
    case .invalidKey(.coordinateLength): "coordinate_length"
    case .invalidKey(.smallOrder): "small_order"
    case .invalidKey(.notAKey): "not_a_key"
    case .duplicateKeyID: "duplicate_kid"
    }
  }
}
