import { expect, test } from "vitest";
import {
  addressOf,
  argsOf,
  headersOf,
  missingVariables,
  namesRead,
  secretNamesOf,
  unsetVariables,
} from "../../../src/tools/mcp/variables.ts";

test("variables that are called a secret are known as one, however the server is given them", () => {
  expect(secretNamesOf({ env: ["GITHUB_PAT", "BRAVE_APIKEY", "LANG"] })).toEqual(["GITHUB_PAT", "BRAVE_APIKEY"]);
  expect(secretNamesOf({ env: { AUTH: "${OUR_PASSPHRASE}", THEIR_TOKEN: "${PLAIN}", PLACE: "${LANG}" } })).toEqual([
    "PLAIN",
    "OUR_PASSPHRASE",
  ]);
  expect(secretNamesOf({ headers: { "X-Who": "${WHO}" }, headersEnv: { Authorization: "SOMETHING" } })).toEqual(["WHO", "SOMETHING"]);
});

test("arguments and addresses have the values of variables in them, as READMEs write them", () => {
  const env = { FOLDER: "/srv/papers", API_KEY: "k1", BLANK: "" };
  expect(argsOf({ args: ["--root=${FOLDER}", "${env:API_KEY}", "${BLANK:-none}", "$FOLDER"] }, env)).toEqual({
    values: ["--root=/srv/papers", "k1", "none", "$FOLDER"],
    missing: [],
  });
  expect(addressOf({ url: "https://mcp.example.com/mcp?key=${API_KEY}" }, env).value).toBe("https://mcp.example.com/mcp?key=k1");
  const settings = { args: ["${FOLDER}", "${API_KEY}", "${NOWHERE}"], url: "https://example.com/?key=${THEIR_TOKEN}" };
  expect(missingVariables(settings, env)).toEqual(["NOWHERE", "THEIR_TOKEN"]);
  expect(namesRead(settings)).toEqual(["FOLDER", "API_KEY", "NOWHERE", "THEIR_TOKEN"]);
  expect(secretNamesOf(settings)).toEqual(["API_KEY", "THEIR_TOKEN"]);
});

test("a variable that holds nothing is as one that is not set, but for a program that is given it as it is", () => {
  const env = { KEY: " ", SET: "x" };
  expect(unsetVariables({ env: ["KEY", "SET"] }, env)).toEqual(["KEY"]);
  expect(missingVariables({ env: ["KEY", "SET"] }, env)).toEqual([]);
  expect(headersOf({ headers: { Authorization: "Bearer ${KEY}" }, headersEnv: { "X-Key": "KEY", "X-Set": "SET" } }, env)).toEqual({
    values: { "X-Set": "x" },
    missing: ["KEY"],
  });
});
