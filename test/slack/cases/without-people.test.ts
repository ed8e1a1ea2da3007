import fc from "fast-check";
import { expect, test } from "vitest";
import { membersIn, withoutPeople } from "../../../src/slack/cases/without-people.ts";

const PEOPLE = [
  { id: "U0MARIA", name: "Maria Lopez" },
  { id: "U0JONAS", name: "jonas" },
  { id: "U0MARIA", name: "Maria Lopez" },
];
const MEMBERS = new Set(["Ada Lovelace", "grace"]);
const nameless = () => withoutPeople(PEOPLE, (name) => MEMBERS.has(name));

test("a person is the same placeholder under each name, in all texts", () => {
  const put = nameless();
  expect(put("Ask <@U0JONAS>, or @Maria Lopez; Maria knows. (U0MARIA, <@U0MARIA|maria>)")).toBe(
    "Ask Person 2, or Person 1; Person 1 knows. (Person 1, Person 1)",
  );
  expect(put("Lopez wrote to jonas.")).toBe("Person 1 wrote to Person 2.");
  expect(put("@Ada Lovelace The rest, @grace. And U0123456789.")).toBe("Person 3 The rest, Person 4. And Person 5.");
  expect(put("Write to maria.lopez@acme.example, MARIA.LOPEZ@acme.example or x+1@b.example.org.")).toBe(
    "Write to address1@example.com, address1@example.com or address2@example.com.",
  );
  // What has been put is nobody's name.
  expect(put("Person 2 at address1@example.com")).toBe("Person 2 at address1@example.com");
});

test("members are found where they are called by an @, and then without it", () => {
  const isMember = (name: string) => MEMBERS.has(name);
  const found = membersIn(["Ask @Ada Lovelace Today, @nobody.", "and @grace"], isMember);
  expect(found.map(({ name }) => name)).toEqual(["Ada Lovelace", "grace"]);
  expect(withoutPeople(found, isMember)("Lovelace and @grace and grace")).toBe("Person 2 and Person 1 and Person 1");
});

test.each([
  ["Anne-Marie O'Neil (she/her)", "Ask Anne-Marie O'Neil (she/her), or Anne-Marie.", "Ask Person 1, or Person 1."],
  ["Maria Lopez", "ask maria lopez, MARIA  LOPEZ or Maria\nLopez", "ask Person 1, Person 1 or Person 1"],
  ["Mark Twain", "Mark Twain is to mark it", "Person 1 is to mark it"],
  ["Bo", "Bo knows, about bo.", "Person 1 knows, about bo."],
  ["李明", "请李明看一下，@李明。", "请Person 1看一下，Person 1。"],
  ["山田 太郎", "山田さんと山田太郎、太郎", "Person 1さんとPerson 1、Person 1"],
  ["김민수", "김민수가 왔다", "Person 1가 왔다"],
  ["$& [a-z]+ \\", "$& [a-z]+ \\ or abc", "Person 1 or abc"],
])("%s is found as it is written", (name, text, put) => {
  expect(withoutPeople([{ id: "U1", name }], () => false)(text)).toBe(put);
});

test("words that are no names stay", () => {
  const put = nameless();
  for (const text of ["UNDERSTANDING WORLDWIDE", "Marianne and jonass", "@Override", "@media print", "a@b", "<!channel> <#C0GENERAL>"])
    expect(put(text)).toBe(text);
});

test("whatever is written, nothing that is known of them is left, and it does not take long", () => {
  const part = fc.oneof(
    fc.constantFrom("Maria Lopez", "Maria", "Lopez", "jonas", "U0MARIA", "<@U0JONAS>", "@", " ", "a@b.example", "<@", "|", ">", "\n"),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const put = nameless()(parts.join(" "));
      expect(put).not.toMatch(/(?<![\p{L}\p{N}_])(?:Maria|Lopez|jonas|U0MARIA|U0JONAS)(?![\p{L}\p{N}_])/u);
    }),
    { numRuns: 200 },
  );
  const put = nameless();
  for (const text of ["a".repeat(30_000), "a.".repeat(15_000), "@A ".repeat(10_000), "U1".repeat(15_000), "<@".repeat(15_000)]) put(text);
});
