internal import Auth
internal import CalculatorServer
private import OpenSSLCrypto
private import Support

/// Every credential that a request may show, and what may be done without one.
struct AcceptedCredentials: Sendable {
  /// In bytes: more than 100,000 keys.
  private static let maximumFile = 32 << 20

  let keys: [NamedKey]
  let users: [PasswordUser]
  /// `nil` where no tokens are taken.
  let tokens: TokenAuthority.Settings?
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

  static func read(from reader: inout EnvironmentReader) -> AcceptedCredentials {
    let requires = reader.flag("CALCULATOR_REQUIRE_AUTH", default: true)
    let allowsWeak = reader.flag("CALCULATOR_ALLOW_WEAK_SECRETS", default: false)
    if allowsWeak {
      reader.warn("CALCULATOR_ALLOW_WEAK_SECRETS=true: secrets that can be guessed are accepted")
    }
    let errorsBefore = reader.errors.count
    let apiKeys = readKeys(&reader, allowsWeak)
    let tokens = TokenAuthority.Settings.read(
      from: &reader, users: .everyone(.guest), allowingWeak: allowsWeak, isRequired: false,
      unlike: apiKeys.map { ($0, "CALCULATOR_API_KEY") })
    let user = readUser(&reader, allowsWeak)
    let hasFile = reader.text("CALCULATOR_CREDENTIALS") != nil
    let file = readFile(&reader)
    let guests =
      reader.text("CALCULATOR_GUEST_ROLE") == nil
      ? nil : reader.choice("CALCULATOR_GUEST_ROLE", default: Role.guest)

    let credentials = AcceptedCredentials(
      // The file's come last: its line for a key is more exact than the environment's.
      keys: (apiKeys?.named(role: .advanced) ?? []) + (file?.keys ?? []),
      users: (user.map { [$0] } ?? []) + (file?.users ?? []), tokens: tokens,
      guests: guests ?? (requires ? nil : .advanced), allowsWeak: allowsWeak, hasFile: hasFile)
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
      if let problem = PasswordUser.problem(with: source.secret, allowingWeak: allowsWeak) {
        reader.report(.invalidValue(variable: source.variable, reason: problem))
      }
      guard reader.errors.count == errorsBefore else { return nil }
      return PasswordUser(
        name: user, password: PasswordHash(of: source.secret, random: RandomBytes.make),
        role: .advanced, expires: nil)
    }
    return nil
  }

  private static func readFile(_ reader: inout EnvironmentReader) -> CredentialsFile? {
    guard
      let (path, file) = reader.file(
        "CALCULATOR_CREDENTIALS", isSecret: true, maximumLength: maximumFile)
    else { return nil }
    do throws(CredentialsFileErrors) {
      return try CredentialsFile.read(Array(file.text.utf8))
    } catch {
      for problem in error.problems {
        reader.report(
          .invalidCredentials(path: path, line: problem.line, reason: problem.reason))
      }
      return nil
    }
  }
}
