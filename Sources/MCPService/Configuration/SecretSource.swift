package import Support
private import Auth

/// A secret and its source.
package struct SecretSource {
  /// The variable that holds the secret or names its file, for messages.
  package let variable: String
  /// The file that SIGHUP reads again; `nil` if the variable holds the secret itself.
  package let path: String?
  package let secret: Secret
}
