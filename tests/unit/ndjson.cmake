# The calls that these tests make fail are wrapped by the linker; ndjson_files.c decides which.
set(PV_NDJSON_WRAP -Wl,--wrap=read,--wrap=write,--wrap=fdatasync,--wrap=ftruncate64,--wrap=flock)
foreach(name test_ndjson_source test_ndjson_sink)
  pv_test(NAME ${name} KIND unit SOURCES ${name}.c ndjson_files.c LIBS pv_adapters ZLIB::ZLIB PkgConfig::ZSTD cmocka)
  target_link_options(${name} PRIVATE ${PV_NDJSON_WRAP})
endforeach()
pv_test(NAME test_ndjson_faults KIND unit
  SOURCES test_ndjson_faults.c alloc_faults.c ndjson_files.c nobody.c workdir.c
  LIBS pv_adapters ZLIB::ZLIB PkgConfig::ZSTD cmocka)
target_link_options(test_ndjson_faults PRIVATE ${PV_NDJSON_WRAP}
  -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=pread64,--wrap=fstat64
  -Wl,--wrap=fsync,--wrap=ZSTD_createCCtx,--wrap=ZSTD_CCtx_setParameter
  -Wl,--wrap=inflateInit2_,--wrap=inflate,--wrap=ZSTD_createDStream,--wrap=ZSTD_decompressStream)
