# Writes OUTPUT, a header with one digest over the sources that decide what a summary says. Run as a script:
#   cmake -DSOURCE_DIR=... -DOUTPUT=... -P summary_makers.cmake
# Included by checker/driver/CMakeLists.txt for the list alone.
set(SUMMARY_MAKERS core/support/* core/compdb/* core/frontend/* rules/lib/* checker/summary/* checker/extract/*
  checker/driver/unit_summary.*)

if(CMAKE_SCRIPT_MODE_FILE)
  set(all "")
  foreach(pattern IN LISTS SUMMARY_MAKERS)
    file(GLOB files ${SOURCE_DIR}/${pattern})
    list(FILTER files INCLUDE REGEX "\\.(h|cpp)$")
    foreach(file IN LISTS files)
      file(SHA256 ${file} digest)
      string(APPEND all ${digest})
    endforeach()
  endforeach()
  string(SHA256 digest "${all}")
  file(WRITE ${OUTPUT} "#define KMEM_SUMMARY_MAKERS \"${digest}\"\n")
endif()
