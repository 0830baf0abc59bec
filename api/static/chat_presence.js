/* Who is there, in the chat: tells that the customer reads or writes, and shows that somebody of ours writes. */
import { reach, readEvents } from "./common.js";

const LOOK = 20000;
const TYPE = 4000;
const AGAIN = 5000;
const words = document.getElementById("typing");
let typing = false;
let told = 0;
let stream = null;

/* A sign that does not arrive is no harm: it would have expired anyway. */
function sign(body, keepalive = false) {
  const options = { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), keepalive };
  reach("/api/chat/presence", options).catch(() => {});
}

/* Called when a message has arrived: with the first one there is a conversation to be in. */
export function stillHere() {
  sign({ typing });
}

/* Called with every key and with every message sent: says so at once, then every 4 seconds. */
export function tellTyping(now) {
  if (!now && !typing) return;
  if (now && typing && Date.now() - told < TYPE) return;
  typing = now;
  told = Date.now();
  sign({ typing });
}

function show(somebody) {
  words.textContent = somebody ? "Somebody is writing an answer …" : "";
}

async function watch() {
  stream = new AbortController();
  const mine = stream;
  while (!mine.signal.aborted) {
    const asked = { headers: { Accept: "text/event-stream" }, signal: mine.signal };
    const read = (event, data) => event === "typing" && show(JSON.parse(data).typing);
    await reach("/api/chat/presence/live", asked)
      .then((response) => response.ok && readEvents(response, read))
      .catch(() => {});
    show(false);
    await new Promise((resume) => setTimeout(resume, AGAIN));
  }
}

function leave(keepalive = false) {
  stream?.abort();
  typing = false;
  sign({ there: false }, keepalive);
}

/* A tab that nobody sees gives its connection back. */
export function bePresent() {
  setInterval(() => document.hidden || sign({ typing }), LOOK);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return leave();
    sign({});
    watch();
  });
  addEventListener("pagehide", () => leave(true));
  if (document.hidden) return;
  sign({});
  watch();
}
