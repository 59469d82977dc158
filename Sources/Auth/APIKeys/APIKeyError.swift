private import Support

/// What is wrong with a list of API keys. The number is the position of the key, counted from 1.
package enum APIKeyError: Error, Sendable, Equatable {
  case empty(Int)
  case tooShort(Int)
  case tooLong(Int)
  case notVisibleASCII(Int)
  case space(Int)
  case placeholder(Int)
  /// An unexpanded command substitution, `$(COMMAND)`.
  case reference(Int)
  case inQuotes(Int)

  package var reason: String {
    switch self {
    case .empty(let place): "key \(place) is empty"
    case .tooShort(let place):
      "key \(place) is shorter than \(APIKeyList.minimumLength) characters"
    case .tooLong(let place): "key \(place) is longer than \(APIKeyList.maximumLength) characters"
    case .notVisibleASCII(let place):
      "key \(place) has a character that is not visible ASCII"
    case .space(let place): "key \(place) has a space in it"
    case .inQuotes(let place): "key \(place) has quotes around it"
    case .placeholder(let place): "key \(place) is a placeholder that nobody filled in"
    case .reference(let place):
      "key \(place) is an unexpanded reference, $(COMMAND)"
    }
  }
}
