internal import Auth
internal import AuthorizationServer
private import IdentityProviders
internal import JSON
private import OAuth
internal import State
internal import Support

/// The lines of the audit log about sign-ins, tokens and clients (ASVS 16.3.1): who, by which
/// provider, through which client, did what.
struct AuthorizationEvents: Sendable {
  let log: Log
  let showsNames: Bool

  func record(_ event: SignInEvent, from address: IPAddress) {
    switch event {
    case .allowed(let person, let client, let scope):
      write(
        address, "sign_in", "accepted",
        who(person) + [("client", .string(client)), ("scope", .string(scope))])
    case .notListed(let person, let client):
      write(
        address, "sign_in", "rejected",
        who(person) + [("client", .string(client)), ("reason", "not_listed")])
    case .denied(let client):
      write(address, "sign_in", "denied", [("client", .string(client))])
    case .wrongPassword(let client):
      write(
        address, "sign_in", "unauthenticated",
        [("client", .string(client)), ("reason", "wrong_password")])
    case .providerFailed(let error, let client):
      write(
        address, "sign_in", "failed",
        [("client", .string(client)), ("reason", .string(error.reason))])
    case .refused(let reason): write(address, "sign_in", "rejected", [("reason", .string(reason))])
    }
  }

  func record(_ event: TokenEvent, from address: IPAddress) {
    switch event {
    case .issued(let grant): write(address, "token", "issued", who(grant))
    case .refreshed(let grant): write(address, "token", "refreshed", who(grant))
    case .userIsGone(let grant): write(address, "token", "user_is_gone", who(grant))
    case .codeReused(let grant):
      write(address, "token", "code_reused", [("grant", grant.map { .string($0) } ?? .null)])
    case .refreshTokenReused(let grant):
      write(address, "token", "refresh_token_reused", [("grant", .string(grant))])
    case .revoked(let grant): write(address, "token", "revoked", [("grant", .string(grant))])
    case .refused(let problem):
      write(address, "token", "rejected", [("reason", .string(problem.error.rawValue))])
    }
  }

  func record(_ event: RegistrationEvent, from address: IPAddress) {
    switch event {
    case .registered(let client):
      write(address, "registration", "accepted", [("client", .string(client))])
    case .refused(let problem):
      write(address, "registration", "rejected", [("reason", .string(problem.error.rawValue))])
    }
  }

  func record(_ event: ConnectionEvent, from address: IPAddress) {
    switch event {
    case .allowed(let service):
      write(address, "connection", "accepted", [("service", .string(service))])
    case .connected(let service):
      write(address, "connection", "completed", [("service", .string(service))])
    case .refused(let service, let reason):
      write(
        address, "connection", "rejected",
        [("service", .string(service)), ("reason", .string(reason))])
    }
  }

  private func who(_ grant: Grant) -> [(String, JSONValue)] {
    [
      ("subject", .string(grant.userID)), ("client", .string(grant.clientID)),
      ("scope", .string(grant.scope)), ("grant", .string(grant.id)),
    ] + (showsNames ? [("name", .string(grant.userName))] : [])
  }

  private func who(_ person: Person) -> [(String, JSONValue)] {
    var fields: [(String, JSONValue)] = [("subject", .string(person.id))]
    if showsNames {
      fields.append(("name", .string(person.name)))
      if let email = person.email { fields.append(("email", .string(email))) }
    }
    return fields
  }

  private func write(
    _ address: IPAddress, _ event: String, _ outcome: String, _ fields: [(String, JSONValue)]
  ) {
    log.write(
      .info,
      [
        ("event", .string(event)), ("address", .string(address.description)),
        ("outcome", .string(outcome)),
      ] + fields)
  }
}

extension TokenEvent {
  /// Whether the tokens of a grant are not valid any more.
  var endsAGrant: Bool {
    switch self {
    case .codeReused, .refreshTokenReused, .userIsGone, .revoked: true
    case .issued, .refreshed, .refused: false
    }
  }
}
