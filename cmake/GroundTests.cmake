# Tests of the house itself: form, directions, and the launcher. Each is a script that says what is wrong.
set(ground ${PROJECT_SOURCE_DIR}/cmake)

add_test(NAME ground.sources_are_formatted COMMAND ${ground}/check_format.sh)
add_test(NAME ground.rooms_keep_their_directions COMMAND ${ground}/check_directions.sh)
add_test(NAME ground.wrong_directions_are_found COMMAND ${ground}/check_directions_test.sh)
add_test(NAME ground.types_have_names_of_their_own COMMAND ${ground}/check_types.py)
add_test(NAME ground.readmes_name_every_file COMMAND ${ground}/room_files.sh)
add_test(NAME ground.pages_name_files_that_are_there COMMAND ${ground}/check_documents.sh)
add_test(NAME ground.headers_compile_alone COMMAND ${ground}/check_headers.sh ${CMAKE_CXX_COMPILER})
add_test(NAME ground.packages_are_named_before_they_are_installed COMMAND ${ground}/check_packages.sh)
add_test(NAME ground.launcher_builds_and_becomes_the_program COMMAND ${ground}/check_launcher.sh)
set_tests_properties(ground.sources_are_formatted ground.rooms_keep_their_directions ground.wrong_directions_are_found
                     ground.types_have_names_of_their_own
                     ground.readmes_name_every_file ground.pages_name_files_that_are_there ground.headers_compile_alone
                     ground.packages_are_named_before_they_are_installed
                     ground.launcher_builds_and_becomes_the_program
                     PROPERTIES LABELS ground SKIP_RETURN_CODE 77 TIMEOUT 1800 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
