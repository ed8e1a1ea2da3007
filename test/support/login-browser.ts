/** What a browser does with the link for a login: it opens the page, goes on, comes by the login's own server, and is back. `secret`: what it brings along in place of what it was given. */
export async function visit(
  link: string,
  { secret }: { readonly secret?: string } = {},
): Promise<{ readonly offered: string; readonly back: string }> {
  const { offered, comeBack } = await goOn(link);
  return { offered, back: await comeBack(secret) };
}

/** The same up to the login's own server, and what comes back from there. */
export async function goOn(link: string): Promise<{
  readonly offered: string;
  readonly address: string;
  readonly comeBack: (secret?: string) => Promise<string>;
}> {
  const page = await fetch(link);
  const offered = await page.text();
  const [, go] = /href="([^"]+\/go)"/.exec(offered) ?? [];
  if (go === undefined) return { offered, address: "", comeBack: async () => "" };
  const begun = await fetch(new URL(go, link), { redirect: "manual" });
  const own = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
  const address = begun.headers.get("location") ?? "";
  const asked = await fetch(address, { redirect: "manual" });
  const comeBack = async (secret?: string) => {
    const cookie = secret === undefined ? own : own.replace(/=.*/, `=${secret}`);
    return (await fetch(asked.headers.get("location") ?? "", { headers: { cookie } })).text();
  };
  return { offered, address, comeBack };
}
