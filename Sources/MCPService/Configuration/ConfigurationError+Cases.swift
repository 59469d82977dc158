package import Auth
private import JOSE
private import Support

/// The errors that a configuration can have. The file is longer than most: it is a list.
extension ConfigurationError {
  // MARK: Values

  /// A value that does not have the form of its setting.
  package static func invalidValue(of setting: SettingDeclaration) -> ConfigurationError {
    let exactly =
      switch setting.kind {
      case .flag, .choice: "exactly "
      case .number, .duration, .list, .text, .secret, .file: ""
      }
    let fix =
      switch setting.fallback {
      case .value, .words: "for the default: unset \(setting.name)"
      case .none: "correct it, or unset \(setting.name)"
      case .needed: "correct it"
      }
    return ConfigurationError(setting.name, "must be \(exactly)\(setting.form)", fix: fix)
  }

  /// The contents of a file in place of its path. They are not repeated (ATTACKS S23).
  package static func contentsForPath(variable: String) -> ConfigurationError {
    ConfigurationError(
      variable, "has JSON, but the value is the path of a JSON file",
      fix: "write the JSON into a file, and set the variable to its path")
  }

  package static func notUTF8(variable: String) -> ConfigurationError {
    ConfigurationError(variable, "is not UTF-8 text", fix: "write it again, or unset \(variable)")
  }

  /// An empty setting whose absence would allow more.
  package static func emptyGuard(variable: String) -> ConfigurationError {
    ConfigurationError(
      variable, "is empty, and the server allows more without it",
      fix: "give it a value, or unset \(variable)")
  }

  package static func missingCounterpart(variable: String, of other: String) -> ConfigurationError {
    ConfigurationError(
      variable, "is not set, but \(other) is", fix: "set both, or unset \(other)")
  }

  // MARK: Secrets

  package static func invalidSecret(variable: String, _ fault: SecretForm.Fault)
    -> ConfigurationError
  {
    ConfigurationError(variable, fault.problem, fix: fault.remedy)
  }

  /// No API key, in a server that has no other credential.
  package static func missingKey(variable: String) -> ConfigurationError {
    ConfigurationError(
      variable, "is not set, so nobody could call the tools",
      fix: "set it to \(newSecret), or \(Settings.requiresAuthentication.name)=false \(toRunOpen)")
  }

  package static func invalidKey(variable: String, _ error: APIKeyError) -> ConfigurationError {
    let fix =
      switch error {
      case .tooShort: "replace it with \(newSecret)\(orAllowWeak)"
      case .reference: "write what the command prints"
      case .space: "remove it"
      case .empty(let place) where place > 1: "remove the comma"
      case .empty, .tooLong, .notVisibleASCII, .inQuotes, .placeholder:
        "replace it with \(newSecret)"
      }
    return ConfigurationError(variable, error.reason, fix: fix)
  }

  package static func missingSecret(variable: String) -> ConfigurationError {
    ConfigurationError(variable, "is not set", fix: "set it to \(newSecret)")
  }

  package static func emptySecret(variable: String) -> ConfigurationError {
    ConfigurationError(variable, "is empty", fix: "set it to \(newSecret)")
  }

  package static func placeholderCredential(variable: String) -> ConfigurationError {
    ConfigurationError(
      variable, "is a placeholder that nobody filled in",
      fix: "set it to the secret that the other service issued")
  }

  package static func placeholderSecret(variable: String) -> ConfigurationError {
    ConfigurationError(
      variable, "is a placeholder that nobody filled in", fix: "set it to \(newSecret)")
  }

  package static func shortSecret(variable: String) -> ConfigurationError {
    ConfigurationError(
      variable, "has less than \(HMACKey.minimumLength) bytes",
      fix: "set it to \(newSecret)\(orAllowWeak)")
  }

  package static func shortSealingKey(variable: String) -> ConfigurationError {
    ConfigurationError(variable, "has less than 32 bytes", fix: "set it to \(newSecret)")
  }

  /// A holder of the other secret, such as a model with an API key, could sign any token.
  package static func sameSecret(variable: String, other: String) -> ConfigurationError {
    ConfigurationError(
      variable, "\(other) holds the same secret", fix: "set one of them to \(newSecret)")
  }

  package static func invalidPassword(variable: String, problem: String) -> ConfigurationError {
    ConfigurationError(variable, problem, fix: "set it to the output of: openssl rand -hex 12")
  }

  package static let noCredentials = ConfigurationError(
    Settings.apiKey.name, "no credential is configured, so nobody could call the tools",
    fix: """
      set it or \(Settings.tokenSecret.name) to \(newSecret), or set \
      \(Settings.basicUser.name) and \(Settings.basicPassword.name), or \
      \(Settings.credentials.name), or \(Settings.requiresAuthentication.name)=false \(toRunOpen)
      """)

  // MARK: Files

  /// The value may be a secret in the wrong place, so it is not repeated (ATTACKS S23).
  package static func unreadableFile(variable: String, path: String) -> ConfigurationError {
    let isAbsolute = path.utf8.first == UInt8(ascii: "/")
    return ConfigurationError(
      variable, "names no file that this process can read",
      fix: isAbsolute
        ? "correct the path or the permissions"
        : "correct the path, which starts at the directory in which the server was started")
  }

  package static func noCertificate(variable: String) -> ConfigurationError {
    ConfigurationError(
      variable, "names a file without a certificate in PEM",
      fix: "name the file with the certificates of your authority")
  }

