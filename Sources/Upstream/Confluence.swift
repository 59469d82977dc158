package import CalculatorCore
package import HTTPClient
private import JSON
private import Support

/// Adds the numbers of a table in a page.
///
/// Sources: developer.atlassian.com, "The Confluence Cloud REST API v2", Get page by id, and
/// "Confluence Server REST API", Expansions in the REST API. Both editions send the page in
/// `body.storage.value`.
package struct Confluence: Sendable {
  /// The longest name of a column, in bytes.
  static let maximumColumn = 256

  private let requests: UpstreamRequests
  private let edition: AtlassianEdition

  package init(_ access: UpstreamAccess, edition: AtlassianEdition, http: any HTTPClient) {
    requests = UpstreamRequests(access, http: http)
    self.edition = edition
  }

  /// The sum of a column of the first table of the page that has it, exactly.
  /// - Parameters:
  ///   - pageID: 1 to 20 digits.
  ///   - column: the text of its header. 1 to 256 bytes without control characters.
  /// - Throws: also what `StorageTable.sum` throws.
  package func sumTableColumn(
    pageID: String, column: String
  ) async throws(UpstreamError) -> Decimal {
    // CWE-22: nothing else becomes a segment of the path.
    guard 1...20 ~= pageID.utf8.count, pageID.utf8.allSatisfy(ASCII.isDigit) else {
      throw .invalidArgument("The id of the page must have 1 to 20 digits.")
    }
    // ASVS 2.2.1
    guard 1...Self.maximumColumn ~= column.utf8.count,
      !UpstreamRequests.hasControlCharacter(column)
    else {
      throw .invalidArgument(
        "The name of the column must have 1 to 256 bytes and no control characters.")
    }
    guard !CellText(column).bytes.isEmpty else {  // An empty header has no name.
      throw .invalidArgument("The name of the column must have other characters than spaces.")
    }
    let page =
      switch edition {
      case .cloud:
        try await requests.get(
          ["wiki", "api", "v2", "pages", pageID], query: [("body-format", "storage")])
      case .dataCenter:
        try await requests.get(
          ["rest", "api", "content", pageID], query: [("expand", "body.storage")])
      }
    guard let storage = page.object?["body"]?.object?["storage"]?.object,
      // Another representation is HTML.
      storage["representation"]?.string?.hasSameBytes(as: "storage") == true,
      let value = storage["value"]?.string
    else { throw .invalidResponse }
    return try StorageTable.sum(column: column, inStorage: Array(value.utf8))
  }
}
