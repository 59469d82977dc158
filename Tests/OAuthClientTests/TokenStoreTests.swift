import OAuthClient
import Testing

struct TokenStoreErrorTests {
  @Test func errorsDiffer() { #expect(TokenStoreError.wrongKey != .unavailable) }
}
