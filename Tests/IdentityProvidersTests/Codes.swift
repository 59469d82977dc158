import Synchronization

/// Codes or refresh tokens of a provider: each is accepted once.
final class Codes: Sendable {
  private let codes: Mutex<Set<String>>

  init(_ codes: Set<String>) { self.codes = Mutex(codes) }

  /// Whether a body has one of the codes, in a form or in JSON.
  func take(in body: String) -> Bool {
    codes.withLock { codes in
      let found = codes.first { code in
        let encoded = code.replacing(" ", with: "+").replacing("&", with: "%26")
        return body.contains("code=\(encoded)&") || body.contains(#""code":"\#(code)""#)
      }
      return found.map { codes.remove($0) } != nil
    }
  }
}
