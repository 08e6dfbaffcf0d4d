// The limits of D2 typed a second time: for each component, values that it takes, and their neighbours that it does not.
const repeat = (character, count) => character.repeat(count);
const ulid = "01HQ0000000000000000000001";

export const samples = {
  EventId: {
    right: [ulid, ulid.toLowerCase(), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "0c4d8a2e-9f30-4a1c-8d6e-2b7f5a3e1c90", "0C4D8A2E-9F30-4A1C-8D6E-2B7F5A3E1C90"],
    wrong: [repeat("0", 26), "00000000-0000-0000-0000-000000000000", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", ulid.slice(1), ulid + "0", "01HQ000000000000000000000U",
      "01HQ000000000000000000000I", "01HQ000000000000000000000L", "01HQ000000000000000000000O", "0c4d8a2e9f304a1c8d6e2b7f5a3e1c90", "", 1, null],
  },
  ElectionId: {
    right: [ulid, ulid.toLowerCase(), "00000000000000000000000001"],
    wrong: [repeat("0", 26), "0c4d8a2e-9f30-4a1c-8d6e-2b7f5a3e1c90", "", ` ${ulid}`, `${ulid}\n`, null, {}],
  },
  Name: {
    right: ["a", repeat("a", 200), repeat("\u{1f4f7}", 200), " a ", "\u00a0", "\u2028"],
    wrong: ["", " ", repeat(" ", 200), repeat("a", 201), repeat("\u{1f4f7}", 201), "a\nb", "a\tb", "a\u0000", "a\u007f", "a\u0085", "\u009f", null, 1],
  },
  Description: {
    right: ["", "a", "a\nb\r\n\tc", repeat("a", 4000)],
    wrong: [" ", "\n", " \t\r\n", repeat("a", 4001), "a\u000bb", "a\u0000", "a\u0085", 1],
  },
  ImageCaption: { right: ["", "a", repeat("é", 500)], wrong: [" ", repeat("é", 501), "a\nb", "a\u0000", 1] },
  ImageUrl: {
    right: ["", "/", "/a", "/a//b", "https://a", "http://a", "https://a:1/b?c#d", "https://u:p@h/", "https://u@v@h", "https://a?b", "https://a#b@:", "/:@",
      "https://[::1]/", `/${repeat("a", 2047)}`],
    wrong: ["//", "//a", "a", "ftp://a", "HTTPS://a", "https://", "https:///a", "https://?a", "https://#a", "https://:80", "https://u@", "https://u@:80",
      "https://u@/a", "/ ", "/a b", "/\"", "/<", "/>", "/\\", "/^", "/`", "/{", "/|", "/}", "/é", "/\u007f", " /a", `/${repeat("a", 2048)}`, 1],
  },
  Email: {
    right: ["a@b", "a.b+c'd@e-f.g1", `${repeat("a", 64)}@b`, `a@${repeat("b", 252)}`, "..@b", "a@b--c", "A@B.C", "(\"@b"],
    wrong: ["", "a", "@b", "a@", "a@b@c", "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-", "a@b-.c", "a@b_c", `${repeat("a", 65)}@b`, `a@${repeat("b", 253)}`,
      "a b@c", "é@b", "a@é", "a\u007f@b", " a@b", "a@b\n", null],
  },
  DateTime: {
    right: ["2024-02-24T18:00:00", "2024-02-24t18:00:00z", "2024-02-24T23:59:59.123456789+23:59", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-00:00"],
    wrong: ["", "2024-02-24", "2024-02-24 18:00:00", "0000-01-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z",
      "2024-01-32T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T23:60:00Z", "2024-01-01T23:59:60Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z",
      "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60", "2024-01-01T00:00:00+0000", "2024-1-1T00:00:00Z", "10000-01-01T00:00:00Z", null, 0],
  },
  Rating: { right: [1, 2, 3, 4, 5], wrong: [0, 6, -1, 1.5, "3", null, true, [3]] },
  CandidateAdded: {
    right: [{ election_id: ulid, competition_id: ulid, name: "a" }, { election_id: ulid, competition_id: ulid, name: "a", image_url: "/a", image_caption: "b" },
      { election_id: ulid, competition_id: ulid, name: "a", image_url: null, image_caption: "" }, { election_id: ulid, competition_id: ulid, name: "a", x: 1 }],
    wrong: [{ election_id: ulid, competition_id: ulid, name: "a", image_caption: "b" }, { election_id: ulid, competition_id: ulid, name: null },
      { election_id: ulid, competition_id: ulid, name: "a", image_url: "", image_caption: "b" },
      { election_id: ulid, competition_id: ulid, name: "a", image_url: null, image_caption: "b" }, { competition_id: ulid, name: "a" }],
  },
  BallotCandidateRated: {
    right: [{ election_id: ulid, ballot_id: ulid, competition_id: ulid, candidate_id: ulid, rating: null }, { id: null, election_id: ulid, ballot_id: ulid,
      competition_id: ulid, candidate_id: ulid, rating: 5 }],
    wrong: [{ election_id: ulid, ballot_id: ulid, competition_id: ulid, candidate_id: ulid }, { election_id: ulid, ballot_id: null, competition_id: ulid,
      candidate_id: ulid, rating: 5 }],
  },
};
