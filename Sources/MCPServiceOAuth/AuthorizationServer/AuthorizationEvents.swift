internal import Auth
internal import AuthorizationServer
internal import JSON
private import OAuth
internal import State
internal import Support

/// The lines of the audit log about sign-ins, tokens and clients (ASVS 16.3.1): who, by which
/// provider, through which client, did what.
struct AuthorizationEvents: Sendable {
  let log: Log
  let showsNames: Bool

  func record(_ event: SignInEvent) {
    switch event {
    case .allowed(let person, let client, let scope):
      write(
        "sign_in", "accepted",
        who(person) + [("client", .string(client)), ("scope", .string(scope))])
    case .notListed(let person, let client):
      write(
        "sign_in", "rejected",
        who(person) + [("client", .string(client)), ("reason", "not_listed")])
    case .denied(let client):
      write("sign_in", "denied", [("client", .string(client))])
    case .wrongPassword(let client):
      write(
        "sign_in", "unauthenticated", [("client", .string(client)), ("reason", "wrong_password")])
    case .providerFailed(let error, let client):
      write(
        "sign_in", "failed", [("client", .string(client)), ("reason", .string("\(error)"))])
    case .refused(let reason): write("sign_in", "rejected", [("reason", .string(reason))])
    }
  }

  func record(_ event: TokenEvent) {
    switch event {
    case .issued(let grant): write("token", "issued", who(grant))
    case .refreshed(let grant): write("token", "refreshed", who(grant))
    case .userIsGone(let grant): write("token", "user_is_gone", who(grant))
    case .codeReused(let grant):
      write("token", "code_reused", [("grant", grant.map { .string($0) } ?? .null)])
    case .refreshTokenReused(let grant):
      write("token", "refresh_token_reused", [("grant", .string(grant))])
    case .revoked(let grant): write("token", "revoked", [("grant", .string(grant))])
    case .refused(let problem):
      write("token", "rejected", [("reason", .string(problem.error.rawValue))])
    }
  }

  func record(_ event: RegistrationEvent) {
    switch event {
    case .registered(let client): write("registration", "accepted", [("client", .string(client))])
    case .refused(let problem):
      write("registration", "rejected", [("reason", .string(problem.error.rawValue))])
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

  private func write(_ event: String, _ outcome: String, _ fields: [(String, JSONValue)]) {
    log.write(.info, [("event", .string(event)), ("outcome", .string(outcome))] + fields)
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
