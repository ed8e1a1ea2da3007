import { expect, test } from "vitest";
import { secretNamesOf } from "../../../src/tools/mcp/variables.ts";

test("variables that are called a secret are known as one, however the server is given them", () => {
  expect(secretNamesOf({ env: ["GITHUB_PAT", "BRAVE_APIKEY", "LANG"] })).toEqual(["GITHUB_PAT", "BRAVE_APIKEY"]);
  expect(secretNamesOf({ env: { AUTH: "${OUR_PASSPHRASE}", THEIR_TOKEN: "${PLAIN}", PLACE: "${LANG}" } })).toEqual([
    "PLAIN",
    "OUR_PASSPHRASE",
  ]);
  expect(secretNamesOf({ headers: { "X-Who": "${WHO}" }, headersEnv: { Authorization: "SOMETHING" } })).toEqual(["WHO", "SOMETHING"]);
});
