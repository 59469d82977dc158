import Support
import Testing

@Suite struct CharacterOperationsTests {
  /// A file that imports Support and ignores the warning still gets correct results.
  @available(*, deprecated)
  @Test(arguments: [
    "", ",", "a", "a,b,,c", ",a", "a,", "e\u{301},\u{301},x", "\u{1F1E9}\u{1F1EA}\u{1F1EB},",
  ])
  func theOperationsGiveWhatTheStandardLibraryGives(_ text: String) {
    #expect(HiddenOperations(text).results == StandardOperations(text).results)
  }

  @Test func bytesAreComparedNotCharacters() {
    #expect("a\u{301}b".hasBytes(atStart: "a"))
    #expect(!"e\u{301}".hasBytes(atStart: "\u{E9}"))
    #expect("ab".hasBytes(atEnd: "b"))
    #expect(!"ab".hasBytes(atEnd: "ab "))
    #expect("ab"[...].hasBytes(atEnd: ""))
  }
}
