import Testing

@testable import Upstream

/// Pages that attack the reader: the XML, its sizes and its bytes. The file is long because it has many
/// pages.
struct StorageAttackTests {
  typealias Page = StorageTableTests.Page

  private static let table = StorageTableTests.column("5")

  /// Each of these would be read if the page were a document of its own.
  static let documents = [
    Page(
      "an external entity",
      "<!DOCTYPE p [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
        + StorageTableTests.column("&e;"), .invalidResponse),
    Page(
      "a parameter entity",
      "<!DOCTYPE p [<!ENTITY % e SYSTEM \"http://a.example/\"> %e;]>" + table, .invalidResponse),
    Page(
      "entities of entities",
      "<!DOCTYPE p [<!ENTITY a \"55\"><!ENTITY b \"&a;&a;\"><!ENTITY c \"&b;&b;\">]>"
        + StorageTableTests.column("&c;"), .invalidResponse),
    Page("an external DTD", "<!DOCTYPE p SYSTEM \"http://a.example/\">" + table, .invalidResponse),
    Page("a small DOCTYPE", "<!doctype p>" + table, .invalidResponse),
    Page("a DOCTYPE after the table", table + "<!DOCTYPE p>", .invalidResponse),
    Page("a DOCTYPE in a cell", StorageTableTests.column("<!DOCTYPE p>5"), .invalidResponse),
    Page("an entity declaration", "<!ENTITY e \"5\">" + table, .invalidResponse),
    Page(
      "an XML declaration", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + table, .invalidResponse),
    Page("a short XML declaration", "<?xml version='1.0'?>" + table, .invalidResponse),
    Page("the end of the element around it", "</page>\(table)<page>", .invalidResponse),
    Page("a document after it", "</page><!DOCTYPE p><page>", .invalidResponse),
    Page("a processing instruction", "<?a <!DOCTYPE > ?>" + table, "5"),
    Page("a DOCTYPE in a comment", "<!-- <!DOCTYPE p> -->" + table, "5"),
    Page("a DOCTYPE in CDATA", "<![CDATA[<!DOCTYPE p>]]>" + table, "5"),
    Page("a table in a comment", "<!--\(table)-->", StorageTableTests.noColumn),
    Page("a table in CDATA", "<![CDATA[\(table)]]>", StorageTableTests.noColumn),
    Page(
      "a name with a prefix", "<x:table><tr><th>Points</th></tr><tr><td>5</td></tr></x:table>",
      StorageTableTests.noColumn),
  ]

  static let malformed = [
    Page("no end", "<table><tr><td>Points</td></tr>", .invalidResponse),
    Page("no end of the last element", table + "<p>", .invalidResponse),
    Page("another end", table + "</p>", .invalidResponse),
    Page("crossed", "<b><i></b></i>" + table, .invalidResponse),
    Page("no end of a tag", table + "<p", .invalidResponse),
    Page("no end of a comment", table + "<!-- a", .invalidResponse),
    Page("no end of CDATA", table + "<![CDATA[ a", .invalidResponse),
    Page("HTML", table + "<br>", .invalidResponse),
    Page("an ampersand", table + "a & b", .invalidResponse),
    Page("an attribute twice", table + "<p a='' a=''/>", .invalidResponse),
    Page("< in an attribute", table + "<p a='<'/>", .invalidResponse),
    Page("NUL", table + "\0", .invalidResponse),
    Page("NUL between digits", StorageTableTests.column("1\u{0}2"), .invalidResponse),
    Page("a reference to NUL", StorageTableTests.column("1&#0;2"), .invalidResponse),
    Page("the character of unknown entities", StorageTableTests.column("\u{1A}"), .invalidResponse),
    Page("a reference to it", StorageTableTests.column("&#x1A;"), .invalidResponse),
    Page("a cell outside a row", "<table><td>5</td></table>" + table, .invalidResponse),
    Page("a table outside a cell", "<table>\(table)</table>", .invalidResponse),
    Page("a paragraph in a row", "<table><tr><p/></tr></table>" + table, .invalidResponse),
  ]

  /// ATTACKS O137
  @Test(arguments: documents + malformed)
  func aPage(_ page: StorageTableTests.Page) {
    #expect(StorageTableTests.sum(Array(page.text.utf8)) == page.expected)
  }

  @Test(
    arguments: [
      [0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80],
      [0xFE, 0xFF, 0x00, 0x3C], [0xEF, 0xBF, 0xBF],
    ] as [[UInt8]])
  func bytesThatAreNoText(_ bytes: [UInt8]) {
    #expect(StorageTableTests.sum(bytes + Array(Self.table.utf8)) == .failure(.invalidResponse))
    #expect(StorageTableTests.sum(Array(Self.table.utf8) + bytes) == .failure(.invalidResponse))
  }

