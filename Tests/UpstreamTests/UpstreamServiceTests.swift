import Support
import Testing

@testable import Upstream

/// Which field of a request has the credential for which service.
struct UpstreamServiceTests {
  @Test(
    arguments: zip(
      UpstreamService.allCases, ["X-Jira-Token", "X-Confluence-Token", "X-Jenkins-Token"]))
  func eachServiceHasItsField(_ service: UpstreamService, _ field: String) {
    #expect(service.tokenField == field)
  }
}
