/* The thread's scroll position: at the end it stays at the end, anywhere else it stays put. */
const NEAR = 80;
let atEnd = true;
let fromEnd = 0;
let growing = false;

const box = () => document.getElementById("thread-scroll");

export function toBottom() {
  if (box()) box().scrollTop = box().scrollHeight;
  const newer = document.getElementById("newer");
  if (newer) newer.hidden = true;
}

export function followScroll() {
  document.addEventListener("htmx:before:swap", () => {
    if (!box()) return;
    fromEnd = box().scrollHeight - box().scrollTop;
    atEnd = fromEnd - box().clientHeight < NEAR;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target || event.target;
    if (target?.id !== "timeline" || !box()) return;
    if (growing) box().scrollTop = box().scrollHeight - fromEnd;
    else if (atEnd) toBottom();
    else if (box().scrollHeight - box().scrollTop - fromEnd > 4) document.getElementById("newer").hidden = false;
    growing = false;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#newer")) toBottom();
    if (event.target.closest("[data-more-rows]")) {
      const rows = document.getElementById("rows-shown");
      rows.value = Math.min(1000, Number(rows.value) + 100);
      htmx.trigger(document.body, "wake-list");
    }
    if (event.target.closest("[data-more]")) {
      growing = true;
      const shown = document.getElementById("shown");
      shown.value = Math.min(2000, Number(shown.value) * 2);
      htmx.trigger(document.getElementById("timeline"), "show-more");
    }
  });
}
