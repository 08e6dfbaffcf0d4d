# swagger-ui-dist (npm), of which photovote serve makes /docs: found when the tree is configured, installed with the programs, and
# never part of the tree. Nothing else needs it.
set(PV_DOCS_UI_FOLDER ${PV_DOCS_UI})
if(PV_DOCS_UI STREQUAL "AUTO")
  set(PV_DOCS_UI_FOLDER contrib/docs-ui/node_modules/swagger-ui-dist)
endif()
cmake_path(ABSOLUTE_PATH PV_DOCS_UI_FOLDER BASE_DIRECTORY ${PROJECT_SOURCE_DIR} NORMALIZE)
set(PV_DOCS_UI_FILES)
if(EXISTS ${PV_DOCS_UI_FOLDER}/swagger-ui-bundle.js)
  list(APPEND PV_DOCS_UI_FILES ${PV_DOCS_UI_FOLDER}/swagger-ui.css ${PV_DOCS_UI_FOLDER}/swagger-ui-bundle.js
    ${PV_DOCS_UI_FOLDER}/swagger-ui-bundle.js.LICENSE.txt ${PV_DOCS_UI_FOLDER}/NOTICE)
elseif(NOT PV_DOCS_UI MATCHES "^(AUTO|OFF)$")
  message(FATAL_ERROR "PV_DOCS_UI: there is no swagger-ui-dist in ${PV_DOCS_UI_FOLDER}")
else()
  message(STATUS "docs: without swagger-ui-dist (scripts/install checks)")
endif()

# The program looks for it beside itself. What is built and not installed finds a link there.
set(PV_DOCS_UI_DESTINATION ${CMAKE_INSTALL_DATADIR}/photovote/docs-ui)
file(RELATIVE_PATH PV_DOCS_UI_BESIDE ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/photovote/docs-ui)
cmake_path(ABSOLUTE_PATH PV_DOCS_UI_BESIDE BASE_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} NORMALIZE
  OUTPUT_VARIABLE PV_DOCS_UI_LINK)
file(REMOVE ${PV_DOCS_UI_LINK})
if(PV_DOCS_UI_FILES)
  cmake_path(GET PV_DOCS_UI_LINK PARENT_PATH PV_DOCS_UI_BESIDE_LINK)
  file(MAKE_DIRECTORY ${PV_DOCS_UI_BESIDE_LINK})
  file(CREATE_LINK ${PV_DOCS_UI_FOLDER} ${PV_DOCS_UI_LINK} SYMBOLIC)
  install(FILES ${PV_DOCS_UI_FILES} DESTINATION ${PV_DOCS_UI_DESTINATION})
  if(NOT PV_PACKAGE) # Debian has the licence already, and the package's copyright file says so
    install(FILES ${PV_DOCS_UI_FOLDER}/LICENSE DESTINATION ${PV_DOCS_UI_DESTINATION})
  endif()
endif()
