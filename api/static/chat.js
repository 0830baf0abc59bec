/* The customer's chat: own messages at once, answers live, nothing lost when the line drops. */
import { bePresent, stillHere, tellTyping } from "./chat_presence.js";
import { call, newKey, Problem, problemOf, reach, readEvents, tellZone, upload } from "./common.js";
import { showSurvey } from "./survey.js";

const log = document.getElementById("log");
const list = document.getElementById("messages");
const form = document.getElementById("chat-form");
const area = document.getElementById("chat-text");
const offline = document.getElementById("offline");
const most = Number(document.body.dataset.max);
const hosts = new Set([location.hostname, ...document.body.dataset.hosts.split(" ")].filter(Boolean));
const KEPT = "chat:unsent";
const seen = new Set();
let cursor = 0;
let wait = 1000;

/* ---- text: never HTML; a link only to a host that is ours ---- */
function linked(text) {
  const parts = document.createDocumentFragment();
  for (const piece of text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/)) {
    const url = /^https?:/.test(piece) && URL.canParse(piece) ? new URL(piece) : null;
    if (url && isOurs(url)) {
      const anchor = Object.assign(document.createElement("a"), { href: url.href, textContent: piece, target: "_blank" });
      anchor.rel = "noopener noreferrer";
      parts.append(anchor);
    } else parts.append(piece);
  }
  return parts;
}

function isOurs(url) {
  if (url.username || url.password) return false;
  return url.origin === location.origin || [...hosts].some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
}

function bubble(mine, text, at) {
  const item = document.createElement("li");
  item.className = mine ? "mine" : "theirs";
  const who = Object.assign(document.createElement("span"), { className: "sr", textContent: mine ? "You:" : "We:" });
  const body = Object.assign(document.createElement("div"), { className: "bubble" });
  body.append(mine ? text : linked(text));
  const meta = Object.assign(document.createElement("span"), { className: "meta" });
  meta.textContent = at ? new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) : "";
  item.append(who, body, meta);
  return item;
}

function saved(file) {
  const link = Object.assign(document.createElement("a"), { href: `/api/chat/attachments/${file.id}`, textContent: file.name });
  link.download = file.name;
  return link;
}

let files = [];

function tellFiles(problem = "") {
  document.getElementById("chat-files").textContent = problem || files.map((file) => file.name).join(", ");
}

async function attach(input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  try {
    files.push(await withSession(() => upload("/api/chat/attachments", file)));
    tellFiles();
  } catch (problem) {
    tellFiles(problem.message);
  }
}

