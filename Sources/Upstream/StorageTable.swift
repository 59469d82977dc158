package import CalculatorCore
private import JSON
private import Support

/// The tables of a page in Confluence's storage format.
///
/// The format is XML without a root element (confluence.atlassian.com, "Confluence Storage Format").
/// The page comes from every user who may edit it, so everything that is kept of it is bounded.
package enum StorageTable {
  /// The longest page, in bytes. It is below `UpstreamRequests.maximumLength`.
  package static let maximumLength = 1_000_000
  /// How many elements may be open.
  package static let maximumDepth = 64
  /// How many cells all tables of a page may have.
  package static let maximumCells = 100_000
  /// How many bytes of the text of a cell are kept. A longer text is no number and no header.
  package static let maximumText = 1024

  /// The sum of the numbers of a column, without rounding.
  ///
  /// The table is the first one of the page with this header in its first row, or in a row that has
  /// only `th`. A table inside a cell is a part of that cell. Empty cells add nothing. A number is
  /// written as in JSON (RFC 8259 §6): with separators for thousands it would be ambiguous, since
  /// 1,234 is below two in some languages.
  /// - Parameter column: the text of the header without its markup. It is not only white space. White
  ///   space at the ends is ignored, and white space between words is one space.
  /// - Throws: `.tooLarge` for a page above the limits and for a sum of more than 34 digits,
  ///   `.invalidResponse` for a page that is not well-formed, `.noNumbers` with a sentence for a page
  ///   without this column, and for a column with merged cells, without numbers, or with another text.
  package static func sum(
    column: String, inStorage page: [UInt8]
  ) throws(UpstreamError) -> Decimal {
    guard page.count <= maximumLength else { throw .tooLarge }  // ASVS 15.2.2
    try StorageMarkup.check(page)
    var reading = StorageReading(column: column)
    guard StorageParser.parse(page, &reading) else { throw reading.failure ?? .invalidResponse }
    return try reading.sum()
  }
}

/// Text with its white space as a browser shows it: none at the ends, and one space between words.
struct CellText: Equatable {
  private(set) var bytes: [UInt8] = []
  /// Whether there was more text than is kept.
  private(set) var isLong = false
  private var hasGap = false

  init() {}

  init(_ text: String) {
    append(Array(text.utf8).span)
  }

  mutating func append(_ text: Span<UInt8>) {
    var index = 0
    while index < text.count {
      let byte = text[index]
      // U+00A0, the no-break space. A part of a text always ends with a whole character.
      let isNoBreak = byte == 0xC2 && index + 1 < text.count && text[index + 1] == 0xA0
      if isNoBreak || ASCII.isSpace(byte) || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
      {
        separate()
      } else {
        add(byte)
      }
      index += isNoBreak ? 2 : 1
    }
  }

  /// Begins another word.
  mutating func separate() { hasGap = !bytes.isEmpty }

  private mutating func add(_ byte: UInt8) {
    // ASVS 15.2.2: two bytes may be added.
    guard bytes.count + 2 <= StorageTable.maximumText else {
      isLong = true
      return
    }
    if hasGap { bytes.append(ASCII.space) }
    hasGap = false
    bytes.append(byte)
  }

  /// Whether both are whole texts with the same bytes.
  func isEqual(to other: CellText) -> Bool { !isLong && !other.isLong && bytes == other.bytes }
}
