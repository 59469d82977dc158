import JSON

/// The entry point of libFuzzer. It checks that a value that the parser accepts is the same after
/// writing and parsing it.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard let value = try? JSONParser.parse(bytes) else { return 0 }
  for escaping in [JSONValue.Escaping.minimal, .nonASCII] {
    let written = value.serialized(escaping: escaping)
    precondition((try? JSONParser.parse(written)) == value, "written and read back, it differs")
    precondition(!written.contains(UInt8(ascii: "\n")), "a value is one line")
  }
  return 0
}
