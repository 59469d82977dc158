private import SystemC
private import Support

/// How many threads serve where nobody says it.
func processorCount() -> Int { max(1, min(8, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))) }
