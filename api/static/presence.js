/* Who is there: says that I look at the open conversation, or write in it, and wakes the line that tells who else does. */
import { reach } from "./common.js";
import { wake } from "./live.js";

const LOOK = 20000;
const TYPE = 4000;
let open = "";
let source = null;
let timer = 0;
let typing = false;
let told = 0;

/* A sign that does not arrive is no harm: it would have expired anyway, and the next one is under way. */
function sign(conversation, body, keepalive = false) {
  if (!conversation) return;
  const headers = { "Content-Type": "application/json" };
  const options = { method: "PUT", headers, body: JSON.stringify(body), keepalive };
  reach(`/api/conversations/${conversation}/presence`, options).catch(() => {});
}

function look() {
  sign(open, { typing });
}

function listen() {
  source?.close();
  source = new EventSource(`/api/conversations/${open}/presence/live`);
  source.addEventListener("presence", () => wake("wake-presence"));
  clearInterval(timer);
  timer = setInterval(look, LOOK);
  look();
}

function leave(keepalive = false) {
  source?.close();
  source = null;
  clearInterval(timer);
  typing = false;
  sign(open, { there: false }, keepalive);
}

export function lookAt(conversation) {
  if (open) leave();
  open = conversation;
  if (open && !document.hidden) listen();
}

/* Called with every key: says so at once, then every 4 seconds, and when the box is empty again. */
export function tellTyping(now) {
  if (!now && !typing) return;
  if (now && typing && Date.now() - told < TYPE) return;
  typing = now;
  told = Date.now();
  look();
}

export function listenToPresence() {
  document.addEventListener("visibilitychange", () => {
    if (!open) return;
    if (document.hidden) leave();
    else listen();
  });
  addEventListener("pagehide", () => leave(true));
}
