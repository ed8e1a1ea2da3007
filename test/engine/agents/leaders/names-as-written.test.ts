import { describe, expect, test } from "vitest";
import { nameWritten } from "../../../../src/engine/agents/leaders/names-as-written.ts";
import { readChoice } from "../../../../src/engine/agents/leaders/selector-choice.ts";

const NAMES = ["Maya", "Noor", "Data_Analyst"];
const choose = (text: string) => readChoice(text, NAMES, ["human"], NAMES);

/** How models write a name in its place. */
const WRITTEN = [" Noor ", "noor", "NOOR", "Noor.", "@Noor", "**Noor**", "`noor`", '"Noor"', "Noor (researcher)", "Noor [knows it].", "“Noor”", "<Noor>"]; // prettier-ignore

describe("the name of who speaks next", () => {
  test.each(WRITTEN)("written as %j, in JSON and alone", (written) => {
    expect(choose(JSON.stringify({ next: written, reason: "r" }))).toMatchObject({ kind: "choice", next: "Noor", reason: "r" });
    expect(choose(written)).toMatchObject({ kind: "choice", next: "Noor" });
  });

  test.each(["Data Analyst", "data_analyst", "Data\\_Analyst", "data-analyst", "@Data Analyst."])("with other blanks: %j", (written) => {
    expect(nameWritten(NAMES, written)).toBe("Data_Analyst");
    expect(choose(`I think ${written} should go on`)).toMatchObject({ next: "Data_Analyst" });
  });

  test.each([
    ["in a list", '{"next":["Noor"]}'],
    ["in an object", '{"next":{"name":"Noor"}}'],
    ["in a sentence", '{"next":"Noor should speak"}'],
    ["in JSON that is broken", '{"next":"Noor","reason":"a "quoted" word"}'],
    ["in JSON among other braces", 'From {a, b} I take {"next":"noor"} {c}'],
  ])("%s", (_, text) => {
    expect(choose(text)).toMatchObject({ kind: "choice", next: "Noor" });
  });

  test.each([
    ["two in a sentence", "Maya or Noor"],
    ["two in JSON", '{"next":"Maya or Noor"}'],
    ["two in a list", '{"next":["Maya","Noor"]}'],
    ["nobody", '{"next":"Zoe"}'],
  ])("%s is nobody's choice", (_, text) => {
    expect(choose(text).kind).toBe("none");
  });

  test("between two that fit there is no guess, and one that fits exactly goes before one that fits loosely", () => {
    expect(nameWritten(["Data_Analyst", "Data Analyst"], "data-analyst")).toBeUndefined();
    expect(nameWritten(["Data_Analyst", "Data Analyst"], "Data Analyst")).toBe("Data Analyst");
    expect(nameWritten(["Noor (QA)", "Noor"], "Noor (QA)")).toBe("Noor (QA)");
    expect(nameWritten(["Noor (QA)", "Noor"], "noor (dev)")).toBeUndefined();
  });
});
