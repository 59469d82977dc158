private import Support

/// Arguments that a tool refuses, as a sentence that a model can act on.
///
/// It names arguments by the tool's own names and repeats nothing that was sent.
package struct ToolFailure: Error, Sendable, Equatable {
  package let sentence: String

  package init(sentence: String) { self.sentence = sentence }
}
