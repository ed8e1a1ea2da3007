import type { CSSProperties } from "react";
import { hue } from "../../parts/hues.ts";
import { iconCharacter } from "../../text/emoji.ts";

/** The square with a face: the emoji of the persona, or initials. */
export function Face({ name, icon }: { readonly name: string; readonly icon: string }) {
  return (
    <span className="avatar face" style={{ "--hue": hue(name) } as CSSProperties} aria-hidden="true">
      {iconCharacter(icon) ?? String.fromCodePoint(name.trim().codePointAt(0) ?? 0x3f).toUpperCase()}
    </span>
  );
}
