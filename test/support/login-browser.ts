/** What a browser does with the link for a login: it opens the page, goes on, comes by the login's own server, and is back. */
export async function visit(
  link: string,
  { cookie }: { readonly cookie?: string } = {},
): Promise<{ readonly offered: string; readonly back: string }> {
  const page = await fetch(link);
  const offered = await page.text();
  const [, go] = /href="([^"]+\/go)"/.exec(offered) ?? [];
  if (go === undefined) return { offered, back: "" };
  const begun = await fetch(new URL(go, link), { redirect: "manual" });
  const own = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
  const asked = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
  const back = await fetch(asked.headers.get("location") ?? "", { headers: { cookie: cookie ?? own } });
  return { offered, back: await back.text() };
}
