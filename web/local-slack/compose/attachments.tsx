import { useState, type DragEvent } from "react";
import { Icon, IconButton } from "../../parts/icon.tsx";
import { bytes } from "../../text/measures.ts";

interface AttachmentsProps {
  readonly files: readonly File[];
  readonly remove: (file: File) => void;
}

/** What goes with the next message. */
export function Attachments({ files, remove }: AttachmentsProps) {
  if (files.length === 0) return undefined;
  return (
    <div className="attachments">
      {files.map((file, index) => (
        <span key={`${index}/${file.name}`} className="attachment">
          <Icon name="file" />
          <bdi>{file.name}</bdi>
          <span className="hint">{bytes(file.size)}</span>
          <IconButton label={`Remove ${file.name}`} icon="close" title="" onClick={() => remove(file)} />
        </span>
      ))}
    </div>
  );
}

/** Files can be dropped on an element that has these. */
export function useDropping(attach: (files: Iterable<File>) => void) {
  const [isDropping, setDropping] = useState(false);
  return {
    isDropping,
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: () => setDropping(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setDropping(false);
      attach(event.dataTransfer.files);
    },
  };
}
