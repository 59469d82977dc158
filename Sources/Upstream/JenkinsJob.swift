private import Support

/// The name of a job of Jenkins with its folders, such as `folder/sub/job`.
struct JenkinsJob: Sendable {
  static let maximumSegments = 10
  /// The longest segment, in bytes.
  static let maximumSegment = 255

  private let names: [String]

  /// - Throws: `.invalidArgument`, with a sentence that does not repeat the name.
  init(_ text: String) throws(UpstreamError) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count <= Self.maximumSegments,
      parts.allSatisfy({ 1...Self.maximumSegment ~= $0.count }),
      // CWE-22, ATTACKS O133: `..` would leave the folder, and some programs read `\` as a slash.
      !parts.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }),
      !text.utf8.contains(UInt8(ascii: "\\")), !UpstreamRequests.hasControlCharacter(text)
    else {
      throw .invalidArgument(
        "A job is named folder/subfolder/job: 1 to 10 names of 1 to 255 bytes, without . and .. "
          + "as a name, backslashes and control characters.")
    }
    names = parts.map { String(Substring($0)) }
  }

  /// The path of something of the job, decoded: `job/folder/job/job/<end>`.
  func path(_ end: String...) -> [String] { names.flatMap { ["job", $0] } + end }
}
