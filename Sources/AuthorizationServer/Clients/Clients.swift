package import Auth
private import JSON
package import OAuth
package import State
private import Support
private import Synchronization

/// All clients of the authorization server: those of the operator's file, those with a metadata
/// document, and those that registered themselves.
package final class Clients: ClientDirectory {
  /// Of a `client_id`, in bytes.
  package static let maximumIDLength = 2048

  /// By the bytes of their identifiers: Swift's `==` of texts is not byte for byte.
  private let configured: Mutex<[[UInt8]: OAuthClient]>
  private let documents: ClientMetadataDocuments?
  private let state: AuthorizationState
  private let pool: any BlockingPool

  /// - Parameters:
  ///   - configured: the clients of the file. They have different identifiers.
  ///   - documents: `nil`: no client is known by its metadata document.
  ///   - pool: runs the reads of the state, which block.
  package init(
    configured: [OAuthClient], documents: ClientMetadataDocuments?, state: AuthorizationState,
    pool: any BlockingPool
  ) {
    self.configured = Mutex(Self.table(configured))
    self.documents = documents
    self.state = state
    self.pool = pool
  }

  /// Replaces the clients of the file.
  package func replace(with clients: [OAuthClient]) {
    let table = Self.table(clients)
    configured.withLock { $0 = table }
  }

  /// The client with this identifier; `nil` if there is none.
  /// - Parameter client: the caller that sent the identifier.
  /// - Throws: `OAuthProblem` if the client cannot be looked up now, or its metadata document is
  ///   refused.
  package func client(
    _ id: String, for client: Client
  ) async throws(OAuthProblem) -> OAuthClient? {
    guard 1...Self.maximumIDLength ~= id.utf8.count else { return nil }
    let bytes = Array(id.utf8)
    if let known = configured.withLock({ $0[bytes] }) { return known }
    if let documents, let url = ClientIDURL(id) {
      return try await documents.client(url, for: client)
    }
    return try await registered(id, for: client)
  }

  /// Whether there is such a client, without a fetch: it reads the state, which blocks.
  package func exists(_ id: String) throws(StateError) -> Bool {
    if configured.withLock({ $0[Array(id.utf8)] }) != nil { return true }
    if documents != nil, ClientIDURL(id) != nil { return true }
    return try state.client(id) != nil
  }

  private func registered(
    _ id: String, for client: Client
  ) async throws(OAuthProblem) -> OAuthClient? {
    let stored = try await pool.state(for: client) { [state] () throws(OAuthProblem) in
      do throws(StateError) { return try state.client(id) } catch { throw OAuthProblem(error) }
    }
    return stored.map(OAuthClient.init)
  }

  private static func table(_ clients: [OAuthClient]) -> [[UInt8]: OAuthClient] {
    Dictionary(clients.map { (Array($0.id.utf8), $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension OAuthClient {
  /// A client of the state. What this version does not accept any more is left out.
  init(_ stored: RegisteredClient) {
    self.init(
      id: stored.id, name: stored.name,
      redirectURIs: stored.redirectURIs.compactMap(RedirectURI.init(registering:)),
      grantTypes: Set(stored.grantTypes.compactMap(GrantType.init(rawValue:))),
      scopes: stored.scopes.isEmpty ? nil : stored.scopes, secret: stored.secretDigest)
  }
}
