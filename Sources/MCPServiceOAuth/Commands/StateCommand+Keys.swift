internal import AuthorizationServer
private import JOSE
package import MCPService
private import State
private import Support

extension StateCommand {
  /// Makes a new signing key and retires the others. Their access tokens stay valid until they expire.
  /// - Parameter isForced: also if no key of the settings opens what is stored. Then the tokens of the
  ///   old keys end at once.
  package func rotateKeys(isForced: Bool) -> CommandOutput {
    withState { (state, reader) throws(StateError) in
      let seals = AuthorizationSettings.readSeals(&reader)
      guard reader.errors.isEmpty else { return .misconfigured(name, reader.errors) }
      let keys = SigningKeys(state, seals: seals, overlap: AuthorizationService.overlap)
      do throws(SigningKeys.Failure) {
        let lost = try keys.rotate(now: now(), isForced: isForced)
        let new = "new tokens are signed with the key \(try keys.current(now: now()).id)"
        return CommandOutput(
          text: lost == 0
            ? "\(new); those of the key before stay valid until they expire"
            : "\(new); those of the key before are valid no more, and clients refresh them")
      } catch {
        switch error {
        case .state(let error): throw error
        case .sealed:
          return .misconfigured(
            name,
            [
              ConfigurationError(
                Settings.stateKey.name,
                "the signing keys are sealed with another key, so a server with that one could not "
                  + "use the new key",
                fix: "set the key of the server, or add --force if it is lost")
            ])
        }
      }
    }
  }
}

extension ConfigurationError {
  /// The state key does not open the signing keys, at the start of the server.
  static let sealedKeys = ConfigurationError(
    Settings.stateKey.name,
    "the signing keys in \(Settings.state.name) were not sealed with this key",
    fix: "set the key that sealed them, or make a new one with: CalculatorOAuth keys rotate")
}
