# The window's dependencies: glad (generated here), GLFW, EGL, FriBidi, Dear ImGui and ImPlot (sources from fetch-imgui.sh), stb.
gf_place(GLASSFORMER_IMGUI_DIR "${CMAKE_CURRENT_SOURCE_DIR}/src/imgui" "Dear ImGui 1.90.8 docking, with backends/")
gf_place(GLASSFORMER_IMPLOT_DIR "${CMAKE_CURRENT_SOURCE_DIR}/src/implot" "ImPlot 0.17")
gf_place(GLASSFORMER_STB_DIR "/usr/include" "Folder that holds stb/stb_image_write.h")
gf_place(GLASSFORMER_GLAD "GLASSFORMER_GLAD-NOTFOUND" "The command glad 2")
find_program(GLASSFORMER_GLAD glad REQUIRED)
find_package(OpenGL REQUIRED COMPONENTS EGL)
find_package(glfw3 3.3 REQUIRED)
pkg_check_modules(FRIBIDI REQUIRED IMPORTED_TARGET GLOBAL fribidi)
set_target_properties(OpenGL::EGL glfw PROPERTIES IMPORTED_GLOBAL TRUE)
if(NOT EXISTS "${GLASSFORMER_IMGUI_DIR}/imgui.cpp" OR NOT EXISTS "${GLASSFORMER_IMPLOT_DIR}/implot.cpp")
  message(FATAL_ERROR "Dear ImGui or ImPlot not found in ${GLASSFORMER_IMGUI_DIR} and ${GLASSFORMER_IMPLOT_DIR}. "
    "Run third_party/fetch-imgui.sh, or set GLASSFORMER_IMGUI_DIR and GLASSFORMER_IMPLOT_DIR, or configure with -DGLASSFORMER_GUI=OFF.")
endif()

set(glad_dir ${CMAKE_BINARY_DIR}/glad)
if(NOT EXISTS ${glad_dir}/src/gl.c)
  execute_process(COMMAND ${GLASSFORMER_GLAD} --api gl:core=3.3 --extensions= --reproducible --out-path ${glad_dir} c
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET ERROR_QUIET)
endif()
add_library(gf_glad STATIC ${glad_dir}/src/gl.c)
target_include_directories(gf_glad SYSTEM PUBLIC ${glad_dir}/include)
target_link_libraries(gf_glad PUBLIC ${CMAKE_DL_LIBS})

add_library(gf_stb INTERFACE)
target_include_directories(gf_stb SYSTEM INTERFACE ${GLASSFORMER_STB_DIR})

set(imgui ${GLASSFORMER_IMGUI_DIR})
add_library(gf_imgui STATIC ${imgui}/imgui.cpp ${imgui}/imgui_draw.cpp ${imgui}/imgui_tables.cpp ${imgui}/imgui_widgets.cpp
  ${imgui}/backends/imgui_impl_glfw.cpp ${imgui}/backends/imgui_impl_opengl3.cpp
  ${imgui}/misc/cpp/imgui_stdlib.cpp
  ${GLASSFORMER_IMPLOT_DIR}/implot.cpp ${GLASSFORMER_IMPLOT_DIR}/implot_items.cpp)
target_include_directories(gf_imgui SYSTEM PUBLIC ${imgui} ${imgui}/backends ${GLASSFORMER_IMPLOT_DIR})
target_compile_definitions(gf_imgui
  PRIVATE "IMPLOT_CUSTOM_NUMERIC_TYPES=(float)(double)(int)" # a third of the compile time
  # 32-bit indices and characters: wide pictures, emoji tokens; the test engine's hooks record item names
  PUBLIC "ImDrawIdx=unsigned int" IMGUI_USE_WCHAR32 IMGUI_ENABLE_TEST_ENGINE IMGUI_IMPL_OPENGL_LOADER_CUSTOM)
set_source_files_properties(${imgui}/backends/imgui_impl_opengl3.cpp TARGET_DIRECTORY gf_imgui
  PROPERTIES COMPILE_OPTIONS "-include;glad/gl.h")
target_link_libraries(gf_imgui PUBLIC glfw gf_glad)
