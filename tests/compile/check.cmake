# Compiles a source without making anything of it. Used by tests/CMakeLists.txt:
#   cmake -DCOMPILER=... -DINCLUDE=... -DSOURCE=... [-DMESSAGE=...] -P check.cmake
# With a MESSAGE the compiler must refuse the source, and this regular expression must fit what it says.
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${INCLUDE} ${SOURCE}
  RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT DEFINED MESSAGE)
  if(failed)
    message(FATAL_ERROR "${SOURCE} does not compile:\n${said}")
  endif()
elseif(NOT failed)
  message(FATAL_ERROR "${SOURCE} compiles, although it must not")
else()
  if(NOT said MATCHES "${MESSAGE}")
    message(FATAL_ERROR "the compiler refuses ${SOURCE}, but does not say '${MESSAGE}':\n${said}")
  endif()
endif()
