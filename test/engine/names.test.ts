import fc from "fast-check";
import { expect, test } from "vitest";
import { readHandoffs, transferTool } from "../../src/engine/agents/handoff.ts";
import { mentionedNames } from "../../src/engine/agents/leaders/mentioned-names.ts";
import { readChoice } from "../../src/engine/agents/leaders/selector-choice.ts";
import { asciiName, isSameName } from "../../src/engine/names.ts";
import { agentName } from "../../src/config/schema/names.ts";
import { addressee } from "../../src/slack/commands/control-words.ts";

const LETTERS = Array.from("aZé研究员接待ЖאبไทยハÅßİ0９ _-");
const anyName = fc
  .string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 40 })
  .filter((name) => agentName.safeParse(name).success)
  .map((name) => agentName.parse(name));

test("a hand-over to any name is a tool that every provider takes, and to another name another tool", () => {
  fc.assert(
    fc.property(anyName, anyName, (one, other) => {
      expect(transferTool(one)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      if (!isSameName(one.replaceAll(" ", "_"), other.replaceAll(" ", "_"))) expect(transferTool(one)).not.toBe(transferTool(other));
    }),
  );
});

test("a name in ASCII is called as ever", () => {
  expect(["Ana", "Data Expert", "web-guy_2"].map(transferTool)).toEqual([
    "transfer_to_ana",
    "transfer_to_data_expert",
    "transfer_to_web-guy_2",
  ]);
  expect(asciiName("研究")).toBe("u7814u7a76");
});

test("a hand-over is known by the tool's name and by the agent's own, in any spelling", () => {
  const handoffs = readHandoffs(["Élise", "研究员", { to: "Ben", tool: "give" }]);
  for (const tool of [transferTool("Élise"), "transfer_to_Élise", "transfer_to_e\u0301lise", "transfer_to_研究员", "give"])
    expect([tool, handoffs.isHandoff(tool)]).toEqual([tool, true]);
  for (const tool of ["transfer_to_elise", "transfer_to_研究", "transfer_to_ben", "研究员"])
    expect([tool, handoffs.isHandoff(tool)]).toEqual([tool, false]);
  expect(handoffs.parse({ call: "c", tool: "transfer_to_研究员", args: "" }, "")).toMatchObject({ to: "研究员" });
});

test.each([
  [["研究", "研究员", "作家"], "下一个应该是研究员。", ["研究员"]],
  [["研究", "研究员", "作家"], "先研究，再作家", ["研究", "作家"]],
  [["研究", "研究员"], "研究和研究员", ["研究", "研究员"]],
  [["연구원", "작가"], "다음은 연구원이 말합니다", ["연구원"]],
  [["リサーチャー", "ライター"], "次はライターです", ["ライター"]],
  [["นักเขียน", "บรรณาธิการ"], "ให้นักเขียนพูดต่อ", ["นักเขียน"]],
  [["Élise", "Eli"], "It is E\u0301lise's turn", ["Élise"]],
  [["é", "e"], "é", ["é"]],
  [["Жанна", "Анна"], "Пусть говорит Жанна.", ["Жанна"]],
  [["data", "data_expert"], "data expert", ["data", "data_expert"]],
])("of %j a text mentions whole names: %s", (names, text, mentioned) => {
  expect(mentionedNames(names, text)).toEqual(mentioned);
});

test("a selector may spell the name that it chooses in any way", () => {
  const chosen = (next: string) => readChoice(JSON.stringify({ next }), ["Élise", "研究员", "assistant"], ["finish"], []);
  for (const spelled of ["E\u0301LISE", "élise", " Élise "]) expect(chosen(spelled)).toMatchObject({ next: "Élise" });
  expect(chosen("研究员")).toMatchObject({ next: "研究员" });
  expect(chosen("Assistant")).toMatchObject({ next: "assistant" });
  expect(chosen("Elise")).toMatchObject({ kind: "none" });
});

test.each([
  ["@研究员 看一下", "研究员"],
  ["@研究员看一下", "研究员"],
  ["＠研究员：看一下", "研究员"],
  ["研究员：看一下", "研究员"],
  ["研究看一下", undefined],
  ["e\u0301lise: look", "Élise"],
  ["@ÉLISE, look", "Élise"],
  ["@Elise look", undefined],
])("a person speaks to an agent by its name: %s", (text, name) => {
  expect(addressee(text, [{ name: "研究" }, { name: "研究员" }, { name: "Élise" }])).toBe(name);
});
