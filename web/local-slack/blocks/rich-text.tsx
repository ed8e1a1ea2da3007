import type { ReactNode } from "react";
import { CodeBlock } from "../../text/code.tsx";
import { emoji, withEmoji } from "../../text/emoji.ts";
import { safeHref } from "../../text/links.ts";
import { Outside } from "../../text/outside.tsx";
import { jsonOf, listOf, wordsOf, type Json } from "../state/json.ts";
import { ChannelChip, DateChip, UserChip } from "./chips.tsx";

const INDENT_MAX = 8;

/** A rich_text block: sections, lists, quotes and preformatted text. */
export function RichText({ block }: { readonly block: Json }) {
  return (
    <div className="rich">
      {listOf(block["elements"]).map((element, index) => (
        <Part key={index} element={element} />
      ))}
    </div>
  );
}

function Part({ element }: { readonly element: Json }) {
  switch (element["type"]) {
    case "rich_text_section":
      return (
        <div className="rich-section" dir="auto">
          <Spans elements={element["elements"]} />
        </div>
      );
    case "rich_text_quote":
      return (
        <blockquote dir="auto">
          <Spans elements={element["elements"]} />
        </blockquote>
      );
    case "rich_text_preformatted": {
      const code = listOf(element["elements"]).map((span) => wordsOf(span["text"]) || wordsOf(span["url"]));
      return <CodeBlock code={code.join("")} language={wordsOf(element["language"])} />;
    }
    case "rich_text_list": {
      const indent = Math.min(Math.max(Number(element["indent"]) || 0, 0), INDENT_MAX);
      const items = listOf(element["elements"]).map((item, index) => (
        <li key={index} dir="auto">
          <Spans elements={item["elements"]} />
        </li>
      ));
      const offset = Number(element["offset"]);
      return element["style"] === "ordered" ? (
        <ol className={`tight indent-${indent}`} start={Number.isInteger(offset) ? offset + 1 : undefined}>
          {items}
        </ol>
      ) : (
        <ul className={`tight indent-${indent}`}>{items}</ul>
      );
    }
    default:
      return <Spans elements={[element]} />;
  }
}

function Spans({ elements }: { readonly elements: unknown }) {
  return listOf(elements).map((element, index) => (
    <Styled key={index} style={jsonOf(element["style"])} span={<Span element={element} />} />
  ));
}

function Span({ element }: { readonly element: Json }) {
  switch (element["type"]) {
    case "text":
      return <>{withEmoji(wordsOf(element["text"]))}</>;
    case "link": {
      const url = wordsOf(element["url"]);
      const href = safeHref(url);
      const label = wordsOf(element["text"]) || url;
      if (href) return <Outside href={href}>{label}</Outside>;
      return (
        <span className="link-refused">
          {label} ({url})
        </span>
      );
    }
    case "user":
      return <UserChip id={wordsOf(element["user_id"])} />;
    case "channel":
      return <ChannelChip id={wordsOf(element["channel_id"])} />;
    case "broadcast":
      return <span className="chip chip-broadcast">@{wordsOf(element["range"])}</span>;
    case "usergroup":
      return <span className="chip">@group</span>;
    case "emoji":
      return <>{emoji(wordsOf(element["name"])) ?? `:${wordsOf(element["name"])}:`}</>;
    case "date":
      return <DateChip ts={String(element["timestamp"])} format={wordsOf(element["format"])} fallback={wordsOf(element["fallback"])} />;
    case "color":
      return <code className="code-inline">{wordsOf(element["value"])}</code>;
    default:
      return <>{wordsOf(element["text"])}</>;
  }
}

function Styled({ style, span }: { readonly style: Json; readonly span: ReactNode }) {
  let result = span;
  if (style["code"]) result = <code className="code-inline">{result}</code>;
  if (style["bold"]) result = <strong>{result}</strong>;
  if (style["italic"]) result = <em>{result}</em>;
  if (style["strike"]) result = <s>{result}</s>;
  return <>{result}</>;
}
