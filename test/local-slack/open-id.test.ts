import { createPublicKey, verify, type JsonWebKey } from "node:crypto";
import { expect, test } from "vitest";
import type { Workspace } from "../../local-slack/index.ts";
import { open } from "./wire.ts";

const BACK = "http://127.0.0.1:9/back";

const ask = (workspace: Workspace, more: { readonly [name: string]: string } = {}): Promise<Response> => {
  const { issuer, clientId } = workspace.signIn?.() ?? { issuer: "", clientId: "" };
  const query = {
    response_type: "code",
    client_id: clientId,
    scope: "openid profile email",
    redirect_uri: BACK,
    state: "s1",
    nonce: "n1",
    ...more,
  };
  return fetch(`${issuer}/openid/connect/authorize?${new URLSearchParams(query).toString()}`, { redirect: "manual" });
};

async function token(workspace: Workspace, fields: { readonly [name: string]: string }): Promise<{ readonly [name: string]: string }> {
  const { clientId, clientSecret } = workspace.signIn?.() ?? { clientId: "", clientSecret: "" };
  const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, redirect_uri: BACK, ...fields });
  return (await (await fetch(`${workspace.apiUrl}openid.connect.token`, { method: "POST", body })).json()) as { [name: string]: string };
}

test("who says yes comes back with a code, which is once worth a signed token of who they are", async () => {
  const workspace = await open();
  const { issuer, clientId } = workspace.signIn?.() ?? { issuer: "", clientId: "" };
  const sent = new URL((await ask(workspace, { as: "U0JONAS" })).headers.get("location") ?? "");
  expect(sent.origin + sent.pathname).toBe(BACK);
  expect(sent.searchParams.get("state")).toBe("s1");
  const code = sent.searchParams.get("code") ?? "";
  const granted = await token(workspace, { code });
  expect(granted).toMatchObject({ ok: true, token_type: "Bearer" });
  const [head = "", payload = "", signature = ""] = (granted["id_token"] ?? "").split(".");
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  expect(claims).toMatchObject({
    iss: issuer,
    aud: clientId,
    sub: "U0JONAS",
    nonce: "n1",
    "https://slack.com/user_id": "U0JONAS",
    "https://slack.com/team_id": "T0LOCAL",
    email: "jonas@local.example",
    name: "Jonas Weber",
  });
  const configuration = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as {
    jwks_uri: string;
    userinfo_endpoint: string;
  };
  const { keys } = (await (await fetch(configuration.jwks_uri)).json()) as { keys: [JsonWebKey] };
  const key = createPublicKey({ key: keys[0], format: "jwk" });
  expect(verify("RSA-SHA256", Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, "base64url"))).toBe(true);
  const info = await fetch(configuration.userinfo_endpoint, { headers: { authorization: `Bearer ${granted["access_token"]}` } });
  expect(await info.json()).toMatchObject({ ok: true, sub: "U0JONAS", given_name: "Jonas", family_name: "Weber" });
  expect(await token(workspace, { code })).toEqual({ ok: false, error: "invalid_code" });
});

test("without a person the page asks who one is, and what is asked for wrongly is refused", async () => {
  const workspace = await open();
  const page = await ask(workspace);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await page.text()).toMatch(/<a href="[^"]*as=U0MARIA[^"]*">Maria<\/a>/);
  const error = async (more: { readonly [name: string]: string }) =>
    ((await (await ask(workspace, more)).json()) as { error: string }).error;
  expect(await error({ client_id: "x" })).toBe("invalid_client_id");
  expect(await error({ scope: "profile" })).toBe("invalid_scope");
  expect(await error({ response_type: "token" })).toBe("invalid_response_type");
  expect(await error({ as: "U0NOBODY" })).toBe("user_not_found");
  const sent = new URL((await ask(workspace, { as: "U0MARIA", scope: "openid" })).headers.get("location") ?? "");
  const code = sent.searchParams.get("code") ?? "";
  expect(await token(workspace, { code, client_secret: "x" })).toEqual({ ok: false, error: "bad_client_secret" });
  const { id_token } = await token(workspace, { code });
  expect(Buffer.from((id_token ?? "").split(".")[1] ?? "", "base64url").toString("utf8")).not.toContain("email");
  expect(await (await fetch(`${workspace.apiUrl}openid.connect.userInfo`)).json()).toEqual({ ok: false, error: "not_authed" });
});
