internal import Auth
internal import MCPService
private import Crypto
private import Support

/// Every credential that a request may show, and what may be done without one.
struct AcceptedCredentials: Sendable {
  let keys: [NamedKey]
  let users: [PasswordUser]
  /// `nil` where no tokens are taken.
  let tokens: AccessTokenPolicy?
  /// What a request without any credential may do; `nil` where it is turned away.
  let guests: Role?

  /// Whether keys and secrets may be short or known words.
  let allowsWeak: Bool
  /// Whether there is a file, which may have other keys and users after SIGHUP, or none.
  let hasFile: Bool

  /// Which kinds are on.
  var kinds: CredentialKinds {
    var kinds: CredentialKinds = []
    if !keys.isEmpty || hasFile { kinds.insert(.apiKey) }
    if tokens != nil { kinds.insert(.token) }
    if !users.isEmpty || hasFile { kinds.insert(.password) }
    return kinds
  }

  var namedKeys: NamedKeys { NamedKeys(keys, canBeGuessed: allowsWeak) }

  /// Which kinds are on, for the person who starts the server.
  var summary: String {
    let all: [(CredentialKinds, String)] = [
      (.apiKey, "API key"), (.token, "access token"), (.password, "user and password"),
    ]
    let names = all.filter { kinds.contains($0.0) }.map(\.1)
    let guest = guests.map { ["none, with the role \($0.rawValue)"] } ?? []
    return (names + guest).joined(separator: ", ")
  }

  static func read(from reader: inout EnvironmentReader) -> AcceptedCredentials {
    let requires = reader.flag("CALCULATOR_REQUIRE_AUTH", default: true)
    let allowsWeak = reader.flag("CALCULATOR_ALLOW_WEAK_SECRETS", default: false)
    if allowsWeak {
      reader.warn("CALCULATOR_ALLOW_WEAK_SECRETS=true: secrets that can be guessed are accepted")
    }
    let errorsBefore = reader.errors.count
    let apiKeys = readKeys(&reader, allowsWeak)
    let tokens = TokenSettings.read(
      from: &reader, allowingWeak: allowsWeak, isRequired: false,
      unlike: apiKeys.map { ($0, "CALCULATOR_API_KEY") })?.policy
    for (place, problem) in apiKeys?.bearerProblems ?? [] {
      if let sentence = problem.sentence(place: place, hasTokens: tokens != nil) {
        reader.warn(sentence)
      }
    }
    let user = readUser(&reader, allowsWeak)
    let hasFile = reader.text("CALCULATOR_CREDENTIALS") != nil
    let file = readFile(&reader)
    let guests =
      reader.text("CALCULATOR_GUEST_ROLE") == nil
      ? nil : reader.choice("CALCULATOR_GUEST_ROLE", default: Role.guest)

    let credentials = AcceptedCredentials(
      // The file's come last: its line for a key is more exact than the environment's.
      keys: (apiKeys?.named(role: .standard) ?? []) + (file?.keys ?? []),
      users: (user.map { [$0] } ?? []) + (file?.users ?? []), tokens: tokens,
      guests: guests ?? (requires ? nil : .standard), allowsWeak: allowsWeak, hasFile: hasFile)
    if requires, credentials.kinds.isEmpty, reader.errors.count == errorsBefore {
      reader.report(.noCredentials)
    }
    if hasFile, credentials.keys.isEmpty, credentials.users.isEmpty, tokens == nil {
      reader.warn("CALCULATOR_CREDENTIALS: the file has no key and no user, so nobody has one")
    }
    if !requires {
      let role = credentials.guests ?? .guest
      reader.warn(
        "CALCULATOR_REQUIRE_AUTH=false: everyone may call what the role \(role.rawValue) may")
    }
    return credentials
  }

  // MARK: One kind each

  private static func readKeys(_ reader: inout EnvironmentReader, _ allowsWeak: Bool) -> APIKeys? {
    guard let source = reader.secret("CALCULATOR_API_KEY") else { return nil }
    do throws(APIKeyError) {
      return try APIKeys(list: source.secret, allowingWeak: allowsWeak)
    } catch {
      reader.report(.invalidKey(variable: source.variable, error))
      return nil
    }
  }

  /// One user in the environment, whose password is hashed as those of the file are.
  private static func readUser(_ reader: inout EnvironmentReader, _ allowsWeak: Bool)
    -> PasswordUser?
  {
    let (name, password) = ("CALCULATOR_BASIC_USER", "CALCULATOR_BASIC_PASSWORD")
    let errorsBefore = reader.errors.count
    let source = reader.secret("CALCULATOR_BASIC_PASSWORD")
    switch (reader.text(name), source) {
    case (nil, nil): return nil
    case (nil, _?): reader.report(.missingCounterpart(variable: name, of: password))
    case (_?, nil):
      if reader.errors.count == errorsBefore {
        reader.report(.missingCounterpart(variable: password, of: name))
      }
    case (let user?, let source?):
      if !PasswordUser.isName(user) {
        reader.report(
          .invalidValue(
            variable: name, reason: "must have 1 to 256 bytes, no colon and no control characters"))
      }
      if let problem = PasswordUser.problem(
        with: source.secret, of: user, allowingWeak: allowsWeak)
      {
        reader.report(.invalidPassword(variable: source.variable, reason: problem))
      }
      guard reader.errors.count == errorsBefore else { return nil }
      return PasswordUser(
        name: user, password: PasswordHash(of: source.secret, random: RandomBytes.make),
        role: .standard, expires: nil)
    }
    return nil
  }

  private static func readFile(_ reader: inout EnvironmentReader) -> CredentialsFile? {
    guard let (path, file) = reader.file("CALCULATOR_CREDENTIALS", .credentials) else { return nil }
    do throws(CredentialsFileErrors) {
      return try CredentialsFile.read(file.bytes)
    } catch {
      for problem in error.problems {
        reader.report(
          .invalidCredentials(path: path, line: problem.line, reason: problem.reason))
      }
      return nil
    }
  }
}

extension BearerProblem {
  /// For the start: a key that only one of the two headers can carry. Of the key it shows at most
  /// the character in question.
  fileprivate func sentence(place: Int, hasTokens: Bool) -> String? {
    let start = "CALCULATOR_API_KEY: key \(place)"
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
