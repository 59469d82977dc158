internal import HTTPClient
internal import Support
private import Synchronization

/// The URL of an endpoint of an issuer: a setting, or found in the metadata on first use.
///
/// All callers that wait share one search, and at least 30 s lie between two searches.
final class EndpointURL: Sendable {
  private struct State {
    var url: String?
    /// Whether something else may be in the metadata now. Until it is found, `url` stays in use.
    var isStale = false
    var startedAt: MonotonicTime?
    var failure = ProviderFailure.noMetadata
    var search: Task<Void, Never>?
  }

  private enum Step {
    case use(String)
    case wait(Task<Void, Never>)
    case fail(ProviderFailure)
  }

  private let endpoint: ProviderMetadata.Endpoint
  private let issuer: String
  private let http: any HTTPClient
  private let clock: @Sendable () -> MonotonicTime
  private let isSetting: Bool
  private let state: Mutex<State>

  /// - Parameter setting: overrides the metadata.
  init(
    _ endpoint: ProviderMetadata.Endpoint, setting: String?, issuer: String, http: any HTTPClient,
    clock: @escaping @Sendable () -> MonotonicTime
  ) {
    self.endpoint = endpoint
    self.issuer = issuer
    self.http = http
    self.clock = clock
    isSetting = setting != nil
    state = Mutex(State(url: setting))
  }

  func url() async throws(ProviderFailure) -> String {
    var step = step(mayWait: true)
    if case .wait(let search) = step {
      await search.value
      step = self.step(mayWait: false)
    }
    switch step {
    case .use(let url): return url
    case .fail(let failure): throw failure
    case .wait: throw .noMetadata  // not reached: `mayWait` is false
    }
  }

  /// Lets a caller search again, because nothing answers at the URL.
  ///
  /// The URL stays in use until another is found: one strange response, which a stranger may be able
  /// to cause, must not stop the requests of all others (ATTACKS O67).
  func forget() {
    guard !isSetting else { return }
    state.withLock { $0.isStale = true }
  }

  private func step(mayWait: Bool) -> Step {
    let now = clock()
    return state.withLock { state in
      if let url = state.url, !state.isStale || !mayWait { return .use(url) }
      guard mayWait else { return .fail(state.failure) }
      if let search = state.search { return .wait(search) }
      // ATTACKS O22
      if let last = state.startedAt, now - last < IssuerKeys.interval {
        return state.url.map(Step.use) ?? .fail(state.failure)
      }
      state.startedAt = now
      let search = Task.detached { await self.search() }
      state.search = search
      return .wait(search)
    }
  }

  private func search() async {
    do throws(ProviderFailure) {
      var asked: String?
      let url = try await Discovery.url(of: endpoint, issuer: issuer, http: http, asked: &asked)
      state.withLock { state in
        state.url = url
        state.isStale = false
        state.search = nil
      }
    } catch {
      state.withLock { state in
        state.failure = error
        state.search = nil
      }
    }
  }
}
