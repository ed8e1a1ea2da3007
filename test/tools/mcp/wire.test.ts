import { expect, test } from "vitest";
import { jsonIn, messagesIn } from "../../../src/tools/mcp/wire.ts";
import { growthOverEight, LINEAR_GROWTH_MAX } from "../../support/growth.ts";

const base = { jsonrpc: "2.0", id: 7 };
const text = (words: unknown) => ({ content: [{ type: "text", text: words }] });
const refusal = (code: number, message: string) => ({ ...base, error: { code, message } });

test.for<[what: string, written: unknown, meant: unknown]>([
  ["a result beside an error that is null", { ...base, result: { ok: 1 }, error: null }, { ...base, result: { ok: 1 } }],
  ["a result beside an error without words", { ...base, result: { ok: 1 }, error: "" }, { ...base, result: { ok: 1 } }],
  ["an error beside a result that is null", { ...refusal(-32_602, "no city"), result: null }, refusal(-32_602, "no city")],
  ["the version as a number", { jsonrpc: 2, id: 7, result: {} }, { ...base, result: {} }],
  ["more members than there are", { ...base, method: "tools/list", time: 1, result: {} }, { ...base, result: {} }],
  ["a result that is only words", { ...base, result: "done" }, { ...base, result: text("done") }],
  ["a result that is only parts", { ...base, result: text("done").content }, { ...base, result: text("done") }],
  ["a result that is nothing", { ...base, result: null }, { ...base, result: {} }],
  ["an error that is only words", { ...base, error: "no city" }, refusal(-32_603, "no city")],
  ["an error with a code of letters", { ...base, error: { code: "E_CITY", message: "no city" } }, refusal(-32_603, "no city")],
  ["an error without words", { ...base, error: { reason: 3 } }, refusal(-32_603, '{"reason":3}')],
  ["data of an error", { ...base, error: { code: 1, message: "no", data: { at: 2 }, more: 1 } }, { ...base, error: { code: 1, message: "no", data: { at: 2 } } }],
  ["every member of a request, null", { ...base, method: "roots/list", params: null, result: null, error: null }, { ...base, method: "roots/list" }],
  ["every member of a notification, null", { jsonrpc: "2.0", id: null, method: "x", params: {}, result: null, error: null }, { jsonrpc: "2.0", method: "x", params: {} }],
  ["null for no parameters", { jsonrpc: "2.0", method: "notifications/x", params: null }, { jsonrpc: "2.0", method: "notifications/x" }],
])("%s is read as it is meant", ([, written, meant]) => {
  expect(messagesIn(written)).toEqual([meant]);
  expect(messagesIn([written, { ...base, id: 8, result: {} }])).toEqual([meant, { ...base, id: 8, result: {} }]);
}); // prettier-ignore

test("what is as it should be, and what is no message, stays as it came", () => {
  for (const value of [{ ...base, result: { a: [1] } }, { level: 30, error: "disk", id: 7 }, { result: "ok" }, 7, "words", null])
    expect(messagesIn(value)[0]).toBe(value);
});

test("numbers that JSON does not have are null, and words about them stay", () => {
  expect(jsonIn('{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \\" NaN"}')).toEqual({ a: null, b: [null, null], c: 'NaN " NaN' });
  expect(jsonIn("{'a': NaN}")).toBeUndefined();
  expect(jsonIn("listening, NaN")).toBeUndefined();
  // Long texts are looked through once.
  expect(jsonIn(`{"a": NaN, "b": "${"\\\\x".repeat(300_000)}"}`)).toMatchObject({ a: null });
  const broken = (chars: number) => `{"a": NaN, "b": "${String.raw`\"`.repeat(chars / 2)}`;
  expect(jsonIn(broken(800))).toBeUndefined();
  expect(growthOverEight(jsonIn, broken)).toBeLessThan(LINEAR_GROWTH_MAX);
});
