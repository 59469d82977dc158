import CalculatorCore
import JSON
import Support
import Upstream

/// The entry point of libFuzzer. It reads the bytes as a page of Confluence, and then as the content of a
/// cell and as a part around a table.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  _ = sum(bytes)
  tryCell(bytes)
  tryPage(bytes)
  return 0
}

private func sum(_ page: [UInt8]) -> Result<Decimal, UpstreamError> {
  do throws(UpstreamError) {
    return .success(try StorageTable.sum(column: "a", inStorage: page))
  } catch {
    switch error {
    case .tooLarge, .invalidResponse, .noNumbers: return .failure(error)
    default: preconditionFailure("another error")
    }
  }
}

private func table(_ cells: [UInt8]...) -> [UInt8] {
  let rows = cells.flatMap { Array("<tr><td>".utf8) + $0 + Array("</td></tr>".utf8) }
  return Array("<table><tr><th>a</th></tr>".utf8) + rows + Array("</table>".utf8)
}

/// A text without markup is added exactly if it is a number. A very long one is not.
private func tryCell(_ bytes: [UInt8]) {
  let markup: Set<UInt8> = [UInt8(ascii: "<"), UInt8(ascii: "&"), UInt8(ascii: "]")]
  guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(where: markup.contains)
  else { return }
  guard let number = JSONNumber(text).flatMap({ try? Decimal($0) }) else {
    precondition((try? sum(table(bytes, Array("x".utf8))).get()) == nil, "added no number")
    return
  }
  let value = try? sum(table(bytes)).get()
  let isUsual = bytes.count <= 1000 && !bytes.contains { $0 | 0x20 == UInt8(ascii: "e") }
  precondition(value == number || value == nil && !isUsual, "another number")
  precondition(
    (try? sum(table(bytes, bytes)).get()).map { (try? number + number) == $0 } ?? true,
    "another sum")
}

/// A page that is well-formed does not change the table after it, unless it has such a table itself; any
/// other page prevents a sum.
private func tryPage(_ bytes: [UInt8]) {
  let five = table(Array("5".utf8))
  switch sum(bytes) {
  case .success(let value):
    precondition(sum(bytes + five) == .success(value), "the second table")
  case .failure(.invalidResponse):
    precondition((try? sum(five + bytes).get()) == nil, "read a page that is not well-formed")
  case .failure: break
  }
}
