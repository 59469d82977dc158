import Foundation
import TestSupport
import Testing

/// The identity provider of `scripts/glewlwyd.py`. Its issuer has a path, and it has the discovery
/// document of OpenID Connect alone.
final class Glewlwyd {
  /// What the script prints when the provider is ready.
  struct Ready: Codable {
    let issuer, api, user, password, client, redirect: String
    let introspectionClient, introspectionSecret: String
  }

  static var isThere: Bool {
    let binary = Repository.root.appending(path: ".build/glewlwyd/usr/bin/glewlwyd").path
    return FileManager.default.isExecutableFile(atPath: binary) && Python.areThere
  }
  static let hint = "no glewlwyd: scripts/glewlwyd.py fetch gets it on Debian 12"

  let ready: Ready
  private let server: ServerProcess

  init(resource: String, algorithm: String = "RS256", port: Int) throws {
    server = try ServerProcess(
      "glewlwyd.py", in: Repository.root.appending(path: "scripts"),
      launcher: [Python.interpreter("modern").path],
      arguments: [
        "run", "--port", "\(port)", "--resource", resource, "--algorithm", algorithm,
      ],
      environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""])
    guard let line = try server.readLine() else {
      throw Failed(reason: try server.restOfErrors())
    }
    ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
  }

  /// The script ends the provider.
  deinit {
    server.deliver(SIGTERM)
    _ = server.waitForExit()
  }

  struct Failed: Error { let reason: String }

  private struct Request: Encodable {
    let provider: Ready
    let scope: String
    let resource: String?
    let refresh, revoke: Bool
  }

  /// An access token of the user. Without a resource, `aud` has the scopes.
  func token(
    for resource: String?, isRefreshed: Bool = false, isRevoked: Bool = false
  ) throws -> String {
    let request = Request(
      provider: ready, scope: "calculate:basic", resource: resource, refresh: isRefreshed,
      revoke: isRevoked)
    let (status, output) = try Python.run(
      "oauth_token.py", in: "modern", input: try JSONEncoder().encode(request))
    try #require(status == 0)
    return String(decoding: output, as: UTF8.self)
  }

  private struct Published: Decodable {
    let keys: [String]
  }

  /// From now on the provider signs with a new key. Returns the names of the keys that it publishes:
  /// the new one and the one before.
  @discardableResult
  func rotate() throws -> [String] {
    server.deliver(SIGHUP)
    let line = try #require(try server.readLine())
    return try JSONDecoder().decode(Published.self, from: Data(line.utf8)).keys
  }
}
