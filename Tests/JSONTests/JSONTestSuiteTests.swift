import Foundation
import Testing
import TestSupport

@testable import JSON

/// The 318 parsing cases of JSONTestSuite.
///
/// `y_` must be accepted and `n_` refused. RFC 8259 leaves `i_` open, and I-JSON (RFC 7493) forbids
/// some `y_`: for these, `decisions` has the expected result and its reason.
@Suite(.enabled(if: Vectors.areThere, "\(Vectors.hint)"))
struct JSONTestSuiteTests {
  enum Decision {
    case accept
    case refuse(JSONError.Reason)
  }

  static let decisions: [String: Decision] = [
    // RFC 7493 §2.3: names are unique.
    "y_object_duplicated_key.json": .refuse(.duplicateName),
    "y_object_duplicated_key_and_value.json": .refuse(.duplicateName),
    // Noncharacters are accepted: Unicode's Corrigendum 9 allows them in interchange.
    "y_string_last_surrogates_1_and_2.json": .accept,
    "y_string_nonCharacterInUTF-8_U+10FFFF.json": .accept,
    "y_string_nonCharacterInUTF-8_U+FFFF.json": .accept,
    "y_string_unicode_U+10FFFE_nonchar.json": .accept,
    "y_string_unicode_U+1FFFE_nonchar.json": .accept,
    "y_string_unicode_U+FDD0_nonchar.json": .accept,
    "y_string_unicode_U+FFFE_nonchar.json": .accept,
    // Numbers are kept as text, so the range of a decimal128 is accepted …
    "i_number_double_huge_neg_exp.json": .accept,
    "i_number_too_big_neg_int.json": .accept,
    "i_number_too_big_pos_int.json": .accept,
    "i_number_very_big_negative_int.json": .accept,
    // … and other numbers are refused, never rounded to zero or infinity (RFC 8259 §6).
    "i_number_huge_exp.json": .refuse(.numberOutOfRange),
    "i_number_neg_int_huge_exp.json": .refuse(.numberOutOfRange),
    "i_number_pos_double_huge_exp.json": .refuse(.numberOutOfRange),
    "i_number_real_neg_overflow.json": .refuse(.numberOutOfRange),
    "i_number_real_pos_overflow.json": .refuse(.numberOutOfRange),
    "i_number_real_underflow.json": .refuse(.numberOutOfRange),
    // RFC 7493 §2.1: no lone surrogates.
    "i_object_key_lone_2nd_surrogate.json": .refuse(.loneSurrogate),
    "i_string_1st_surrogate_but_2nd_missing.json": .refuse(.loneSurrogate),
    "i_string_1st_valid_surrogate_2nd_invalid.json": .refuse(.loneSurrogate),
    "i_string_incomplete_surrogate_and_escape_valid.json": .refuse(.loneSurrogate),
    "i_string_incomplete_surrogate_pair.json": .refuse(.loneSurrogate),
    "i_string_incomplete_surrogates_escape_valid.json": .refuse(.loneSurrogate),
    "i_string_invalid_lonely_surrogate.json": .refuse(.loneSurrogate),
    "i_string_invalid_surrogate.json": .refuse(.loneSurrogate),
    "i_string_inverted_surrogates_U+1D11E.json": .refuse(.loneSurrogate),
    "i_string_lone_second_surrogate.json": .refuse(.loneSurrogate),
    // RFC 8259 §8.1: only UTF-8.
    "i_string_UTF-8_invalid_sequence.json": .refuse(.invalidUTF8),
    "i_string_UTF8_surrogate_U+D800.json": .refuse(.invalidUTF8),
    "i_string_invalid_utf-8.json": .refuse(.invalidUTF8),
    "i_string_iso_latin_1.json": .refuse(.invalidUTF8),
    "i_string_lone_utf8_continuation_byte.json": .refuse(.invalidUTF8),
    "i_string_not_in_unicode_range.json": .refuse(.invalidUTF8),
    "i_string_overlong_sequence_2_bytes.json": .refuse(.invalidUTF8),
    "i_string_overlong_sequence_6_bytes.json": .refuse(.invalidUTF8),
    "i_string_overlong_sequence_6_bytes_null.json": .refuse(.invalidUTF8),
    "i_string_truncated-utf-8.json": .refuse(.invalidUTF8),
    "i_string_UTF-16LE_with_BOM.json": .refuse(.unexpectedByte),
    "i_string_utf16BE_no_BOM.json": .refuse(.unexpectedByte),
    "i_string_utf16LE_no_BOM.json": .refuse(.unexpectedByte),
    // RFC 8259 §8.1: no byte-order mark.
    "i_structure_UTF-8_BOM_empty_object.json": .refuse(.byteOrderMark),
    // RFC 8259 §9 allows a limit of depth. Here it is 64.
    "i_structure_500_nested_arrays.json": .refuse(.tooDeep),
  ]

  @Test func everyCaseIsThere() throws {
    let names = try Vectors.files(in: "json").map(\.lastPathComponent)
    #expect(names.count == 318)
    let undecided = names.filter { $0.hasPrefix("i_") && Self.decisions[$0] == nil }
    #expect(undecided == [])
    #expect(Self.decisions.keys.filter { !names.contains($0) } == [])
  }

  @Test(arguments: try Vectors.files(in: "json"))
  func parses(_ file: URL) throws {
    let name = file.lastPathComponent
    let bytes = [UInt8](try Data(contentsOf: file))
    switch (Self.decisions[name], name.prefix(2)) {
    case (.accept, _), (nil, "y_"):
      let value = try JSONParser.parse(bytes)
      #expect(try JSONParser.parse(value.serialized()) == value, "writing and reading it back")
    case (.refuse(let reason), _):
      let error = #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
      #expect(error?.reason == reason)
    case (nil, _):
      #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
    }
  }
}
