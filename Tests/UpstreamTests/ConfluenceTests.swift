import CalculatorCore
import HTTPClient
import JSON
import Testing

@testable import Upstream

/// The requests to Confluence and what becomes of its responses.
struct ConfluenceTests {
  private static let page = StorageTableTests.column("1.5", "&nbsp;2")

  private static func body(_ value: String, _ representation: String = "storage") -> String {
    let text = String(decoding: JSONValue.string(value).serialized(), as: UTF8.self)
    return """
      {"id":"3965072","type":"page","status":"current","title":"A","body":{"storage":{"value":\(text),\
      "representation":"\(representation)","_expandable":{"content":"x"}},"_expandable":{}}}
      """
  }

  private static func sum(
    _ service: FakeService, _ edition: AtlassianEdition = .dataCenter,
    pageID: String = "3965072", column: String = "Points"
  ) async -> Result<String, UpstreamError> {
    let confluence = Confluence(
      FakeService.access(service: .confluence, root: "https://wiki.example/root"),
      edition: edition, http: service)
    return await result { () async throws(UpstreamError) in
      try await confluence.sumTableColumn(pageID: pageID, column: column).description
    }
  }

  private static let fields = "\nAccept: application/json\nAuthorization: Bearer the-token"

  @Test(
    arguments: zip(
      [AtlassianEdition.cloud, .dataCenter],
      [
        "wiki/api/v2/pages/3965072?body-format=storage",
        "rest/api/content/3965072?expand=body.storage",
      ]))
  func theRequest(_ edition: AtlassianEdition, _ url: String) async {
    let service = FakeService.always(FakeService.json(Self.body(Self.page)))
    #expect(await Self.sum(service, edition) == .success("3.5"))
    #expect(service.requests == ["GET https://wiki.example/root/\(url)\(Self.fields)"])
    #expect(service.clients == [FakeService.client])
  }

  @Test func theLongestArguments() async {
    let service = FakeService.always(FakeService.json(Self.body(Self.page)))
    #expect(
      await Self.sum(service, pageID: String(repeating: "9", count: 20)) == .success("3.5"))
    #expect(
      await Self.sum(service, column: String(repeating: "\u{E9}", count: 128))
        == .failure(StorageTableTests.noColumn))
    #expect(service.requests.count == 2)
  }

  // MARK: Arguments that are not sent

  /// ATTACKS O134
  @Test(
    arguments: [
      "", "../1", "1/../2", "1%2F2", "1\n", "1\0", "1 ", "-1", "1?expand=version", "1#", "\u{661}",
      "1\u{301}", "0x1", "~a", String(repeating: "9", count: 21),
    ])
  func anIDThatIsNone(_ id: String) async {
    let service = FakeService.always(FakeService.json(Self.body(Self.page)))
    #expect(
      await Self.sum(service, pageID: id)
        == .failure(.invalidArgument("The id of the page must have 1 to 20 digits.")))
    #expect(service.requests.isEmpty)
  }

  /// ATTACKS O134
  @Test(
    arguments: [
      "", "Points\n", "a\0b", "a\tb", "\u{7F}", "\u{85}", String(repeating: "a", count: 257),
      String(repeating: "\u{E9}", count: 129),
    ])
  func aColumnThatIsNone(_ column: String) async {
    let service = FakeService.always(FakeService.json(Self.body(Self.page)))
    #expect(
      await Self.sum(service, column: column)
        == .failure(
          .invalidArgument(
            "The name of the column must have 1 to 256 bytes and no control characters.")))
    #expect(service.requests.isEmpty)
  }

  @Test(arguments: [" ", "   ", "\u{A0}", " \u{A0} "])
  func aColumnOfSpaces(_ column: String) async {
    let page = "<table><tr><th> </th></tr><tr><td>5</td></tr></table>"
    let service = FakeService.always(FakeService.json(Self.body(page)))
    #expect(
      await Self.sum(service, column: column)
        == .failure(
          .invalidArgument("The name of the column must have other characters than spaces.")))
    #expect(service.requests.isEmpty)
  }

  // MARK: Responses

  struct Response: CustomTestStringConvertible {
    let testDescription: String
    let answer: FakeService.Answer
    let error: UpstreamError
  }

  static let responses = [
    Response(
      testDescription: "no body", answer: FakeService.json(#"{"id":"1","title":"A"}"#),
      error: .invalidResponse),
    Response(
      testDescription: "an empty body", answer: FakeService.json(#"{"id":"1","body":{}}"#),
      error: .invalidResponse),
    Response(
      testDescription: "no value",
      answer: FakeService.json(#"{"body":{"storage":{"representation":"storage"}}}"#),
      error: .invalidResponse),
    Response(
      testDescription: "a value that is no text",
      answer: FakeService.json(#"{"body":{"storage":{"representation":"storage","value":5}}}"#),
      error: .invalidResponse),
    Response(
      testDescription: "another representation", answer: FakeService.json(body(page, "view")),
      error: .invalidResponse),
    Response(
      testDescription: "no representation",
      answer: FakeService.json(#"{"body":{"storage":{"value":"<p/>"}}}"#), error: .invalidResponse),
    Response(
      testDescription: "an array", answer: FakeService.json("[]"), error: .invalidResponse),
    Response(
      testDescription: "a page that is not well-formed", answer: FakeService.json(body("<p>")),
      error: .invalidResponse),
    Response(
      testDescription: "a page with a DOCTYPE",
      answer: FakeService.json(body("<!DOCTYPE p>" + page)),
      error: .invalidResponse),
    Response(
      testDescription: "a page without the column", answer: FakeService.json(body("<p/>")),
      error: StorageTableTests.noColumn),
    Response(
      testDescription: "no such page",
      answer: .success(FakeService.response(status: 404, "{}")), error: .notFound),
    Response(testDescription: "no connection", answer: .failure(.unreachable), error: .unavailable),
  ]

  @Test(arguments: responses)
  func aResponseWithoutASum(_ row: Response) async {
    #expect(await Self.sum(FakeService.always(row.answer)) == .failure(row.error))
  }
}
