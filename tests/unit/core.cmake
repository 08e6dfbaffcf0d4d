# The core, by its own tests alone: src/core is covered without the codec's and the properties' help.
add_library(pv_story STATIC story.c ../property/dump.c ../property/buf.c)
target_compile_options(pv_story PRIVATE ${PV_WARNINGS})
target_include_directories(pv_story PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(pv_story PUBLIC pv_core cmocka)

function(pv_core_test NAME)
  pv_test(NAME ${NAME} KIND unit SOURCES ${NAME}.c LIBS pv_story)
endfunction()
pv_core_test(test_id)
pv_core_test(test_datetime)
pv_core_test(test_text)
pv_core_test(test_event)
pv_core_test(test_refusal)
