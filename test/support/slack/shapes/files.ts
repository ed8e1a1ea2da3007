import { stub, clip, type MessageShape } from "./shape-parts.ts";

export const FILES: readonly MessageShape[] = [
  {
    is: "a file that is a stub",
    message: { text: "read this", subtype: "file_share", upload: true, display_as_bot: false, files: [stub({})] },
    reads: ["read this", "not readable for you: file-1: Slack does not give it to the app (file_not_found)"],
  },
  { is: "a stub alone", message: { text: "", subtype: "file_share", files: [stub({})] }, reads: ["not readable for you: file-1"] },
  {
    is: "a file that was deleted, and one that the plan hides",
    message: {
      text: "",
      subtype: "file_share",
      files: [
        { id: "F0GONE", mode: "tombstone" },
        { id: "F0OLD", mode: "hidden_by_limit" },
      ],
    },
    reads: ["it was deleted", "the limits of the workspace hide it"],
  },
  {
    is: "a file that the app may not see",
    message: { text: "", files: [{ id: "F0NO", mode: "hosted", file_access: "access_denied", name: "secret.pdf" }] },
    reads: ["not readable for you: secret.pdf: the app has no access to it"],
  },
  {
    is: "a clip that is transcribed",
    message: {
      text: "",
      subtype: "file_share",
      files: [clip({ status: "complete", locale: "en-US", preview: { content: "ship it on Friday", has_more: true } })],
    },
    reads: ["as Slack has transcribed it", "ship it on Friday", "This is its beginning"],
  },
  {
    is: "a clip that is still being transcribed",
    message: { text: "", subtype: "file_share", files: [clip({ status: "processing" })] },
    reads: ["not readable for you: audio_message.m4a"],
  },
  {
    is: "a clip whose transcription has failed",
    message: { text: "hear this", subtype: "file_share", files: [clip({ status: "failed" })] },
    reads: ["hear this", "audio_message.m4a"],
  },
  {
    is: "a file that lies elsewhere",
    message: {
      text: "",
      files: [{ id: "F0DRIVE", mode: "external", external_type: "gdrive", title: "Budget", url_private: "https://drive.example/b" }],
    },
    reads: ["a file in gdrive Budget, https://drive.example/b"],
  },
  {
    is: "an e-mail that was sent into Slack",
    message: { text: "", files: [{ id: "F0MAIL", mode: "email", filetype: "email", subject: "Invoice", from: [{ original: "Kim <kim@x.example>" }], plain_text: "Please pay." }] }, // prettier-ignore
    reads: ["Subject: Invoice", "Please pay."],
  },
];
