package import Crypto
internal import MCPService
package import Support

/// The client as which the bridge is registered at the authorization server.
package struct BridgeClient: Sendable {
  package enum Authentication: Sendable {
    /// A public client (RFC 6749 §2.1).
    case none
    case secret(Secret)
    /// `private_key_jwt` with ES256 (RFC 7523 §2.2).
    case key(SigningKey)
  }

  package let id: String
  package let authentication: Authentication

  /// - Returns: `nil` if the settings name none, or if an error was reported.
  static func read(_ reader: inout EnvironmentReader) -> BridgeClient? {
    let (id, secret, key) = (
      Settings.bridgeClient, Settings.bridgeClientSecret, Settings.bridgeClientKey
    )
    let name = reader.optional(id, isValid: Subject.isValid)
    let source = reader.credential(secret)
    let signingKey = readKey(key, &reader)
    let (hasSecret, hasKey) = (
      reader.isSet(secret.declaration), reader.isSet(key.declaration)
    )
    if hasSecret, hasKey { reader.report(.exclusive(secret.name, key.name)) }
    if !reader.isSet(id.declaration) {
      for (isSet, other) in [(hasSecret, secret.name), (hasKey, key.name)] where isSet {
        reader.report(.missingCounterpart(variable: id.name, of: other))
      }
    }
    guard let name else { return nil }
    switch (source?.secret, signingKey) {
    case (let secret?, nil): return BridgeClient(id: name, authentication: .secret(secret))
    case (nil, let key?): return BridgeClient(id: name, authentication: .key(key))
    case (_, _): return BridgeClient(id: name, authentication: .none)
    }
  }

  private static func readKey(
    _ setting: FileSetting, _ reader: inout EnvironmentReader
  ) -> SigningKey? {
    guard let (path, file) = reader.file(setting) else { return nil }
    if let der = der(inPEM: file.bytes), let key = try? SigningKey(der: der) { return key }
    reader.report(
      .invalidFile(
        of: setting.declaration, path: path,
        problem: "is not a private key in PEM for ES256 without a passphrase (openssl genpkey "
          + "-algorithm EC -pkeyopt ec_paramgen_curve:P-256)"))
    return nil
  }

  /// The first block that is a private key (RFC 7468 §10; RFC 5915 §4).
  private static func der(inPEM text: [UInt8]) -> [UInt8]? {
    let lines = text.split(separator: ASCII.lineFeed).map { line in
      Array(line.last == ASCII.carriageReturn ? line.dropLast() : line)
    }
    for label in ["PRIVATE KEY", "EC PRIVATE KEY"] {
      guard let start = lines.firstIndex(of: Array("-----BEGIN \(label)-----".utf8)),
        let end = lines[start...].firstIndex(of: Array("-----END \(label)-----".utf8))
      else { continue }
      return Base64.standard.decode(Array(lines[(start + 1)..<end].joined()))
    }
    return nil
  }
}
