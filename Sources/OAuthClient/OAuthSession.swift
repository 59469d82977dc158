private import Auth
private import Crypto
package import HTTPClient
internal import OAuth
package import Support
internal import Synchronization

/// The sign-in of one user, or of one program, at one remote server.
///
/// - All callers that need another access token share one renewal. Of several processes with the same
///   store one renews at a time, and the others use what it has stored.
/// - The document with a new refresh token is stored before the new access token is used.
/// - Tokens and clients belong to the authorization server that issued them. Before each renewal the
///   metadata is read again: another authorization server gets none of them.
/// - The lock of the store is not held while a person signs in.
///
/// `OAuthSession+Renewal.swift` has the steps of a renewal. The file is longer than 150 lines because
/// of what callers need beside it: sign-out and status.
package final class OAuthSession: Sendable {
  package struct Settings: Sendable {
    /// The URL of the remote server.
    package var server: String
    package var grant: OAuthGrant
    /// The client that was registered beforehand. It comes before the others.
    package var client: RegisteredClient?
    /// The URL of this program's metadata document (`ClientIDURL`).
    package var documentURL: String?
    /// For a registration: what a person reads before they consent.
    package var clientName: String

    package init(
      server: String, grant: OAuthGrant = .authorizationCode, client: RegisteredClient? = nil,
      documentURL: String? = nil, clientName: String
    ) {
      self.server = server
      self.grant = grant
      self.client = client
      self.documentURL = documentURL
      self.clientName = clientName
    }
  }

  /// An access token is used until so long before its end, or until half of its lifetime is over.
  static let margin = Duration.seconds(60)
  /// How long no renewal is tried after one has failed, while the old token is still valid.
  static let pause = Duration.seconds(10)
  /// How many sign-ins refused requests may cause, and in which time.
  static let mostSignIns = 3
  static let signInWindow = Duration.seconds(600)

  struct State {
    var stored: StoredSignIn?
    var renewal: Task<Result<Bool, OAuthClientError>, Never>?
    var pausedUntil: WallTime?
    var stepUps = StepUpLimit()
    var signIns: [WallTime] = []
  }

  let settings: Settings
  let requests: OAuthRequests
  let store: any TokenStore
  let userAgent: any UserAgent
  let now: @Sendable () -> WallTime
  let random: @Sendable (Int) -> [UInt8]
  let state = Mutex(State())

  /// - Parameters:
  ///   - http: applies the address policy. The rules for the text of URLs are `AddressRules`.
  ///   - log: takes each request, without secrets.
  package init(
    _ settings: Settings, http: any HTTPClient, store: any TokenStore, userAgent: any UserAgent,
    now: @escaping @Sendable () -> WallTime = WallTime.now,
    random: @escaping @Sendable (Int) -> [UInt8] = RandomBytes.make,
    log: @escaping @Sendable (OAuthRequests.Exchange) -> Void = { _ in }
  ) {
    self.settings = settings
    requests = OAuthRequests(http: http, log: log)
    self.store = store
    self.userAgent = userAgent
    self.now = now
    self.random = random
  }

  // MARK: Access tokens

  /// The access token for the next request; `nil` if there is none: then the response of the remote
  /// server says what is needed.
  package func accessToken() async throws(OAuthClientError) -> Secret? {
    guard let tokens = try await current().tokens else { return nil }
    let time = now()
    guard let renewedAt = tokens.renewedAt, let expiresAt = tokens.expiresAt, renewedAt <= time
    else { return tokens.access }
    let isValid = time < expiresAt
    if isValid, let until = state.withLock({ $0.pausedUntil }), time < until {
      return tokens.access
    }
    guard tokens.refresh != nil || settings.grant == .clientCredentials else {
      return isValid ? tokens.access : nil
    }
    do throws(OAuthClientError) {
      guard try await renew(.expiring(tokens.access)) else { return isValid ? tokens.access : nil }
    } catch {
      guard isValid else { throw error }
      state.withLock { $0.pausedUntil = time + Self.pause }
      return tokens.access
    }
    return state.withLock { $0.stored?.tokens?.access }
  }

  /// Learns that the remote server has refused a request.
  /// - Parameters:
  ///   - challenges: the values of `WWW-Authenticate`, in their order.
  ///   - token: the access token of the request.
  /// - Returns: whether the request can be sent again with another token. `false` for what no other
  ///   token changes.
  package func isRenewed(
    after status: Int, challenges: [String], sent token: Secret?
  ) async throws(OAuthClientError) -> Bool {
    let challenge = BearerChallenge(challenges)
    switch status {
    case 401: return try await renew(.refused(token, challenge))
    case 403:
      // RFC 6750 §3.1. Another 403 is no matter of scopes.
      guard let challenge, challenge.error == .insufficientScope else { return false }
      return try await renew(.stepUp(token, challenge))
    default: return false
    }
  }

  /// Signs in, also if there are tokens.
  /// - Parameter challenges: of a request without a token, if there was one.
  package func signIn(challenges: [String] = []) async throws(OAuthClientError) {
    state.withLock { state in
      state.stepUps = StepUpLimit()
      state.signIns = []
    }
    _ = try await renew(.wanted(BearerChallenge(challenges)))
  }

  // MARK: Sign-out and status

  package enum SignOut: Sendable, Equatable {
    case nothingStored
    /// The authorization server did not revoke the tokens: it has no endpoint for it, did not answer,
    /// or no key opens them.
    case removed
    case revoked
  }

  /// Revokes the tokens (RFC 7009) and removes the document, also if the authorization server does
  /// not answer.
  package func signOut() async throws(OAuthClientError) -> SignOut {
    try await locked { () throws(OAuthClientError) in
      var stored = StoredSignIn()
      var isLocked = false
      do throws(OAuthClientError) {
        stored = try await load()
      } catch .store(.wrongKey) {
        isLocked = true  // there are tokens, and they cannot be revoked
      }
      let isRevoked = await revoke(stored)
      do throws(TokenStoreError) { try await store.remove(settings.server) } catch {
        throw .store(error)
      }
      state.withLock { $0.stored = StoredSignIn() }
      guard stored.tokens != nil || isLocked else { return .nothingStored }
      return isRevoked ? .revoked : .removed
    }
  }

  private func revoke(_ stored: StoredSignIn) async -> Bool {
    guard let tokens = stored.tokens, let origin = Origin(of: settings.server) else { return false }
    // The grant that needs least of the metadata.
    let metadata = try? await OAuthDiscovery.metadata(
      of: tokens.issuer, .clientCredentials, AddressRules(server: origin), requests)
    guard let metadata, let url = metadata.revocationURL,
      let client = identity(of: tokens, stored, metadata) ?? publicClient(of: tokens)
    else { return false }
    var isRevoked = true
    // RFC 7009 §2.1: the refresh token first, which ends the others of many servers.
    for (token, hint) in [(tokens.refresh, "refresh_token"), (tokens.access, "access_token")] {
      guard let token else { continue }
      let (parameters, fields) = client.credentials(
        for: metadata.issuer, now: now(), random: random)
      let body = FormBody.encoded(
        [("token", token.exposed), ("token_type_hint", hint)] + parameters)
      let response = try? await requests.post(
        body, as: TokenResponse.formType, to: url, fields: fields)
      if response?.status != 200 { isRevoked = false }
    }
    return isRevoked
  }

  /// The client that got the tokens, without the settings of that time: on the command line they may
  /// be missing. It has no secret then.
  private func publicClient(of tokens: StoredSignIn.Tokens) -> ClientIdentity? {
    guard settings.client == nil, settings.documentURL == nil, tokens.kind != .dynamic else {
      return nil
    }
    return ClientIdentity(tokens.kind, id: tokens.clientID, .none)
  }

  /// What is stored, without a secret.
  package struct Status: Sendable, Equatable {
    package let issuer: String
    package let resource: String
    package let client: ClientIdentity.Kind
    package let scopes: [String]
    /// `nil` if the authorization server did not say it.
    package let expiresAt: WallTime?
    package let canRefresh: Bool
  }

  /// `nil` if there are no tokens.
  package func status() async throws(OAuthClientError) -> Status? {
    guard let tokens = try await load().tokens else { return nil }
    return Status(
      issuer: tokens.issuer, resource: tokens.resource, client: tokens.kind,
      scopes: tokens.scope?.scopes ?? [], expiresAt: tokens.expiresAt,
      canRefresh: tokens.refresh != nil)
  }

  // MARK: The store

  /// What this process knows.
  func current(replacing: Bool = false) async throws(OAuthClientError) -> StoredSignIn {
    if let stored = state.withLock({ $0.stored }) { return stored }
    return try await load(replacing: replacing)
  }

  /// Reads the document.
  /// - Parameter replacing: whether a new sign-in replaces it. Then it need not open.
  func load(replacing: Bool = false) async throws(OAuthClientError) -> StoredSignIn {
    let document: [UInt8]?
    do throws(TokenStoreError) {
      document = try await store.load(settings.server)
    } catch {
      guard replacing, error == .wrongKey else { throw .store(error) }
      document = nil
    }
    let stored = document.flatMap { StoredSignIn($0) } ?? StoredSignIn()
    state.withLock { $0.stored = stored }
    return stored
  }

  /// Writes the document. Only then this process uses it: after a failure the old refresh token would
  /// be used again.
  func save(_ stored: StoredSignIn) async throws(OAuthClientError) {
    do { try await store.save(stored.document, for: settings.server) } catch {
      throw .store(error)
    }
    state.withLock { $0.stored = stored }
  }

  /// Runs the operation while no other process does.
  func locked<Value: Sendable>(
    _ operation: () async throws(OAuthClientError) -> Value
  ) async throws(OAuthClientError) -> Value {
    let lock: any TokenStoreLock
    do { lock = try await store.lock(settings.server) } catch { throw .store(error) }
    defer { lock.release() }
    return try await operation()
  }
}