function add(message) {
  cursor = Math.max(cursor, message.seq);
  if (seen.has(message.seq)) return;
  seen.add(message.seq);
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const item = bubble(message.by === "customer", message.text, message.at);
  for (const file of message.attachments || []) item.querySelector(".bubble").append(document.createElement("br"), saved(file));
  item.dataset.seq = message.seq;
  const after = [...list.children].find((other) => other.dataset.seq && Number(other.dataset.seq) > message.seq);
  list.insertBefore(item, after || list.querySelector(".pending, .failed"));
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/* ---- sending: shown at once, kept until the server has it ---- */
const unsent = () => JSON.parse(sessionStorage.getItem(KEPT) || "[]");
const keep = (waiting) => sessionStorage.setItem(KEPT, JSON.stringify(waiting));

function pend(message) {
  const item = bubble(true, message.text, "");
  item.classList.add("pending");
  item.querySelector(".meta").textContent = "Sending …";
  list.append(item);
  log.scrollTop = log.scrollHeight;
  return item;
}

function bodyOf(message) {
  return message.files?.length ? { text: message.text, attachments: message.files } : { text: message.text };
}

async function deliver(message, item) {
  item.className = "mine pending";
  item.querySelector(".meta").textContent = "Sending …";
  try {
    const stored = await withSession(() =>
      call("POST", "/api/chat/messages", bodyOf(message), { "Idempotency-Key": message.key }),
    );
    keep(unsent().filter((other) => other.key !== message.key));
    item.remove();
    add(stored);
    stillHere();
  } catch (problem) {
    item.className = "mine failed";
    const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Try again" });
    again.addEventListener("click", () => deliver(message, item));
    item.querySelector(".meta").replaceChildren(`Not sent. ${problem.message} `, again);
  }
}

function send() {
  const text = area.value.trim();
  if (!text || [...text].length > most) return;
  const message = { text, key: newKey(), files: files.map((file) => file.id) };
  files = [];
  tellFiles();
  keep([...unsent(), message]);
  area.value = "";
  tellTyping(false);
  count();
  deliver(message, pend(message));
}

function count() {
  const length = [...area.value].length;
  const words = document.getElementById("chat-count");
  words.textContent = length > most * 0.8 ? `${length} of ${most} characters` : "";
  words.classList.toggle("over", length > most);
}

/* ---- the session: a signed link is exchanged once and leaves the address bar ---- */
let opening = null;

function identity() {
  const behind = behindNumberSign("identity");
  const asked = new URLSearchParams(location.search).get("identity");
  if (behind || asked) history.replaceState(null, "", location.pathname);
  return behind || asked;
}

function behindNumberSign(name) {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}

function openSession(proof = {}) {
  opening ??= call("POST", "/chat/session", proof).finally(() => (opening = null));
  return opening;
}

async function withSession(action) {
  try {
    return await action();
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    await openSession();
    return action();
  }
}

/* ---- live ---- */
function say(text) {
  offline.textContent = text;
  offline.hidden = !text;
}

async function follow() {
  for (;;) {
    try {
      const response = await reach(`/api/chat/live?after=${cursor}`, { headers: { Accept: "text/event-stream" } });
      if (response.status === 401) await openSession();
      if (!response.ok) throw await problemOf(response);
      say("");
      wait = 1000;
      retryFailed();
      await readEvents(response, (event, data) => {
        if (event === "message") add(JSON.parse(data));
        if (event === "survey") showSurvey();
      });
    } catch {
      say("You are offline or we cannot be reached. Trying again; what you wrote is kept.");
    }
    await new Promise((resume) => {
      setTimeout(resume, wait);
      addEventListener("online", resume, { once: true });
    });
    wait = Math.min(wait * 2, 15000);
  }
}

function retryFailed() {
  for (const item of list.querySelectorAll(".failed")) item.querySelector("button")?.click();
}

async function begin() {
  const resume = behindNumberSign("resume");
  if (resume) history.replaceState(null, "", location.pathname);
  const token = resume || identity();
  try {
    await openSession(resume ? { resume } : token ? { identity: token } : {});
  } catch (problem) {
    if (token && problem instanceof Problem && problem.status) say(problem.message);
    await openSession().catch(() => {});
  }
  try {
    const page = await call("GET", "/api/chat/messages?limit=100");
    page.messages.forEach(add);
    cursor = Math.max(cursor, page.cursor);
  } catch (problem) {
    say(problem.message);
  }
  for (const message of unsent()) deliver(message, pend(message));
  showSurvey();
  log.scrollTop = log.scrollHeight;
  bePresent();
  follow();
}

/* ---- another device: a link or a code that works once ---- */
const way = document.getElementById("resume-way");

document.getElementById("resume-offer").addEventListener("click", async () => {
  try {
    const made = await call("POST", "/api/chat/resume");
    const anchor = Object.assign(document.createElement("a"), { href: made.link, textContent: "this link" });
    const code = Object.assign(document.createElement("strong"), { textContent: made.code });
    const until = new Date(made.expires_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    way.replaceChildren("Open ", anchor, " there, or type ", code, ` in the chat. Each works once, until ${until}.`);
  } catch (problem) {
    way.textContent = problem.message;
  }
});

document.getElementById("resume-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await openSession({ resume: document.getElementById("resume-code").value });
    location.reload();
  } catch (problem) {
    way.textContent = problem.message;
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
document.getElementById("chat-file").addEventListener("change", (event) => attach(event.target));
area.addEventListener("input", () => {
  count();
  tellTyping(area.value !== "");
});
area.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
tellZone();
begin();
