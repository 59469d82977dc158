private import Support

/// A tool refuses its arguments. The sentence tells the model what to change.
///
/// It contains only the tool's own names of its arguments, and no value that was sent.
package struct ToolFailure: Error, Sendable, Equatable {
  package let sentence: String

  package init(sentence: String) { self.sentence = sentence }
}
