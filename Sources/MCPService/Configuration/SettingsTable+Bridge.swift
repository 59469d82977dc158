private import Support

/// How the bridge gets an access token.
package enum BridgeGrant: String, Sendable, CaseIterable {
  /// A person signs in with a browser (RFC 6749 §4.1).
  case signIn = "sign_in"
  /// The bridge is its own user (RFC 6749 §4.4).
  case clientCredentials = "client_credentials"
}

/// Where the bridge keeps what it has from authorization servers.
package enum BridgeStore: String, Sendable, CaseIterable {
  /// Files of the user, sealed if there is a key.
  case file
  /// The same files, sealed with a key that the keychain of the system keeps.
  case keychain
}

/// The settings of CalculatorBridge. They stand here and not in its module, because every server
/// knows the names of all settings.
///
/// SIGHUP reads credentials again. It changes neither their kind nor how tokens are kept: stored
/// tokens and open connections were made for these.
extension Settings {
  private static let prefix = "\(ServiceName.settingPrefix)BRIDGE_"
  private static let folder = "/etc/\(ServiceName.text)"

  package static let bridgeKey = SecretSetting(
    "\(prefix)API_KEY", .appliesUnlessSwitched, example: "replace-with-the-key-of-the-server",
    "the API key for the remote server, sent as `X-API-Key`")
  package static let bridgeBearer = SecretSetting(
    "\(prefix)BEARER", .appliesUnlessSwitched, example: "replace-with-a-token-of-the-server",
    "an access token for the remote server, sent as `Authorization: Bearer`")
  package static let bridgeUser = Setting.text(
    "\(prefix)BASIC_USER", "1 to 256 bytes without colons and control characters",
    .appliesUnlessSwitched, example: "anshika",
    "the user at the remote server, sent with the password as `Authorization: Basic`")
  package static let bridgePassword = SecretSetting(
    "\(prefix)BASIC_PASSWORD", .appliesUnlessSwitched,
    example: "replace-with-the-password-of-this-user", "the password of `\(bridgeUser.name)`")

  package static let bridgeGrant = Setting.choice(
    "\(prefix)GRANT", default: BridgeGrant.signIn, .needsRestart,
    """
    how the bridge gets an access token if there is no credential above: a person signs in with a \
    browser, or the bridge is a client with an account of its own
    """)
  package static let bridgeClient = Setting.text(
    "\(prefix)CLIENT_ID", "1 to 256 bytes without control characters", .needsRestart,
    example: "calculator-bridge",
    """
    the client as which the bridge is registered at the authorization server; without it, the \
    bridge registers itself
    """)
  package static let bridgeClientSecret = SecretSetting(
    "\(prefix)CLIENT_SECRET", .needsRestart, example: "replace-with-the-secret-of-this-client",
    "the secret of `\(bridgeClient.name)`")
  package static let bridgeClientKey = FileSetting(
    "\(prefix)CLIENT_KEY_FILE", .privateKey, .needsRestart,
    example: "\(folder)/client-key.pem",
    """
    the private key of `\(bridgeClient.name)` for ES256 (`private_key_jwt`), in place of a secret
    """)

  package static let bridgeStore = Setting.choice(
    "\(prefix)STORE", default: BridgeStore.file, .needsRestart,
    """
    where tokens are kept: in files that only their user can read, or in the same files sealed with \
    a random key that the keychain keeps (`secret-tool` of libsecret, `security` of macOS)
    """)
  package static let bridgeSeal = SecretSetting(
    "\(prefix)KEY", .needsRestart,
    "at least 32 bytes that seal the files of tokens; without it, only their rights protect them")
  package static let bridgeCAFile = FileSetting(
    "\(prefix)CA_FILE", .certificate, .needsRestart, example: "\(folder)/ca.pem",
    "the certificates that the bridge trusts, in place of the system's")
  package static let bridgeProxy = Setting.text(
    "\(prefix)PROXY", "http://, a name and a port", .needsRestart,
    example: "http://proxy.example:3128",
    """
    the proxy of all requests; TLS is between the bridge and the servers, so the proxy needs none. \
    Variables such as `https_proxy` have no effect
    """)

  package static let bridge = Settings(
    of: "CalculatorBridge",
    [
      bridgeKey.declaration, bridgeBearer.declaration, bridgeUser.declaration,
      bridgePassword.declaration, bridgeGrant.declaration, bridgeClient.declaration,
      bridgeClientSecret.declaration, bridgeClientKey.declaration, bridgeStore.declaration,
      bridgeSeal.declaration, bridgeCAFile.declaration, bridgeProxy.declaration,
    ])
}
