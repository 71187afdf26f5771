# The fonts, from Debian's packages or from the places below, copied beside the program: build/assets/fonts.
set(GLASSFORMER_INTER_DIR "/usr/share/fonts/opentype/inter" CACHE PATH "Folder with Inter-Regular.otf, Inter-SemiBold.otf (Debian: fonts-inter)")
set(GLASSFORMER_JETBRAINS_MONO_DIR "/usr/share/fonts/truetype/jetbrains-mono" CACHE PATH
    "Folder with JetBrainsMono-Regular.ttf, JetBrainsMono-Medium.ttf (Debian: fonts-jetbrains-mono)")
# Optional: without them such characters show as a replacement sign.
set(GLASSFORMER_CJK_FONT "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf" CACHE FILEPATH
    "TrueType font with Chinese, Japanese and Korean characters (Debian: fonts-droid-fallback)")
set(GLASSFORMER_SCRIPTS_FONT "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf" CACHE FILEPATH
    "TrueType font with Arabic in all its forms, Hebrew and other scripts (Debian: fonts-dejavu-core)")
set(GLASSFORMER_SYMBOL_FONT "/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf" CACHE FILEPATH
    "TrueType font with emoji and symbols in one colour (Debian: fonts-symbola)")

# gf_copy_assets(TARGET): programs of TARGET find their fonts
function(gf_copy_assets target)
  set(copies)
  function(gf_copy_font source name)
    set(copy ${CMAKE_BINARY_DIR}/assets/fonts/${name})
    add_custom_command(OUTPUT ${copy} COMMAND ${CMAKE_COMMAND} -E copy ${source} ${copy} DEPENDS ${source} VERBATIM)
    set(copies ${copies} ${copy} PARENT_SCOPE)
  endfunction()

  foreach(name Inter-Regular.otf Inter-SemiBold.otf JetBrainsMono-Regular.ttf JetBrainsMono-Medium.ttf)
    if(name MATCHES "^Inter")
      set(source ${GLASSFORMER_INTER_DIR}/${name})
    else()
      set(source ${GLASSFORMER_JETBRAINS_MONO_DIR}/${name})
    endif()
    if(NOT EXISTS ${source})
      message(FATAL_ERROR "Font ${source} not found. Install fonts-inter and fonts-jetbrains-mono, or set GLASSFORMER_INTER_DIR "
        "and GLASSFORMER_JETBRAINS_MONO_DIR, or configure with -DGLASSFORMER_GUI=OFF.")
    endif()
    gf_copy_font(${source} ${name})
  endforeach()
  foreach(kind CJK SCRIPTS SYMBOL)
    string(TOLOWER ${kind} name)
    if(EXISTS ${GLASSFORMER_${kind}_FONT})
      gf_copy_font(${GLASSFORMER_${kind}_FONT} ${name}.ttf)
    else()
      message(STATUS "Optional font not found: GLASSFORMER_${kind}_FONT (fonts-droid-fallback, fonts-dejavu-core, fonts-symbola)")
    endif()
  endforeach()
  add_custom_target(${target}_assets DEPENDS ${copies})
  add_dependencies(${target} ${target}_assets)
endfunction()
