internal import CalculatorCore
private import JSON
private import Support

/// Reads the elements of a page in their order, and keeps one table, one row and one cell of them.
///
/// The file is long because it says of each element what it means in each place.
struct StorageReading {
  /// Why the rest of the page is not read.
  private(set) var failure: UpstreamError?
  /// How many elements have begun.
  private(set) var elements = 0

  private let header: CellText
  private var depth = 0
  private var cells = 0
  private var table: Table?
  /// The column of the first table that has it.
  private var result: Result<Decimal, UpstreamError>?

  private struct Table {
    let depth: Int
    /// From 1. The row with the header counts.
    var rows = 0
    var row: Row?
    /// The index of the cells of the column.
    var column: Int?
    var hasMergedCells = false
    var sum = ExactSum()
    var hasNumbers = false
    /// The first thing that prevents a sum.
    var problem: UpstreamError?
  }

  private struct Row {
    let depth: Int
    var cells = 0
    var hasOnlyHeaders = true
    /// The first cell whose text is that of the header.
    var match: Int?
    var hasSeveralMatches = false
    var cell: Cell?
  }

  private struct Cell {
    let depth: Int
    let isHeader: Bool
    var text = CellText()
    /// Whether it has an element that is more than text, such as an image, a macro or a table.
    var hasOther = false
  }

  init(column: String) { header = CellText(column) }

  /// - Throws: as `StorageTable.sum`.
  func sum() throws(UpstreamError) -> Decimal {
    if let failure { throw failure }
    guard let result else { throw .noNumbers("No table of the page has a column of this name.") }
    return try result.get()
  }

  // MARK: What the parser reports

  /// - Parameters:
  ///   - name: as written, with its prefix.
  ///   - isMerged: whether the element spans several columns or rows.
  mutating func start(_ name: String, isMerged: Bool) {
    elements += 1
    depth += 1
    // ASVS 15.2.2
    guard depth <= StorageTable.maximumDepth else { return fail(.tooLarge) }
    let isCell = ["td", "th"].contains { name.hasSameBytes(as: $0) }
    if isCell {
      cells += 1
      guard cells <= StorageTable.maximumCells else { return fail(.tooLarge) }  // ASVS 15.2.2
    }
    if table?.row?.cell != nil {
      startInCell(name)
    } else if table?.row != nil {
      guard isCell else { return fail(.invalidResponse) }  // HTML §4.9.8: a row has only cells
      table?.row?.cell = Cell(depth: depth, isHeader: name.hasSameBytes(as: "th"))
      if isMerged { table?.hasMergedCells = true }
    } else if table != nil {
      startInTable(name, isCell)
    } else if name.hasSameBytes(as: "table") {
      table = Table(depth: depth)
    }
  }

  mutating func text(_ bytes: Span<UInt8>) { table?.row?.cell?.text.append(bytes) }

  mutating func end(_ name: String) {
    if let table, let row = table.row, let cell = row.cell {
      if cell.depth == depth { endCell(cell) } else if !isInline(name) { separate() }
    } else if let table, let row = table.row, row.depth == depth {
      endRow(row)
    } else if let table, table.depth == depth {
      endTable(table)
    }
    depth -= 1
  }

  // MARK: Their meaning

  private mutating func fail(_ error: UpstreamError) { failure = failure ?? error }

  private func isInline(_ name: String) -> Bool {
    // A comment on a part of a text is marked with the last one.
    ["a", "b", "code", "em", "i", "span", "strong", "u", "ac:inline-comment-marker"]
      .contains { name.hasSameBytes(as: $0) }
  }

  private mutating func separate() { table?.row?.cell?.text.separate() }

  private mutating func startInCell(_ name: String) {
    guard !isInline(name) else { return }
    separate()  // 1<br/>2 is not 12.
    // 10<sup>2</sup> is not 102, and <del>5</del> is not 5.
    if !["p", "br", "div"].contains(where: { name.hasSameBytes(as: $0) }) {
      table?.row?.cell?.hasOther = true
    }
  }

  private mutating func startInTable(_ name: String, _ isCell: Bool) {
    if name.hasSameBytes(as: "tr") {
      table?.rows += 1
      table?.row = Row(depth: depth)
    } else if isCell || name.hasSameBytes(as: "table") {
      fail(.invalidResponse)  // HTML §4.9.1
    }
  }

  private mutating func endCell(_ cell: Cell) {
    guard let table, let row = table.row else { return }
    self.table?.row?.cell = nil
    self.table?.row?.cells += 1
    if !cell.isHeader { self.table?.row?.hasOnlyHeaders = false }
    if table.column == row.cells {
      add(cell, row: table.rows)
    } else if table.column == nil, cell.text.isEqual(to: header) {
      self.table?.row?.match = row.match ?? row.cells
      self.table?.row?.hasSeveralMatches = row.match != nil
    }
  }

  private mutating func endRow(_ row: Row) {
    table?.row = nil
    guard let table, table.column == nil, table.rows == 1 || row.hasOnlyHeaders else { return }
    self.table?.column = row.match
    if row.hasSeveralMatches {
      note(.noNumbers("Several columns of the table have this name."))
    }
  }

  private mutating func endTable(_ table: Table) {
    self.table = nil
    guard table.column != nil, result == nil else { return }
    if table.hasMergedCells {
      result = .failure(.noNumbers("The table has merged cells, so its columns are not clear."))
    } else if let problem = table.problem {
      result = .failure(problem)
    } else if !table.hasNumbers {
      result = .failure(.noNumbers("The column has no numbers."))
    } else {
      result = .success(table.sum.value)
    }
  }

  private mutating func note(_ problem: UpstreamError) {
    if table?.problem == nil { table?.problem = problem }
  }

  private mutating func add(_ cell: Cell, row: Int) {
    let bytes = cell.text.bytes
    if bytes.isEmpty, !cell.hasOther { return }
    // A part of a text is no number.
    guard !cell.hasOther, !cell.text.isLong,
      let number = JSONNumber(String(decoding: bytes, as: UTF8.self))
    else {
      return note(
        .noNumbers(
          "Row \(row) of the table has no plain number in this column, such as 1234.5 without "
            + "separators for thousands."))
    }
    do throws(UpstreamError) {
      try table?.sum.add(number)
      table?.hasNumbers = true
    } catch {
      note(error)
    }
  }
}
