import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, redo, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useLayoutEffect, useRef } from "react";
import { suggestionsAt, type Names } from "./complete.ts";

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** What the page asks of the editor: its history is the history of the draft, whoever changes it. */
export interface YamlEditing {
  undo(): void;
  redo(): void;
  goTo(from: number): void;
}

interface Props {
  readonly text: string;
  readonly marks: readonly Mark[];
  readonly schema: object | undefined;
  readonly names: Names;
  readonly change: (text: string) => void;
  /** Told of the editor once it is there. */
  readonly ready: (editing: YamlEditing) => void;
}

/** The team's text. It lies in a shadow root: there styles can be made without loosening what the page lets run. */
export function YamlEditor({ text, marks, schema, names, change, ready }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const now = useRef({ change, schema, names, text, ready });
  now.current = { change, schema, names, text, ready };
  /** As it was told last, by whomever: what was written meanwhile comes back later. */
  const told = useRef(text);

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const shadow = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const editor = new EditorView({
      parent: shadow,
      root: shadow,
      state: EditorState.create({
        doc: now.current.text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          closeBrackets(),
          highlightActiveLine(),
          yaml(),
          syntaxHighlighting(COLOURS),
          autocompletion({ override: [(context) => complete(context, now.current.schema, now.current.names)] }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "Team as YAML", tabindex: "0" }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            const written = update.state.doc.toString();
            if (written === told.current) return;
            told.current = written;
            now.current.change(written);
          }),
          THEME,
        ],
      }),
    });
    view.current = editor;
    now.current.ready({
      undo: () => void undo(editor),
      redo: () => void redo(editor),
      goTo(from) {
        const at = Math.min(from, editor.state.doc.length);
        editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
        editor.focus();
      },
    });
    return () => editor.destroy();
  }, []);

  // With what is drawn of it: a moment later something else may have been typed, which this would take back.
  useLayoutEffect(() => {
    told.current = text;
    const editor = view.current;
    const written = editor?.state.doc.toString();
    if (editor && written !== undefined && written !== text) editor.dispatch({ changes: differing(written, text) });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const end = editor.state.doc.length;
    const found = marks.map(({ from, to, message }) => ({
      from: Math.min(from, end),
      to: Math.min(to, end),
      severity: "error" as const,
      message,
    }));
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [marks, text]);

  return <div className="yaml" ref={host} />;
}

/** What is the same at both ends stays, and with it where the cursor is. */
function differing(before: string, after: string): { readonly from: number; readonly to: number; readonly insert: string } {
  let from = 0;
  const most = Math.min(before.length, after.length);
  while (from < most && before[from] === after[from]) from++;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

function complete(context: CompletionContext, schema: object | undefined, names: Names) {
  const found = schema && suggestionsAt(context.state.doc.toString(), context.pos, schema, names);
  if (!found || (!context.explicit && found.from === context.pos)) return null;
  return {
    from: found.from,
    options: found.all.map(({ label, kind, about }) => ({
      label,
      type: kind === "key" ? "property" : "enum",
      apply: kind === "key" ? `${label}: ` : label,
      ...(about === "" ? {} : { info: about }),
    })),
    validFor: /^[\w-]*$/,
  };
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--hl-call)" },
  { tag: [tags.string, tags.content], color: "var(--hl-string)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--hl-comment)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--hl-number)" },
  { tag: [tags.keyword, tags.meta, tags.punctuation, tags.separator], color: "var(--fg-soft)" },
]);

const THEME = EditorView.theme({
  "&": { height: "100%", color: "var(--fg)", backgroundColor: "var(--bg-code)", fontSize: "13px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--fg)" },
  ".cm-cursor": { borderLeftColor: "var(--fg)" },
  ".cm-gutters": { backgroundColor: "var(--bg-code)", color: "var(--fg-soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--fg) 4%, transparent)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--focus) 30%, transparent)",
  },
  ".cm-tooltip": { backgroundColor: "var(--bg-raised)", color: "var(--fg)", border: "1px solid var(--line-strong)", borderRadius: "7px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--chip)", color: "var(--chip-text)" },
  ".cm-completionInfo": { maxWidth: "320px", fontFamily: "var(--font)" },
  ".cm-diagnostic": { fontFamily: "var(--font)" },
});
