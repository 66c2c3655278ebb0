# A room is a folder with one library, its tests and its benchmarks. Link lines are the only way from one room to
# another, so they enforce the directions of dependency.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
if(CLOSECHECK_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(CLOSECHECK_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

add_library(closecheck_settings INTERFACE)
add_library(closecheck::settings ALIAS closecheck_settings)
target_compile_options(closecheck_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                                                     -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Where it has inlined much of std::string, gcc 12 warns of overlaps and overflows that cannot be.
  target_compile_options(closecheck_settings INTERFACE -Wno-restrict -Wno-stringop-overflow)
elseif(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # It takes what libstdc++ deprecates of its own, and uses in std::stable_sort, for ours.
  target_compile_options(closecheck_settings INTERFACE -Wno-deprecated-declarations)
endif()
if(CLOSECHECK_SANITIZER STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  # What the instrumentation adds to the standard library's own code misleads this warning.
  add_compile_options(-Wno-maybe-uninitialized)
elseif(CLOSECHECK_SANITIZER STREQUAL "thread")
  add_compile_options(-fsanitize=thread -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=thread)
elseif(NOT CLOSECHECK_SANITIZER STREQUAL "")
  message(FATAL_ERROR "CLOSECHECK_SANITIZER is '${CLOSECHECK_SANITIZER}'; expected empty, 'address' or 'thread'")
endif()

if(CLOSECHECK_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "CLOSECHECK_FUZZERS needs clang: -DCMAKE_CXX_COMPILER=clang++")
  endif()
  # Of everything, so that the fuzzers see which branches they take.
  add_compile_options(-g -fsanitize=fuzzer-no-link,address,undefined)
  add_link_options(-fsanitize=address,undefined)
endif()

# An allocator that is good at many small pieces, for the program and the benchmarks. Sanitizers bring their own.
add_library(closecheck_allocator INTERFACE)
add_library(closecheck::allocator ALIAS closecheck_allocator)
if(CLOSECHECK_SANITIZER STREQUAL "")
  find_package(mimalloc REQUIRED)
  target_link_libraries(closecheck_allocator INTERFACE -Wl,--push-state,--no-as-needed mimalloc -Wl,--pop-state)
endif()

# closecheck_read_together(TARGET): has its files compiled in batches of CLOSECHECK_TOGETHER where that is not 0, because
# compilers and clang-tidy spend most of their time on headers. clang's analyzer follows the paths through an included
# file if the name of what includes it has "UnifiedSource" in it, and only then.
function(closecheck_read_together target)
  if(CLOSECHECK_TOGETHER EQUAL 0)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  find_program(CLOSECHECK_PYTHON python3 REQUIRED)
  execute_process(COMMAND ${CLOSECHECK_PYTHON} ${PROJECT_SOURCE_DIR}/cmake/together.py ${CLOSECHECK_TOGETHER} ${sources}
                  WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE batches COMMAND_ERROR_IS_FATAL ANY)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP
    UNITY_BUILD_CODE_BEFORE_INCLUDE "// NOLINTNEXTLINE(bugprone-suspicious-include)")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # It takes the files of a batch for headers.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  foreach(source batch IN ZIP_LISTS sources batches)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP UnifiedSource_${batch})
  endforeach()
endfunction()

# closecheck_library(NAME sources... PUBLIC libraries... PRIVATE libraries...): library closecheck::NAME with the headers
# of include/.
function(closecheck_library name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(closecheck_${name} STATIC ${ROOM_SOURCES})
  add_library(closecheck::${name} ALIAS closecheck_${name})
  target_include_directories(closecheck_${name} PUBLIC include PRIVATE .)
  target_link_libraries(closecheck_${name} PUBLIC ${ROOM_PUBLIC} PRIVATE closecheck::settings fmt::fmt ${ROOM_PRIVATE})
  closecheck_read_together(closecheck_${name})
endfunction()

# closecheck_tests(NAME SOURCES files... LIBRARIES libraries...): one program of tests, labelled NAME.
function(closecheck_tests name)
  if(NOT CLOSECHECK_TESTS)
    return()
  endif()
  cmake_parse_arguments(ROOM "" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ROOM_SOURCES)
    return()
  endif()
  add_executable(${name}_tests ${ROOM_SOURCES})
  target_include_directories(${name}_tests PRIVATE .)
  target_link_libraries(${name}_tests PRIVATE ${ROOM_LIBRARIES} closecheck::settings fmt::fmt GTest::gtest GTest::gmock
                                              GTest::gtest_main)
  closecheck_read_together(${name}_tests)
  gtest_discover_tests(${name}_tests PROPERTIES LABELS ${name} TIMEOUT 600 DISCOVERY_TIMEOUT 60)
endfunction()

# closecheck_benchmarks(NAME SOURCES files... LIBRARIES libraries...)
function(closecheck_benchmarks name)
  if(NOT CLOSECHECK_BENCHMARKS)
    return()
  endif()
  cmake_parse_arguments(ROOM "" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ROOM_SOURCES)
    return()
  endif()
  add_executable(${name}_benchmarks ${ROOM_SOURCES})
  target_include_directories(${name}_benchmarks PRIVATE .)
  target_link_libraries(${name}_benchmarks PRIVATE ${ROOM_LIBRARIES} closecheck::settings closecheck::allocator
                                                   fmt::fmt benchmark::benchmark benchmark::benchmark_main)
  closecheck_read_together(${name}_benchmarks)
endfunction()

# closecheck_fuzz(NAME ROOM label LIBRARIES libraries... CORPUS folders...): the fuzz target NAME_fuzz.cpp. The tests
# replay its corpus and some mutations of it with any compiler. Under clang's libFuzzer, from a folder of its own:
#   cmake -S . -B build/fuzz -DCMAKE_CXX_COMPILER=clang++ -DCLOSECHECK_FUZZERS=ON -DCLOSECHECK_TESTS=OFF
#   cmake --build build/fuzz --target codec_fuzzer query_fuzzer request_fuzzer time_fuzzer scenario_fuzzer
#   build/fuzz/sut/fuzz/codec_fuzzer -max_total_time=600 build/fuzz/corpus sut/fuzz/corpus/codec sut/in_process/transcripts
function(closecheck_fuzz name)
  cmake_parse_arguments(ROOM "" "ROOM" "LIBRARIES;CORPUS" ${ARGN})
  set(programs)
  if(CLOSECHECK_TESTS)
    add_executable(${name}_fuzz_replay ${name}_fuzz.cpp ${PROJECT_SOURCE_DIR}/sut/fuzz/driver.cpp)
    add_test(NAME fuzz.${name}_corpus_and_mutations COMMAND ${name}_fuzz_replay 2000 ${ROOM_CORPUS}
             WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    set_tests_properties(fuzz.${name}_corpus_and_mutations PROPERTIES LABELS ${ROOM_ROOM} TIMEOUT 600)
    list(APPEND programs ${name}_fuzz_replay)
  endif()
  if(CLOSECHECK_FUZZERS)
    add_executable(${name}_fuzzer ${name}_fuzz.cpp)
    target_link_options(${name}_fuzzer PRIVATE -fsanitize=fuzzer)
    list(APPEND programs ${name}_fuzzer)
  endif()
  foreach(program ${programs})
    target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/sut)
    target_link_libraries(${program} PRIVATE ${ROOM_LIBRARIES} closecheck::settings fmt::fmt)
  endforeach()
endfunction()

# closecheck_sources(OUT folders...): the .cpp files there that are neither tests, benchmarks nor fuzzers; with TESTS or
# BENCHMARKS as first word, those. Every file is registered, so none can be forgotten.
function(closecheck_sources out kind)
  set(found)
  foreach(folder ${ARGN})
    file(GLOB here CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${folder}/*.cpp)
    list(APPEND found ${here})
  endforeach()
  list(TRANSFORM found REPLACE "^\\./" "")
  list(SORT found)
  if(kind STREQUAL "TESTS")
    list(FILTER found INCLUDE REGEX "_test\\.cpp$")
  elseif(kind STREQUAL "BENCHMARKS")
    list(FILTER found INCLUDE REGEX "_benchmark\\.cpp$")
  else()
    list(FILTER found EXCLUDE REGEX "_(test|benchmark|fuzz)\\.cpp$")
  endif()
  set(${out} ${found} PARENT_SCOPE)
endfunction()
