/** What stands in messages beside typed words, and who else posts them: what a person or a test can put there. */
export interface PostedFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly title?: string;
  /** Events name its id alone, as they do for files of shared channels; files.info and histories say the rest. */
  readonly isStub?: boolean;
  /** What files.info answers instead of it, such as `not_visible` or `file_deleted`. */
  readonly refusedWith?: string;
  /** Recorded in Slack, with what Slack has understood of it. */
  readonly clip?: {
    readonly kind: "audio" | "video";
    readonly durationMs: number;
    readonly transcription?: {
      readonly status: "complete" | "processing" | "failed" | "none";
      readonly text?: string;
      /** The text is the beginning of it. */
      readonly hasMore?: boolean;
      readonly locale?: string;
    };
  };
  /** A canvas or a list: known by its title and its link. */
  readonly kind?: "canvas" | "list";
}

export interface AppAuthor {
  readonly name: string;
  /** New ids, the same for the same name, when absent. */
  readonly appId?: string;
  readonly botId?: string;
}

type Json = { readonly [key: string]: unknown };

export interface ContentControl {
  /** Shares a message elsewhere, with its files; `comment` are the person's own words. */
  forward(forwarded: {
    readonly user: string;
    readonly from: { readonly channel: string; readonly ts: string };
    readonly channel: string;
    readonly threadTs?: string;
    readonly comment?: string;
  }): Promise<{ readonly ts: string }>;
  /** Posts a table as a person pastes it; every cell is text. */
  pasteTable(pasted: {
    readonly user: string;
    readonly channel: string;
    readonly threadTs?: string;
    readonly text?: string;
    readonly rows: readonly (readonly string[])[];
  }): Promise<{ readonly ts: string }>;
  /** Slack has looked at a link in the message: it is told as a hidden change, with what stands there. */
  preview(previewed: {
    readonly channel: string;
    readonly ts: string;
    readonly link: { readonly url: string; readonly title: string; readonly text: string; readonly service?: string };
  }): Promise<void>;
  /**
   * Another app posts: as its own bot user, as a webhook, or, with `user`, with that person's token.
   */
  postAsApp(posted: {
    readonly app: AppAuthor;
    readonly as: "bot" | "webhook" | "person";
    readonly user?: string;
    readonly channel: string;
    readonly threadTs?: string;
    readonly text?: string;
    readonly blocks?: readonly Json[];
    readonly attachments?: readonly Json[];
    readonly files?: readonly PostedFile[];
    /** Any app may give any. */
    readonly metadata?: { readonly event_type: string; readonly event_payload: Json };
  }): Promise<{ readonly ts: string }>;
  /** A person changes what a channel is about, or its name; the channel says so. */
  describe(described: {
    readonly user: string;
    readonly channel: string;
    readonly topic?: string;
    readonly purpose?: string;
    readonly name?: string;
  }): Promise<void>;
}
