package import HTTPClient
package import Support
private import Synchronization

/// The metadata of an issuer, found on first use and kept.
///
/// All callers that wait share one search, and at least 30 s lie between two searches.
package final class IssuerMetadata: Sendable {
  private struct State {
    var found: ProviderMetadata?
    /// Whether the issuer may have other metadata now. Until it is found, `found` stays in use.
    var isStale = false
    var startedAt: MonotonicTime?
    var failure = ProviderFailure.noMetadata
    var search: Task<Void, Never>?
  }

  private enum Step {
    case use(ProviderMetadata)
    case wait(Task<Void, Never>)
    case fail(ProviderFailure)
  }

  private let endpoints: [ProviderMetadata.Endpoint]
  private let issuer: String
  private let addresses: [String]
  private let http: any HTTPClient
  private let clock: @Sendable () -> MonotonicTime
  private let state = Mutex(State())

  /// - Parameters:
  ///   - endpoints: what the metadata must name.
  ///   - addresses: where the metadata is, in the order in which they are tried.
  package init(
    with endpoints: [ProviderMetadata.Endpoint], of issuer: String, at addresses: [String],
    http: any HTTPClient, clock: @escaping @Sendable () -> MonotonicTime
  ) {
    self.endpoints = endpoints
    self.issuer = issuer
    self.addresses = addresses
    self.http = http
    self.clock = clock
  }

  /// - Throws: `ProviderFailure`, of the last search.
  package func current() async throws(ProviderFailure) -> ProviderMetadata {
    var step = step(mayWait: true)
    if case .wait(let search) = step {
      await search.value
      step = self.step(mayWait: false)
    }
    switch step {
    case .use(let metadata): return metadata
    case .fail(let failure): throw failure
    case .wait: throw .noMetadata  // not reached: `mayWait` is false
    }
  }

  /// Lets a caller search again, because nothing answers at an endpoint.
  ///
  /// The metadata stays in use until another is found: one strange response, which a stranger may be
  /// able to cause, must not stop the requests of all others (ATTACKS O67).
  package func forget() {
    state.withLock { $0.isStale = true }
  }

  private func step(mayWait: Bool) -> Step {
    let now = clock()
    return state.withLock { state in
      if let found = state.found, !state.isStale || !mayWait { return .use(found) }
      guard mayWait else { return .fail(state.failure) }
      if let search = state.search { return .wait(search) }
      // ATTACKS O22
      if let last = state.startedAt, now - last < IssuerKeys.interval {
        return state.found.map(Step.use) ?? .fail(state.failure)
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
      let found = try await Discovery.metadata(
        with: endpoints, of: issuer, at: addresses, http: http, asked: &asked)
      state.withLock { state in
        state.found = found
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
