# The Debian package, by the preset `deb`: the commands with manual pages, completions, the unit and a file of settings.
# With PV_PACKAGE `cmake --install` installs the same.
set(PV_CONTACT "PhotoVote <photovote@example.org>")
find_program(PV_SCDOC scdoc REQUIRED)
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
set(made ${CMAKE_BINARY_DIR}/package)
file(MAKE_DIRECTORY ${made})
string(TIMESTAMP PV_RELEASED "%s" UTC) # SOURCE_DATE_EPOCH, where that is set: then the same source gives the same bytes

foreach(page photovote photovote-audit photovote-import)
  set(source ${PROJECT_SOURCE_DIR}/man/${page}.1.scd)
  add_custom_command(OUTPUT ${made}/${page}.1.gz DEPENDS ${source}
    COMMAND sh -c "SOURCE_DATE_EPOCH=${PV_RELEASED} '${PV_SCDOC}' <'${source}' | gzip -9n >'${made}/${page}.1.gz'" VERBATIM)
  list(APPEND pages ${made}/${page}.1.gz)
endforeach()

set(completions ${PROJECT_SOURCE_DIR}/scripts/completions.py)
add_custom_command(OUTPUT ${made}/completions/bash/photovote DEPENDS ${completions} photovote photovote-audit photovote-import
  COMMAND ${Python3_EXECUTABLE} ${completions} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${made}/completions VERBATIM)
# What Debian wants: a changelog and a copyright file in forms of its own.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${made}/changelog "photovote (${PROJECT_VERSION}) unstable; urgency=medium\n\n  * What has changed is in CHANGELOG.md.\n\n"
  " -- ${PV_CONTACT}  ${date}\n")
add_custom_command(OUTPUT ${made}/changelog.gz DEPENDS ${made}/changelog
  COMMAND sh -c "gzip -9n <'${made}/changelog' >'${made}/changelog.gz'" VERBATIM)
add_custom_target(package_files ALL DEPENDS ${pages} ${made}/completions/bash/photovote ${made}/changelog.gz)

file(STRINGS ${PROJECT_SOURCE_DIR}/LICENSE licence)
set(copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: photovote\n\nFiles: *\n")
foreach(line IN LISTS licence)
  if(line MATCHES "^Copyright (\\(c\\) )?(.*)$")
    string(APPEND copyright "Copyright: ${CMAKE_MATCH_2}\nLicense: MIT\n")
  elseif(NOT line MATCHES "^MIT License$")
    string(APPEND text " ${line}\n")
  endif()
endforeach()
string(REGEX REPLACE "\n \n" "\n .\n" text "${text}")
string(REGEX REPLACE "^( \n)+" "" text "${text}")
# swagger-ui-dist has the script of others in it, under MIT and the like: the file beside its script says whose.
if(PV_DOCS_UI_FILES)
  file(READ ${PV_DOCS_UI_FOLDER}/NOTICE notice)
  string(REGEX MATCH "Copyright ([^\n]*)" notice "${notice}")
  string(APPEND text "\n\nFiles: /usr/share/photovote/docs-ui/*\nCopyright: ${CMAKE_MATCH_1}\nLicense: Apache-2.0\n"
    " On Debian systems the full text of the Apache License, version 2.0, is in\n /usr/share/common-licenses/Apache-2.0.\n")
endif()
file(WRITE ${made}/copyright "${copyright}${text}")

install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(DIRECTORY ${made}/completions/bash/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(DIRECTORY ${made}/completions/zsh/ DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(DIRECTORY ${made}/completions/fish/ DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES service/photovote.service DESTINATION lib/systemd/system)
install(FILES service/photovote.conf DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/photovote)
install(FILES service/nginx.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES ${made}/copyright ${made}/changelog.gz README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME photovote)
set(CPACK_PACKAGE_CONTACT "${PV_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "event-sourced photo election and its audit")
set(CPACK_PACKAGE_DESCRIPTION "An administrator creates an election with competitions of photographs
and registers voters; each voter rates photographs from 1 to 5 stars
and casts one ballot.

photovote runs the whole system as an HTTP API on SQLite; photovote-audit
recomputes what was recorded, and tells where it does not add up;
photovote-import makes the events of an election out of a poll.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${made}/conffiles ${PROJECT_SOURCE_DIR}/service/deb/postinst
  ${PROJECT_SOURCE_DIR}/service/deb/prerm ${PROJECT_SOURCE_DIR}/service/deb/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(WRITE ${made}/conffiles "/etc/photovote/photovote.conf\n")
include(CPack)
