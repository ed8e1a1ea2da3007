import { expect, test } from "vitest";
import { call, client, listener, open, refusal } from "./wire.ts";

test("the official upload puts a file into the thread with its comment and its alt text", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  await slack.filesUploadV2({
    channel_id: "C0GENERAL",
    thread_ts: ts,
    initial_comment: "the plot",
    file: Buffer.from("png bytes"),
    filename: "plot.png",
    title: "run 3: plot",
  });
  const [, message] = workspace.control.thread("C0GENERAL", ts);
  expect(message).toMatchObject({ text: "the plot", threadTs: ts, files: [{ name: "plot.png", mimetype: "image/png", size: 9 }] });
  const info = await slack.files.info({ file: message?.files[0]?.id ?? "" });
  expect(info.file).toMatchObject({ title: "run 3: plot", shares: { public: { C0GENERAL: [{ ts: message?.ts, thread_ts: ts }] } } });
});

test("an upload is completed once, only when its bytes are there, and its answer has no ts", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const begun = await call(slack, "files.getUploadURLExternal", { filename: "a.txt", length: 3, alt_txt: "an a" });
  const complete = { files: [{ id: begun["file_id"], title: "A" }], channel_id: "C0GENERAL" };
  expect(await refusal(slack.apiCall("files.completeUploadExternal", complete))).toBe("file_not_found");
  const send = async (body: string): Promise<number> => (await fetch(String(begun["upload_url"]), { method: "POST", body })).status;
  expect(await send("too long")).toBe(400);
  expect(await send("abc")).toBe(200);
  expect(await send("abc")).toBe(404);
  const completed = await call(slack, "files.completeUploadExternal", { ...complete, username: "Coder" });
  expect(completed["files"]).toMatchObject([{ id: begun["file_id"], title: "A", alt_txt: "an a", size: 3 }]);
  expect(completed).not.toHaveProperty("ts");
  expect(workspace.control.channel("C0GENERAL")).toMatchObject([{ username: "Coder", files: [{ name: "a.txt" }] }]);
  expect(await refusal(slack.apiCall("files.completeUploadExternal", complete))).toBe("file_not_found");
});

test("a multipart upload needs the field body", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const upload = async (field: string): Promise<number> => {
    const begun = await call(slack, "files.getUploadURLExternal", { filename: "a.txt", length: 3 });
    const form = new FormData();
    form.set(field, new Blob(["abc"]), "a.txt");
    return (await fetch(String(begun["upload_url"]), { method: "POST", body: form })).status;
  };
  expect(await upload("body")).toBe(200);
  expect(await upload("upload")).toBe(500);
});

test("a person's file is fetched with the token; without it one is sent to a page to sign in", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  await workspace.control.post({
    user: "U0MARIA",
    channel: "C0GENERAL",
    text: "data",
    files: [{ name: "data.csv", content: Buffer.from("1,2,3") }],
  });
  const event = await socket.event("message");
  const address = String(event.payload.event.files[0].url_private_download);
  const headers = { authorization: `Bearer ${workspace.botToken}` };
  expect(await (await fetch(address, { headers })).text()).toBe("1,2,3");
  expect((await fetch(address, { redirect: "manual" })).status).toBe(302);
  workspace.control.withoutScope("files:read");
  expect((await fetch(address, { headers, redirect: "manual" })).status).toBe(302);
});

test("an app deletes its own files only, and the message shows them no more", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const slack = client(workspace);
  await slack.filesUploadV2({ channel_id: "C0GENERAL", content: "print(1)", filename: "a.py", snippet_type: "python" });
  const [message] = workspace.control.channel("C0GENERAL");
  const id = message?.files[0]?.id ?? "";
  expect((await slack.files.info({ file: id })).file).toMatchObject({ mode: "snippet", filetype: "py" });
  await slack.files.delete({ file: id });
  expect(workspace.control.channel("C0GENERAL")[0]?.files).toEqual([]);
  expect(await refusal(slack.files.info({ file: id }))).toBe("file_not_found");
  await workspace.control.post({
    user: "U0MARIA",
    channel: "C0GENERAL",
    text: "",
    files: [{ name: "mine.txt", content: Buffer.from("x") }],
  });
  await socket.event("message");
  const theirs = await socket.event("message");
  expect(await refusal(slack.files.delete({ file: theirs.payload.event.files[0].id }))).toBe("cant_delete_file");
});

test("files go where posts may go", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const complete = async (args: object): Promise<string> => {
    const begun = await call(slack, "files.getUploadURLExternal", { filename: "a.txt", length: 3 });
    await fetch(String(begun["upload_url"]), { method: "POST", body: "abc" });
    return refusal(slack.apiCall("files.completeUploadExternal", { files: [{ id: begun["file_id"] }], ...args }));
  };
  expect(await complete({ channel_id: "C0NOWHERE" })).toBe("channel_not_found");
  expect(await complete({ channel_id: workspace.control.addChannel("closed", { botIsMember: false }) })).toBe("not_in_channel");
  expect(await complete({ channel_id: "C0GENERAL", thread_ts: "1.000001" })).toBe("thread_not_found");
  expect(await complete({})).toBe("");
  expect(workspace.control.channel("C0GENERAL")).toEqual([]);
});
