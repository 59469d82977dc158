import Support
import Testing

@testable import OAuth

struct FormBodyTests {
  /// RFC 6749 appendix B; URL Standard, application/x-www-form-urlencoded parsing
  @Test(arguments: [
    ("a=b", "a", "b"), ("x=y&a=b", "a", "b"), ("&&a=b&", "a", "b"), ("a=b=c", "a", "b=c"),
    ("a=b+c%2Bd", "a", "b c+d"), ("%61=%62", "a", "b"), ("a=%c3%A9", "a", "é"),
    ("a=é", "a", "é"), ("a=%26%3D", "a", "&="), ("a+b=c", "a b", "c"),
    ("a=+%25%26%2B%c2%a3%E2%82%AC", "a", " %&+£€"), ("A=1&a=2", "a", "2"),
    ("e\u{301}=1&\u{e9}=2", "\u{e9}", "2"), ("a=?#/:@;,", "a", "?#/:@;,"),
  ])
  func reads(_ text: String, _ name: String, _ value: String) throws {
    let form = try FormBody(Array(text.utf8))
    #expect(form[name]?.utf8.elementsEqual(value.utf8) == true)
  }

  /// RFC 6749 §3.1: a parameter without a value counts as absent.
  @Test(arguments: ["", "a", "a=", "b=a", "A=b", "=a", "&"])
  func aParameterWithoutAValueIsAbsent(_ text: String) throws {
    #expect(try FormBody(Array(text.utf8))["a"] == nil)
  }

  static let refused: [(name: String, text: String, failure: FormBody.Failure)] = [
    ("parameter twice", "a=b&a=c", .duplicateParameter),
    ("parameter twice, equal", "a=b&a=b", .duplicateParameter),
    ("parameter twice, once empty", "a=&a=b", .duplicateParameter),
    ("parameter twice, once encoded", "a=b&%61=c", .duplicateParameter),
    ("parameter twice, without =", "a&a", .duplicateParameter),
    ("% alone", "a=%", .invalidEncoding), ("% and one digit", "a=%4", .invalidEncoding),
    ("% and no digits", "a=%zz", .invalidEncoding), ("% and a sign", "a=%+1", .invalidEncoding),
    ("% in a name", "%=a", .invalidEncoding), ("% before &", "a=%4&1=b", .invalidEncoding),
    ("% with a digit that is not ASCII", "a=%\u{ff14}1", .invalidEncoding),
    ("UTF-8 cut off", "a=%C3", .invalidUTF8), ("UTF-8 too long", "a=%c0%80", .invalidUTF8),
    ("UTF-8 surrogate", "a=%ED%A0%80", .invalidUTF8), ("UTF-8 in a name", "%FF=a", .invalidUTF8),
    ("NUL", "a=%00", .controlCharacter), ("NUL, raw", "a=\u{0}", .controlCharacter),
    ("line break", "a=b%0D%0AX:c", .controlCharacter), ("tab", "a=%09", .controlCharacter),
    ("DEL", "a=%7F", .controlCharacter),
    ("a control character of two bytes", "a=%c2%85", .controlCharacter),
    ("control character in a name", "a%0A=b", .controlCharacter),
    ("line break at the end", "a=b\r\n", .controlCharacter),
  ]

  /// OAuth 2.1 §3.1, RFC 6749 §3.1
  /// ATTACKS O79
  @Test(arguments: refused.indices)
  func refuses(_ index: Int) throws {
    let (name, text, failure) = Self.refused[index]
    #expect(throws: failure, "\(name)") { try FormBody(Array(text.utf8)) }
  }

  /// ATTACKS O79
  @Test func aFormHasALimit() throws {
    let longest = "a=" + String(repeating: "b", count: FormBody.maximumLength - 2)
    #expect(try FormBody(Array(longest.utf8))["a"]?.utf8.count == FormBody.maximumLength - 2)
    #expect(throws: FormBody.Failure.tooLong) { try FormBody(Array((longest + "b").utf8)) }
  }

  /// ATTACKS O79
  @Test func theNumberOfParametersHasALimit() throws {
    let most = (1...64).map { "a\($0)=b" }.joined(separator: "&")
    #expect(try FormBody(Array(most.utf8))["a64"] == "b")
    #expect(throws: FormBody.Failure.tooManyParameters) {
      try FormBody(Array((most + "&c=d").utf8))
    }
  }

  /// Values may be secrets (ASVS 16.2.5).
  @Test func aFormPrintsNoValue() throws {
    let form = try FormBody(Array("client_secret=hunter2".utf8))
    var dumped = ""
    dump(form, to: &dumped)
    for text in ["\(form)", String(reflecting: form), dumped] { #expect(!text.contains("hunter2")) }
  }

  /// OAuth 2.1 appendix B: the example.
  @Test func encodesTheExample() {
    #expect(FormBody.encoded(" %&+€").elementsEqual("+%25%26%2B%E2%82%AC".utf8))
  }

  @Test func readsWhatItEncodes() throws {
    let all = String(String.UnicodeScalarView((0x20..<0x7F).compactMap(Unicode.Scalar.init)))
    let form = try FormBody(FormBody.encoded([("a&b=", all), ("é", "𝄞")]))
    #expect(form["a&b="] == all)
    #expect(form["é"] == "𝄞")
  }

  @Test(arguments: refused.indices)
  func aFailureIsAnInvalidRequest(_ index: Int) {
    #expect(Self.refused[index].failure.problem.error == .invalidRequest)
  }
}
