package import Support
private import Auth
private import JSON
private import JOSE
private import Crypto

/// The subcommand `token`: issues, verifies and shows tokens at the terminal. It prints why a token
/// is refused.
package struct TokenCommand {
  /// The output of the command, and its exit status.
  package struct Output: Equatable {
    package var text = ""
    package var errors = ""
    package var status: Int32 = 0
  }

  private let name: String
  private let environment: Environment
  private let environmentFile: String?
  private let now: @Sendable () -> WallTime

  /// - Parameter name: the name of the executable, which starts each configuration error.
  package init(
    name: String, environment: Environment, environmentFile: String?,
    now: @escaping @Sendable () -> WallTime = WallTime.now
  ) {
    self.name = name
    self.environment = environment
    self.environmentFile = environmentFile
    self.now = now
  }

  /// Issues an access token. It issues no refresh token: only the process that issues one accepts
  /// it.
  package func issue(to user: String, permissions: [String], seconds: Int?) async -> Output {
    await withIssuer { issuer in
      let known = permissions.compactMap(Permission.init(known:))
      guard known.count == permissions.count else {
        let names = Permission.known.map(\.rawValue).joined(separator: " ")
        return Output(errors: "--permissions takes one or more of these: \(names)", status: 64)
      }
      do throws(IssueFailure) {
        let pair = try await issuer.issue(
          to: user, permissions: permissions.isEmpty ? nil : PermissionSet(known),
          lifetime: seconds)
        return Output(text: pair.accessToken.exposed)
      } catch {
        if case .invalidLifetime(let maximum) = error {
          let range = "--expires-in takes whole seconds from 1 to \(maximum.components.seconds)"
          return Output(errors: "\(range), which \(Settings.lifetime.name) sets", status: 1)
        }
        return Output(errors: error.sentence, status: 1)
      }
    }
  }

  /// Prints the claims as one line of JSON, or the reason why the token is refused.
  package func verify(_ token: String) async -> Output {
    await withIssuer { issuer in
      do throws(AuthenticationError) {
        // The server verifies in the same way before it runs a tool.
        _ = try await issuer.verifier.verify(Secret(token), as: .accessToken)
        return Output(text: Self.text(of: token).payload)
      } catch {
        return Output(errors: "does not verify: \(error.reason)", status: 1)
      }
    }
  }

  /// Prints the header and the claims before it verifies them, then the result of the verification.
  package func inspect(_ token: String) async -> Output {
    let (header, payload) = Self.text(of: token)
    let verdict = await verify(token)
    return Output(
      text: "header   \(header)\npayload  \(payload)\n"
        + (verdict.status == 0 ? "verifies" : verdict.errors),
      status: verdict.status)
  }

  private static func text(of token: String) -> (header: String, payload: String) {
    do throws(JWTError) {
      let token = try CompactJWS(token)
      return (readable(token.header), readable(token.payload))
    } catch {
      return ("(\(error.reason))", "(\(error.reason))")
    }
  }

  /// Only printable ASCII, so that a token cannot send escape sequences to the terminal.
  private static func readable(_ json: [UInt8]) -> String {
    guard let value = try? JSONParser.parse(json) else { return "(not strict JSON)" }
    return String(decoding: value.serialized(escaping: .nonASCII), as: UTF8.self)
  }

  private func withIssuer(_ use: (TokenIssuer) async -> Output) async -> Output {
    do throws(ConfigurationErrors) {
      let configuration = try JWTConfiguration.read(
        environment: environment, file: environmentFile, after: .none)
      return await use(
        TokenIssuer(
          configuration.settings, store: InMemoryTokenStore(), now: now,
          random: RandomBytes.make))
    } catch {
      let lines = error.all.map { "\(name): \($0.description)" }
      return Output(errors: lines.joined(separator: "\n"), status: ConfigurationError.exitStatus)
    }
  }
}
