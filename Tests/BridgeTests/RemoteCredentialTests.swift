import Bridge
import Testing

struct RemoteCredentialTests {
  @Test func anErrorIsASentence() {
    #expect(RemoteCredentialError(sentence: "Sign in.").sentence == "Sign in.")
  }
}
