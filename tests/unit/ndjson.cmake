# The calls that these tests make fail are wrapped by the linker; ndjson_files.c decides which.
set(PV_NDJSON_WRAP -Wl,--wrap=read,--wrap=write,--wrap=fdatasync,--wrap=ftruncate64)
foreach(name test_ndjson_source test_ndjson_sink)
  pv_test(NAME ${name} KIND unit SOURCES ${name}.c ndjson_files.c LIBS pv_adapters ZLIB::ZLIB PkgConfig::ZSTD cmocka)
  target_link_options(${name} PRIVATE ${PV_NDJSON_WRAP})
endforeach()
