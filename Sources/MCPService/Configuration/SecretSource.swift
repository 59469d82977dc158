package import Support
private import Auth

/// A secret and where it came from, so that it can be read again.
package struct SecretSource {
  /// The variable that named it, for messages.
  package let variable: String
  /// The file to read again on SIGHUP; `nil` where the variable held the secret itself.
  package let path: String?
  package let secret: Secret
}
