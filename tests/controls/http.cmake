# The HTTP server.
pv_planted_bug(NAME http_head_may_be_folded FILE adapters/mhd_framing.c
  BREAKS "a head that could be read in two ways is refused"
  CAUGHT_BY test_mhd_attacks SAYS "FAILED .*lines__that_end_or_go_on_otherwise__are_refused")
pv_planted_bug(NAME http_body_has_an_idle_timer FILE adapters/mhd_body.c
  BREAKS "no trickle of bytes extends a deadline"
  CAUGHT_BY test_mhd_deadlines SAYS "FAILED .*client__that_trickles_in_any_phase__is_cut")
