private import Support

/// What kind of credential a request shows, for logs and metrics: never the credential itself.
package enum CredentialKind: String, Sendable, CaseIterable {
  case none
  case apiKey = "api_key"
  case bearer
  case basic
  case malformed
}
