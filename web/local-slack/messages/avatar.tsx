import type { CSSProperties } from "react";
import { Mark } from "../../parts/icon.tsx";
import type { Author } from "../state/author.ts";
import { hue } from "../../parts/hues.ts";

/** The square with a face: a picture, an emoji on the persona's tint, the bot's mark, or initials. */
export function Avatar({ of, size = "" }: { readonly of: Author; readonly size?: "avatar-small" | "" }) {
  const isOurs = of.isBot === true && of.isOther !== true;
  const look = of.icon || of.image ? "avatar-icon" : isOurs ? "avatar-bot" : "";
  return (
    <span className={`avatar ${size} ${look}`} style={hueStyle(of.name)} aria-hidden="true">
      {of.image ? <img src={of.image} alt="" loading="lazy" /> : (of.icon ?? (isOurs ? <Mark /> : initials(of.name)))}
    </span>
  );
}

/** The colour of a name, for CSS to take. */
export const hueStyle = (name: string): CSSProperties => ({ "--hue": hue(name) }) as CSSProperties;

function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0] ?? "", words.at(-1) ?? ""] : words;
  return letters.map((word) => String.fromCodePoint(word.codePointAt(0) ?? 0).toUpperCase()).join("") || "?";
}
