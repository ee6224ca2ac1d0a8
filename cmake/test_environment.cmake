# Read by ctest before it starts the tests: what all of them find in their environment.
# LLVM inside a CPU device replaces the signal stack that AddressSanitizer would take down again.
set(ENV{ASAN_OPTIONS} "use_sigaltstack=0:detect_leaks=1:abort_on_error=0:exitcode=99")
set(ENV{UBSAN_OPTIONS} "print_stacktrace=1")
set(ENV{LSAN_OPTIONS} "suppressions='${CMAKE_CURRENT_LIST_DIR}/lsan.supp':print_suppressions=0")
set(ENV{TSAN_OPTIONS} "halt_on_error=0:exitcode=99")
