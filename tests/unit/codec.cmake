# The codec: what prints and reads. Writers and readers that allocate are tested with allocations that fail.
function(pv_codec_test NAME)
  pv_test(NAME ${NAME} KIND unit SOURCES ${NAME}.c sample.c failing.c LIBS pv_codec cmocka PkgConfig::CJSON)
  target_link_options(${NAME} PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endfunction()
pv_codec_test(test_out)
pv_codec_test(test_document_write)
target_link_libraries(test_document_write PRIVATE OpenSSL::Crypto)
target_link_options(test_document_write PRIVATE
  -Wl,--wrap=EVP_MD_CTX_new,--wrap=EVP_DigestInit_ex,--wrap=EVP_DigestUpdate,--wrap=EVP_DigestFinal_ex)
pv_codec_test(test_document_read)
pv_codec_test(test_json_guard)
pv_codec_test(test_print)
pv_test(NAME test_layout KIND unit SOURCES test_layout.c record_kit.c LIBS pv_codec cmocka)
