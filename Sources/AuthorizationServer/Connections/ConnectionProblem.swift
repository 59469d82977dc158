internal import Support

/// Why a person gets a page with a problem instead of the next step.
enum ConnectionProblem: Error {
  case page(SignInProblem)
  /// The flow is not known, was used, or is older than ten minutes.
  case unknown
  case otherBrowser
  /// The person who has signed in is not the user who has asked for the link.
  case otherUser
  case denied(_ service: String)
  case refused(_ service: String, _ sentence: String)

  var response: EndpointResponse {
    func page(_ status: Int, _ title: String, _ sentence: String) -> EndpointResponse {
      ProblemPage.response(
        status: status, title: title, sentence: sentence,
        advice: "Ask your assistant for a new link.", error: nil)
    }
    return switch self {
    case .page(let problem): problem.response
    case .unknown:
      page(
        403, "This link has ended",
        "It was used, a newer one replaced it, or it is older than ten minutes."
      )
    case .otherBrowser:
      page(403, "This link belongs to another browser", "Another browser has opened it before.")
    case .otherUser:
      page(
        403, "This link belongs to another user",
        "You have signed in as somebody who has not asked for it. Nothing was connected.")
    case .denied(let service):
      page(403, "Nothing was connected", "\(service) did not allow the connection.")
    case .refused(_, let sentence): page(502, "Nothing was connected", sentence)
    }
  }
}
