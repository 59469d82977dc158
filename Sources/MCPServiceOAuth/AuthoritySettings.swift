internal import Auth
internal import HTTPClient
internal import MCPService
internal import ResourceServer
internal import Support

/// Which authority decides about the calls of tools.
enum AuthoritySettings: Sendable {
  case service(url: String, token: Secret?)
  case file(FileAuthority)

  /// `nil` for a file.
  var url: String? { if case .service(let url, _) = self { url } else { nil } }

  func authority(over http: any HTTPClient) -> any Authority {
    switch self {
    case .service(let url, let token): AuthZENAuthority(url: url, token: token, http: http)
    case .file(let authority): authority
    }
  }

  /// - Returns: `nil` if there is no authority, or if an error was reported.
  static func read(from reader: inout EnvironmentReader, allowsLoopback: Bool)
    -> AuthoritySettings?
  {
    let url = reader.url(Settings.authorityURL, allowsLoopback)
    let token = reader.credential(Settings.authorityToken)
    if reader.isSet(Settings.authorityURL.declaration),
      reader.isSet(Settings.authorityFile.declaration)
    {
      reader.report(.exclusive(Settings.authorityURL.name, Settings.authorityFile.name))
      return nil
    }
    if let url { return .service(url: url, token: token?.secret) }
    if token != nil, !reader.isSet(Settings.authorityURL.declaration) {
      reader.report(
        .missingCounterpart(
          variable: Settings.authorityURL.name, of: Settings.authorityToken.name))
    }
    return reader.contents(of: Settings.authorityFile) { text throws(SettingsFileError) in
      .file(try FileAuthority(file: text))
    }
  }
}
