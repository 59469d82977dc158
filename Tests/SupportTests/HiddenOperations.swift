import Support

/// The operations that hide those of the standard library. This type is deprecated, so that using
/// them causes no warning.
@available(*, deprecated)
struct HiddenOperations {
  let results: [String]

  init(_ text: String) {
    let comma: Character = ","
    let part = text[...]
    results = [
      "\(text.count) \(part.count)", "\(text.last as Any) \(part.last as Any)",
      "\(text.split(separator: comma)) \(part.split(separator: comma))",
      "\(text.split(separator: comma, maxSplits: 1, omittingEmptySubsequences: false))",
      "\(part.split(separator: comma, maxSplits: 1, omittingEmptySubsequences: false))",
      "\(text.split { $0 == comma }) \(part.split { $0 == comma })",
      "\(text.firstIndex(of: comma) as Any) \(part.firstIndex(of: comma) as Any)",
      "\(text.firstIndex { $0 == comma } as Any) \(part.firstIndex { $0 == comma } as Any)",
      "\(text.lastIndex(of: comma) as Any) \(part.lastIndex(of: comma) as Any)",
      "\(text.lastIndex { $0 == comma } as Any) \(part.lastIndex { $0 == comma } as Any)",
      "\(text.prefix(2)) \(part.prefix(2)) \(text.suffix(2)) \(part.suffix(2))",
      "\(text.prefix { $0 != comma }) \(part.prefix { $0 != comma })",
      "\(text.dropFirst()) \(part.dropFirst(2)) \(text.dropLast()) \(part.dropLast(2))",
      "\(text.drop { $0 != comma }) \(part.drop { $0 != comma })",
    ]
  }
}
