import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  PASSAGE_CHARS_MAX,
  PASSAGES_PER_DOCUMENT_MAX,
  PASSAGES_PER_SOURCE_MAX,
  type DocumentDraft,
  type KnowledgeIndex,
  type PassageDraft,
} from "../../src/store/knowledge/knowledge-index.ts";

const HERE = "folder/here";
const AT = Date.UTC(2026, 0, 5, 9);

export const documentOf = (name: string, more: Partial<DocumentDraft> = {}): DocumentDraft => ({
  name,
  version: "1/10",
  hash: "0".repeat(64),
  title: name,
  link: "",
  problem: "",
  part: "",
  ...more,
});
export const passage = (text: string, more: Partial<PassageDraft> = {}): PassageDraft => ({ text, place: "", overlap: 0, ...more });

/**
 * What every index does. `open` makes an empty one, with as many openers as it has, for which it is always the same time: each call goes to the next of
 * them.
 */
export function knowledgeContract(
  name: string,
  open: (at: number) => Promise<{ readonly openers: readonly KnowledgeIndex[]; readonly close: () => Promise<void> }>,
  { fills }: { readonly fills: boolean },
): void {
  describe(`${name}, as an index of documents`, () => {
    let index: KnowledgeIndex;
    let close: () => Promise<void>;
    beforeEach(async () => {
      const opened = await open(AT);
      index = takingTurns(opened.openers);
      ({ close } = opened);
    });
    afterEach(() => close());
    const found = async (query: string, sources = [HERE], limit = 5) =>
      (await index.find(sources, { query, limit })).map(({ text }) => text);

    test("a passage is found by its words, with its document and its place", async () => {
      const holidays = documentOf("a/holidays.md", { title: "Holidays", link: "https://example.org/holidays" });
      const passages = [
        passage("Everybody has thirty days."),
        passage("days. Five can be carried over.", { place: "Carry-over, line 7", overlap: 6 }),
      ];
      expect(await index.put(HERE, holidays, passages)).toBe("kept");
      expect(await index.find([HERE], { query: "what is carried over?", limit: 5 })).toEqual([
        {
          id: expect.any(Number) as number,
          source: HERE,
          document: "a/holidays.md",
          title: "Holidays",
          link: "https://example.org/holidays",
          position: 1,
          place: "Carry-over, line 7",
          text: "days. Five can be carried over.",
          overlap: 6,
        },
      ]);
      expect(await index.documents(HERE)).toEqual([{ ...holidays, at: AT, passages: 2 }]);
      expect(await index.sources()).toEqual([{ source: HERE, documents: 1, passages: 2, unread: [] }]);
    });

    test("titles and places are words of their passages, and a word counts for more the rarer it is", async () => {
      await index.put(HERE, documentOf("one", { title: "Expenses" }), [passage("Send the form."), passage("By train, second class.")]);
      await index.put(HERE, documentOf("two", { title: "Travel" }), [passage("Send a postcard.", { place: "Lisbon" })]);
      expect(await found("lisbon")).toEqual(["Send a postcard."]);
      expect(await found("expenses train")).toEqual(["By train, second class.", "Send the form."]);
      // Stems, and the beginning of a word where no other has it.
      expect(await found("postcards")).toEqual(["Send a postcard."]);
      expect(await found("expen")).toHaveLength(2);
      expect(await found("exp")).toEqual([]);
    });

    test("a source knows nothing of another one, and only those that are named are searched", async () => {
      await index.put(HERE, documentOf("a"), [passage("The launch is on Friday.")]);
      await index.put("T1/C1/files", documentOf("a"), [passage("The launch is a secret.")]);
      expect(await found("launch")).toEqual(["The launch is on Friday."]);
      expect((await found("launch", [HERE, "T1/C1/files"])).toSorted()).toEqual(["The launch is a secret.", "The launch is on Friday."]);
      expect(await found("launch", [])).toEqual([]);
      expect(await found("launch", ["folder/other"])).toEqual([]);
      expect(await index.remove("folder/other", ["a"])).toBe(0);
      expect(await index.passages("folder/other", "a", { position: 0, limit: 5 })).toBeUndefined();
    });

    test("a document that is put again takes the place of the one before, all of it", async () => {
      await index.put(HERE, documentOf("a", { title: "Old" }), [passage("blue whales"), passage("blue skies")]);
      await index.put(HERE, documentOf("a", { title: "New", version: "2/3" }), [passage("green whales")]);
      expect(await found("whales")).toEqual(["green whales"]);
      expect(await found("blue")).toEqual([]);
      expect(await index.documents(HERE)).toMatchObject([{ title: "New", version: "2/3", passages: 1 }]);
      await index.retitle(HERE, documentOf("a", { title: "Newer", version: "3/3", link: "https://example.org/a" }));
      expect(await index.documents(HERE)).toMatchObject([{ title: "Newer", version: "3/3", link: "https://example.org/a", passages: 1 }]);
      await index.retitle(HERE, documentOf("nowhere"));
      expect(await index.documents(HERE)).toHaveLength(1);
    });

    test("what is taken out is found no more, and what could not be read is told with its reason", async () => {
      await index.put(HERE, documentOf("a"), [passage("blue whales")]);
      await index.put(HERE, documentOf("b", { problem: "it is locked by a password" }), []);
      expect(await index.sources()).toEqual([
        { source: HERE, documents: 2, passages: 1, unread: [{ name: "b", title: "b", problem: "it is locked by a password" }] },
      ]);
      expect(await index.remove(HERE, ["a", "b", "c"])).toBe(2);
      expect(await found("whales")).toEqual([]);
      expect(await index.documents(HERE)).toEqual([]);
    });

    test("a document is read from a passage on", async () => {
      await index.put(
        HERE,
        documentOf("a"),
        ["zero", "one", "two", "three"].map((text) => passage(text)),
      );
      const read = await index.passages(HERE, "a", { position: 1, limit: 2 });
      expect([read?.total, read?.passages.map(({ position, text }) => [position, text])]).toEqual([
        4,
        [
          [1, "one"],
          [2, "two"],
        ],
      ]);
      expect(await index.passages(HERE, "a", { position: 9, limit: 2 })).toEqual({ passages: [], total: 4 });
    });

    test("what nobody has used since then is thrown away", async () => {
      await index.put(HERE, documentOf("a"), [passage("blue whales")]);
      expect(await index.dropUnused(AT)).toBe(0);
      expect(await index.dropUnused(AT + 1)).toBe(1);
      expect([await found("whales"), await index.sources()]).toEqual([[], []]);
    });

    // Takes seconds, and is no matter of how many there are.
    test.each(fills ? ["a source that is full takes no more, and stays as it was"] : [])(
      "%s",
      async () => {
        const many = Array.from({ length: PASSAGES_PER_DOCUMENT_MAX }, () => passage("x"));
        for (let at = 0; at < PASSAGES_PER_SOURCE_MAX / PASSAGES_PER_DOCUMENT_MAX; at++) await index.put(HERE, documentOf(`d${at}`), many);
        expect(await index.put(HERE, documentOf("more"), [passage("y")])).toBe("full");
        expect(await index.put(HERE, documentOf("d0"), [passage("z")])).toBe("kept");
        expect(await found("z y")).toEqual(["z"]);
      },
      60_000,
    );

    test("what is larger than a passage or a name may be is refused", async () => {
      const long = index.put(HERE, documentOf("a"), [passage("x".repeat(PASSAGE_CHARS_MAX + 1))]);
      await expect(long).rejects.toThrow(/a passage has 4001 characters; at most 4000/);
      await expect(index.put(HERE, documentOf("x".repeat(2_001)), [])).rejects.toThrow(/more than 2000 characters/);
      expect(await index.documents(HERE)).toEqual([]);
    });

    test("vectors are kept by model, go with their passages, and find them by id", async () => {
      await index.put(HERE, documentOf("a"), [passage("blue whales"), passage("red sharks"), passage("green eels")]);
      const { missing } = await index.withoutVector(HERE, "tiny", 2);
      expect(missing.map(({ text }) => text)).toEqual(["blue whales", "red sharks"]);
      const [one, two] = missing;
      if (!one || !two) throw new Error("no passages");
      const vector = Float32Array.from([0.1, -2.5, 3e-8]);
      await index.putVectors("tiny", [
        { ...one, vector },
        { ...two, vector: Float32Array.from([1]) },
        { id: 987_654, text: one.text, vector },
      ]);
      expect(await index.vectors([HERE], "tiny", 10)).toEqual([
        { id: one.id, vector },
        { id: two.id, vector: Float32Array.from([1]) },
      ]);
      expect(await index.vectors([HERE], "tiny", 1)).toHaveLength(1);
      expect([await index.vectors([HERE], "other", 10), await index.vectors(["folder/other"], "tiny", 10)]).toEqual([[], []]);
      expect(await index.withoutVector(HERE, "tiny", 10)).toMatchObject({ embedded: 2, missing: [{ text: "green eels" }] });
      expect((await index.passagesById([two.id, 987_654, one.id])).map(({ text }) => text)).toEqual(["red sharks", "blue whales"]);
      await index.putVectors("other", [{ ...one, vector }]);
      expect((await index.vectors([HERE], "tiny", 10)).map(({ id }) => id)).toEqual([two.id]);
      await index.remove(HERE, ["a"]);
      expect([await index.vectors([HERE], "tiny", 10), await index.withoutVector(HERE, "tiny", 10)]).toEqual([
        [],
        { embedded: 0, missing: [] },
      ]);
    });

    test("whether a source is there, and a document in it, can be asked", async () => {
      await index.put(HERE, documentOf("a"), [passage("blue whales")]);
      expect([await index.has(HERE), await index.has(HERE, "a"), await index.has(HERE, "b"), await index.has("folder/other", "a")]).toEqual(
        [true, true, false, false],
      );
    });

    test("what was made of a passage that is gone is not given to the one that has its number now", async () => {
      await index.put(HERE, documentOf("a"), [passage("blue whales")]);
      const { missing } = await index.withoutVector(HERE, "tiny", 1);
      await index.remove(HERE, ["a"]);
      await index.put(HERE, documentOf("b"), [passage("red sharks")]);
      const [after] = (await index.withoutVector(HERE, "tiny", 1)).missing;
      const vector = Float32Array.from([1]);
      await index.putVectors("tiny", [...missing.map((one) => ({ ...one, vector })), { id: after?.id ?? 0, text: "blue whales", vector }]);
      expect(await index.vectors([HERE], "tiny", 10)).toEqual([]);
    });

    test("any text is kept as it is and no query harms", async () => {
      const odd = [
        "'); DROP TABLE knowledge_passages; --",
        'x" OR source : "1',
        "%",
        "🙂",
        "日本語の休暇は三十日です",
        "a".repeat(4_000),
        "\u{10FFFF}0",
      ];
      await index.put(
        HERE,
        documentOf("odd\n\"'/..", { title: "ti\u{10FFFF}tle" }),
        odd.map((text) => passage(text)),
      );
      const read = await index.passages(HERE, "odd\n\"'/..", { position: 0, limit: 10 });
      expect(read?.passages.map(({ text }) => text)).toEqual(odd);
      expect(await found("休暇")).toEqual(["日本語の休暇は三十日です"]);
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constantFrom(...odd)), async (query) => {
          await index.find([HERE, query], { query, limit: 3 });
        }),
        { numRuns: 30 },
      );
      expect((await index.sources())[0]?.passages).toBe(odd.length);
    });
  });
}

function takingTurns(openers: readonly KnowledgeIndex[]): KnowledgeIndex {
  let turn = 0;
  const next = (): KnowledgeIndex => openers[turn++ % openers.length] ?? fail();
  const [first] = openers;
  return Object.fromEntries(
    Object.keys(first ?? {}).map((name) => [
      name,
      (...args: unknown[]) => (next() as unknown as { [name: string]: (...args: unknown[]) => unknown })[name]?.(...args),
    ]),
  ) as unknown as KnowledgeIndex;
}

const fail = (): never => {
  throw new Error("no opener");
};
