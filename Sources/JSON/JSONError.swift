private import Support

/// Why a text is not strict JSON, and at which byte offset, counted from 0.
package struct JSONError: Error, Equatable {
  package enum Reason: Sendable, Equatable {
    case unexpectedEnd
    case unexpectedByte
    case trailingBytes
    case byteOrderMark
    case invalidUTF8
    case controlCharacter
    case invalidEscape
    case loneSurrogate
    case numberOutOfRange
    case duplicateName
    case tooDeep
    case tooManyValues
  }

  package let reason: Reason
  package let offset: Int
}
