# Everything that presets switch. The defaults build a plain, warning-free debug tree.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

option(PV_TESTS "Build the tests" ON)
option(PV_BENCH "Build the benchmarks" OFF)
option(PV_PACKAGE "Install manual pages, completions and the unit as well; takes scdoc and Python" OFF)
set(PV_DOCS_UI AUTO CACHE STRING "Folder of swagger-ui-dist, for /docs; AUTO: where npm puts it in contrib/docs-ui; OFF")
option(PV_WERROR "Warnings are errors" ON)
set(PV_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined; thread; memory)")
set(PV_INSTRUMENT "" CACHE STRING "coverage (gcc), mcdc (clang 22), mutation (gcc), fuzzer (libFuzzer), afl, or empty")
set_property(CACHE PV_INSTRUMENT PROPERTY STRINGS "" coverage mcdc mutation fuzzer afl)

add_compile_definitions(_POSIX_C_SOURCE=200809L _FILE_OFFSET_BITS=64)

# Asserts are oracles of the fuzzers and property tests: no build type drops them, so NDEBUG is never defined.
foreach(type DEBUG RELEASE RELWITHDEBINFO)
  string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${type} "${CMAKE_C_FLAGS_${type}}")
endforeach()
set(CMAKE_C_FLAGS_RELEASE "-O3 -g1")

set(PV_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wcast-align -Wwrite-strings
    -Wundef -Wformat=2 -Wnull-dereference -Wdouble-promotion -Wvla -Wswitch-enum -Wimplicit-fallthrough)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND PV_WARNINGS -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init)
endif()
if(PV_WERROR)
  list(APPEND PV_WARNINGS -Werror)
endif()

if(PV_SANITIZE)
  add_compile_options(-fsanitize=${PV_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PV_SANITIZE})
endif()
if(PV_INSTRUMENT STREQUAL "coverage")
  add_compile_options(--coverage -O0 -fprofile-abs-path -fprofile-update=atomic)
  # A child that leaves past the end of its program (tests/unit/nobody.c) writes by itself what it has counted.
  add_link_options(--coverage LINKER:-u,__gcov_dump)
elseif(PV_INSTRUMENT STREQUAL "mcdc")
  # pgo-coverage warns of a decision that MC/DC cannot measure and would leave out in silence.
  add_compile_options(-O0 -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc -Werror=pgo-coverage)
  add_link_options(-fprofile-instr-generate)
elseif(PV_INSTRUMENT STREQUAL "mutation")
  # One jump in the machine code for each condition in the source: nothing inlined, merged or turned into arithmetic.
  add_compile_options(-O1 -g1 -gdwarf-4 -fno-inline -fno-jump-tables -fno-if-conversion -fno-if-conversion2
    -fno-ssa-phiopt -fno-tree-switch-conversion -fno-partial-inlining -fno-ipa-cp -fno-ipa-sra -fno-ipa-icf
    -fno-reorder-blocks-and-partition "SHELL:--param logical-op-non-short-circuit=0")
elseif(PV_INSTRUMENT STREQUAL "fuzzer")
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# PV_NEVER (src/core/never.h): asserted, except where nobody tests (taken) and where coverage is measured (left out).
add_compile_definitions($<$<CONFIG:Release>:PV_NEVER_TAKEN>)
if(PV_INSTRUMENT MATCHES "^(coverage|mcdc)$")
  add_compile_definitions(PV_NEVER_LEFT_OUT)
endif()
