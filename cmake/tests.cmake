# pv_test(NAME name KIND kind [TIER fast|slow] [SOURCES a.c...] [LIBS target...] [COMMAND cmd...] [ARGS a...]
#         [TIMEOUT s] [ENVIRONMENT var=value...] [LABELS more...])
#
# One ctest test with one tier and one kind as labels. KIND is one of: unit golden contract prop exhaustive corpus torture
# powercut sim cli peer system control static. A slow test runs only by `ctest -C Slow` (as an argument of add_test; as a property
# ctest would ignore it), so that plain `ctest` stays fast. More labels: `msan` and `threads`, what the presets msan and
# tsan run.
function(pv_test)
  cmake_parse_arguments(T "" "NAME;KIND;TIER;TIMEOUT" "SOURCES;LIBS;COMMAND;ARGS;ENVIRONMENT;LABELS" ${ARGN})
  if(NOT T_TIER)
    set(T_TIER fast)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 180)
  endif()
  if(PV_INSTRUMENT) # counts and takes its time
    math(EXPR T_TIMEOUT "${T_TIMEOUT} * 5")
  endif()
  set(when)
  if(T_TIER STREQUAL "slow")
    set(when CONFIGURATIONS Slow)
  endif()
  if(T_SOURCES)
    add_executable(${T_NAME} ${T_SOURCES})
    target_compile_options(${T_NAME} PRIVATE ${PV_WARNINGS})
    target_link_libraries(${T_NAME} PRIVATE ${T_LIBS})
    set_target_properties(${T_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    set(T_COMMAND ${T_NAME})
  endif()
  set(labels ${T_TIER} ${T_KIND} ${T_LABELS})
  add_test(NAME ${T_KIND}.${T_NAME} ${when} COMMAND ${T_COMMAND} ${T_ARGS})
  set_tests_properties(${T_KIND}.${T_NAME} PROPERTIES LABELS "${labels}" TIMEOUT ${T_TIMEOUT}
    SKIP_RETURN_CODE 77 ENVIRONMENT "${T_ENVIRONMENT}")
endfunction()
