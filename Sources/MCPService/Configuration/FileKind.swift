private import Support

/// The kinds of configuration files.
package enum FileKind: Sendable, Equatable {
  case secret, environment, users, credentials, certificate, privateKey

  /// In bytes. 32 MiB of credentials are more than 100,000 keys.
  var maximumLength: Int { self == .credentials ? 32 << 20 : 1 << 16 }

  /// Whether only its owner should read it.
  var isSecret: Bool {
    switch self {
    case .secret, .environment, .credentials, .privateKey: true
    case .users, .certificate: false
    }
  }

  /// Whether a part of the file may look like a whole file. JSON and PEM mark their end.
  var hasNoEnd: Bool { self == .secret || self == .environment }

  package var form: String {
    switch self {
    case .secret: "a file whose first line is the secret"
    case .environment: "a file of NAME=VALUE lines"
    case .users: "a JSON file such as {\"anshika\": \"advanced\"}"
    case .credentials: "a JSON file of keys and users"
    case .certificate: "a chain of certificates in PEM"
    case .privateKey: "a private key in PEM, without a passphrase"
    }
  }
}
