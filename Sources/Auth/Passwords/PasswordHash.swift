package import Support
private import Crypto

/// A stored password: an scrypt hash with its parameters and its salt. In the PHC string form it is
/// `$scrypt$ln=14,r=8,p=5$<salt>$<hash>` (RFC 7914; ASVS 11.4.2).
package struct PasswordHash: Sendable, Equatable {
  package struct Parameters: Sendable, Hashable {
    /// 16 MiB and, with p = 5, as slow as the OWASP Password Storage Cheat Sheet recommends.
    package static let standard = Parameters(ln: 14, r: 8, p: 5)

    /// N is two to the power of `ln`.
    let ln: Int
    let r: Int
    let p: Int

    /// The cost of a check: the bytes that scrypt processes.
    var work: Int { memory * p }
    /// The memory of a check, in bytes.
    fileprivate var memory: Int { 128 * r << ln }

    /// Whether the parameters are within bounds, so that no entry of a file makes a check cheap by
    /// mistake or blocks the server.
    fileprivate var isSound: Bool {
      10...20 ~= ln && 1...32 ~= r && 1...16 ~= p && memory <= 128 << 20
    }
  }

  /// Derives the bytes of a hash; `nil` if there is not enough memory.
  package typealias Derivation =
    @Sendable (_ password: Secret, Parameters, _ salt: [UInt8]) -> [UInt8]?

  private static let length = 32
  private static let saltLengths = 16...64

  let parameters: Parameters
  private let salt: [UInt8]
  private let hash: [UInt8]

  /// The hash of a new password, with a random salt.
  /// - Parameter parameters: within the bounds of an entry.
  package init(
    of password: Secret, parameters: Parameters = .standard, random: (_ count: Int) -> [UInt8]
  ) {
    self.parameters = parameters
    salt = random(16)
    guard let hash = Self.scrypt(password, parameters, salt) else {
      fatalError("libcrypto has no scrypt, or no memory for it")
    }
    self.hash = hash
  }

  /// A hash that matches no password. Its check takes as long as that of a real one.
  init(dummyWith parameters: Parameters, random: (_ count: Int) -> [UInt8]) {
    self.parameters = parameters
    salt = random(16)
    hash = random(Self.length)
  }

  /// Parses the PHC string form. `nil` unless `text` is exactly what `phc` returns, with parameters
  /// within bounds.
  package init?(phc text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    guard parts.count == 5, let parameters = Self.parameters(parts[2]), parameters.isSound,
      let salt = Base64.unpadded.decode(Array(parts[3])), Self.saltLengths ~= salt.count,
      let hash = Base64.unpadded.decode(Array(parts[4])), hash.count == Self.length
    else { return nil }
    self.parameters = parameters
    self.salt = salt
    self.hash = hash
    guard phc.utf8.elementsEqual(text.utf8) else { return nil }
  }

  package var phc: String {
    "$scrypt$ln=\(parameters.ln),r=\(parameters.r),p=\(parameters.p)"
      + "$\(Base64.unpadded.text(of: salt))$\(Base64.unpadded.text(of: hash))"
  }

  /// Whether this is the hash of `password`. It takes long, and the comparison takes constant time.
  ///
  /// If there is not enough memory, it returns `false`.
  /// - Parameters:
  ///   - work: one derivation is made with each of these parameters. Only the one with the hash's
  ///     own parameters decides. So every check takes the same time, whatever parameters the hash
  ///     has (ATTACKS C17).
  ///   - derive: scrypt.
  func matches(_ password: Secret, work: [Parameters], derive: Derivation = scrypt) -> Bool {
    var isRight = false
    for parameters in work {
      let derived = derive(password, parameters, salt)
      guard parameters == self.parameters, let derived else { continue }
      isRight = SHA256Digest(of: derived).isEqual(to: SHA256Digest(of: hash))
    }
    return isRight
  }

  private static func parameters(_ text: Substring.UTF8View) -> Parameters? {
    let values = text.split(separator: UInt8(ascii: ",")).map { part in
      Int(Substring(part.drop { $0 != UInt8(ascii: "=") }.dropFirst()))
    }
    guard values.count == 3, let ln = values[0], let r = values[1], let p = values[2] else {
      return nil
    }
    return Parameters(ln: ln, r: r, p: p)
  }

  package static let scrypt: Derivation = { password, parameters, salt in
    Scrypt.derive(
      password: Array(password.exposed.utf8), salt: salt, cost: 1 << parameters.ln,
      blockSize: parameters.r, parallelism: parameters.p, length: length)
  }
}
