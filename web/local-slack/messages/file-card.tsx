import { useState } from "react";
import type { PageFile } from "../../../local-slack/server/protocol.ts";
import { Icon, IconButton } from "../../parts/icon.tsx";
import { CodeBlock } from "../../text/code.tsx";
import { sameOrigin } from "../../text/links.ts";
import { bytes } from "../../text/measures.ts";
import { Figure } from "./picture.tsx";
import { PREVIEW_BYTES_MAX, readHead } from "./file-head.ts";

const RASTER = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const TEXT_TYPES = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|toml|javascript|x-sh|x-python))/;
const TEXT_NAMES = /\.(?:txt|md|csv|tsv|json|ya?ml|toml|log|py|js|ts|sh|sql|html|css|xml|c|h|cpp|go|rs|java)$/i;

/** A file of a message: a picture, a text that can be looked into, or a card. */
export function FileCard({ file }: { readonly file: PageFile }) {
  const [preview, setPreview] = useState<Preview>();
  const url = sameOrigin(file.url);
  const title = file.title || file.name;
  if (RASTER.has(file.mimetype) && url) return <Figure url={url} alt={title} caption={`${file.name} · ${bytes(file.size)}`} />;
  const isText = TEXT_TYPES.test(file.mimetype) || TEXT_NAMES.test(file.name);
  return (
    <div className="file">
      <div className="file-head">
        <span className={`file-icon ${isText ? "file-text" : ""}`} aria-hidden="true">
          {extensionOf(file.name)?.toUpperCase() ?? <Icon name="file" />}
        </span>
        <span className="file-name">
          <bdi>{title}</bdi>
          <span className="hint">
            {isText ? "Text" : "File"} · {bytes(file.size)}
          </span>
        </span>
        {url && isText && (
          <IconButton
            label={`Preview ${file.name}`}
            icon="eye"
            title="Preview"
            aria-expanded={preview !== undefined}
            onClick={() => (preview ? setPreview(undefined) : void open(url))}
          />
        )}
        {url && (
          <a className="icon-button" href={url} download={file.name} aria-label={`Download ${file.name}`} title="Download">
            <Icon name="download" />
          </a>
        )}
      </div>
      {preview && <PreviewBox preview={preview} language={extensionOf(file.name) ?? ""} />}
    </div>
  );

  async function open(address: string): Promise<void> {
    setPreview("reading");
    const head = await readHead(address).catch(() => "unreadable" as const);
    setPreview((before) => (before === "reading" ? head : before));
  }
}

type Preview = "reading" | "unreadable" | { readonly text: string; readonly isCut: boolean };

function PreviewBox({ preview, language }: { readonly preview: Preview; readonly language: string }) {
  if (preview === "reading") return <div className="file-preview">Reading…</div>;
  if (preview === "unreadable") return <div className="file-preview">The file could not be read.</div>;
  return (
    <div className="file-preview">
      <CodeBlock code={preview.text} language={language} />
      {preview.isCut && <p className="hint">The first {bytes(PREVIEW_BYTES_MAX)}. Download the file to see the rest.</p>}
    </div>
  );
}

const extensionOf = (fileName: string): string | undefined => /\.([a-z0-9]{1,4})$/i.exec(fileName)?.[1]?.toLowerCase();
