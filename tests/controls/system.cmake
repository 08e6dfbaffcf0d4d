# What only a server that runs, and is killed, can show.

# pv_planted_server_bug(NAME name FILE layer/file.c BREAKS "sentence" CAUGHT_BY script.py ARGS a... SAYS regex)
#
# tests/system/SCRIPT on a photovote with the bug must fail with a line that matches SAYS.
function(pv_planted_server_bug)
  cmake_parse_arguments(B "" "NAME;FILE;BREAKS;CAUGHT_BY;SAYS" "ARGS" ${ARGN})
  pv_plant(${B_NAME} ${B_FILE} photovote)
  pv_test(NAME bug_${B_NAME} KIND control COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/caught ${copy} ${B_SAYS}
    ${python} ${PROJECT_SOURCE_DIR}/tests/system/${B_CAUGHT_BY} $<TARGET_FILE:bug_${B_NAME}> $<TARGET_FILE:photovote-audit>
    ${B_ARGS})
endfunction()

find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import sys; print(sys.executable, end='')"
  OUTPUT_VARIABLE python COMMAND_ERROR_IS_FATAL ANY)

pv_planted_server_bug(NAME worker_answers_before_it_appends FILE app/worker_group.c
  BREAKS "an acknowledged event is on the disk: a server that is killed loses what it has answered"
  CAUGHT_BY kill.py ARGS --kills 200 SAYS "Failed: (acknowledged|two numbers of|reads .* but was answered)")
pv_planted_server_bug(NAME worker_looks_for_no_id FILE app/worker_judge.c
  BREAKS "an event that comes again after a lost answer is recorded once"
  CAUGHT_BY kill.py ARGS --kills 200
  SAYS "Failed: (two numbers of|recorded twice|was refused, and is recorded|refused after it was recorded|recorded after it was refused)")
pv_planted_server_bug(NAME worker_expects_the_version_before_the_group FILE app/worker_judge.c
  BREAKS "of all who have seen a version one goes on from it, also when they are judged together"
  CAUGHT_BY races.py ARGS Administrators SAYS "FAIL: test_(expected_version__of_a_group|many__change_at_an_expected_version)")
