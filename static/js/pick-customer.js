// A search form with data-pick puts what was chosen into the page instead of opening it: the part
// data-pick-target of the page at data-pick, with the customer (and the contact by whom it was
// found) in its address. The rest of the page keeps what was typed. Without a target the page at
// data-pick opens.
(() => {
  document.addEventListener("search:choose", async (event) => {
    const form = event.target.closest("form[data-pick]");
    if (!form) return;
    event.preventDefault();
    const chosen = new URLSearchParams({ customer: event.detail.id });
    if (event.detail.contact) chosen.set("contact", event.detail.contact);
    const address = `${form.dataset.pick}?${chosen}`;
    const target = form.dataset.pickTarget;
    if (!target || !window.htmx) {
      location.assign(address);
      return;
    }
    form.querySelector("input[type=search]").value = "";
    await htmx.ajax("GET", address, { target, select: target, swap: "outerHTML" });
    // Loaded again, the page shows the same customer.
    history.replaceState(null, "", address);
    document.querySelector(target)?.querySelector("select, input:not([type=hidden]), textarea")?.focus();
  });
})();
