private import Support

/// The kinds of configuration files.
package enum FileKind: Sendable, Equatable {
  case secret, environment, users, credentials, certificate, privateKey, permissions, authority,
    clients, userRoles, shared

  /// In bytes. 32 MiB of credentials are more than 100,000 keys.
  package var maximumLength: Int {
    switch self {
    case .credentials: 32 << 20
    case .authority, .clients, .userRoles, .shared: 1 << 20
    case .secret, .environment, .users, .certificate, .privateKey, .permissions: 1 << 16
    }
  }

  /// Whether only its owner should read it.
  var isSecret: Bool {
    switch self {
    case .secret, .environment, .credentials, .privateKey, .clients: true
    case .users, .certificate, .permissions, .authority, .userRoles, .shared: false
    }
  }

  /// Whether a part of the file may look like a whole file. JSON and PEM mark their end.
  var hasNoEnd: Bool { self == .secret || self == .environment }

  var isJSON: Bool {
    switch self {
    case .users, .credentials, .permissions, .authority, .clients, .userRoles, .shared: true
    case .secret, .environment, .certificate, .privateKey: false
    }
  }

  package var form: String {
    switch self {
    case .secret: "a file whose first line is the secret"
    case .environment: "a file of NAME=VALUE lines"
    case .users: "a JSON file such as {\"anshika\": \"advanced\"}"
    case .credentials: "a JSON file of keys and users"
    case .certificate: "a chain of certificates in PEM"
    case .permissions: "a JSON file such as {\"scopes\": {\"calc\": [\"calculate:basic\"]}}"
    case .authority:
      "a JSON file such as {\"allow\": [{\"subject\": \"anshika\", \"tool\": \"add\"}]}"
    case .clients: "a JSON file such as {\"clients\": [{\"client_id\": \"app\", …}]}"
    case .userRoles: "a JSON file such as {\"users\": {\"github:583231\": \"advanced\"}}"
    case .shared:
      "a JSON file such as {\"allow\": [{\"subject\": \"github:583231\", \"tool\": \"sum_story_points\"}]}"
    case .privateKey: "a private key in PEM, without a passphrase"
    }
  }
}
