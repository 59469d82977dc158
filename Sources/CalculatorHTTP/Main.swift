import ArgumentParser
import CalculatorServer

@main
struct CalculatorHTTP: ParsableCommand {
  func run() throws {}
}
