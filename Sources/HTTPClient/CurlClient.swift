package import Auth
private import Support
private import Synchronization

/// Sends requests with libcurl, under one address policy.
///
/// A connection that is used again is not judged again, so each policy has a client of its own.
package final class CurlClient: HTTPClient {
  package struct Settings: CurlSettings {
    /// The certificates of the trusted authorities, in PEM, instead of the system's.
    package var caFile: String?
    /// `http://host:port` or `https://host:port`. A variable of the environment is never read.
    package var proxy: String?
    /// Allow loopback addresses, and `http` to them. For development and tests.
    package var allowsLoopback = false
    /// For the whole request.
    package var timeout: Duration = .seconds(5)
    /// For the connection alone, with the TLS handshake.
    package var connectTimeout: Duration = .seconds(3)
    /// In bytes.
    package var maximumBody = 256 * 1024
    /// In bytes, with the line ends.
    package var maximumHead = 16 * 1024

    package init() {}
  }

  /// Why no client can be made.
  package enum SetupError: Error, Sendable, Equatable {
    /// The file is missing, or this process may not read it.
    case unreadableCAFile
    /// The CA file has no certificate in PEM.
    case noCertificate
    /// This libcurl would trust the system's CA certificates in addition to those of the CA file. The
    /// libcurl of macOS does this; the libcurl of Homebrew does not.
    case untrustworthyLibrary
    /// Not an `http` or `https` URL of a host alone.
    case invalidProxy
    /// This libcurl lacks something, such as TLS.
    case unusableLibrary
  }

  private let policy: AddressPolicy
  private let settings: Settings
  private let pool: any BlockingPool
  private let idle = Mutex<[Connections]>([])

  /// More handles than this are not kept after their request.
  private static let mostIdle = 4

  package init(
    _ policy: AddressPolicy, _ settings: Settings, pool: any BlockingPool
  ) throws(SetupError) {
    try settings.check()
    self.policy = policy
    self.settings = settings
    self.pool = pool
  }

  package func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    guard let origin = Origin(of: request.url), settings.permits(origin, policy),
      request.hasValidFields
    else {
      throw .refusedURL
    }
    let result: Result<OutboundResponse, OutboundError>
    do throws(BlockingPoolIsFull) {
      result = try await pool.run(for: client) { self.perform(request, origin) }
    } catch {
      throw .overloaded
    }
    return try result.get()
  }

  private func perform(
    _ request: OutboundRequest, _ origin: Origin
  ) -> Result<OutboundResponse, OutboundError> {
    let connections = idle.withLock { $0.popLast() } ?? Connections()
    defer {
      idle.withLock { if $0.count < Self.mostIdle { $0.append(connections) } }
    }
    let transfer = Transfer(origin, policy, settings, maximumBody: settings.maximumBody)
    return connections.handle.withLock { $0.perform(request, settings, transfer) }
  }

  /// A handle that tasks can pass on. One request at a time has it.
  private final class Connections: Sendable {
    let handle = Mutex(CurlHandle())
  }
}

extension OutboundRequest {
  /// RFC 9110 §5.1, §5.5. A line break in a value would begin another field or request (ATTACKS
  /// O43).
  var hasValidFields: Bool {
    fields.allSatisfy { name, value in
      !name.isEmpty && name.utf8.allSatisfy(ASCII.isToken) && value.utf8.allSatisfy(ASCII.isText)
    }
  }

  func has(_ name: String) -> Bool {
    fields.contains { ASCII.areEqual($0.name.utf8, name.utf8) }
  }
}
