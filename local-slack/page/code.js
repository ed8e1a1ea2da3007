import { announce, h, toast } from "./dom.js";
import { icon } from "./icons.js";
import { clean } from "./text.js";

const HIGHLIGHT_CHARS_MAX = 20_000; // More is printed output rather than code; plain is faster.
const FOLD_LINES = 30; // A screenful; more is opened by a button.

const WORDS = {
  python:
    "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda match case None nonlocal not or pass raise return True try while with yield self",
  javascript:
    "as async await break case catch class const continue default delete do else enum export extends false finally for from function if implements import in instanceof interface let new null of private public readonly return static super switch this throw true try type typeof undefined var void while yield",
  shell: "if then else elif fi for while do done case esac in function return export local set cd echo exit source sudo",
  sql: "select from where and or not in is null as on join left right inner outer full group by order having limit insert into values update set delete create table index view drop alter primary key references with case when then else end distinct union all",
  c: "auto bool break case catch char class const continue default defer delete do double else enum export extern false final float fn for func go goto if impl import in int interface let long loop map match mod mut namespace new nil null nullptr package private protected pub public range return self short signed sizeof static struct super switch template this throw trait true try type typedef union unsigned use using var virtual void volatile where while",
};
const LANGUAGES = {
  py: "python",
  python: "python",
  python3: "python",
  js: "javascript",
  javascript: "javascript",
  ts: "javascript",
  typescript: "javascript",
  jsx: "javascript",
  tsx: "javascript",
  sh: "shell",
  bash: "shell",
  shell: "shell",
  zsh: "shell",
  sql: "sql",
  c: "c",
  cpp: "c",
  "c++": "c",
  java: "c",
  go: "c",
  rust: "c",
  rs: "c",
  kotlin: "c",
  swift: "c",
  csharp: "c",
  cs: "c",
  php: "c",
  json: "javascript",
  yaml: "python",
  yml: "python",
  toml: "python",
  ruby: "python",
  rb: "python",
};
const HASH_COMMENTS = new Set(["python", "shell"]);

/** A fence: its language, a copy button, the code; long code is folded. */
export function codeBlock(code, language) {
  const text = clean(code).replace(/\n$/, "");
  const lines = text.split("\n").length;
  const label = clean(language).slice(0, 30);
  const pre = h(
    "pre",
    { tabindex: "0", dir: "ltr", "aria-label": `${label || "Code"}, ${lines} ${lines === 1 ? "line" : "lines"}` },
    h("code", {}, highlight(text, label.toLowerCase())),
  );
  const copy = h(
    "button",
    { type: "button", class: "code-copy", "data-key": `copy-${text.length}`, onclick: () => copyText(text) },
    icon("copy"),
    "Copy",
  );
  const box = h(
    "div",
    { class: `code ${label ? "" : "code-plain"}` },
    h("div", { class: "code-bar" }, h("span", { class: "code-language" }, label), copy),
    pre,
  );
  if (lines > FOLD_LINES) fold(box, lines);
  return box;
}

function fold(box, lines) {
  box.classList.add("folded");
  const button = h("button", { type: "button", class: "code-fold", "aria-expanded": "false" }, `Show all ${lines} lines`);
  button.addEventListener("click", () => {
    const folded = box.classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!folded));
    button.textContent = folded ? `Show all ${lines} lines` : "Show less";
  });
  box.append(button);
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied");
    toast("Copied", "info");
  } catch {
    toast("The browser did not allow copying. Select the text and press Ctrl+C.");
  }
}

/** Comments, strings, numbers and keywords; no grammar. Unclosed strings end with their line, so each pattern is linear. */
const TOKEN =
  /("""[^]{0,4000}?"""|'''[^]{0,4000}?'''|"(?:[^"\\\n]|\\.){0,2000}"?|'(?:[^'\\\n]|\\.){0,2000}'?|`(?:[^`\\]|\\.){0,4000}`)|(\/\*[^]{0,4000}?\*\/|\/\/[^\n]*|#[^\n]*|--[^\n]*)|(\b\d[\w.]{0,40})|([A-Za-z_]\w{0,80})/g;

function highlight(text, label) {
  const language = Object.hasOwn(LANGUAGES, label) ? LANGUAGES[label] : undefined;
  if (!language || text.length > HIGHLIGHT_CHARS_MAX) return [text];
  const words = new Set(WORDS[language].split(" "));
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    const [token, string, comment, number, word] = found;
    const kind = string
      ? "string"
      : comment && isComment(comment, language)
        ? "comment"
        : number
          ? "number"
          : word
            ? wordKind(word, language, words, text[found.index + token.length])
            : undefined;
    if (!kind) continue;
    nodes.push(text.slice(from, found.index), h("span", { class: `hl-${kind}` }, token));
    from = found.index + token.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

function isComment(comment, language) {
  if (comment.startsWith("#")) return HASH_COMMENTS.has(language);
  if (comment.startsWith("--")) return language === "sql";
  return language === "javascript" || language === "c";
}

function wordKind(word, language, words, next) {
  if (words.has(language === "sql" ? word.toLowerCase() : word)) return "keyword";
  return next === "(" ? "call" : undefined;
}
