# What a user gets: bin/{kmem-tidy,kmem-cc,kmem-replay,kmem-sim,kmem-record} and share/kmem-tidy/rules, where the programs look for them.
include(GNUInstallDirs)
configure_file(${PROJECT_SOURCE_DIR}/scripts/kmem-record ${PROJECT_BINARY_DIR}/bin/kmem-record COPYONLY)
foreach(program kmem-tidy kmem-cc kmem-sim kmem-replay)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
install(PROGRAMS scripts/kmem-record DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY rules/ DESTINATION ${CMAKE_INSTALL_DATADIR}/kmem-tidy/rules FILES_MATCHING PATTERN *.yaml
  PATTERN *.json PATTERN lib EXCLUDE)
