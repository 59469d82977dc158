import SystemC
import TestSupport
import Testing

@testable import Support

struct ChildProcessTests {
  /// A descriptor that a child would inherit.
  private struct Inheritable {
    let number: Int32

    init() throws {
      let file = unsafe open("/dev/null", O_RDONLY)
      defer { _ = SystemC.close(file) }
      number = fcntl(file, F_DUPFD, 300)
      try #require(number >= 300)
    }

    func close() { _ = SystemC.close(number) }
  }

  /// CWE-403, ATTACKS O174
  @Test(arguments: [(0, true), (1, true), (2, true), (300, false)])
  func aChildGetsThreeDescriptors(_ number: Int32, _ isThere: Bool) throws {
    let descriptor = number < 3 ? nil : try Inheritable()
    defer { descriptor?.close() }
    let (end, _) = try ChildProgram.run(["test", "-e", "/dev/fd/\(descriptor?.number ?? number)"])
    #expect(end == .status(isThere ? 0 : 1))
  }

  /// Other threads may be about to start a child, or rely on their descriptors.
  @Test func aStartChangesNoDescriptorOfThisProcess() throws {
    let descriptor = try Inheritable()
    defer { descriptor.close() }
    _ = try ChildProgram.run(["true"])
    #expect(fcntl(descriptor.number, F_GETFD) == 0)
  }

  @Test(arguments: [SIGTERM, SIGKILL])
  func aSignalEndsAChild(_ signal: Int32) throws {
    let program = try ChildProgram(["cat"])
    #expect(program.isRunning)
    program.send(signal)
    #expect(program.wait() == .signal(signal))
    #expect(!program.isRunning)
  }

  @Test func aProgramThatIsMissing() throws {
    #expect(try ChildProgram.run(["/nowhere/program"]).end == .status(127))
  }
}
