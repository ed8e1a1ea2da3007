import { Mrkdwn } from "../blocks/mrkdwn.tsx";
import { Blocks } from "../blocks/blocks.tsx";
import type { Where } from "../blocks/where.ts";
import { jsonOf, listOf, wordsOf, type Json } from "../state/json.ts";
import { useStore } from "../state/page.tsx";
import { safeHref } from "../../text/links.ts";
import { Outside } from "../../text/outside.tsx";
import { FileCard } from "./file-card.tsx";

const ATTACHMENTS_MAX = 20; // As many as Slack shows before it folds them.

/** What stands below a message in boxes: forwarded messages, pasted tables, previews of links, other apps' cards. */
export function Attached({ attachments, where }: { readonly attachments: unknown; readonly where: Where }) {
  const all = listOf(attachments);
  return (
    <div className="attached">
      {all.slice(0, ATTACHMENTS_MAX).map((attachment, index) => (
        <One key={index} attachment={attachment} where={where} />
      ))}
      {all.length > ATTACHMENTS_MAX && <p className="hint">{all.length - ATTACHMENTS_MAX} more are not shown</p>}
    </div>
  );
}

function One({ attachment, where }: { readonly attachment: Json; readonly where: Where }) {
  const store = useStore();
  const { title, title_link: link, text, pretext, footer, author_name: author, service_name: service, fallback, color } = attachment;
  const blocks = listOf(attachment["blocks"]);
  const files = listOf(attachment["files"]).flatMap(({ id }) => store.file(wordsOf(id)) ?? []);
  const isBare = blocks.length > 0 && text === undefined && title === undefined;
  const words = wordsOf(text);
  const says = words !== "" || title !== undefined || blocks.length > 0 || files.length > 0;
  const fields = listOf(attachment["fields"]);
  return (
    <>
      {wordsOf(pretext) !== "" && <Mrkdwn text={wordsOf(pretext)} />}
      <div className={`attached-box ${isBare ? "bare" : ""} ${COLOURS.get(wordsOf(color)) ?? ""}`}>
        {(wordsOf(service) || wordsOf(author)) !== "" && (
          <div className="attached-box-author">
            <bdi>{wordsOf(service) || wordsOf(author)}</bdi>
          </div>
        )}
        {wordsOf(title) !== "" && (
          <div className="attached-box-title">
            {safeHref(link) ? <Outside href={safeHref(link) ?? ""}>{wordsOf(title)}</Outside> : wordsOf(title)}
          </div>
        )}
        {words !== "" && <Mrkdwn text={words} />}
        {blocks.length > 0 && <Blocks blocks={blocks} where={where} />}
        {fields.length > 0 && (
          <dl className="attached-box-fields">
            {fields.map((field, index) => (
              <div key={index}>
                <dt>{wordsOf(field["title"])}</dt>
                <dd>
                  <Mrkdwn text={wordsOf(field["value"])} />
                </dd>
              </div>
            ))}
          </dl>
        )}
        {!says && <Mrkdwn text={wordsOf(fallback)} />}
        {files.map((file) => (
          <FileCard key={file.id} file={file} />
        ))}
        {wordsOf(footer) !== "" && <div className="hint attached-box-footer">{wordsOf(footer)}</div>}
      </div>
    </>
  );
}

/** Slack's three names; other colours are an app's own and say nothing. */
const COLOURS: ReadonlyMap<string, string> = new Map([
  ["good", "good"],
  ["warning", "warning"],
  ["danger", "danger"],
]);

/** Whether a message shows more than its own words. */
export const isAttached = (attachments: unknown): boolean => listOf(attachments).some((one) => Object.keys(jsonOf(one)).length > 0);