  /// libxml2 refuses these, too. The check comes before it and does not depend on its version.
  /// ATTACKS O137
  @Test(
    arguments: [
      "<!DOCTYPE p>", "a<!doctype p>", "<p/><!ENTITY a 'b'>", "<!", "<!-", "<![CDATA", "\0",
      "a\u{1A}",
      "\u{8}", "<!---->\u{1F}",
    ])
  func theCheckBeforeTheParser(_ page: String) {
    #expect(throws: UpstreamError.invalidResponse) { try StorageMarkup.check(Array(page.utf8)) }
  }

  @Test(arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func theCheckOfUTF8(_ bytes: [UInt8]) {
    #expect(throws: UpstreamError.invalidResponse) { try StorageMarkup.check(bytes) }
  }

  // MARK: Sizes

  static let sizes = [
    // The element around the page, and table, tbody, tr and td.
    Page("as deep as possible", nested(StorageTable.maximumDepth - 5), "5"),
    Page("one element deeper", nested(StorageTable.maximumDepth - 4), .tooLarge),
    Page(
      "10,000 elements deep",
      String(repeating: "<b>", count: 10_000) + String(repeating: "</b>", count: 10_000), .tooLarge),
    Page("10,000 open elements", String(repeating: "<b>", count: 10_000), .tooLarge),
    Page(
      "1,000,000 cells",
      "<table><tr>" + String(repeating: "<td/>", count: 1_000_000) + "</tr></table>", .tooLarge),
    Page(
      "as many cells as possible",
      "<table><tr><th>Points</th></tr><tr><td>5</td>"
        + String(repeating: "<td/>", count: StorageTable.maximumCells - 2) + "</tr></table>", "5"),
    Page(
      "one cell more",
      "<table><tr><th>Points</th></tr><tr><td>5</td>"
        + String(repeating: "<td/>", count: StorageTable.maximumCells - 1) + "</tr></table>",
      .tooLarge),
    Page(
      "cells outside a table", String(repeating: "<td/>", count: StorageTable.maximumCells + 1),
      .tooLarge),
    Page("as many attributes as possible", tag(StorageMarkup.maximumAttributes) + table, "5"),
    Page("one attribute more", tag(StorageMarkup.maximumAttributes + 1) + table, .tooLarge),
    Page("= in text and in attributes", tag(60, "a='===='") + "=====" + table, "5"),
    Page("one long text", String(repeating: "a ", count: 400_000) + table, "5"),
    Page("one long comment", "<!--" + String(repeating: "a", count: 900_000) + "-->" + table, "5"),
    Page(
      "one long CDATA", "<![CDATA[" + String(repeating: "\u{E9}", count: 450_000) + "]]>" + table,
      "5"),
    Page("many entities", String(repeating: "&nbsp;", count: 160_000) + table, "5"),
    Page("many unknown entities", String(repeating: "&lol9;", count: 160_000) + table, "5"),
    Page("many characters of 4 bytes", String(repeating: "\u{1F600}", count: 240_000) + table, "5"),
  ]

  private static func nested(_ depth: Int) -> String {
    String(repeating: "<b>", count: depth) + table + String(repeating: "</b>", count: depth)
  }

  private static func tag(_ attributes: Int, _ first: String = "a='>'") -> String {
    "<p \(first) " + (1..<attributes).map { "a\($0)=''" }.joined(separator: " ") + "/>"
  }

  /// ATTACKS O136
  @Test(arguments: sizes)
  func aLargePage(_ page: StorageTableTests.Page) {
    #expect(StorageTableTests.sum(Array(page.text.utf8)) == page.expected)
  }

  /// ATTACKS O136
  @Test func theLongestPage() {
    let space = StorageTable.maximumLength - Self.table.utf8.count
    let page = Array((Self.table + String(repeating: " ", count: space)).utf8)
    #expect(StorageTableTests.sum(page) == .success("5"))
    #expect(StorageTableTests.sum(page + [0x20]) == .failure(.tooLarge))
  }

  /// After the first error nothing more is read.
  /// ATTACKS O136
  @Test func theParserStops() {
    let page =
      String(repeating: "<b>", count: StorageTable.maximumDepth)
      + String(repeating: "<b/>", count: 1000)
    var reading = StorageReading(column: "Points")
    #expect(!StorageParser.parse(Array(page.utf8), &reading))
    #expect(reading.elements == StorageTable.maximumDepth + 1)
    #expect(reading.failure == .tooLarge)
  }

  /// Each element is reported once: the work grows with the page, not faster.
  @Test(arguments: [1000, 10_000, 100_000])
  func eachElementIsReadOnce(_ count: Int) {
    var reading = StorageReading(column: "Points")
    let page = Array(String(repeating: "<b>a</b>", count: count).utf8)
    #expect(StorageParser.parse(page, &reading))
    #expect(reading.elements == count + 1)  // and the element around the page
  }

  /// What is kept of a text does not grow with it.
  @Test func aTextIsBounded() {
    var text = CellText()
    for _ in 0..<1000 { text.append(Array("0123456789 ".utf8).span) }
    #expect(text.bytes.count <= StorageTable.maximumText && text.isLong)
    #expect(!text.isEqual(to: text))
  }
}
