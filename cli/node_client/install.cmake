# Installs exactly what the lock file names into INTO. Fails with a message where that cannot be had: tests that are
# not run prove nothing.
file(MAKE_DIRECTORY ${INTO})
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION ${INTO})
execute_process(COMMAND ${NPM} ci --no-audit --no-fund --ignore-scripts --loglevel=error WORKING_DIRECTORY ${INTO}
                RESULT_VARIABLE failed OUTPUT_QUIET)
if(failed)
  message(FATAL_ERROR "The Node.js client of the tests could not be installed from its registry; npm says why above. "
                      "Without it: configure with -DCLOSECHECK_TESTS=OFF.")
endif()
file(TOUCH ${INTO}/stamp)
