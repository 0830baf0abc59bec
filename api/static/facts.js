/* Facts and the package that passes them on: putting a fact right, and telling that the package was opened. */
import { call, toast } from "./common.js";
import { wake } from "./live.js";

/* Opening the package is written down once for each time the conversation is shown. */
const opened = new WeakSet();

async function openPackage(event) {
  const box = event.target;
  if (box.id !== "package" || !box.open || opened.has(box)) return;
  opened.add(box);
  try {
    await call("POST", `/api/conversations/${box.dataset.package}/package`);
  } catch (problem) {
    opened.delete(box);
    toast(problem.message, true);
  }
}

export function listenToFacts() {
  document.addEventListener("toggle", openPackage, true);
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.factType) return;
    event.preventDefault();
    const { factType, factValue, factCustomer } = form.dataset;
    const body = { type: factType, value: factValue, to: new FormData(form).get("to") };
    try {
      await call("POST", `/api/customers/${factCustomer}/facts/corrections`, body);
      toast("Put right");
      wake("wake-thread");
    } catch (problem) {
      toast(problem.message, true);
    }
  });
}
