private import OpenSSLCrypto

/// How no secret begins: the placeholders of the examples, and a variable that a client was to fill
/// in and did not. Everyone knows these: they guard nothing.
package enum Placeholder {
  private static let beginnings = ["replace-", "${"].map { Array($0.utf8) }

  package static func begins(_ secret: some Sequence<UInt8>) -> Bool {
    // Setting this bit makes ASCII letters small and leaves "-", "$" and "{" as they are.
    let lowercase = secret.prefix(8).map { $0 | 0x20 }
    return beginnings.contains { lowercase.starts(with: $0) }
  }

  /// The digests of the placeholders in the examples, as far as they stand there whole.
  static let digests = Set(
    [
      "replace-with-the-output-of-openssl-rand-hex-32",
      "replace-with-another-output-of-openssl-rand-hex-32",
    ].map { SHA256Digest(of: $0.utf8).firstHalf })
}
