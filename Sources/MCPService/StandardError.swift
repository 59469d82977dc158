private import Support
private import StdioTransport

/// Writes a line to standard error.
package func printError(_ line: String) {
  let sink = StandardErrorSink()
  sink.write(Array("\(line)\n".utf8))
  sink.finish()
}
