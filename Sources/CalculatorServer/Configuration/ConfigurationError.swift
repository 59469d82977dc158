private import Support
package import Auth

/// What keeps a server from starting: one line that says what is wrong, where, and what mends it.
package enum ConfigurationError: Error, Sendable, Equatable {
  case missingKey(variable: String)
  case invalidKey(variable: String, APIKeyError)
  case bothSet(variable: String)
  case unreadableFile(variable: String, path: String)
  /// A FIFO, a device, a directory or a socket.
  case notRegularFile(variable: String, path: String, FileKind)
  case fileTooLarge(variable: String, path: String, FileKind)
  case fileNotUTF8(variable: String, path: String, FileKind)
  /// On SIGHUP: the file had a line end at its end, and has none.
  case incompleteFile(variable: String, path: String)
  case notOneOf(variable: String, allowed: [String])
  case invalidLine(path: String, line: Int)
  /// A name that an earlier line has set.
  case repeatedInFile(path: String, line: Int, first: Int)
  /// A name that is a setting but for a few letters, or none of ours; what is none of ours is not
  /// repeated, since it may be a secret in the wrong place.
  case misspelledInFile(path: String, line: Int, name: String, nearest: String)
  case unknownInFile(path: String, line: Int)
  case misspelledVariable(name: String, nearest: String)
  /// A value that is not UTF-8.
  case notUTF8(variable: String)
  /// A setting that is empty and whose absence would allow more.
  case emptyGuard(variable: String)
  /// A secret with something around it or in it that does not belong there.
  case invalidSecret(variable: String, SecretForm.Fault)
  case invalidPassword(variable: String, reason: String)
  case missingSecret(variable: String)
  /// A secret that is empty, a placeholder, or under 32 bytes.
  case emptySecret(variable: String)
  case placeholderSecret(variable: String)
  case shortSecret(variable: String)
  /// Whoever may ask for a token, and so the model, could sign any token.
  case sameSecret(variable: String, other: String)
  case invalidDuration(variable: String, maximum: String)
  /// A text that is empty, longer than 256 bytes, or has control characters.
  case invalidName(variable: String)
  case invalidUsers(path: String, problem: String)
  case invalidNumber(variable: String, range: ClosedRange<Int>)
  /// A value of a form of its own: what it must be, in words.
  case invalidValue(variable: String, reason: String)
  case invalidCertificate(variable: String, reason: String)
  case missingCounterpart(variable: String, of: String)
  case noCredentials
  case invalidCredentials(path: String, line: Int, reason: String)
  /// Credentials that anybody on the way could read.
  case plaintext(host: String)

  /// `EX_CONFIG` of sysexits.h.
  package static let exitStatus: Int32 = 78

  package var description: String {
    switch self {
    case .missingKey(let variable):
      "\(variable) is not set: nobody could call the tools; set it to \(Self.newKey), "
        + "or CALCULATOR_REQUIRE_AUTH=false to run open"
    case .invalidKey(let variable, let error):
      switch error {
      case .tooShort:
        "\(variable): \(error.reason); make a good one with \(Self.newKey), "
          + "or set CALCULATOR_ALLOW_WEAK_SECRETS=true"
      case .reference, .space: "\(variable): \(error.reason)"
      case .empty(let place) where place > 1: "\(variable): \(error.reason)"
      case .empty, .tooLong, .notVisibleASCII, .inQuotes, .placeholder:
        "\(variable): \(error.reason); make a good one with \(Self.newKey)"
      }
    case .bothSet(let variable):
      "\(variable) and \(variable)_FILE are both set: unset one of them"
    case .unreadableFile(let variable, let path):
      // The value may be a secret in the wrong place, so it is not repeated. ATTACKS S23
      "\(variable) must name a file that this process can read, and names none"
        + (path.utf8.first == UInt8(ascii: "/")
          ? "" : "; a relative path starts at the directory in which the server was started")
    case .notRegularFile(let variable, let path, let kind):
      "\(variable): \(Self.quoted(path)) is not a regular file; \(kind.advice)"
    case .fileTooLarge(let variable, let path, let kind):
      "\(variable): \(Self.quoted(path)) is larger than \(kind.maximumLength) bytes; \(kind.advice)"
    case .fileNotUTF8(let variable, let path, let kind):
      "\(variable): \(Self.quoted(path)) is not UTF-8 text; \(kind.advice)"
    case .incompleteFile(let variable, let path):
      "\(variable): \(Self.quoted(path)) had a line end at its end and has none, so it may be half "
        + "written; write it whole, with a line end, and send SIGHUP again"
    case .repeatedInFile(let path, let line, let first):
      "--env-file: line \(line) of \(Self.quoted(path)) sets what line \(first) sets; "
        + "remove one of them"
    case .misspelledInFile(let path, let line, let name, let nearest):
      "--env-file: line \(line) of \(Self.quoted(path)): \(name) is not a setting; "
        + "did you mean \(nearest)?"
    case .unknownInFile(let path, let line):
      "--env-file: line \(line) of \(Self.quoted(path)) sets what is not a setting of this server; "
        + "remove the line: --help lists the settings"
    case .misspelledVariable(let name, let nearest):
      "\(Self.safe(name)) is not a setting; did you mean \(nearest)? Rename it, or unset it"
    case .notUTF8(let variable): "\(variable) is not UTF-8 text: write it again, or unset it"
    case .emptyGuard(let variable):
      "\(variable) is empty, and without it more is allowed: set it, or unset it"
    case .invalidSecret(let variable, let fault): "\(variable) \(fault.reason)"
    case .invalidPassword(let variable, let reason):
      "\(variable) \(reason); set it to the output of: openssl rand -hex 12"
    case .notOneOf(let variable, let allowed):
      "\(variable) must be exactly \(allowed.joined(separator: " or ")); "
        + "for the default: unset \(variable)"
    case .missingSecret(let variable): "\(variable) is not set: set it to \(Self.newSecret)"
    case .emptySecret(let variable): "\(variable) is empty: set it to \(Self.newSecret)"
    case .placeholderSecret(let variable):
      "\(variable) is a placeholder that nobody filled in; set it to \(Self.newSecret)"
    case .shortSecret(let variable):
      "\(variable) has less than 32 bytes; set it to \(Self.newSecret), "
        + "or set CALCULATOR_ALLOW_WEAK_SECRETS=true"
    case .sameSecret(let variable, let other):
      "\(variable) and \(other) hold the same secret: set one of them to \(Self.newSecret)"
    case .invalidDuration(let variable, let maximum):
      "\(variable) must be a number with s, m, h or d behind it, at most \(maximum); "
        + "for the default: unset \(variable)"
    case .invalidName(let variable):
      "\(variable) must have 1 to 256 bytes and no control characters; "
        + "for the default: unset \(variable)"
    case .invalidUsers(let path, let problem):
      "CALCULATOR_USERS: \(Self.quoted(path)) \(problem); "
        + "write it like {\"anshika\": \"advanced\"}"
    case .invalidNumber(let variable, let range):
      "\(variable) must be a whole number from \(range.lowerBound) to \(range.upperBound); "
        + "for the default: unset \(variable)"
    case .invalidValue(let variable, let reason):
      "\(variable) \(reason); for the default: unset \(variable)"
    case .invalidCertificate(let variable, let reason):
      "\(variable) \(reason); for one on this machine: make cert"
    case .missingCounterpart(let variable, let other):
      "\(other) is set and \(variable) is not: set both, or unset \(other)"
    case .noCredentials:
      "no credential is configured, so nobody could call the tools: set CALCULATOR_API_KEY or "
        + "JWT_SECRET to \(Self.newKey), or CALCULATOR_BASIC_USER and CALCULATOR_BASIC_PASSWORD, "
        + "or CALCULATOR_CREDENTIALS, or CALCULATOR_REQUIRE_AUTH=false to run open"
    case .invalidCredentials(let path, let line, let reason):
      "CALCULATOR_CREDENTIALS: line \(line) of \(Self.quoted(path)): \(reason); "
        + "see it with: sed -n \(line)p \(Self.quoted(path))"
    case .plaintext(let host):
      "--host \(Self.quoted(host)) without TLS would show every credential to whoever is on the "
        + "way: set CALCULATOR_TLS_CERT and CALCULATOR_TLS_KEY (make cert makes a pair), or "
        + "CALCULATOR_TRUSTED_PROXIES for what ends TLS before, or CALCULATOR_ALLOW_PLAINTEXT=true"
    case .invalidLine(let path, let line):
      "--env-file: line \(line) of \(Self.quoted(path)) is not NAME=VALUE; "
        + "see it with: sed -n \(line)p \(Self.quoted(path))"
    }
  }

  /// For the key that signs tokens (RFC 7518 §3.2: as long as the hash).
  private static let newSecret = "the output of: openssl rand -hex 32"
  private static let newKey = "the output of: openssl rand -hex 32"

  /// A path comes from outside: it must not break the line or drive the terminal.
  private static func quoted(_ path: String) -> String { "'\(safe(path))'" }

  private static func safe(_ text: String) -> String {
    let safe = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control || scalar == "'" ? "?" : Character(scalar)
    }
    return String(safe)
  }
}
