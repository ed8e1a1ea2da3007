import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createKeyRing } from "../../src/store/key-ring.ts";

const [old, fresh] = [randomBytes(32), randomBytes(32)];

test("what is sealed opens with the key and for the thing that it was sealed with and about", () => {
  const ring = createKeyRing([old]);
  const sealed = ring.seal("xoxb-secret", "installation T1");
  expect(sealed).not.toContain("secret");
  expect(ring.open(sealed, "installation T1")).toEqual({ text: "xoxb-secret", isCurrent: true });
  expect(ring.open(sealed, "installation T2")).toBeUndefined();
  expect(createKeyRing([fresh]).open(sealed, "installation T1")).toBeUndefined();
});

test("the same text is sealed differently each time, and what was changed in one place does not open", () => {
  const ring = createKeyRing([old]);
  const sealed = ring.seal("xoxb-secret", "T1");
  expect(ring.seal("xoxb-secret", "T1")).not.toBe(sealed);
  const [version = "", id = "", body = ""] = sealed.split(".");
  const bytes = Buffer.from(body, "base64url");
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(ring.open(`${version}.${id}.${changed.toString("base64url")}`, "T1")).toBeUndefined();
  }
  for (const broken of ["", "v1", `v1.${id}.`, `v1.${id}.AAAA`, `v2.${id}.${body}`, `v1.other.${body}`, `v1.${id}.${body.slice(0, -8)}`])
    expect(ring.open(broken, "T1")).toBeUndefined();
});

test("a new key in front opens what the old one sealed, and says that it is not the current one", () => {
  const sealed = createKeyRing([old]).seal("text", "T1");
  const ring = createKeyRing([fresh, old]);
  expect(ring.open(sealed, "T1")).toEqual({ text: "text", isCurrent: false });
  expect(ring.open(ring.seal("text", "T1"), "T1")?.isCurrent).toBe(true);
});

test("a ring has a key, and each has 32 bytes", () => {
  expect(() => createKeyRing([])).toThrow("32 bytes");
  expect(() => createKeyRing([old, randomBytes(16)])).toThrow("32 bytes");
});
