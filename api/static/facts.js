/* Putting a fact right: the form under each fact of the customer's card. */
import { call, toast } from "./common.js";
import { wake } from "./live.js";

export function listenToFacts() {
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
