import { memo, type ReactNode } from "react";
import { clean } from "../../text/clean.ts";
import { withEmoji } from "../../text/emoji.ts";
import { safeHref } from "../../text/links.ts";
import { Outside } from "../../text/outside.tsx";
import { ChannelChip, DateChip, UserChip } from "./chips.tsx";
import { readMrkdwn, type Span } from "./mrkdwn-spans.ts";

/** Slack's own markup. */
export const Mrkdwn = memo(function Mrkdwn({ text }: { readonly text: string }) {
  return (
    <span className="mrk" dir="auto">
      <Spans spans={readMrkdwn(clean(text))} />
    </span>
  );
});

function Spans({ spans }: { readonly spans: readonly Span[] }) {
  return spans.map((span, index) => <One key={index} span={span} />);
}

function One({ span }: { readonly span: Span }): ReactNode {
  switch (span.kind) {
    case "text":
      return <>{withEmoji(span.text)}</>;
    case "code":
      return <code className="code-inline">{span.text}</code>;
    case "fence":
      return (
        <pre className="mrk-pre" dir="ltr" tabIndex={0}>
          {span.text}
        </pre>
      );
    case "quote":
      return (
        <blockquote dir="auto">
          <Spans spans={span.spans} />
        </blockquote>
      );
    case "strong":
    case "em":
    case "s": {
      const Tag = span.kind;
      return (
        <Tag>
          <Spans spans={span.spans} />
        </Tag>
      );
    }
    case "user":
      return <UserChip id={span.id} label={span.label} />;
    case "channel":
      return <ChannelChip id={span.id} label={span.label} />;
    case "broadcast":
      return <span className="chip chip-broadcast">@{span.range}</span>;
    case "group":
      return <span className="chip">{span.label || "@group"}</span>;
    case "date":
      return <DateChip ts={span.ts} format={span.format} fallback={span.label} />;
    case "link":
      return <Outside href={safeHref(span.target) ?? ""}>{withEmoji(span.label) || span.target.replace(/^mailto:/i, "")}</Outside>;
  }
}
