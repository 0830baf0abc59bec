/* Writing: a reply or a note; what was typed survives a reload and is sent once. */
import { call, newKey, toast, upload } from "./common.js";
import { wake } from "./live.js";
import { tellTyping } from "./presence.js";

const form = () => document.getElementById("compose");
const area = () => document.getElementById("compose-text");
/* Which conversation the box writes to: the one it was drawn for. */
export const composing = () => form()?.dataset.conversation || "";
const EMPTY = { conversation: "", mode: "reply", reply: "", note: "", suggestion: "", key: "", tried: "", files: [] };
let draft = { ...EMPTY };

const place = (conversation) => `draft:${conversation}`;

function save() {
  const conversation = form().dataset.conversation;
  if (draft.reply || draft.note || draft.files.length) sessionStorage.setItem(place(conversation), JSON.stringify(draft));
  else sessionStorage.removeItem(place(conversation));
}

export function openCompose(conversation) {
  const kept = sessionStorage.getItem(place(conversation));
  draft = { ...EMPTY, ...(kept ? JSON.parse(kept) : {}), conversation };
  show();
}

function show() {
  const box = form();
  if (!box) return;
  box.dataset.mode = draft.mode;
  for (const tab of box.querySelectorAll("[role=tab]")) {
    const chosen = tab.dataset.mode === draft.mode;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen) document.getElementById("compose-panel").setAttribute("aria-labelledby", tab.id);
  }
  const words = area().dataset[draft.mode];
  area().placeholder = words;
  area().setAttribute("aria-label", words);
  area().value = draft[draft.mode];
  document.getElementById("linked").hidden = !(draft.mode === "reply" && draft.suggestion);
  document.querySelector("#compose-send span").textContent = draft.mode === "note" ? "Add note" : "Send";
  document.getElementById("compose-files").textContent = draft.files.map((file) => file.name).join(", ");
  fail("");
  count();
}

async function attach(input) {
  const conversation = form().dataset.conversation;
  const [file] = input.files;
  input.value = "";
  if (!file || draft.conversation !== conversation) return;
  try {
    const kept = await upload(`/api/conversations/${conversation}/attachments`, file);
    if (draft.conversation !== conversation) return;
    draft.files = [...draft.files, { id: kept.id, name: kept.name }];
    draft.mode = "reply";
    save();
    show();
  } catch (problem) {
    fail(problem.message);
  }
}

function count() {
  const most = Number(form().dataset.max);
  const length = [...area().value].length;
  const over = length > most;
  document.getElementById("compose-count").textContent = length > most * 0.8 ? `${length} of ${most} characters` : "";
  document.getElementById("compose-send").disabled = over;
}

function fail(text) {
  const error = document.getElementById("compose-error");
  error.textContent = text;
  error.hidden = !text;
}

export function write(mode, text = null, suggestion = null) {
  if (!form()) return;
  draft.mode = mode;
  if (text !== null) draft[mode] = text;
  if (suggestion !== null) draft.suggestion = suggestion;
  save();
  show();
  area().focus();
}

/* Sends a reply with the key of this attempt; the same text tried again is stored once. */
export async function sendReply(conversation, text, suggestion, key, files = []) {
  const body = suggestion ? { text, suggestion } : { text };
  if (files.length) body.attachments = files.map((file) => file.id);
  await call("POST", `/api/conversations/${conversation}/replies`, body, { "Idempotency-Key": key });
}

async function send() {
  const conversation = form().dataset.conversation;
  if (draft.conversation !== conversation) return fail("Another conversation is opening. Try again.");
  const { mode } = draft;
  const text = area().value.trim();
  if (!text) return fail("Write something first.");
  if (draft.tried !== text) Object.assign(draft, { tried: text, key: newKey() });
  save();
  const button = document.getElementById("compose-send");
  button.disabled = true;
  try {
    if (mode === "note") await call("POST", `/api/conversations/${conversation}/notes`, { text });
    else await sendReply(conversation, text, draft.suggestion, draft.key, draft.files);
    sent(conversation, mode);
  } catch (problem) {
    fail(problem.message);
  } finally {
    if (form()) count();
  }
}

function sent(conversation, mode) {
  toast(mode === "note" ? "Note added" : "Sent");
  wake("wake-list", "wake-thread", "panel");
  if (form()?.dataset.conversation !== conversation) {
    sessionStorage.removeItem(place(conversation));
    return;
  }
  draft[mode] = "";
  tellTyping(false);
  if (mode === "reply") Object.assign(draft, { suggestion: "", files: [] });
  draft.mode = "reply";
  save();
  show();
}

/* Rewrites the reply in the box; what was there comes back with the browser's undo. */
async function rewrite(button) {
  const conversation = form().dataset.conversation;
  const text = area().value.trim();
  if (!text) return fail("Write something first.");
  const body = { text, action: button.dataset.rewrite };
  if (button.dataset.language) body.language = button.dataset.language;
  button.disabled = true;
  try {
    const made = await call("POST", "/api/rewrites", body);
    if (form()?.dataset.conversation !== conversation || area().value.trim() !== text) return;
    area().focus();
    area().select();
    document.execCommand("insertText", false, made.text);
    fail("");
  } catch (problem) {
    fail(problem.message);
  } finally {
    button.disabled = false;
  }
}

export function listenToCompose() {
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "compose") return;
    event.preventDefault();
    send();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id !== "compose-text") return;
    draft[draft.mode] = event.target.value;
    // A note is for colleagues: the customer is not told that somebody writes it.
    tellTyping(draft.mode === "reply" && draft.reply !== "");
    save();
    count();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "compose-file") attach(event.target);
  });
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("#compose [role=tab]");
    if (tab) write(tab.dataset.mode);
    if (event.target.closest("#unlink")) write("reply", "", "");
    const button = event.target.closest("[data-rewrite]");
    if (button) rewrite(button);
  });
  document.addEventListener("keydown", (event) => {
    const inBox = event.target.id === "compose-text";
    if (inBox && event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
    if (event.target.matches?.("#compose [role=tab]") && /^Arrow(Left|Right)$/.test(event.key)) {
      write(draft.mode === "reply" ? "note" : "reply");
      document.getElementById(`tab-${draft.mode}`).focus();
    }
  });
}
