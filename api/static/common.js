/* What every page needs: calls to the API, event streams, messages to the person, keys of one's own. */

export class Problem extends Error {
  constructor(message, remedy = "", status = 0) {
    super([message, remedy].filter(Boolean).join(" "));
    this.status = status;
  }
}

export async function problemOf(response) {
  const said = await response.json().catch(() => ({}));
  return new Problem(said.message || `The server answered ${response.status}.`, said.remedy || "", response.status);
}

export async function reach(path, options = {}) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server cannot be reached.", "Check the connection and try again.");
  }
}

export async function call(method, path, body, headers = {}) {
  const options = { method, headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const response = await reach(path, options);
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : response.json();
}

/* Uploads a file for the next message; returns {id, name, …}. */
export async function upload(path, file) {
  const query = new URLSearchParams({ name: file.name, type: file.type || "application/octet-stream" });
  const headers = { Accept: "application/json", "Content-Type": "application/octet-stream" };
  const response = await reach(`${path}?${query}`, { method: "POST", headers, body: file });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

/* Reads a server-sent event stream: calls `each(event, data, id)` until it ends. */
export async function readEvents(response, each) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + decoder.decode(value, { stream: true })).replace(/\r\n?/g, "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const got = { event: "message", data: [], id: "" };
      for (const line of block.split("\n")) {
        const [, field, text] = /^(\w+): ?(.*)$/.exec(line) || [];
        if (field === "data") got.data.push(text);
        else if (field) got[field] = text;
      }
      if (got.data.length) each(got.event, got.data.join("\n"), got.id);
    }
  }
}

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function toast(text, bad = false) {
  const element = document.createElement("p");
  element.className = bad ? "toast bad" : "toast";
  element.textContent = text;
  document.getElementById("toasts")?.append(element);
  setTimeout(() => element.remove(), bad ? 9000 : 3500);
}

/* The server writes times in the reader's zone; this tells it which. */
export function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  document.cookie = `zone=${zone};path=/;max-age=31536000;samesite=lax`;
}

export function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
}
