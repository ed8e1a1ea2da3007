const HREF_CHARS_MAX = 3000;

/** A link people may follow, or undefined: only the web and mail, never javascript:, data: or a path on this origin. */
export function safeHref(url: unknown): string | undefined {
  const text = typeof url === "string" ? url.trim() : "";
  if (!/^(?:https?:\/\/|mailto:)/i.test(text) || text.length > HREF_CHARS_MAX) return undefined;
  const parsed = URL.parse(text);
  return parsed && ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : undefined;
}

/** A picture the page may load: a file of this workspace or raster data. Anything else would tell a stranger who looked. */
export function safeImage(url: unknown): string | undefined {
  if (typeof url === "string" && /^data:image\/(?:png|jpeg|gif|webp);base64,/i.test(url)) return url;
  return sameOrigin(url);
}

/** The address of one of this server's files, without the origin. */
export function sameOrigin(url: unknown): string | undefined {
  if (typeof url !== "string" || url === "") return undefined;
  const parsed = URL.parse(url, location.origin);
  return parsed?.origin === location.origin && parsed.pathname.startsWith("/files/") ? parsed.pathname + parsed.search : undefined;
}
