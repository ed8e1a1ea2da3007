import fc from "fast-check";
import { expect, test } from "vitest";
import { isOthersFace, lookalikesOf, looksLike, voiceOf } from "../src/lookalikes.ts";

test.each([
  [
    "Parley",
    [
      "Parley",
      "ParIey",
      "Par1ey",
      "PARLEY",
      "Parley Approvals",
      "P\u0430rl\u0435y",
      "Par\u200bley",
      "Ｐａｒｌｅｙ",
      "𝓟𝓪𝓻𝓵𝓮𝔂",
      "Pár-ley",
      "my parley bot",
    ],
  ],
  ["Slack", ["Slack Security", "SlackBot", "S l a c k", "Ѕlаck", "ЅLАСК", "ѕlаск", "slack_support"]],
  ["Approval", ["Approvals", "Code approval", "Аpproval"]],
  ["Approve", ["Approver", "approve-it"]],
] as const)("a name that reads like %s is known by how it looks, not by how it is written", (voice, names) => {
  expect(names.filter((name) => voiceOf(name) !== voice)).toEqual([]);
});

test("an ordinary name is nobody's voice", () => {
  const names = [
    "Maria",
    "Coder",
    "Runner",
    "Critic",
    "Security",
    "Reviewer",
    "Мария",
    "李小龍",
    "Pauline",
    "Barley",
    "Slate",
    "Black",
    "Lead",
    "",
  ];
  expect(names.filter((name) => voiceOf(name) !== undefined)).toEqual([]);
});

test("names look alike by their letters' forms, whatever their case, accents and unseen marks", () => {
  const alike = ["Maria", "maria", "Mаrіа", "María", "Ma\u200bria", "Ｍａｒｉａ", "MarIa", "Maria\u3164", " Maria "];
  expect(alike.filter((other) => !looksLike("Maria", other))).toEqual([]);
  expect(["Marie", "Mario", "Мария", "Mara", "", "李"].filter((other) => looksLike("Maria", other))).toEqual([]);
  expect(looksLike("李小龍", "李小明")).toBe(false);
  expect(looksLike("", "\u200b")).toBe(false);
});

test("one name among many is found by what it looks like, in any order and for any names", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 12 });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), name, (names, one) => {
      expect(lookalikesOf(names).has(one)).toBe(names.some((other) => looksLike(other, one)));
    }),
  );
});

test("a face that is the app's, Slack's, a member's or the mark of a yes is no agent's", () => {
  const others = [
    ":slack:",
    ":parley:",
    ":par1ey-bot:",
    ":white_check_mark:",
    "✅",
    "✔️",
    "https://avatars.slack-edge.com/face.png",
    "https://a.slack.com/x.png",
  ];
  expect(others.filter((icon) => !isOthersFace(icon))).toEqual([]);
  const own = [":owl:", ":gear:", "🧑‍🔬", "https://example.com/slack.png", "https://slack.com.example/x.png", "not a face"];
  expect(own.filter(isOthersFace)).toEqual([]);
});
