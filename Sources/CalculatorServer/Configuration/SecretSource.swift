internal import Auth

/// A secret and where it came from, so that it can be read again.
struct SecretSource {
  /// The variable that named it, for messages.
  let variable: String
  /// The file to read again on SIGHUP; `nil` where the variable held the secret itself.
  let path: String?
  let secret: Secret
}
