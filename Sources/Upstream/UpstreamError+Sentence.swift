private import Support

extension UpstreamError {
  /// What a model may read: what has happened, and what it can do. Nothing of it is a text of the
  /// service.
  package func sentence(for service: UpstreamService) -> String {
    let title = service.title
    return switch self {
    case .refused:
      "\(title) does not accept the credential. Connect again, or send another token in "
        + "\(service.tokenField)."
    case .forbidden:
      "\(title) does not allow this with the credential. Ask an administrator of \(title) for the "
        + "permission, or use another credential."
    case .notFound:
      "\(title) does not find what the arguments name, or the credential does not allow to see it. "
        + "Check the arguments."
    case .rateLimited(retryAfter: nil):
      "\(title) receives too many requests. Try again later."
    case .rateLimited(retryAfter: 1?):
      "\(title) receives too many requests. Try again in 1 second."
    case .rateLimited(retryAfter: let seconds?):
      "\(title) receives too many requests. Try again in \(seconds) seconds."
    case .unavailable: "\(title) is not available. \(Self.advice(service))"
    case .timeout: "\(title) did not respond in time. \(Self.advice(service))"
    case .tooLarge:
      "The result of \(title) has too many entries, bytes or digits. Ask for less of it."
    case .invalidResponse:
      "\(title) sent a response that this server cannot use. Tell the operator of this server."
    case .refusedArgument: "\(title) refuses the arguments. Correct them, and try again."
    case .invalidArgument(let sentence), .noNumbers(let sentence): sentence
    }
  }

  /// A request that triggers a build may have arrived, although no response came.
  private static func advice(_ service: UpstreamService) -> String {
    switch service {
    case .jira, .confluence: "Try again later."
    case .jenkins: "If you triggered a build, look at the job before you try again."
    }
  }
}
