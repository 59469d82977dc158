package import Auth
private import Crypto
package import HTTPClient
private import JSON
package import OAuth
package import Support
private import Synchronization

/// The clients whose identifier is the URL of their metadata document (Client ID Metadata Document,
/// draft-ietf-oauth-client-id-metadata-document), fetched and kept.
///
/// Anybody can make the server fetch a document, so every part of it is bounded:
///
/// - All callers that wait for one document share one fetch.
/// - A document is kept as long as its `Cache-Control` says, at most an hour; a failure for 30 s.
///   Failures remove no document from the memory.
/// - Few fetches run at a time, and fewer for one network, so that a flood from one network does not
///   stop the clients of the others.
///
/// The file is long because one lock protects all of this.
package final class ClientMetadataDocuments: Sendable {
  /// How long a document without `Cache-Control` is used.
  package static let usualAge = Duration.seconds(300)
  package static let longestAge = Duration.seconds(3600)
  /// How long a failure is repeated before the next fetch.
  package static let failureAge = Duration.seconds(30)
  /// Of documents, and again of failures.
  package static let capacity = 1000

  /// How many fetches may run at a time.
  package struct Limits: Sendable {
    package let total: Int
    /// Of one `Client.network`.
    package let perNetwork: Int
    /// From one host. A slow one must not stop the clients of the others.
    package let perHost: Int

    package init(total: Int = 16, perNetwork: Int = 2, perHost: Int = 4) {
      self.total = total
      self.perNetwork = perNetwork
      self.perHost = perHost
    }
  }

  /// A fetch that gave no client, for the log.
  package struct Failure: Sendable, Equatable {
    /// In lowercase letters.
    package let host: String
    /// One word.
    package let reason: String

    package init(host: String, reason: String) {
      self.host = host
      self.reason = reason
    }
  }

  private typealias Outcome = Result<OAuthClient, OAuthProblem>

  private struct Fetch {
    let task: Task<Outcome, Never>
    /// Of the caller that started it.
    let network: Bits128
    let host: String
  }

  private struct State {
    var documents = ExpiringTable<OAuthClient>(capacity: capacity)
    var failures = ExpiringTable<OAuthProblem>(capacity: capacity)
    /// The fetches that are under way.
    var fetches: [Bits128: Fetch] = [:]
  }

  private enum Step {
    case done(Outcome)
    case wait(Task<Outcome, Never>)
  }

  private let http: any HTTPClient
  /// In lowercase letters; `nil` for all.
  private let allowedHosts: Set<String>?
  private let limits: Limits
  private let clock: @Sendable () -> MonotonicTime
  private let report: @Sendable (Failure) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - http: a client that connects to public addresses alone (ATTACKS O91), and never follows a
  ///     redirect.
  ///   - allowedHosts: the hosts whose documents are fetched, without a port; `nil` for all.
  ///   - report: gets one call for each fetch that gave no client.
  package init(
    _ http: any HTTPClient, allowedHosts: [String]? = nil, limits: Limits = Limits(),
    clock: @escaping @Sendable () -> MonotonicTime,
    report: @escaping @Sendable (Failure) -> Void
  ) {
    self.http = http
    self.allowedHosts = allowedHosts.map { hosts in
      Set(hosts.map { String(decoding: $0.utf8.map(ASCII.lowercase), as: UTF8.self) })
    }
    self.limits = limits
    self.clock = clock
    self.report = report
  }

  /// The client of a document.
  /// - Parameter client: the caller that sent the URL.
  /// - Throws: `OAuthProblem` with `invalid_client` if the document is refused; with
  ///   `temporarily_unavailable` if it did not arrive, or too many fetches run.
  package func client(
    _ url: ClientIDURL, for client: Client
  ) async throws(OAuthProblem) -> OAuthClient {
    guard allowedHosts?.contains(url.host) != false else {
      throw OAuthProblem(.invalidClient, "This server does not accept clients of this host.")
    }
    switch step(url, for: client) {
    case .done(let outcome): return try outcome.get()
    // The fetch is a task of its own: it does not end when a caller that waits is cancelled.
    case .wait(let fetch): return try await fetch.value.get()
    }
  }

  private func step(_ url: ClientIDURL, for client: Client) -> Step {
    let key = Bits128(SHA256Digest(of: url.text.utf8).firstHalf)
    let now = clock()
    return state.withLock { state in
      if let known = state.documents.value(key, at: now) { return .done(.success(known)) }
      if let problem = state.failures.value(key, at: now) { return .done(.failure(problem)) }
      if let fetch = state.fetches[key] { return .wait(fetch.task) }
      let ofNetwork = state.fetches.values.count { $0.network == client.network }
      let ofHost = state.fetches.values.count { $0.host.hasSameBytes(as: url.host) }
      // ATTACKS O92
      guard state.fetches.count < limits.total, ofNetwork < limits.perNetwork,
        ofHost < limits.perHost
      else {
        return .done(.failure(Self.overload))
      }
      let task = Task.detached { await self.fetch(url, key, for: client) }
      state.fetches[key] = Fetch(task: task, network: client.network, host: url.host)
      return .wait(task)
    }
  }

  // MARK: The fetch

  private func fetch(_ url: ClientIDURL, _ key: Bits128, for client: Client) async -> Outcome {
    let outcome: Outcome
    let age: Duration
    do throws(FetchError) {
      let response = try await response(url, for: client)
      outcome = .success(try Self.client(url, response))
      age = Self.age(response.freshness)
    } catch {
      report(Failure(host: url.host, reason: error.reason))
      outcome = .failure(error.problem)
      age = error.isOfCaller ? .zero : Self.failureAge
    }
    let now = clock()
    state.withLock { state in
      state.fetches[key] = nil
      guard age > .zero else { return }
      switch outcome {
      case .success(let client):
        state.documents.insert(client, for: key, until: now + age, now: now)
      case .failure(let problem):
        state.failures.insert(problem, for: key, until: now + age, now: now)
      }
    }
    return outcome
  }

  private func response(
    _ url: ClientIDURL, for client: Client
  ) async throws(FetchError) -> OutboundResponse {
    let request = OutboundRequest(.get, url.text, fields: [("Accept", "application/json")])
    do throws(OutboundError) {
      return try await http.send(request, for: client)
    } catch {
      throw .noResponse(error)
    }
  }

  /// Draft §4, §4.1
  private static func client(
    _ url: ClientIDURL, _ response: OutboundResponse
  ) throws(FetchError) -> OAuthClient {
    // A redirect is no document, wherever it points.
    guard response.status == 200 else { throw .status(response.status) }
    guard let type = response.mediaType, isJSON(type) else { throw .mediaType }
    let metadata: ClientMetadata
    do throws(ClientMetadataError) {
      metadata = try ClientMetadata(document: response.body, isFor: url)
    } catch {
      throw .metadata(error)
    }
    return OAuthClient(
      id: url.text, name: metadata.name?.text ?? url.host, redirectURIs: metadata.redirectURIs,
      grantTypes: Set(metadata.grantTypes), scopes: metadata.scope?.scopes, secret: nil)
  }

  /// RFC 6839 §3.1
  private static func isJSON(_ type: [UInt8]) -> Bool {
    type == Array("application/json".utf8)
      || type.starts(with: "application/".utf8) && type.suffix(5).elementsEqual("+json".utf8)
  }

  private static func age(_ freshness: OutboundResponse.Freshness) -> Duration {
    freshness.forbidsUse ? .zero : min(longestAge, freshness.maximumAge ?? usualAge)
  }

  private static let overload = OAuthProblem(
    .temporarilyUnavailable, "The server fetches too many metadata documents now.")

  /// Why a fetch gives no client.
  private enum FetchError: Error {
    case noResponse(OutboundError)
    case status(Int)
    case mediaType
    case metadata(ClientMetadataError)

    /// Whether the caller, and not the URL, caused it. Then the failure is not kept: callers of other
    /// networks may succeed.
    var isOfCaller: Bool {
      if case .noResponse(.overloaded) = self { true } else { false }
    }

    var problem: OAuthProblem {
      switch self {
      case .noResponse(.overloaded): ClientMetadataDocuments.overload
      case .noResponse(.tooLarge): ClientMetadataError.tooLong.inDocument
      // The same for a name that does not exist and for one of a private address, so that a
      // stranger does not learn which names the own network has (ATTACKS O91).
      case .noResponse, .status(429), .status(500...599):
        OAuthProblem(
          .temporarilyUnavailable, "The metadata document of the client cannot be fetched now.")
      case .status:
        OAuthProblem(.invalidClient, "The metadata document does not have the status 200.")
      case .mediaType:
        OAuthProblem(.invalidClient, "The metadata document is not application/json.")
      case .metadata(let error): error.inDocument
      }
    }

    var reason: String {
      switch self {
      case .noResponse(let error): error.reason
      case .status(let status): "status_\(status)"
      case .mediaType: "media_type"
      case .metadata: "metadata"
      }
    }
  }
}

extension ClientMetadataError {
  /// The problem of an authorization request whose client has such a document.
  fileprivate var inDocument: OAuthProblem { OAuthProblem(.invalidClient, describedAs: problem) }
}
