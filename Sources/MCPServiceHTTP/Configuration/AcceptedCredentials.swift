internal import Auth
internal import MCPService
private import Crypto
private import Support

/// Every credential that the server accepts, and the role of a request without one.
struct AcceptedCredentials: Sendable {
  let keys: [APIKey]
  let users: [PasswordUser]
  /// `nil` if tokens are off.
  let tokens: AccessTokenPolicy?
  /// The role of a request without a credential; `nil`: it gets 401.
  let guests: Role?

  /// Whether keys and secrets may be short or easy to guess.
  let allowsWeak: Bool
  /// Whether there is a credentials file. SIGHUP may add keys and users to it.
  let hasFile: Bool
  /// Whether clients sign in with an identity provider. Then there is no other credential.
  let isSignIn: Bool

  /// Access tokens of an identity provider.
  static func signIn(guests: Role?) -> AcceptedCredentials {
    AcceptedCredentials(
      keys: [], users: [], tokens: nil, guests: guests, allowsWeak: false, hasFile: false,
      isSignIn: true)
  }

  /// Which kinds are on.
  var kinds: CredentialKinds {
    var kinds: CredentialKinds = isSignIn ? [.signIn] : []
    if !keys.isEmpty || hasFile { kinds.insert(.apiKey) }
    if tokens != nil { kinds.insert(.token) }
    if !users.isEmpty || hasFile { kinds.insert(.password) }
    return kinds
  }

  var keyStore: APIKeyStore { APIKeyStore(keys, canBeGuessed: allowsWeak) }

  /// The kinds that are on, for the text on standard output.
  var summary: String {
    let all: [(CredentialKinds, String)] = [
      (.apiKey, "API key"), (.token, "access token"), (.password, "user and password"),
      (.signIn, "access token, for which a client signs in by itself"),
    ]
    let names = all.filter { kinds.contains($0.0) }.map(\.1)
    let guest = guests.map { ["none, with the role \($0.rawValue)"] } ?? []
    return (names + guest).joined(separator: ", ")
  }

  static func read(from reader: inout EnvironmentReader) -> AcceptedCredentials {
    let requires = reader.value(Settings.requiresAuthentication)
    let allowsWeak = reader.value(Settings.allowsWeakSecrets)
    if allowsWeak {
      reader.warn(
        "\(Settings.allowsWeakSecrets.name)=true: secrets that can be guessed are accepted")
    }
    let errorsBefore = reader.errors.count
    let apiKeys = reader.keys(Settings.apiKey, allowingWeak: allowsWeak)
    let keys = apiKeys.map { [OtherSecret($0, variable: Settings.apiKey.name)] } ?? []
    var secrets = keys
    let tokens = TokenSettings.read(
      from: &reader, allowingWeak: allowsWeak, isRequired: false, unlike: &secrets)?.policy
    for (place, problem) in apiKeys?.bearerProblems ?? [] {
      if let sentence = problem.sentence(place: place, hasTokens: tokens != nil) {
        reader.warn(sentence)
      }
    }
    let user = readUser(&reader, allowsWeak, unlike: &secrets)
    let hasFile = reader.isSet(Settings.credentials.declaration)
    let file = reader.credentialsFile()
    let keysOfFile = OtherSecret(file?.keys ?? [], variable: Settings.credentials.name)
    for secret in secrets[keys.count...] { reader.check(secret, unlike: [keysOfFile]) }
    let guests = reader.value(Settings.guestRole)

    let credentials = AcceptedCredentials(
      // The keys of the file come last: for a key in both, the role and the end of the file apply.
      keys: (apiKeys?.keys(role: .standard) ?? []) + (file?.keys ?? []),
      users: (user.map { [$0] } ?? []) + (file?.users ?? []), tokens: tokens,
      guests: guests ?? (requires ? nil : .standard), allowsWeak: allowsWeak, hasFile: hasFile,
      isSignIn: false)
    if requires, credentials.kinds.isEmpty, reader.errors.count == errorsBefore {
      reader.report(.noCredentials)
    }
    if hasFile, credentials.keys.isEmpty, credentials.users.isEmpty, tokens == nil {
      reader.warn("\(Settings.credentials.name): the file has no key and no user")
    }
    if !requires {
      let role = credentials.guests ?? .guest
      reader.warn(
        "\(Settings.requiresAuthentication.name)=false: every request has the role \(role.rawValue)"
      )
    }
    return credentials
  }

  // MARK: One kind each

  /// The user of the environment. The password is hashed, as those of the file are.
  /// - Parameter others: secrets that must differ from the password, which is added to them.
  private static func readUser(
    _ reader: inout EnvironmentReader, _ allowsWeak: Bool, unlike others: inout [OtherSecret]
  ) -> PasswordUser? {
    let (name, password) = (Settings.basicUser.name, Settings.basicPassword.name)
    let errorsBefore = reader.errors.count
    let source = reader.secret(Settings.basicPassword)
    switch (reader.value(Settings.basicUser), source) {
    case (nil, nil): return nil
    case (nil, _?): reader.report(.missingCounterpart(variable: name, of: password))
    case (_?, nil):
      if reader.errors.count == errorsBefore {
        reader.report(.missingCounterpart(variable: password, of: name))
      }
    case (let text?, let source?):
      let user = UserName(text)
      if user == nil { reader.report(.invalidValue(of: Settings.basicUser.declaration)) }
      if let problem = PasswordUser.problem(
        with: source.secret, of: user, allowingWeak: allowsWeak)
      {
        reader.report(.invalidPassword(variable: source.variable, problem: problem))
      }
      let secret = OtherSecret(source)
      reader.check(secret, unlike: others)
      others.append(secret)
      guard let user, reader.errors.count == errorsBefore else { return nil }
      return PasswordUser(
        name: user, password: PasswordHash(of: source.secret, random: RandomBytes.make),
        role: .standard, expires: nil)
    }
    return nil
  }
}

extension BearerProblem {
  /// A warning for a key that only `X-API-Key` can carry. It shows at most one character of the key.
  fileprivate func sentence(place: Int, hasTokens: Bool) -> String? {
    let start = "\(Settings.apiKey.name): key \(place)"
    return switch self {
    case .character(let character):
      "\(start) has the character \(character), which a Bearer token cannot have there (RFC 6750 "
        + "§2.1): it can only be sent as X-API-Key"
    case .looksLikeToken where hasTokens:
      "\(start) has two dots, so as a Bearer token it would be read as an access token: it can only "
        + "be sent as X-API-Key"
    case .looksLikeToken: nil
    }
  }
}
