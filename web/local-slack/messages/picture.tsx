import { useState } from "react";
import { CloseButton, Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { safeImage } from "../../text/links.ts";
import { jsonOf, plainOf, wordsOf, type Json } from "../state/json.ts";
import { usePage } from "../state/page.tsx";

/** An image block or element: its address, or the file it names. With a size it is part of something else. */
export function Picture({ block, size }: { readonly block: Json; readonly size?: "image-small" | "image-tiny" }) {
  const { store } = usePage();
  const named = jsonOf(block["slack_file"]);
  const file = named["id"] === undefined ? undefined : store.file(wordsOf(named["id"]));
  const url = safeImage(block["image_url"] ?? named["url"] ?? file?.url);
  const alt = wordsOf(block["alt_text"]) || file?.title || "Image";
  if (!url)
    return (
      <span className="image-refused">
        <Icon name="info" />
        Image not loaded: {alt}
      </span>
    );
  return size ? (
    <img className={size} src={url} alt={alt} loading="lazy" />
  ) : (
    <Figure url={url} alt={alt} caption={plainOf(block["title"])} />
  );
}

interface FigureProps {
  readonly url: string;
  readonly alt: string;
  readonly caption: string;
}

/** A picture that a press enlarges. */
export function Figure({ url, alt, caption }: FigureProps) {
  const [isLarge, setLarge] = useState(false);
  const [isBroken, setBroken] = useState(false);
  return (
    <figure className={`picture ${isBroken ? "broken" : ""}`}>
      {caption && (
        <figcaption className="hint">
          <bdi>{caption}</bdi>
        </figcaption>
      )}
      <button
        type="button"
        className="picture-button"
        aria-label={`Enlarge ${alt}`}
        data-key={`picture-${url}`}
        onClick={() => setLarge(true)}
      >
        <img src={url} alt={alt} loading="lazy" onError={() => setBroken(true)} />
      </button>
      <span className="picture-broken hint">The picture “{alt}” cannot be shown.</span>
      {isLarge && (
        <Dialog className="lightbox" aria-label={alt} onClose={() => setLarge(false)}>
          <CloseButton onClick={() => setLarge(false)} />
          <img src={url} alt={alt} />
          <p className="lightbox-caption">
            <bdi>{alt}</bdi>
            <a href={url} download="">
              Download
            </a>
          </p>
        </Dialog>
      )}
    </figure>
  );
}
