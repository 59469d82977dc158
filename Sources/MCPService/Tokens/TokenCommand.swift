package import Support
private import Auth
private import JSON
private import JOSE
private import Crypto

/// The subcommand `token`: issues, verifies and shows tokens at the terminal. It prints why a token
/// is refused.
package struct TokenCommand {
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
  package func issue(to user: String, permissions: [String], seconds: Int?) async -> CommandOutput {
    await withIssuer { issuer in
      let known = permissions.compactMap(Permission.init(known:))
      guard known.count == permissions.count else {
        let names = Permission.known.map(\.rawValue).joined(separator: " ")
        return .usage("--permissions takes one or more of these: \(names)")
      }
      do throws(IssueFailure) {
        let pair = try await issuer.issue(
          to: user, permissions: permissions.isEmpty ? nil : PermissionSet(known),
          lifetime: seconds)
        return CommandOutput(text: pair.accessToken.exposed)
      } catch {
        if case .invalidLifetime(let maximum) = error {
          let range = "--expires-in takes whole seconds from 1 to \(maximum.components.seconds)"
          return .failed("\(range), which \(Settings.lifetime.name) sets")
        }
        return .failed(error.sentence)
      }
    }
  }

  /// Prints the claims as one line of JSON, or the reason why the token is refused.
  package func verify(_ token: String) async -> CommandOutput {
    await withIssuer { issuer in
      do throws(AuthenticationError) {
        // The server verifies in the same way before it runs a tool.
        _ = try await issuer.verifier.verify(Secret(token), as: .accessToken)
        return CommandOutput(text: Self.text(of: token).payload)
      } catch {
        return .failed("does not verify: \(error.reason)")
      }
    }
  }

  /// Prints the header and the claims before it verifies them, then the result of the verification.
  package func inspect(_ token: String) async -> CommandOutput {
    let (header, payload) = Self.text(of: token)
    let verdict = await verify(token)
    return CommandOutput(
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

  private func withIssuer(_ use: (TokenIssuer) async -> CommandOutput) async -> CommandOutput {
    do throws(ConfigurationErrors) {
      let configuration = try JWTConfiguration.read(
        environment: environment, file: environmentFile, after: .none)
      return await use(
        TokenIssuer(
          configuration.settings, store: InMemoryTokenStore(), now: now,
          random: RandomBytes.make))
    } catch {
      return .misconfigured(name, error.all)
    }
  }
}
