import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { memo, useState } from "react";
import { Fragment, jsx, jsxs } from "../jsx/runtime.ts";
import { announce } from "../parts/announce.ts";
import { Icon } from "../parts/icon.tsx";
import { toast } from "../parts/toasts.tsx";
import { clean } from "./clean.ts";
import { highlight } from "./highlight.ts";

const FOLD_LINES = 30; // A screenful; more is opened by a button.
const LANGUAGE_CHARS_MAX = 30;

/** A fence: its language, a copy button, the code; long code is folded. */
export const CodeBlock = memo(function CodeBlock({ code, language = "" }: { readonly code: string; readonly language?: string }) {
  const [open, setOpen] = useState(false);
  const text = clean(code).replace(/\n$/, "");
  const label = clean(language).slice(0, LANGUAGE_CHARS_MAX);
  const lines = text.split("\n").length;
  const folds = lines > FOLD_LINES;
  const tree = highlight(text, label);
  return (
    <div className={`code ${label ? "" : "code-plain"} ${folds && !open ? "folded" : ""}`}>
      <div className="code-bar">
        <span className="code-language">{label}</span>
        <button type="button" className="code-copy" data-key={`copy-${text.length}`} onClick={() => void copyText(text)}>
          <Icon name="copy" />
          Copy
        </button>
      </div>
      <pre tabIndex={0} dir="ltr" aria-label={`${label || "Code"}, ${lines} ${lines === 1 ? "line" : "lines"}`}>
        <code>{tree ? toJsxRuntime(tree, { Fragment, jsx, jsxs }) : text}</code>
      </pre>
      {folds && (
        <button type="button" className="code-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : `Show all ${lines} lines`}
        </button>
      )}
    </div>
  );
});

/** Says whether it worked; it never fails. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied");
    toast("Copied", "info");
  } catch {
    toast("The browser did not allow copying. Select the text and press Ctrl+C.");
  }
}
