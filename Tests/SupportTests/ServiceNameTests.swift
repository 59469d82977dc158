import Testing

@testable import Support

/// The names that derive from the name of the service.
struct ServiceNameTests {
  @Test func theNamesOfThisService() {
    #expect(ServiceName.settingPrefix == "CALCULATOR_")
    #expect(ServiceName.metricPrefix == "calculator_")
    #expect(ServiceName.metaPrefix == "calculator/")
  }

  /// Names of variables and metrics have letters, digits and `_` only.
  @Test(arguments: [
    ("calculator", "CALCULATOR_", "calculator_"), ("my-tool", "MY_TOOL_", "my_tool_"),
    ("Tool2", "TOOL2_", "tool2_"), ("a b.c", "A_B_C_", "a_b_c_"),
  ])
  func wordsHaveNoOtherCharacters(_ name: String, _ upper: String, _ lower: String) {
    #expect(ServiceName.words(of: name, uppercase: true) == upper)
    #expect(ServiceName.words(of: name, uppercase: false) == lower)
  }
}
