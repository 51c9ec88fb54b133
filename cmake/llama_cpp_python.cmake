# Included by CMake at llama.cpp's own project() call (CMAKE_PROJECT_<name>_INCLUDE).
# llama-cpp-python forces llama.cpp's command-line library on; nothing in the Python
# package uses it, and it is half of the build.
set(LLAMA_BUILD_COMMON OFF CACHE BOOL "" FORCE)
