private import Support
import Testing

@testable import HTTPClient

struct OutboundErrorTests {
  /// The log shows the reason, so no two errors share one.
  @Test func eachErrorHasItsReason() {
    let all: [OutboundError] = [
      .refusedURL, .refusedAddress, .overloaded, .timeout, .tooLarge, .insecure, .unreachable,
    ]
    #expect(Set(all.map(\.reason)).count == all.count)
  }
}
