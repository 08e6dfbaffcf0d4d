# The HTTP server.
pv_planted_bug(NAME http_head_may_be_folded FILE adapters/mhd_framing.c
  BREAKS "a head that could be read in two ways is refused"
  CAUGHT_BY test_mhd_attacks SAYS "FAILED .*lines__that_end_or_go_on_otherwise__are_refused")
pv_planted_bug(NAME http_body_has_an_idle_timer FILE adapters/mhd_body.c
  BREAKS "no trickle of bytes extends a deadline"
  CAUGHT_BY test_mhd_deadlines SAYS "FAILED .*client__that_trickles_in_any_phase__is_cut")
pv_planted_bug(NAME burst_goes_out_one_by_one FILE adapters/mhd_exchange.c
  BREAKS "answers of a burst go out together"
  CAUGHT_BY test_mhd_server SAYS "FAILED .*burst__keeps_answers_back_until_it_is_full_or_over")
pv_planted_bug(NAME http_client_takes_its_exchange_along FILE adapters/mhd_connections.c
  BREAKS "an exchange is there until it is answered, even if its client has gone"
  CAUGHT_BY test_mhd_server SAYS "pv_mhd_drain.kit.server, 1. does not hold")
pv_planted_bug(NAME http_head_is_not_kept FILE adapters/mhd_framing.c
  BREAKS "a request can be read until it is answered, even if its client has gone"
  CAUGHT_BY test_mhd_server SAYS "AddressSanitizer|FAILED .*client__that_resets_before_its_answer")
pv_planted_bug(NAME http_loop_never_sleeps FILE adapters/mhd_loop.c
  BREAKS "a loop sleeps while requests wait for their answers"
  CAUGHT_BY test_mhd_faults SAYS "[0-9]+ turns")
