import OAuth
import OAuthClient
import Testing

@testable import Bridge

struct LoginCommandTests {
  /// The command that helps is one that works where the sentence is shown.
  @Test(
    arguments: [
      (
        .userAgent(.notInteractive),
        "A sign-in is needed, and no browser can be opened here. Run: b login --no-browser https://s/"
      ),
      (
        .tokenRefused(.invalidGrant),
        "The authorization server does not accept this sign-in. Sign in again. Run: b login https://s/"
      ),
      (.userAgent(.timeout), "The sign-in in the browser took too long. Try again."),
      (
        .userAgent(.noRedirect),
        "No address of this sign-in was pasted. Run the command again in a terminal."
      ),
    ] as [(OAuthClientError, String)])
  func namesTheCommand(_ error: OAuthClientError, _ sentence: String) {
    #expect(LoginCommand(program: "b", url: "https://s/").sentence(for: error) == sentence)
  }
}
