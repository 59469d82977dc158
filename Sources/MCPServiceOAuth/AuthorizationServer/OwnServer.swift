internal import Auth
internal import AuthorizationServer
internal import HTTPClient
internal import HTTPTransport
internal import MCPService
internal import MCPServiceHTTP
internal import State
internal import Support
private import Synchronization

/// The authorization server of this process. Its state and its connections survive SIGHUP.
final class OwnServer: Sendable {
  private let http: any HTTPClient
  /// For the metadata documents of clients.
  private let documents: any HTTPClient
  let state: AuthorizationState
  /// Apart from those for outbound requests: a slow provider must not delay the state. One thread:
  /// the state has one connection, and others would only wait for it.
  private let pool: any BlockingPool
  /// Apart from those of the state: a flood of wrong passwords must not delay tokens (ATTACKS O128).
  private let passwordPool: any BlockingPool
  private let running = Mutex<Running?>(nil)

  private struct Running {
    let service: AuthorizationService
    let signIn: SignIn
    let routes: AuthorizationRoutes
  }

  init(
    _ http: any HTTPClient, documents: any HTTPClient, _ state: AuthorizationState,
    pool: any BlockingPool = BlockingThreads(count: 1),
    passwordPool: any BlockingPool
  ) {
    self.http = http
    self.documents = documents
    self.state = state
    self.pool = pool
    self.passwordPool = passwordPool
  }

  /// - Parameter keep: of the first call; the tokens of a sign-in.
  func protection(
    _ settings: AuthorizationSettings, _ authority: AuthoritySettings?,
    _ resource: ProtectedResource, guests: Role?, keep: SignInEndpoints.Keep?,
    _ context: HTTPProtection.Context
  ) -> (protection: HTTPProtection, signIn: SignIn, routes: any FurtherRoutes) {
    let current = running.withLock { known -> Running in
      if let known {
        known.service.replace(with: settings)
        return known
      }
      let service = AuthorizationService(
        settings, state: state, documents: documents, context, pool: pool,
        passwordPool: passwordPool)
      let signIn = AuthorizationRoutes.signIn(settings, service, http)
      let new = Running(
        service: service, signIn: signIn,
        routes: AuthorizationRoutes(service, settings, signIn: signIn, keep: keep))
      known = new
      return new
    }
    var authenticators = [current.service.authenticator]
    if let guests { authenticators.append(GuestAuthenticator(role: guests)) }
    let protection = HTTPProtection(
      authenticators: authenticators, resource: resource,
      authority: authority?.authority(over: http), further: current.routes)
    return (protection, current.signIn, current.routes)
  }
}

extension AuthorizationSettings {
  private static let ownerName = "provider"

  /// - Returns: `nil` if an error was reported.
  func openState(
    _ reader: inout EnvironmentReader, now: WallTime = .now()
  ) -> AuthorizationState? {
    do throws(StateError) {
      let state = try AuthorizationState(path: statePath)
      if let known = try state.meta(Self.ownerName), !known.utf8.elementsEqual(owner.utf8) {
        reader.report(
          ConfigurationError(
            Settings.state.name, "the file belongs to the sign-ins of another provider",
            fix: "name another file, or the provider of this one"))
        return nil
      }
      try state.setMeta(Self.ownerName, owner)
      let keys = SigningKeys(state, seals: seals, overlap: AuthorizationService.overlap)
      switch Result(catching: { () throws(SigningKeys.Failure) in try keys.current(now: now) }) {
      case .success: return state
      case .failure(.state(let error)): throw error
      case .failure(.sealed):
        // At the start, and not at the first sign-in.
        reader.report(.sealedKeys)
        return nil
      }
    } catch {
      reader.report(ConfigurationError(error))
      return nil
    }
  }
}

extension StateError {
  /// The problem and its remedy, for the person who starts the server.
  var advice: (problem: String, fix: String) {
    switch self {
    case .unreadable:
      ("the file cannot be opened or created", "correct the path or the rights of its folder")
    case .notRegular: ("the path is not one of a file", "name a file")
    case .symbolicLink: ("the path is a symbolic link", "name the file itself")
    case .otherOwner:
      ("the file belongs to another user", "start the server as the owner, or name another file")
    case .notPrivate: ("others may read the file", "chmod 600 the file and those beside it")
    case .otherDatabase: ("the file is a database of another program", "name another file")
    case .newerSchema:
      ("the file was made by a later version of this program", "start that version")
    case .damaged: ("the file is damaged", "restore a copy, or name another file")
    case .unsupported:
      ("the file system or this SQLite cannot keep the file safe", "name a file on a local disk")
    case .busy: ("another process holds the file", "end that process")
    case .diskFull: ("the disk is full", "make room")
    case .readOnly: ("the file cannot be written", "correct its rights")
    case .full, .tooLarge, .exists, .failed:
      ("the file cannot be used", "restore a copy, or name another file")
    }
  }
}
