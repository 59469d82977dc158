private import Support

/// What a file of the configuration holds.
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

  /// Whether a file that is half written may look like a whole one. JSON and PEM have an end.
  var hasNoEnd: Bool { self == .secret || self == .environment }

  /// What to name instead of a file that cannot be one.
  var advice: String {
    switch self {
    case .secret: "name a file whose first line is the secret"
    case .environment: "name a file of NAME=VALUE lines"
    case .users: "name a JSON file such as {\"anshika\": \"advanced\"}"
    case .credentials: "name a JSON file of keys and users"
    case .certificate: "name a chain of certificates in PEM"
    case .privateKey: "name a private key in PEM"
    }
  }
}
