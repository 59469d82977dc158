private import Support

/// What the form of a page sends back besides what a person enters.
package struct PageForm: Sendable {
  /// The query of the authorization request as it was sent, or the name of a transaction.
  package let request: String
  /// The value that another site cannot know (RFC 9700 §4.7.1).
  package let csrf: String

  package init(request: String, csrf: String) {
    self.request = request
    self.csrf = csrf
  }

  var hiddenFields: HTML {
    """
    <input type="hidden" name="request" value="\(request)">
    <input type="hidden" name="csrf" value="\(csrf)">
    """
  }
}
