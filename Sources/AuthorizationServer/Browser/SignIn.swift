internal import Auth
package import IdentityProviders
private import JSON
package import Support

/// A person who has signed in.
package struct Person: Sendable, Equatable {
  /// The provider and the identifier there: `github:583231`, `password:anshika`. Two providers never
  /// have the same one, whatever names people choose.
  package let id: String
  /// For people: the login, or the name.
  package let name: String
  package let email: String?
  /// What the provider vouches for.
  package let groups: [String]

  package init(id: String, name: String, email: String? = nil, groups: [String] = []) {
    self.id = id
    self.name = name
    self.email = email
    self.groups = groups
  }
}

/// How people sign in.
package enum SignIn: Sendable {
  /// With a password of the credentials file, on a page of this server.
  case password(@Sendable (_ user: String, Secret, Browser) async -> PasswordCheck)
  case provider(ProviderDescription, any IdentityProvider)

  /// The result of a check of a password.
  package enum PasswordCheck: Sendable {
    case correct(Person)
    case wrong
    /// Too many wrong ones from this address, or too much to do.
    case tryLater
  }
}

extension IdentityProvider {
  /// RFC 9207 §2.4: whether a callback may be of this provider, and not of another one (mix-up).
  /// - Parameter parameter: `iss` of the callback.
  func isIssuer(_ parameter: String?) -> Bool {
    guard let parameter, let issuer else { return true }
    return parameter.hasSameBytes(as: issuer)
  }

  /// The person who has signed in, and the tokens of the provider.
  /// - Parameters:
  ///   - code: of the callback.
  ///   - id: of the provider.
  func person(
    _ code: Secret, _ id: String, of request: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> (person: Person, tokens: ProviderTokens) {
    let tokens = try await exchange(code, of: request, for: client)
    let user = try await profile(tokens, of: request, for: client)
    let personID = "\(id):\(user.id)"
    // All persons without an identifier would be one.
    guard !user.id.isEmpty, Subject.isValid(personID) else { throw .invalidResponse }
    let person = Person(
      id: personID,
      name: [user.login, user.name].compactMap(\.self).first(where: Subject.isValid) ?? user.id,
      email: user.email,
      groups: user.groups)
    return (person, tokens)
  }
}

/// What the audit log says of sign-ins. No case has a secret, or a text of a stranger that was not
/// checked.
package enum SignInEvent: Sendable {
  /// A code was issued.
  case allowed(Person, client: String, scope: String)
  /// The person said no, here or at the provider.
  case denied(client: String)
  /// The person signed in, and no file and no default gives a role.
  case notListed(Person, client: String)
  case wrongPassword(client: String)
  case providerFailed(ProviderError, client: String)
  /// The request was refused before anybody signed in; one word.
  case refused(reason: String)
}
