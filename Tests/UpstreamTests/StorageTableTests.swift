import CalculatorCore
import Testing

@testable import Upstream

/// The sum of a column of a page, and the pages that have none. The file is long because it has many
/// pages.
struct StorageTableTests {
  struct Page: CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let expected: Result<String, UpstreamError>

    init(_ name: String, _ text: String, _ sum: String) {
      (testDescription, self.text, expected) = (name, text, .success(sum))
    }

    init(_ name: String, _ text: String, _ error: UpstreamError) {
      (testDescription, self.text, expected) = (name, text, .failure(error))
    }
  }

  static func sum(_ page: [UInt8], column: String = "Points") -> Result<String, UpstreamError> {
    do throws(UpstreamError) {
      return .success(try StorageTable.sum(column: column, inStorage: page).description)
    } catch {
      return .failure(error)
    }
  }

  static func notPlain(row: Int) -> UpstreamError {
    .noNumbers(
      "Row \(row) of the table has no plain number in this column, such as 1234.5 without "
        + "separators for thousands.")
  }

  static let noColumn = UpstreamError.noNumbers("No table of the page has a column of this name.")
  static let merged = UpstreamError.noNumbers(
    "The table has merged cells, so its columns are not clear.")

  /// A table with the header `Points` and one cell in each row.
  static func column(_ cells: String...) -> String {
    let rows = cells.map { "<tr><td>a</td><td>\($0)</td></tr>" }.joined()
    return "<table><tbody><tr><th>Name</th><th>Points</th></tr>\(rows)</tbody></table>"
  }

  // MARK: What a page may be

  /// As the editor of Confluence writes it.
  private static let edited = """
    <ac:layout><ac:layout-section ac:type="single"><ac:layout-cell><p>Sprint &ndash; <ac:link>\
    <ri:page ri:content-title="Home" /><ac:plain-text-link-body><![CDATA[a <b> ]] link]]>\
    </ac:plain-text-link-body></ac:link></p>
    <ac:structured-macro ac:name="expand" ac:schema-version="1" ac:macro-id="f3a1">\
    <ac:parameter ac:name="title">Table</ac:parameter><ac:rich-text-body>
    <table class="wrapped" data-layout="default" ac:local-id="1"><colgroup><col style="width: 9px;" />\
    <col /></colgroup>
    <tbody><tr><th><p>Issue</p></th><th class="numberingColumn"><p><strong>Points</strong></p></th></tr>
    <tr><td colspan="1" rowspan="1"><p><a href="https://a.example/?b&amp;c">A-1</a></p></td>\
    <td><p style="text-align: right;">&nbsp;3.5&nbsp;</p></td></tr>
    <tr><td><p>A-2</p></td><td><p><br /></p></td></tr>
    <tr><td><p>A-3</p></td><td>
      <p><ac:inline-comment-marker ac:ref="2">-1</ac:inline-comment-marker></p>
    </td></tr></tbody></table></ac:rich-text-body></ac:structured-macro></ac:layout-cell>\
    </ac:layout-section></ac:layout>
    """

  static let sums = [
    Page("a page of the editor", edited, "2.5"),
    Page("one row", column("12"), "12"),
    Page("exact", column("0.1", "0.2", "1e3"), "1000.3"),
    Page("empty cells", column("1", "", " ", "<p></p>", "&nbsp;", "2"), "3"),
    Page("a row that is too short", column("1") + "<p/>", "1"),
    Page("markup in a number", column("1<strong>2</strong>"), "12"),
    Page("a comment in a number", column("1<!-- 5 -->2"), "12"),
    Page("CDATA in a number", column("<![CDATA[1]]>2"), "12"),
    Page("references in a number", column("&#49;&#x32;"), "12"),
    Page("no-break spaces around it", column("&nbsp;&#160;\u{A0}12&nbsp; "), "12"),
    Page(
      "a header without th", "<table><tr><td>Points</td></tr><tr><td>4</td></tr></table>", "4"),
    Page(
      "a header in the second row",
      "<table><tr><th>x</th><th>y</th></tr><tr><th>Points</th><th>z</th></tr><tr><td>4</td>"
        + "<td>5</td></tr></table>", "4"),
    Page(
      "the name in a later row without th",
      "<table><tr><th>x</th><th>Points</th></tr><tr><td>Points</td><td>5</td></tr></table>", "5"),
    Page(
      "the name as a header of a row",
      "<table><tr><td>x</td><td>y</td></tr><tr><th>Points</th><td>5</td></tr></table>"
        + column("6"), "6"),
    Page(
      "a number as a header of a row",
      "<table><tr><th>Points</th></tr><tr><th>5</th></tr></table>", "5"),
    Page(
      "white space in the header",
      "<table><tr><th>\n  <p> Points&nbsp;</p></th></tr><tr><td>5</td></tr></table>", "5"),
    Page(
      "the second table", "<table><tr><th>Other</th></tr><tr><td>9</td></tr></table>" + column("5"),
      "5"),
    Page("only the first such table", column("5") + column("6") + column("x"), "5"),
    Page(
      "a table in another cell",
      "<table><tr><th>Points</th><th>x</th></tr><tr><td>5</td><td>\(column("7"))</td></tr></table>",
      "5"),
    Page(
      "merged cells of a table in another cell",
      "<table><tr><th>Points</th><th>x</th></tr><tr><td>5</td><td><table><tr>"
        + "<td colspan=\"2\"/></tr></table></td></tr></table>", "5"),
    Page(
      "merged cells of another table",
      "<table><tr><td rowspan=\"2\">a</td></tr></table>" + column("5"), "5"),
    Page(
      "quotes and > in attributes",
      "<p a='>' b=\"'>\" c='\"'/><table a='&gt;'><tr><th>Points</th></tr><tr><td>5</td></tr></table>",
      "5"),
  ]

  @Test(arguments: sums)
  func aPage(_ page: Page) {
    #expect(Self.sum(Array(page.text.utf8)) == page.expected)
  }

  @Test(arguments: ["Gr\u{F6}\u{DF}e \u{2013} \u{20AC}", "Gr\u{F6}\u{DF}e  \u{2013} \u{20AC} "])
  func entitiesInAHeader(_ column: String) {
    let page =
      "<table><tr><th>Gr&ouml;&szlig;e&nbsp;&ndash; &euro;</th></tr><tr><td>5</td></tr></table>"
    #expect(Self.sum(Array(page.utf8), column: column) == .success("5"))
  }

  /// Names are compared as bytes: `==` of texts would take both as equal.
  @Test(arguments: ["points", "Point", "Points2", "Poi\u{6E}\u{303}ts", ""])
  func otherNames(_ column: String) {
    let page = "<table><tr><th>Points</th><th>Poi\u{F1}ts</th></tr><tr><td>5</td></tr></table>"
    #expect(Self.sum(Array(page.utf8), column: column) == .failure(Self.noColumn))
  }

  // MARK: What has no sum

  static let noSums = [
    Page("an empty page", "", noColumn),
    Page("no table", "<p>Points</p>", noColumn),
    Page("no number", column("", ""), .noNumbers("The column has no numbers.")),
    Page("a separator for thousands", column("1", "1,234"), notPlain(row: 3)),
    Page("a space in a number", column("1 234"), notPlain(row: 2)),
    Page("a no-break space in a number", column("1&nbsp;234"), notPlain(row: 2)),
    Page("a decimal comma", column("1,5"), notPlain(row: 2)),
    Page("a unit", column("5", "3 h"), notPlain(row: 3)),
    Page("a plus", column("+5"), notPlain(row: 2)),
    Page("a minus of Unicode", column("&minus;5"), notPlain(row: 2)),
    Page("an unknown entity", column("5", "5&unknown;"), notPlain(row: 3)),
    Page("only an unknown entity", column("5", "&unknown;"), notPlain(row: 3)),
    Page("two paragraphs", column("<p>1</p><p>2</p>"), notPlain(row: 2)),
    Page("a line break", column("1<br/>2"), notPlain(row: 2)),
    Page("text before a block", column("1<div>2</div>"), notPlain(row: 2)),
    Page("text after a block", column("<div>1</div>2"), notPlain(row: 2)),
    Page("an exponent", column("10<sup>2</sup>"), notPlain(row: 2)),
    Page("a deleted number", column("<del>5</del>"), notPlain(row: 2)),
    Page(
      "an image", column("<ac:image><ri:attachment ri:filename=\"a\"/></ac:image>"),
      notPlain(row: 2)),
    Page("a script", column("<script>5</script>"), notPlain(row: 2)),
    Page("a table in the cell", column("1", column("7")), notPlain(row: 3)),
    Page("the name again", column("1", "Points"), notPlain(row: 3)),
    Page(
      "a long text", column("1" + String(repeating: "0", count: StorageTable.maximumText)),
      notPlain(row: 2)),
    Page("35 digits", column("1234567890123456789012345678901234.5"), .tooLarge),
    Page("a sum of 35 digits", column("1234567890123456789012345678901234", "0.5"), .tooLarge),
    Page("a number out of range", column("1e400"), .tooLarge),
    Page("the first of two problems", column("x", "1e400"), notPlain(row: 2)),
    Page(
      "two columns of the name",
      "<table><tr><th>Points</th><th>Points</th></tr><tr><td>1</td><td>2</td></tr></table>",
      .noNumbers("Several columns of the table have this name.")),
    Page(
      "merged columns",
      "<table><tr><th>Points</th></tr><tr><td colspan=\"2\">1</td></tr></table>", merged),
    Page(
      "merged rows before the header",
      "<table><tr><th rowspan='2'>x</th></tr><tr><th>Points</th></tr><tr><td>1</td></tr></table>",
      merged),
    Page(
      "a span of 0", "<table><tr><th rowspan='0'>Points</th></tr><tr><td>1</td></tr></table>",
      merged),
  ]

  @Test(arguments: noSums)
  func aPageWithoutASum(_ page: Page) {
    #expect(Self.sum(Array(page.text.utf8)) == page.expected)
  }
}
