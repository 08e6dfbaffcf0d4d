# The codec: what prints and reads. Writers and readers that allocate are tested with allocations that fail.
function(pv_codec_test NAME)
  pv_test(NAME ${NAME} KIND unit LABELS msan SOURCES ${NAME}.c sample.c failing.c LIBS pv_codec cmocka PkgConfig::CJSON)
  target_link_options(${NAME} PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endfunction()
pv_codec_test(test_out)
pv_codec_test(test_document_write)
target_link_libraries(test_document_write PRIVATE OpenSSL::Crypto)
target_link_options(test_document_write PRIVATE
  -Wl,--wrap=EVP_MD_CTX_new,--wrap=EVP_DigestInit_ex,--wrap=EVP_DigestUpdate,--wrap=EVP_DigestFinal_ex)
pv_codec_test(test_document_read)
pv_codec_test(test_document_diff)
# Its own trees come from cJSON, which is not instrumented: not under MSan.
set_tests_properties(unit.test_document_read PROPERTIES LABELS "fast;unit")
pv_codec_test(test_json_guard)
pv_codec_test(test_print)
pv_test(NAME test_layout KIND unit LABELS msan SOURCES test_layout.c record_kit.c LIBS pv_codec cmocka)
pv_test(NAME test_json KIND unit LABELS msan SOURCES test_json.c LIBS pv_codec cmocka)
pv_test(NAME test_event_read KIND unit LABELS msan SOURCES test_event_read.c LIBS pv_codec cmocka)
pv_test(NAME test_record KIND unit LABELS msan SOURCES test_record.c record_kit.c failing.c LIBS pv_codec cmocka PkgConfig::CJSON)
target_link_options(test_record PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
pv_test(NAME test_document_look KIND unit LABELS msan SOURCES test_document_look.c LIBS pv_codec cmocka)
pv_test(NAME test_event_request KIND unit SOURCES test_event_request.c LIBS pv_codec cmocka OpenSSL::Crypto)
target_link_options(test_event_request PRIVATE -Wl,--wrap=EVP_Digest)
pv_test(NAME test_same KIND unit LABELS msan SOURCES test_same.c LIBS pv_codec cmocka)
pv_test(NAME test_members KIND unit LABELS msan SOURCES test_members.c LIBS pv_codec cmocka)
pv_test(NAME test_sha256 KIND unit LABELS msan SOURCES test_sha256.c LIBS pv_codec cmocka OpenSSL::Crypto)
target_link_options(test_sha256 PRIVATE -Wl,--wrap=EVP_Digest)
pv_test(NAME test_base64url KIND unit LABELS msan SOURCES test_base64url.c LIBS pv_codec cmocka)
# Tokens are signed by OpenSSL itself, which is not instrumented: not under MSan.
function(pv_jwt_test NAME)
  pv_test(NAME ${NAME} KIND unit SOURCES ${NAME}.c jwt_kit.c ${ARGN} LIBS pv_codec cmocka OpenSSL::Crypto PkgConfig::CJSON)
endfunction()
pv_jwt_test(test_jwt)
pv_jwt_test(test_jwt_keys)
pv_jwt_test(test_jwt_sign)
# Every call to OpenSSL, and every allocation of our own and of cJSON, fails once.
set(PV_OPENSSL_WRAP EVP_PKEY_new_raw_public_key EVP_PKEY_new_raw_private_key EVP_PKEY_get_raw_public_key
    EVP_PKEY_CTX_new_from_name EVP_PKEY_fromdata_init EVP_PKEY_fromdata EVP_PKEY_up_ref EVP_MD_CTX_new
    EVP_DigestVerifyInit EVP_DigestVerify EVP_DigestSignInit EVP_DigestSign EVP_Digest BIO_new BIO_new_mem_buf
    PEM_read_bio_PrivateKey PEM_write_bio_PrivateKey)
list(TRANSFORM PV_OPENSSL_WRAP PREPEND "-Wl,--wrap=")
pv_jwt_test(test_jwt_faults failing.c openssl_faults.c)
target_link_options(test_jwt_faults PRIVATE ${PV_OPENSSL_WRAP} -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
