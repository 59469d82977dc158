internal import CXML2
private import JSON
private import Support

// The functions that libxml2 calls while it reads a page. `context` is the `StorageParser.Context`,
// which lives until the parser has returned.

let startOfElement: startElementSAXFunc = { context, name, attributes in
  guard let name = unsafe name,
    let context = unsafe context?.assumingMemoryBound(to: StorageParser.Context.self)
  else { return }
  unsafe context.pointee.reading.start(
    String(cString: name), isMerged: isMerged(attributes))
  if unsafe context.pointee.reading.failure != nil {  // ASVS 15.2.2: libxml2 calls nothing more.
    unsafe xmlStopParser(context.pointee.parser)
  }
}

let endOfElement: endElementSAXFunc = { context, name in
  guard let name = unsafe name,
    let context = unsafe context?.assumingMemoryBound(to: StorageParser.Context.self)
  else { return }
  unsafe context.pointee.reading.end(String(cString: name))
}

let textOfElement: charactersSAXFunc = { context, bytes, count in
  guard let context = unsafe context?.assumingMemoryBound(to: StorageParser.Context.self) else {
    return
  }
  let text = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
  unsafe context.pointee.reading.text(text.span)
}

/// libxml2 passes the text of a predefined entity to `textOfElement` and does not parse it, so that no
/// entity has others in it (CWE-776).
let entityOfText: getEntitySAXFunc = { context, name in
  guard let name = unsafe name,
    let context = unsafe context?.assumingMemoryBound(to: StorageParser.Context.self)
  else { return nil }
  let scalar = StorageEntities.text(of: unsafe String(cString: name))
  // At most 4 bytes, and a null.
  for (index, byte) in (Array(String(scalar).utf8) + [0]).enumerated() {
    unsafe context.pointee.entity.pointee.content[index] = byte
  }
  return unsafe context.pointee.entity
}

/// Whether `colspan` or `rowspan` is not 1. Names and values follow each other, up to a null.
private func isMerged(
  _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
) -> Bool {
  guard var next = unsafe attributes else { return false }
  while let name = unsafe next[0] {
    let isSpan = ["colspan", "rowspan"].contains {
      unsafe String(cString: name).hasSameBytes(as: $0)
    }
    if isSpan, let value = unsafe next[1], unsafe !String(cString: value).hasSameBytes(as: "1") {
      return true
    }
    unsafe next += 2
  }
  return false
}

/// Reads one page with libxml2. It opens no file and no connection: the page is the content of an
/// element, so it has no DOCTYPE.
enum StorageParser {
  @safe struct Context {
    var reading: StorageReading
    var parser: xmlParserCtxtPtr?
    /// The entity that is in the text at this moment, with memory for 5 bytes.
    let entity: UnsafeMutablePointer<xmlEntity>
  }

  /// `xmlInitParser` once, since it is not safe in two threads.
  private static let isReady: Bool = {
    xmlInitParser()
    return true
  }()

  /// - Returns: whether the page is well-formed and was read to its end.
  static func parse(_ page: [UInt8], _ reading: inout StorageReading) -> Bool {
    let text = UnsafeMutablePointer<UInt8>.allocate(capacity: 5)
    defer { unsafe text.deallocate() }
    var entity = unsafe xmlEntity()
    unsafe entity.type = XML_ENTITY_DECL
    unsafe entity.etype = XML_INTERNAL_PREDEFINED_ENTITY
    unsafe entity.content = unsafe text
    return unsafe withUnsafeMutablePointer(to: &entity) { entity in
      var context = unsafe Context(reading: reading, entity: entity)
      defer { reading = context.reading }
      return unsafe withUnsafeMutablePointer(to: &context) { unsafe parse(page, $0) }
    }
  }

  private static func parse(_ page: [UInt8], _ context: UnsafeMutablePointer<Context>) -> Bool {
    var handler = unsafe cxml2_handler(startOfElement, endOfElement, textOfElement, entityOfText)
    guard isReady, let parser = unsafe xmlCreatePushParserCtxt(&handler, context, nil, 0, nil)
    else {
      return false
    }
    defer { unsafe xmlFreeParserCtxt(parser) }
    unsafe context.pointee.parser = unsafe parser
    // CWE-918. Neither the content of entities nor a DTD is asked for.
    guard unsafe xmlCtxtUseOptions(parser, Int32(XML_PARSE_NONET.rawValue)) == 0 else {
      return false
    }
    return [(Array("<page>".utf8), false), (page, false), (Array("</page>".utf8), true)]
      .allSatisfy { unsafe add($0, to: parser, isLast: $1) }
  }

  private static func add(
    _ bytes: [UInt8], to parser: xmlParserCtxtPtr, isLast: Bool
  ) -> Bool {
    // The length is below that of `StorageTable.maximumLength`.
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe xmlParseChunk(
        parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count),
        isLast ? 1 : 0) == 0
    }
  }
}
