private import Crypto
internal import JOSE
internal import MCPService
internal import OAuthClient
private import Support

extension RegisteredClient {
  /// - Returns: `nil` if the settings name none, or if an error was reported.
  static func read(_ reader: inout EnvironmentReader) -> RegisteredClient? {
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
    case (let secret?, nil): return RegisteredClient(id: name, .secret(secret))
    case (nil, let key?): return RegisteredClient(id: name, .key(key))
    case (_, _): return RegisteredClient(id: name, .none)
    }
  }

  private static func readKey(
    _ setting: FileSetting, _ reader: inout EnvironmentReader
  ) -> ES256Key? {
    guard let (path, file) = reader.file(setting) else { return nil }
    if let der = der(inPEM: file.bytes), let key = try? SigningKey(der: der) {
      return ES256Key(key)
    }
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
