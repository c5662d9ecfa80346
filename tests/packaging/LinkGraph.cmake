# SPDX-License-Identifier: GPL-3.0-or-later
# cahier_write_link_graph(FILE): once everything is configured, writes what each target of this
# project links to FILE, as JSON: {"target": {"folder": "core/notebook", "links": ["Qt6::Core", ...]}}.
# Folders are relative to the source tree; links are those named in CMake, public and private.

function(cahier_write_link_graph file)
  cmake_language(EVAL CODE "
    cmake_language(DEFER DIRECTORY [[${CMAKE_SOURCE_DIR}]] CALL _cahier_write_link_graph [[${file}]])")
endfunction()

function(_cahier_targets_below directory result)
  get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(subdirectories DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(subdirectory IN LISTS subdirectories)
    _cahier_targets_below(${subdirectory} more)
    list(APPEND targets ${more})
  endforeach()
  set(${result} ${targets} PARENT_SCOPE)
endfunction()

function(_cahier_write_link_graph file)
  _cahier_targets_below(${CMAKE_SOURCE_DIR} targets)
  set(json "{}")
  foreach(target IN LISTS targets)
    get_target_property(folder ${target} SOURCE_DIR)
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${folder})
    set(links "[]")
    set(count 0)
    foreach(property IN ITEMS LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
      get_target_property(libraries ${target} ${property})
      foreach(library IN LISTS libraries)
        # Markers of the directory that a link was made in are CMake's own business.
        if(library AND NOT library MATCHES "^::@")
          string(REPLACE "\\" "\\\\" library "${library}")
          string(REPLACE "\"" "\\\"" library "${library}")
          string(JSON links SET "${links}" ${count} "\"${library}\"")
          math(EXPR count "${count} + 1")
        endif()
      endforeach()
    endforeach()
    string(JSON json SET "${json}" "${target}" "{\"folder\": \"${folder}\", \"links\": ${links}}")
  endforeach()
  file(WRITE ${file} "${json}\n")
endfunction()