  /// A FIFO, a device, a directory or a socket.
  package static func notRegularFile(variable: String, path: String, _ kind: FileKind)
    -> ConfigurationError
  {
    ConfigurationError(
      variable, "\(quoted(path)) is not a regular file", fix: "name \(kind.form)")
  }

  package static func fileTooLarge(variable: String, path: String, _ kind: FileKind)
    -> ConfigurationError
  {
    ConfigurationError(
      variable, "\(quoted(path)) is larger than \(kind.maximumLength) bytes",
      fix: "name \(kind.form)")
  }

  package static func fileNotUTF8(variable: String, path: String, _ kind: FileKind)
    -> ConfigurationError
  {
    ConfigurationError(variable, "\(quoted(path)) is not UTF-8 text", fix: "name \(kind.form)")
  }

  /// On SIGHUP: the file had a line end at its end, and has none.
  package static func incompleteFile(variable: String, path: String) -> ConfigurationError {
    ConfigurationError(
      variable, "\(quoted(path)) had a line end at its end and has none, so it may be half written",
      fix: "write it whole, with a line end, and send SIGHUP again")
  }

  package static func invalidUsers(path: String, problem: String) -> ConfigurationError {
    ConfigurationError(
      Settings.users.name, "\(quoted(path)) \(problem)", fix: "write \(FileKind.users.form)")
  }

  package static func invalidCredentials(path: String, line: Int, problem: String)
    -> ConfigurationError
  {
    ConfigurationError(
      Settings.credentials.name, "line \(line) of \(quoted(path)): \(problem)",
      fix: "see it with: sed -n \(line)p \(quoted(path))")
  }

  package static func invalidCertificate(variable: String, problem: String) -> ConfigurationError {
    ConfigurationError(variable, problem, fix: "for one on this machine: make cert")
  }

  // MARK: Names

  /// A name that an earlier line has set.
  package static func repeatedInFile(path: String, line: Int, first: Int) -> ConfigurationError {
    ConfigurationError(
      environmentFile, "line \(line) of \(quoted(path)) sets what line \(first) sets",
      fix: "remove one of them")
  }

  private static let environmentFile = "--env-file"

  package static func invalidLine(path: String, line: Int) -> ConfigurationError {
    ConfigurationError(
      environmentFile, "line \(line) of \(quoted(path)) is not NAME=VALUE",
      fix: "see it with: sed -n \(line)p \(quoted(path))")
  }

  package static func misspelledInFile(path: String, line: Int, name: String, nearest: String)
    -> ConfigurationError
  {
    ConfigurationError(
      environmentFile, "line \(line) of \(quoted(path)): \(name) is not a setting",
      fix: "did you mean \(nearest)?")
  }

  /// The name is not repeated: it may be a secret in the wrong place.
  package static func unknownInFile(path: String, line: Int) -> ConfigurationError {
    ConfigurationError(
      environmentFile,
      "line \(line) of \(quoted(path)) sets what is not a setting of this server",
      fix: "remove the line: --help lists the settings")
  }

  package static func misspelledVariable(name: String, nearest: String) -> ConfigurationError {
    ConfigurationError(
      name, "is not a setting", fix: "did you mean \(nearest)? Rename it, or unset it")
  }

  /// A setting of another server that would not do here what it says.
  package static func refused(variable: String, by executable: String) -> ConfigurationError {
    ConfigurationError(
      variable, "has no place in \(executable), which accepts only tokens of the identity provider",
      fix: "unset it")
  }

  // MARK: An identity provider

  /// A setting without which the server cannot start.
  package static func missing(_ setting: SettingDeclaration) -> ConfigurationError {
    ConfigurationError(
      setting.name, "is not set", fix: "set it to \(setting.form)")
  }

  /// - Parameter problem: what the URL must be.
  package static func invalidURL(of setting: SettingDeclaration, problem: String)
    -> ConfigurationError
  {
    ConfigurationError(
      setting.name, problem, fix: "set it to a URL such as \(setting.example ?? "")")
  }

  /// The address of a document that names the issuer, in place of the issuer.
  package static func metadataForIssuer(of setting: SettingDeclaration) -> ConfigurationError {
    ConfigurationError(
      setting.name, "is the address of the metadata, not the issuer",
      fix: "set it to what issuer is in this document, often the text before /.well-known")
  }

  /// Two settings that exclude each other.
  package static func exclusive(_ one: String, _ other: String) -> ConfigurationError {
    ConfigurationError(one, "\(other) is also set", fix: "unset one of them")
  }

  /// A file whose contents are not of its form.
  package static func invalidFile(
    of setting: SettingDeclaration, path: String, problem: String
  ) -> ConfigurationError {
    ConfigurationError(
      setting.name, "\(quoted(path)): \(problem)", fix: "write \(setting.form)")
  }

  // MARK: Plain HTTP

  /// Credentials that everyone on the network path could read.
  package static func plaintext(host: String) -> ConfigurationError {
    ConfigurationError(
      "--host", "\(quoted(host)) without TLS would expose every credential on the network",
      fix: """
        set \(Settings.certificate.name) and \(Settings.privateKey.name) (make cert makes a pair), \
        or \(Settings.trustedProxies.name) if a proxy ends TLS, or \
        \(Settings.allowsPlaintext.name)=true
        """)
  }

  // MARK: Parts

  private static let newSecret = "the output of: openssl rand -hex 32"
  private static let orAllowWeak = ", or set \(Settings.allowsWeakSecrets.name)=true"
  private static let toRunOpen = "to run open"
}
