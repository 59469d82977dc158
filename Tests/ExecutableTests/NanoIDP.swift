import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// PyPI's nanoidp, an OpenID provider with one user and one client. To a browser its host `localhost` is
/// another site than 127.0.0.1, so a cookie of ours is sent only if its `SameSite` allows that.
final class NanoIDP {
  static let client = "calculator"
  static let secret = "for-this-machine-alone"

  let issuer: String
  /// It ends before its folder goes.
  private let program: ChildProgram
  private let folder: TemporaryFolder

  /// - Parameter redirect: the redirect URI of the client.
  init(user: String, password: String, redirect: String) throws {
    folder = try TemporaryFolder()
    let port = try HTTPSocket.freePort()
    issuer = "http://localhost:\(port)"
    try folder.write(
      "settings.yaml",
      """
      config_version: 1
      server: {host: "127.0.0.1", port: \(port)}
      oauth:
        issuer: "\(issuer)"
        require_pkce: true
        scopes_supported: ["openid", "profile", "email"]
        clients:
          - client_id: "\(Self.client)"
            client_secret: "\(Self.secret)"
            token_endpoint_auth_method: "client_secret_basic"
            redirect_uris: ["\(redirect)"]
      jwt: {keys_dir: "\(folder.path("keys"))"}
      """)
    try folder.write(
      "users.yaml",
      """
      config_version: 1
      users:
        \(user): {password: "\(password)", email: "\(user)@example.org"}
      """)
    program = try ChildProgram(
      [Python.provider.path, "--config", folder.url.path, "--profile", "oauth21"],
      output: .nowhere)
    while (try? HTTPSocket(port: port)) == nil {
      try #require(program.isRunning)
      usleep(5000)
    }
  }
}
