private import OAuth
internal import OAuthClient
private import Support

/// The access token of an OAuth session, as the remote server gets it (RFC 6750 §2.1).
struct OAuthCredential: RemoteCredential {
  private static let name = "Authorization"
  private static let scheme = "Bearer "

  let session: OAuthSession
  let login: LoginCommand

  func fields() async throws(RemoteCredentialError) -> [(name: String, value: String)] {
    do throws(OAuthClientError) {
      let token = try await session.accessToken()
      return token.map { [(Self.name, Self.scheme + $0.exposed)] } ?? []
    } catch {
      throw failure(error)
    }
  }

  func isRenewed(
    after status: Int, challenges: [String], sent fields: [(name: String, value: String)]
  ) async throws(RemoteCredentialError) -> Bool {
    let token = fields.first.map {
      Secret(String(Substring($0.value.utf8.dropFirst(Self.scheme.utf8.count))))
    }
    do throws(OAuthClientError) {
      return try await session.isRenewed(after: status, challenges: challenges, sent: token)
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: OAuthClientError) -> RemoteCredentialError {
    RemoteCredentialError(sentence: login.sentence(for: error))
  }
}

/// What the person types to sign in.
struct LoginCommand: Sendable {
  let program: String
  let url: String

  /// With the command, where it helps.
  func sentence(for error: OAuthClientError) -> String {
    switch error {
    case .userAgent(.notInteractive): "\(error.sentence) Run: \(program) login --no-browser \(url)"
    case .tokenRefused(.invalidGrant): "\(error.sentence) Run: \(program) login \(url)"
    default: error.sentence
    }
  }
}
